//! What went wrong, in one line, until the agent dismisses it.

use crate::{effects::Live, state::Event, strings::ENGLISH};
use leptos::prelude::*;

/// The problem's line; nothing when all is well. The live region says it, too.
#[component]
pub fn ProblemLine(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let words =
        Memo::new(move |_| live.inbox().with(|inbox| inbox.problem.as_ref().map(|problem| problem.words(inbox))));
    move || {
        words.get().map(|words| {
            view! {
                <div class="problem">
                    <p>{words}</p>
                    <button type="button" id="dismiss" on:click=move |_| live.emit(Event::ProblemDismissed)>
                        {ENGLISH.dismiss}
                    </button>
                </div>
            }
        })
    }
}
