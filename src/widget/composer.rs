//! Where the visitor writes. Enter sends, Shift+Enter begins a new line.

use super::state::Event;
use crate::{live::Live, strings};
use leptos::{ev, prelude::*};
use protocol::{limits, masking::is_private};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};

/// The text field and its send button.
#[component]
pub fn Composer(
    /// The conversation.
    live: Live,
) -> impl IntoView {
    let (label, label_of_send) = live
        .glance(|conversation| (conversation.strings.say(strings::COMPOSER), conversation.strings.say(strings::SEND)));
    let pressed = move |event: ev::KeyboardEvent| {
        // While an input method composes (Chinese, Japanese, accents), Enter belongs to it.
        // Safari ends the composition first and then says so by the key code 229 alone.
        let composing = event.is_composing() || event.key_code() == 229;
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            send(live, &event_target(&event));
        }
    };
    let submitted = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let form: Element = event_target(&event);
        if let Ok(Some(field)) = form.query_selector("textarea") {
            send(live, field.unchecked_ref());
        }
    };
    let typed = move |event| {
        let text = event_target_value(&event);
        live.emit(Event::TypedPrivate(is_private(&text)));
        live.emit(Event::Typed(text.is_empty(), js_sys::Date::now() as u64));
    };
    view! {
        <form
            class="composer"
            on:submit=submitted
        >
            <textarea
                part="composer"
                rows="1"
                dir="auto"
                maxlength=limits::TEXT_CHARS.to_string()
                aria-label=label.clone()
                placeholder=label
                enterkeyhint="send"
                on:keydown=pressed
                on:input=typed
            ></textarea>
            <button part="send" type="submit">{label_of_send}</button>
        </form>
    }
}

/// Says what stands in the field, and empties it.
fn send(live: Live, field: &HtmlTextAreaElement) {
    live.emit(Event::Said(field.value()));
    field.set_value("");
    // The button may have had the focus; whoever has sent something may want to go on writing.
    let _ = field.focus();
}
