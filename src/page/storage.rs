//! A conversation with people, kept in the page's storage so that it survives reload and navigation.
//!
//! Written only after the visitor rang. Where the browser refuses storage, the conversation lives as long as the page.

use crate::widget::line::Line;
use channel::visitor_line::Saved;
use serde::{Deserialize, Serialize};

/// What is stored.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Stored {
    /// The line's identity, place and outbox.
    pub line: Saved,
    /// The transcript.
    pub lines: Vec<Line>,
    /// Whether people have the floor: the loader then starts the widget on every page.
    pub with_people: bool,
    /// Whether the panel was open: the loader then opens it again.
    pub open: bool,
}

/// What is stored under `key`; nothing when there is nothing, or nothing readable.
pub fn load(key: &str) -> Stored {
    let json = storage().and_then(|storage| storage.get_item(key).ok().flatten());
    json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// Stores under `key`.
pub fn store(key: &str, stored: &Stored) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(stored)) {
        // A full storage is no reason to stop talking.
        let _ = storage.set_item(key, &json);
    }
}

fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}
