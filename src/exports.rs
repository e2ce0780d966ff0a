//! What the loader calls: start the widget, teach it the FAQ, pass on commands, take it away.

use crate::{
    answering::Answering,
    live::Live,
    page::{settings::Settings, stylesheet},
    widget::{announcer::Announcer, panel::Panel, state::Event},
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

/// Starts the widget in `content`, inside the shadow root of `host`; `settings` is the JSON of [`Settings`].
///
/// # Errors
/// When `settings` is not what the loader writes.
#[wasm_bindgen]
pub fn start(host: HtmlElement, content: HtmlElement, settings: &str) -> Result<Widget, JsError> {
    let settings: Settings =
        serde_json::from_str(settings).map_err(|error| JsError::new(&format!("shopbell: the settings: {error}")))?;
    stylesheet::adopt(&content);
    // The live region stands beside the panel: hidden panels announce nothing.
    let root = content.closest(".root").ok().flatten().map_or_else(|| content.clone(), JsCast::unchecked_into);
    let owner = Owner::new();
    let live = owner.with(|| Live::new(host, settings));
    let panel = mount_to(content, move || view! { <Panel live/> });
    let announcer = mount_to(root, move || view! { <Announcer live/> });
    live.follow();
    Ok(Widget { live, _mounted: vec![Box::new(panel), Box::new(announcer), Box::new(owner)] })
}

#[wasm_bindgen]
impl Widget {
    /// Gives the bot its FAQ (JSON) and its encoder (bytes); with either missing or broken it can only offer a person.
    pub fn learn(&self, faq: &str, encoder: &[u8]) {
        match Answering::new(faq, encoder) {
            Ok(answering) => self.live.learn(Some(answering)),
            Err(reason) => {
                web_sys::console::error_1(&format!("shopbell: no answers: {reason}").into());
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
