//! One line of a transcript: who wrote it, what it says, when, what became of it, and how far it has come.

use super::{own_message::OwnButtons, stored_at::StoredAt};
use crate::{
    dialogue::Delivery,
    effects::Live,
    lines::{Line, Mark},
    state::Event,
    strings::ENGLISH,
};
use channel::Status;
use leptos::prelude::*;
use protocol::Author;

/// One line. Text from anywhere becomes a text node; the bot's small Markdown is shown as it was written.
#[component]
pub fn MessageLine(
    /// The inbox.
    live: Live,
    /// The line.
    line: Line,
) -> impl IntoView {
    let Line { key, author, is_mine, who, text, mark, entry, at, delivery, own, may_change } = line;
    let name = format!("who-{key}");
    let named = name.clone();
    let said = own.map(|_| format!("said-{key}"));
    let said_id = said.clone().unwrap_or_default();
    let is_change = at.is_some();
    let is_gone = mark == Some(Mark::TakenBack);
    let text = if is_gone { ENGLISH.taken_back.to_owned() } else { text };
    let changed = mark.filter(|_| !is_gone).map(|mark| view! { " " <span class="mark">{mark.words()}</span> });
    // A note says itself who did what.
    let who_class = if author == Author::System { "who unseen" } else { "who" };
    let entry = entry.map(|entry| {
        view! {
            " "
            <span class="entry">
                {ENGLISH.bot_entry}
                " "
                <code>{entry}</code>
            </span>
        }
    });
    view! {
        <article class="message" class:mine=is_mine data-author=author.as_str() aria-labelledby=named>
            <p class="head">
                <span class=who_class id=name>{who}</span>
                {entry}
                {at.map(|at| view! { <StoredAt at/> })}
                {changed}
            </p>
            <p class="said" class:gone=is_gone dir="auto" id=said>{text}</p>
            {delivery.map(|(cid, delivery)| view! { <DeliveryLine live cid delivery is_change/> })}
            {own.map(|seq| view! { <OwnButtons live seq may_change described_by=said_id/> })}
        </article>
    }
}

/// How far a message has come, and another try if it was refused.
#[component]
fn DeliveryLine(
    /// The inbox.
    live: Live,
    /// The message's id.
    cid: String,
    /// How far it has come.
    delivery: Delivery,
    /// Whether it is a change of what was sent before.
    is_change: bool,
) -> impl IntoView {
    let is_live = Memo::new(move |_| live.inbox().with(|inbox| inbox.status == Status::Live));
    match delivery {
        Delivery::Sending => {
            let words = move || if is_live.get() { ENGLISH.sending } else { ENGLISH.sending_waits };
            view! { <p class="delivery">{words}</p> }.into_any()
        }
        Delivery::Sent => view! { <p class="delivery">{ENGLISH.sent}</p> }.into_any(),
        Delivery::NotSent(why) => view! {
            <p class="delivery failed">
                {if is_change { ENGLISH.not_changed } else { ENGLISH.not_sent }}
                " "
                {why}
                " "
                <button type="button" class="retry" on:click=move |_| live.emit(Event::RetryPressed(cid.clone()))>
                    {ENGLISH.retry}
                </button>
            </p>
        }
        .into_any(),
    }
}
