//! The widget's own parts on the page, for what is done to them once they are drawn.

use leptos::prelude::request_animation_frame;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Scrolls the transcript to its end.
pub fn show_newest(host: &HtmlElement) {
    when_drawn(host, "transcript", |transcript| transcript.set_scroll_top(transcript.scroll_height()));
}

/// Puts the focus into the composer, if it is in the widget at all: a panel that is open already when the page comes up must
/// not take it from the page.
pub fn focus_composer(host: &HtmlElement) {
    if host.shadow_root().is_some_and(|root| root.active_element().is_some()) {
        when_drawn(host, "composer", |composer| {
            // The part is a text field, which can have the focus.
            let _ = composer.unchecked_ref::<HtmlElement>().focus();
        });
    }
}

/// Puts the focus onto the transcript, if nothing in the widget has it any more.
pub fn focus_transcript(host: &HtmlElement) {
    let had_focus = host.shadow_root().is_some_and(|root| root.active_element().is_some());
    let within = host.clone();
    when_drawn(host, "transcript", move |transcript| {
        if had_focus && within.shadow_root().is_some_and(|root| root.active_element().is_none()) {
            // The region can have the focus: it has a `tabindex`.
            let _ = transcript.unchecked_ref::<HtmlElement>().focus();
        }
    });
}

fn when_drawn(host: &HtmlElement, part: &'static str, act: impl FnOnce(Element) + 'static) {
    let host = host.clone();
    request_animation_frame(move || {
        let root = host.shadow_root();
        if let Some(Ok(Some(part))) = root.map(|root| root.query_selector(&format!("[part={part}]"))) {
            act(part);
        }
    });
}
