//! The way to closing a conversation: one press asks, a second one means it.

use crate::{dialogue::Closing, effects::Live, focus::id, state::Event, strings::ENGLISH};
use leptos::{ev, prelude::*};

/// The close button, the question, or the word that it is on its way.
#[component]
pub fn ClosingButtons(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
) -> impl IntoView {
    let closing = Memo::new(move |_| {
        live.inbox().with(|inbox| {
            let dialogue = inbox.dialogues.get(&conversation);
            dialogue.map(|dialogue| dialogue.closing.clone()).unwrap_or_default()
        })
    });
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            live.emit(Event::CloseKept);
        }
    };
    move || match closing.get() {
        Closing::No => view! {
            <button type="button" id=id::CLOSE on:click=move |_| live.emit(Event::ClosePressed)>
                {ENGLISH.close}
            </button>
        }
        .into_any(),
        Closing::Asked => view! {
            <div class="asked" role="group" aria-labelledby="close-question" on:keydown=pressed>
                <span id="close-question">{ENGLISH.close_question}</span>
                <button
                    type="button"
                    id=id::CONFIRM_CLOSE
                    class="strong"
                    aria-describedby="close-question"
                    on:click=move |_| live.emit(Event::CloseConfirmed)
                >
                    {ENGLISH.close_confirm}
                </button>
                <button type="button" id="keep-open" on:click=move |_| live.emit(Event::CloseKept)>
                    {ENGLISH.close_keep}
                </button>
            </div>
        }
        .into_any(),
        Closing::Sent(_) => view! { <p class="closing">{ENGLISH.closing}</p> }.into_any(),
    }
}
