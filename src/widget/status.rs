//! One line of words on how things stand: waiting, writing, connecting; and the shop's contact when no person is in reach.

use super::{
    contact::Contact,
    state::{Answers, Conversation, Wait},
};
use crate::{live::Live, page::browser::clock, strings};
use channel::Status;
use leptos::prelude::*;
use protocol::Floor;

/// The status line, between transcript and composer.
#[component]
pub fn StatusLine(
    /// The conversation.
    live: Live,
) -> impl IntoView {
    let contact = move || {
        let wanted = live.look(Conversation::shows_contact);
        live.contact().filter(|_| wanted).map(|address| view! { <Contact address live/> })
    };
    view! {
        <div part="status" class="status">
            <span>{move || live.look(words)}</span>
            {contact}
        </div>
    }
}

/// What the status line says; nothing when there is nothing to say.
fn words(conversation: &Conversation) -> String {
    let strings = &conversation.strings;
    let floor = conversation.floor();
    if conversation.is_private {
        return strings.say(strings::PRIVATE);
    }
    if !floor.is_with_people() {
        if conversation.contact_wanted {
            return strings.say(strings::NO_LINE);
        }
        let looking_up = !conversation.unanswered.is_empty() && conversation.answers == Answers::Loading;
        return if looking_up { strings.say(strings::LOADING) } else { String::new() };
    }
    if conversation.offline {
        return strings.say(strings::OFFLINE);
    }
    match (conversation.status, &floor) {
        (Status::Unreachable, _) => strings.say(strings::UNREACHABLE),
        (Status::Reconnecting, _) => strings.say(strings::RECONNECTING),
        (Status::Connecting | Status::Idle, _) => strings.say(strings::CONNECTING),
        (Status::Live, Floor::Human { .. }) => {
            conversation.writing.as_ref().map(|who| strings.say_with(strings::TYPING, who)).unwrap_or_default()
        }
        (Status::Live, _) => match conversation.queue {
            None => strings.say(strings::WAITING),
            Some(Wait { agents: 0, opens_at, .. }) => {
                let opens = opens_at
                    .map(|at| strings.say_with(strings::OPENS, &clock(at as f64, &strings.say(strings::LANGUAGE))));
                joined(strings.say(strings::NOBODY_THERE), opens)
            }
            Some(wait) => {
                let place = match wait.position {
                    0 | 1 => strings.say(strings::WAITING_FIRST),
                    position => strings.say_with(strings::WAITING_POSITION, &position.to_string()),
                };
                joined(place, wait.minutes().map(|minutes| strings.say_with(strings::WAIT_TIME, &minutes.to_string())))
            }
        },
    }
}

/// A sentence, and what follows when it can be told.
fn joined(mut words: String, more: Option<String>) -> String {
    if let Some(more) = more {
        words.push(' ');
        words.push_str(&more);
    }
    words
}
