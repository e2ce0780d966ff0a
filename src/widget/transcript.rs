//! The transcript: every line with who wrote it, how far it has come, and what may be pressed under it.

use super::{
    answer::answer,
    choices::choices,
    line::{Delivery, Line},
};
use crate::{live::Live, strings};
use leptos::{html, prelude::*};
use protocol::Author;

/// All lines, oldest first, scrolled to the newest.
#[component]
pub fn Transcript(
    /// The conversation.
    live: Live,
) -> impl IntoView {
    let conversation = live.conversation();
    let label = conversation.with_untracked(|conversation| conversation.strings.say(strings::TRANSCRIPT));
    let list = NodeRef::<html::Div>::new();
    let ids = Memo::new(move |_| {
        conversation.with(|conversation| conversation.lines.iter().map(|line| line.id.clone()).collect::<Vec<_>>())
    });
    Effect::new(move |_| {
        let newest = ids.with(Vec::len) + usize::from(conversation.with(|conversation| conversation.open));
        if let Some(list) = list.get()
            && newest > 0
        {
            request_animation_frame(move || list.set_scroll_top(list.scroll_height()));
        }
    });
    view! {
        <div part="transcript" class="transcript" role="region" aria-label=label tabindex="0" node_ref=list>
            <For each=move || ids.get() key=Clone::clone let(id)>
                <Row live id/>
            </For>
        </div>
    }
}

/// One line.
#[component]
fn Row(
    /// The conversation.
    live: Live,
    /// The line's id.
    id: String,
) -> impl IntoView {
    let conversation = live.conversation();
    let line = Memo::new(move |earlier: Option<&Option<Line>>| {
        let found = conversation.with(|conversation| conversation.lines.iter().find(|line| line.id == id).cloned());
        // A line taken out keeps its last shape until its row is gone.
        found.or_else(|| earlier.cloned().flatten())
    });
    move || {
        line.get().map(|line| {
            let (who, note, delivery) = conversation.with_untracked(|conversation| {
                (conversation.who(&line), conversation.note(&line), delivery_words(conversation, &line))
            });
            let shown = line.message().map(|_| view! { <span class="who" aria-hidden="true">{who.clone()}</span> });
            let body = match line.message() {
                Some(message) if message.author == Author::Bot => answer(&message.text),
                Some(message) => vec![view! { <p class="said">{message.text.clone()}</p> }.into_any()],
                None => vec![view! { <p>{note}</p> }.into_any()],
            };
            let pressable = choices(live, &line.id, &line.choices);
            let entry = line.message().and_then(|message| message.entry.clone());
            view! {
                <article
                    part="message"
                    class=format!("message {}", line.author().as_str())
                    data-author=line.author().as_str()
                    data-entry=entry
                    aria-label=who
                >
                    {shown}
                    <div class="body" dir="auto">{body}</div>
                    {delivery.map(|words| view! { <span class="delivery">{words}</span> })}
                    {pressable}
                </article>
            }
        })
    }
}

/// How far a visitor's message has come, in words; nothing for what stays on the page.
fn delivery_words(conversation: &super::state::Conversation, line: &Line) -> Option<String> {
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
