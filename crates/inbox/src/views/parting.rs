//! What the agent of a conversation may do with it beside answering: give it away or close it. What is meant for good takes a
//! second press.

use super::choices::Choices;
use crate::{
    effects::Live,
    focus::id,
    parting::{Next, Parting},
    state::Event,
    strings::ENGLISH,
};
use leptos::{ev, prelude::*};

/// The buttons, the question to whom or whether, or the word that it is on its way.
#[component]
pub fn PartingButtons(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
) -> impl IntoView {
    let parting = Memo::new(move |_| {
        live.inbox().with(|inbox| {
            let dialogue = inbox.dialogues.get(&conversation);
            dialogue.map(|dialogue| dialogue.parting.clone()).unwrap_or_default()
        })
    });
    move || match parting.get() {
        Parting::No => view! {
            <div class="parting">
                <button type="button" id=id::GIVE on:click=move |_| live.emit(Event::GivePressed)>
                    {ENGLISH.give}
                </button>
                <button type="button" id="hand-back" on:click=move |_| live.emit(Event::Given(Next::Bot))>
                    {ENGLISH.hand_back}
                </button>
                <button type="button" id=id::CLOSE on:click=move |_| live.emit(Event::ClosePressed)>
                    {ENGLISH.close}
                </button>
            </div>
        }
        .into_any(),
        Parting::Choosing => view! { <Choices live/> }.into_any(),
        Parting::Asked => view! { <Closing live/> }.into_any(),
        sent => view! { <p class="parted">{sent.words()}</p> }.into_any(),
    }
}

/// Whether the agent means to close it.
#[component]
fn Closing(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    view! {
        <div class="asked" role="group" aria-labelledby="close-question" on:keydown=move |event| keep_on_escape(live, &event)>
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
            <button type="button" id="keep-open" on:click=move |_| live.emit(Event::Kept)>
                {ENGLISH.close_keep}
            </button>
        </div>
    }
}

/// Escape keeps the conversation.
pub(super) fn keep_on_escape(live: Live, event: &ev::KeyboardEvent) {
    if event.key() == "Escape" {
        live.emit(Event::Kept);
    }
}
