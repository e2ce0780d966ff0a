//! Where the agent writes. Enter sends, Shift+Enter begins a new line.

use crate::{effects::Live, focus::id, state::Event, strings::ENGLISH};
use leptos::{ev, html, prelude::*};

/// What browsers report as the code of a key that an input method has taken for itself.
const TAKEN_BY_INPUT_METHOD: u32 = 229;

/// The text field and its send button.
#[component]
pub fn Composer(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
) -> impl IntoView {
    let draft = Memo::new(move |_| {
        live.inbox().with(|inbox| {
            let dialogue = inbox.dialogues.get(&conversation);
            dialogue.map(|dialogue| dialogue.draft.clone()).unwrap_or_default()
        })
    });
    let field = NodeRef::<html::Textarea>::new();
    let submit = move || {
        live.emit(Event::Submitted);
        if let Some(field) = field.get_untracked() {
            // The next message is written in the same place; on a phone the keyboard stays.
            let _ = field.focus();
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        // While an input method composes (Chinese, Japanese, accents), Enter belongs to it. Safari says so only by the code.
        let is_composing = event.is_composing() || event.key_code() == TAKEN_BY_INPUT_METHOD;
        if event.key() == "Enter" && !event.shift_key() && !is_composing {
            event.prevent_default();
            submit();
        }
    };
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <label for=id::COMPOSER class="unseen">{ENGLISH.composer}</label>
            <textarea
                id=id::COMPOSER
                rows="2"
                dir="auto"
                placeholder=ENGLISH.composer
                aria-describedby="composer-hint"
                enterkeyhint="send"
                node_ref=field
                prop:value=move || draft.get()
                on:keydown=pressed
                on:input=move |event| live.emit(Event::Drafted(event_target_value(&event)))
            ></textarea>
            <button type="submit" id="send" class="strong">{ENGLISH.send}</button>
            <p id="composer-hint">{ENGLISH.composer_hint}</p>
        </form>
    }
}
