//! What the loader must know at once on every page: whether the conversation is with people, and whether the panel was open.
//!
//! Written only after the visitor rang. The conversation itself is in the store of `super::browser`, which answers later.

use leptos::prelude::window;

/// Whether this visitor has ever rung.
pub fn has_begun(key: &str) -> bool {
    storage().is_some_and(|storage| matches!(storage.get_item(key), Ok(Some(_))))
}

/// Tells the loader of later pages.
pub fn remember(key: &str, with_people: bool, open: bool) {
    if let Some(storage) = storage() {
        // A full storage is no reason to stop talking.
        let _ = storage.set_item(key, &format!(r#"{{"with_people":{with_people},"open":{open}}}"#));
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
