//! Where the agent writes, or changes what they wrote before. Enter sends, Shift+Enter begins a new line.

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
    let (text, is_editing) = {
        let written = Memo::new(move |_| {
            live.inbox().with(|inbox| {
                let dialogue = inbox.dialogues.get(&conversation);
                dialogue.map_or_else(Default::default, |dialogue| match &dialogue.editing {
                    Some(editing) => (editing.text.clone(), true),
                    None => (dialogue.draft.clone(), false),
                })
            })
        });
        (
            move || written.with(|(text, _)| text.clone()),
            Memo::new(move |_| written.with(|(_, is_editing)| *is_editing)),
        )
    };
    let either = move |editing, writing| if is_editing.get() { editing } else { writing };
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
        } else if event.key() == "Escape" && !is_composing && is_editing.get_untracked() {
            live.emit(Event::ChangeLeft);
        }
    };
    view! {
        <form
            class="composer"
            class:editing=move || is_editing.get()
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <label for=id::COMPOSER class:unseen=move || !is_editing.get()>
                {move || either(ENGLISH.composer_change, ENGLISH.composer)}
            </label>
            <textarea
                id=id::COMPOSER
                rows="2"
                dir="auto"
                placeholder=move || either(ENGLISH.composer_change, ENGLISH.composer)
                aria-describedby="composer-hint"
                enterkeyhint="send"
                node_ref=field
                prop:value=text
                on:keydown=pressed
                on:input=move |event| live.emit(Event::Drafted(event_target_value(&event)))
            ></textarea>
            <div class="buttons">
                <Show when=move || is_editing.get()>
                    <button type="button" id="leave-change" on:click=move |_| live.emit(Event::ChangeLeft)>
                        {ENGLISH.change_leave}
                    </button>
                </Show>
                <button type="submit" id="send" class="strong">
                    {move || either(ENGLISH.change_save, ENGLISH.send)}
                </button>
            </div>
            <p id="composer-hint">{move || either(ENGLISH.composer_change_hint, ENGLISH.composer_hint)}</p>
        </form>
    }
}
