//! The transcript: every line with who wrote it, how far it has come, and what may be pressed under it.

use super::{
    answer::answer,
    choices::choices,
    line::{Delivery, Line},
    state::{Conversation, Event},
};
use crate::{live::Live, strings};
use leptos::prelude::*;
use protocol::Author;

/// All lines, oldest first.
#[component]
pub fn Transcript(
    /// The conversation.
    live: Live,
) -> impl IntoView {
    let label = live.glance(|conversation| conversation.strings.say(strings::TRANSCRIPT));
    // Rows are built anew at every change and laid over those that are there, which touches only what differs.
    let rows = move || {
        live.look(|conversation| {
            conversation.lines.iter().map(|line| row(live, conversation, line)).collect::<Vec<_>>()
        })
    };
    view! { <div part="transcript" class="transcript" role="region" aria-label=label tabindex="0">{rows}</div> }
}

/// One line.
fn row(live: Live, conversation: &Conversation, line: &Line) -> impl IntoView + use<> {
    let who = conversation.who(line);
    let shown = line.message().map(|_| view! { <span class="who" aria-hidden="true">{who.clone()}</span> });
    let body = match line.message() {
        Some(message) if message.author == Author::Bot => answer(&message.text),
        Some(message) => vec![view! { <p class="said">{message.text.clone()}</p> }.into_any()],
        None => vec![view! { <p>{conversation.note(line)}</p> }.into_any()],
    };
    view! {
        <article
            part="message"
            class=format!("message {}", line.author().as_str())
            data-author=line.author().as_str()
            data-entry=line.message().and_then(|message| message.entry.clone())
            aria-label=who
        >
            {shown}
            <div class="body" dir="auto">{body}</div>
            {delivery_words(conversation, line).map(|words| view! { <span class="delivery">{words}</span> })}
            {retry(live, conversation, line)}
            {choices(live, conversation, line)}
        </article>
    }
}

/// How far a visitor's message has come, in words; nothing for what stays on the page.
fn delivery_words(conversation: &Conversation, line: &Line) -> Option<String> {
    if line.author() != Author::Visitor {
        return None;
    }
    let text = match line.delivery {
        Delivery::Here => return None,
        Delivery::Sending => strings::SENDING,
        Delivery::Sent => strings::SENT,
        Delivery::Failed => strings::NOT_SENT,
    };
    Some(conversation.strings.say(text))
}

/// The button that sends a refused message again.
fn retry(live: Live, conversation: &Conversation, line: &Line) -> Option<impl IntoView + use<>> {
    let label = conversation.strings.say(strings::RETRY);
    let id = line.id.clone();
    let again = move |_| live.emit(Event::Retried(id.clone()));
    (line.delivery == Delivery::Failed)
        .then(|| view! { <button type="button" part="retry" on:click=again>{label}</button> })
}
