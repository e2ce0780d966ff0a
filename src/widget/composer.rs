//! Where the visitor writes. Enter sends, Shift+Enter begins a new line.

use super::state::Event;
use crate::{live::Live, strings};
use leptos::{ev, html, prelude::*};
use protocol::limits;

/// The text field and its send button.
#[component]
pub fn Composer(
    /// The conversation.
    live: Live,
) -> impl IntoView {
    let conversation = live.conversation();
    let (label, send) = conversation.with_untracked(|conversation| {
        (conversation.strings.say(strings::COMPOSER), conversation.strings.say(strings::SEND))
    });
    let field = NodeRef::<html::Textarea>::new();
    // The visitor opened the panel to write: put them there.
    let open = Memo::new(move |_| conversation.with(|conversation| conversation.open));
    Effect::new(move |_| {
        if let (true, Some(field)) = (open.get(), field.get()) {
            request_animation_frame(move || {
                let _ = field.focus();
            });
        }
    });
    let submit = move || {
        if let Some(field) = field.get_untracked() {
            live.emit(Event::Said(field.value()));
            field.set_value("");
            let _ = field.focus();
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        // While an input method composes (Chinese, Japanese, accents), Enter belongs to it.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            submit();
        }
    };
    let typed = move |_| {
        let is_empty = field.get_untracked().is_none_or(|field| field.value().is_empty());
        live.emit(Event::Typed(is_empty, js_sys::Date::now() as u64));
    };
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <textarea
                part="composer"
                node_ref=field
                rows="1"
                dir="auto"
                maxlength=limits::TEXT_CHARS.to_string()
                aria-label=label.clone()
                placeholder=label
                enterkeyhint="send"
                on:keydown=pressed
                on:input=typed
            ></textarea>
            <button part="send" type="submit">{send}</button>
        </form>
    }
}
