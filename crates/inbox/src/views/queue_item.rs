//! One entry of the queue: who, for how long, what they said last, and who is with them.

use super::visitor_name::VisitorName;
use crate::{
    effects::Live,
    focus::id,
    state::{Event, Inbox},
    strings::{ENGLISH, fill},
    waiting,
};
use leptos::prelude::*;
use protocol::{ConversationSummary, Floor};

/// A button that opens the conversation.
#[component]
pub fn QueueItem(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
) -> impl IntoView {
    let inbox = live.inbox();
    let summary = {
        let conversation = conversation.clone();
        Memo::new(move |earlier: Option<&Option<ConversationSummary>>| {
            let found = inbox.with(|inbox| inbox.summary(&conversation).cloned());
            // An entry taken out keeps its last shape until its row is gone.
            found.or_else(|| earlier.cloned().flatten())
        })
    };
    let of = move |look: fn(&Inbox, &ConversationSummary) -> u64| {
        summary.with(|summary| summary.as_ref().map_or(0, |summary| inbox.with(|inbox| look(inbox, summary))))
    };
    let waited = Memo::new(move |_| of(Inbox::waited_ms));
    let unseen = Memo::new(move |_| of(Inbox::unseen));
    let floor = Memo::new(move |_| {
        let floor = summary.with(|summary| summary.as_ref().map(|summary| summary.floor.clone()).unwrap_or_default());
        let me = inbox.with(|inbox| inbox.agent.clone());
        (floor, me)
    });
    let is_ringing = Memo::new(move |_| floor.with(|(floor, _)| *floor == Floor::Ringing));
    // Each its own text: a clock for the eye, words that change once a minute for the ear.
    let clock = Memo::new(move |_| waiting::clock(waited.get()));
    let words = Memo::new(move |_| {
        let since = if is_ringing.get() { ENGLISH.waits_since } else { ENGLISH.rang_before };
        fill(since, "{time}", &waiting::words(waited.get()))
    });
    let holder = move || {
        floor.with(|(floor, me)| match floor {
            Floor::Human { agent } if Some(agent) == me.as_ref() => ENGLISH.with_you.to_owned(),
            Floor::Human { agent } => fill(ENGLISH.with_name, "{name}", agent),
            _ => ENGLISH.waiting.to_owned(),
        })
    };
    let state = move || {
        floor.with(|(floor, me)| match floor {
            Floor::Human { agent } if Some(agent) == me.as_ref() => "mine",
            Floor::Human { .. } => "taken",
            _ => "ringing",
        })
    };
    let preview = Memo::new(move |_| {
        summary.with(|summary| summary.as_ref().map(|summary| summary.preview.clone()).unwrap_or_default())
    });
    let unseen_words = move || {
        let count = unseen.get();
        (count > 0)
            .then(|| view! { <span class="unseen-count">{fill(ENGLISH.unseen, "{count}", &count.to_string())}</span> })
    };
    let visitor = {
        let conversation = conversation.clone();
        Memo::new(move |_| inbox.with(|inbox| inbox.visitor(&conversation)))
    };
    let is_given = {
        let conversation = conversation.clone();
        Memo::new(move |_| inbox.with(|inbox| inbox.is_given(&conversation)))
    };
    let is_open = {
        let conversation = conversation.clone();
        Memo::new(move |_| inbox.with(|inbox| inbox.open.as_ref() == Some(&conversation)))
    };
    let opened = conversation.clone();
    view! {
        <button
            type="button"
            id=id::queue_item(&conversation)
            data-conversation=conversation.clone()
            data-state=state
            aria-current=move || is_open.get().then_some("true")
            on:click=move |_| live.emit(Event::Opened(opened.clone()))
        >
            <span class="first">
                <span class="whose">{move || view! { <VisitorName visitor=visitor.get()/> }}</span>
                " "
                <span class="clock" aria-hidden="true">{move || clock.get()}</span>
                <span class="unseen">{move || words.get()}</span>
            </span>
            " "
            <span class="preview" dir="auto" class:empty=move || preview.with(String::is_empty)>
                {move || if preview.with(String::is_empty) { ENGLISH.only_rang.to_owned() } else { preview.get() }}
            </span>
            " "
            <span class="last">
                <span class="holder">{holder}</span>
                " "
                {move || is_given.get().then(|| view! { <span class="given">{ENGLISH.given}</span> " " })}
                {unseen_words}
            </span>
        </button>
    }
}
