//! The queue: who waits and who is with whom, oldest ring first.

use super::queue_item::QueueItem;
use crate::{effects::Live, focus::id, strings::ENGLISH};
use leptos::prelude::*;

/// The list of open conversations. Its entries stay in place from second to second, and with them the focus.
#[component]
pub fn Queue(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let conversations = Memo::new(move |_| {
        live.inbox().with(|inbox| {
            let queue = inbox.queue.iter().flatten();
            queue.map(|summary| summary.conversation.clone()).collect::<Vec<_>>()
        })
    });
    let is_told = Memo::new(move |_| live.inbox().with(|inbox| inbox.queue.is_some()));
    let more = Memo::new(move |_| live.inbox().with(|inbox| inbox.words_on_more()));
    let is_empty = Memo::new(move |_| conversations.with(Vec::is_empty));
    view! {
        <section class="queue" aria-labelledby=id::QUEUE>
            <h2 id=id::QUEUE tabindex="-1">{ENGLISH.queue}</h2>
            <Show when=move || is_empty.get()>
                <p class="empty">{move || if is_told.get() { ENGLISH.queue_empty } else { ENGLISH.loading }}</p>
            </Show>
            // Without its marks some browsers take a list for none; the role says that it is one.
            <ol role="list">
                <For each=move || conversations.get() key=Clone::clone let(conversation)>
                    <li>
                        <QueueItem live conversation/>
                    </li>
                </For>
            </ol>
            {move || more.get().map(|words| view! { <p class="more">{words}</p> })}
        </section>
    }
}
