//! What an agent may do with a message of their own: change it, or take it back, which takes a second press.

use crate::{effects::Live, focus::id, state::Event, strings::ENGLISH};
use leptos::{ev, prelude::*};

const QUESTION: &str = "take-back-question";

/// The two small buttons, or the question.
#[component]
pub fn OwnButtons(
    /// The inbox.
    live: Live,
    /// Where the message stands in the log.
    seq: u64,
    /// Whether it may be changed, or only taken back.
    may_change: bool,
    /// The id of the element with what it says.
    described_by: String,
) -> impl IntoView {
    let is_asked = Memo::new(move |_| {
        live.inbox().with(|inbox| inbox.opened().is_some_and(|(_, dialogue)| dialogue.taking_back == Some(seq)))
    });
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            live.emit(Event::TakeBackLeft);
        }
    };
    move || {
        let described_by = described_by.clone();
        if is_asked.get() {
            view! {
                <div class="own asked" role="group" aria-labelledby=QUESTION on:keydown=pressed>
                    <span id=QUESTION>{ENGLISH.take_back_question}</span>
                    <button
                        type="button"
                        id=id::CONFIRM_TAKE_BACK
                        class="strong"
                        aria-describedby=described_by
                        on:click=move |_| live.emit(Event::TakeBackConfirmed)
                    >
                        {ENGLISH.take_back_confirm}
                    </button>
                    <button type="button" id="keep-said" on:click=move |_| live.emit(Event::TakeBackLeft)>
                        {ENGLISH.take_back_keep}
                    </button>
                </div>
            }
            .into_any()
        } else {
            view! {
                <div class="own">
                    {may_change.then(|| view! {
                        <button
                            type="button"
                            class="change"
                            aria-describedby=described_by.clone()
                            on:click=move |_| live.emit(Event::ChangePressed(seq))
                        >
                            {ENGLISH.change}
                        </button>
                    })}
                    " "
                    <button
                        type="button"
                        class="take-back"
                        id=id::take_back(seq)
                        aria-describedby=described_by
                        on:click=move |_| live.emit(Event::TakeBackPressed(seq))
                    >
                        {ENGLISH.take_back}
                    </button>
                </div>
            }
            .into_any()
        }
    }
}
