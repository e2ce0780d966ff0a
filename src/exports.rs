//! What the loader calls: start the widget, teach it the FAQ, pass on commands, take it away.

use crate::{
    answering::Answering,
    live::Live,
    page::{announcer::Announcer, settings::Settings, stylesheet},
    strings::Strings,
    widget::{panel::Panel, state::Event},
};
use leptos::{mount::mount_to, prelude::*};
use std::any::Any;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// A started widget. Dropping it, or [`Widget::destroy`], takes it off the page.
#[wasm_bindgen]
pub struct Widget {
    live: Live,
    /// The mounted views and the owner of their state; dropping them unmounts.
    _mounted: Vec<Box<dyn Any>>,
}

/// Starts the widget in `content`, inside the shadow root of `host`. What follows are the fields of [`Settings`], and the
/// words of the page's language: key, words, key, words; see [`crate::strings`].
#[wasm_bindgen]
#[expect(clippy::too_many_arguments, reason = "an object that holds them costs every visitor more bytes")]
pub fn start(
    host: HtmlElement,
    content: HtmlElement,
    backend: Option<String>,
    contact: Option<String>,
    storage_key: String,
    identity: Option<String>,
    disclosure: String,
    words: Vec<String>,
) -> Widget {
    let settings = Settings { backend, contact, storage_key, identity, disclosure };
    stylesheet::adopt(&content);
    let root = content.closest(".root").ok().flatten().map_or_else(|| content.clone(), JsCast::unchecked_into);
    let owner = Owner::new();
    let live = owner.with(|| Live::new(host, Announcer::within(&root), settings, Strings::from_pairs(words)));
    let panel = mount_to(content, move || view! { <Panel live/> });
    Widget { live, _mounted: vec![Box::new(panel), Box::new(owner)] }
}

#[wasm_bindgen]
impl Widget {
    /// Gives the bot its FAQ (JSON) and its encoder (bytes); with either missing or broken it can only offer a person. An empty
    /// FAQ says that it could not be loaded, which the loader has reported. No encoder says that there is none for the FAQ's
    /// language. `eagerness` is `cautious`, `balanced` or `eager`.
    pub fn learn(&self, faq: &str, encoder: &[u8], eagerness: &str) {
        match Answering::new(faq, encoder, eagerness) {
            Ok(answering) => self.live.learn(Some(answering)),
            Err(reason) => {
                if !faq.is_empty() {
                    web_sys::console::error_1(&format!("shopbell: no answers: {reason}").into());
                }
                self.live.learn(None);
            }
        }
    }

    /// Asks as if the visitor had typed it.
    pub fn ask(&self, question: &str) {
        self.live.emit(Event::Said(question.to_owned()));
    }

    /// Rings the bell.
    pub fn human(&self) {
        self.live.emit(Event::Rang);
    }

    /// The panel was opened or closed.
    pub fn opened(&self, open: bool) {
        self.live.emit(Event::Opened(open));
    }

    /// Takes the widget off the page and hangs up.
    pub fn destroy(self) {
        self.live.hang_up();
    }
}
