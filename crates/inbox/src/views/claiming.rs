//! The button that takes a conversation which waits, or over from another agent.

use crate::{effects::Live, focus::id, standing::May, state::Event, strings::ENGLISH};
use leptos::prelude::*;

/// Why it can be taken, and the button.
#[component]
pub fn Claiming(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
    /// [`May::Claim`] or [`May::TakeOver`].
    may: May,
    /// How it stands, in words.
    why: Memo<String>,
) -> impl IntoView {
    let is_claiming = Memo::new(move |_| {
        live.inbox()
            .with(|inbox| inbox.dialogues.get(&conversation).is_some_and(|dialogue| dialogue.claiming.is_some()))
    });
    // The focus comes to a claim by itself, but never to what takes a conversation away from somebody.
    let (id, words, event) = match may {
        May::TakeOver => ("take-over", ENGLISH.take_over, Event::TakeOverPressed),
        _ => (id::CLAIM, ENGLISH.claim, Event::ClaimPressed),
    };
    view! {
        <div class="claiming">
            <p id="claim-hint">{move || why.get()}</p>
            <button
                type="button"
                id=id
                class:strong=may == May::Claim
                aria-describedby="claim-hint"
                aria-disabled=move || is_claiming.get().then_some("true")
                on:click=move |_| live.emit(event.clone())
            >
                {move || if is_claiming.get() { ENGLISH.claiming } else { words }}
            </button>
        </div>
    }
}
