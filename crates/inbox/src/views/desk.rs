//! The desk of a logged-in agent: the bar, what went wrong, the queue, and the conversation beside it.

use super::{bar::Bar, conversation::Conversation, problem::ProblemLine, queue::Queue};
use crate::{effects::Live, strings::ENGLISH};
use leptos::prelude::*;

/// Two panes beside each other; on a phone the queue until a conversation is opened.
#[component]
pub fn Desk(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let open = Memo::new(move |_| live.inbox().with(|inbox| inbox.open.clone()));
    view! {
        <Bar live/>
        <main class="desk" class:reading=move || open.with(Option::is_some)>
            <ProblemLine live/>
            <Queue live/>
            {move || match open.get() {
                Some(conversation) => view! { <Conversation live conversation/> }.into_any(),
                None => view! { <p class="nothing-open">{ENGLISH.choose}</p> }.into_any(),
            }}
        </main>
    }
}
