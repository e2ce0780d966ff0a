//! What the line tells, taken into the inbox.

use crate::{
    access::{self, Access},
    dialogue::{Closing, Delivery},
    problem::Problem,
    state::{Effect, Inbox, Spot},
    strings::{ENGLISH, fill},
};
use channel::{Status, agent_line::Notice};
use protocol::{Author, ConversationSummary, ErrorCode, Event, EventBody, Floor, WireError};

/// For so many milliseconds a sign of writing is believed.
const WRITING_FADES_MS: u64 = 10_000;

/// Takes in one notice of the line.
pub(crate) fn notice(inbox: &mut Inbox, notice: Notice) -> Vec<Effect> {
    match notice {
        Notice::Status(status) => {
            connection(inbox, status);
            Vec::new()
        }
        Notice::Welcome(agent, _) => access::enter(inbox, agent.name),
        Notice::Agents(agents) => {
            inbox.agents = agents;
            Vec::new()
        }
        Notice::Queue(queue) => {
            take_queue(inbox, queue);
            Vec::new()
        }
        Notice::Reset(conversation) => {
            inbox.dialogue(&conversation).reset();
            Vec::new()
        }
        Notice::Replayed(conversation, events) => {
            // What is told of a log not held yet is history; what was missed is news.
            let is_news = inbox.dialogue(&conversation).head() > 0;
            events.into_iter().flat_map(|event| happened(inbox, &conversation, event, is_news)).collect()
        }
        Notice::Happened(conversation, event) => happened(inbox, &conversation, event, true),
        Notice::Acknowledged(cid, _) => {
            let pending = inbox.dialogues.values_mut().find_map(|dialogue| dialogue.pending(&cid));
            if let Some(pending) = pending {
                pending.delivery = Delivery::Sent;
            }
            Vec::new()
        }
        Notice::Refused(error) => refused(inbox, &error),
        Notice::Typing(conversation, Author::Visitor, active) => {
            let until = active.then_some(inbox.now + WRITING_FADES_MS);
            inbox.dialogue(&conversation).visitor_writes_until = until;
            Vec::new()
        }
        Notice::Typing(..) => Vec::new(),
        Notice::NotWelcomed => vec![Effect::AskWhoIAm],
        Notice::LoggedOut => access::ended(inbox),
    }
}

fn connection(inbox: &mut Inbox, status: Status) {
    let before = std::mem::replace(&mut inbox.status, status);
    let words = match (before, status) {
        (_, Status::Reconnecting) => ENGLISH.reconnecting,
        (_, Status::Unreachable) => ENGLISH.unreachable,
        (Status::Reconnecting | Status::Unreachable, Status::Live) => ENGLISH.connected,
        _ => return,
    };
    inbox.announce(words.to_owned());
}

fn take_queue(inbox: &mut Inbox, queue: Vec<ConversationSummary>) {
    if let Some(before) = &inbox.queue {
        let rang_before = |conversation: &str| {
            before.iter().any(|summary| summary.conversation == conversation && summary.floor == Floor::Ringing)
        };
        let new: Vec<_> = queue
            .iter()
            .filter(|summary| summary.floor == Floor::Ringing && !rang_before(&summary.conversation))
            .map(|summary| match summary.preview.as_str() {
                "" => ENGLISH.announce_ring.to_owned(),
                preview => fill(ENGLISH.announce_ring_text, "{text}", preview),
            })
            .collect();
        for words in new {
            inbox.announce(words);
        }
    }
    for (conversation, dialogue) in &mut inbox.dialogues {
        let summary = queue.iter().find(|summary| summary.conversation == *conversation);
        if summary.is_none_or(|summary| summary.floor != Floor::Ringing) {
            dialogue.claiming = None;
        }
    }
    inbox.queue = Some(queue);
    inbox.queue_told_at = inbox.now;
    inbox.forget_what_is_over();
}

fn happened(inbox: &mut Inbox, conversation: &str, event: Event, is_news: bool) -> Vec<Effect> {
    let is_open = inbox.open.as_deref() == Some(conversation);
    let body = event.body.clone();
    if !inbox.dialogue(conversation).take_in(event) || !is_open || !is_news {
        return Vec::new();
    }
    match body {
        EventBody::Message(message) if message.author == Author::Visitor => {
            inbox.announce(fill(ENGLISH.announce_visitor, "{text}", &message.text));
            Vec::new()
        }
        // What was pressed is gone: a claimed conversation has a composer, one that is another's or closed has neither.
        EventBody::Claimed { .. }
        | EventBody::Closed { .. }
        | EventBody::Transferred { .. }
        | EventBody::HandedBack { .. } => vec![Effect::FocusIfLost(Spot::Conversation)],
        EventBody::Message(_) | EventBody::Rang | EventBody::Edited { .. } => Vec::new(),
    }
}

fn refused(inbox: &mut Inbox, error: &WireError) -> Vec<Effect> {
    let Some(cid) = &error.cid else {
        if matches!(inbox.access, Access::In(_)) {
            inbox.problem = Some(Problem::of(error));
        }
        return Vec::new();
    };
    for (conversation, dialogue) in &mut inbox.dialogues {
        let problem = if dialogue.claiming.as_ref() == Some(cid) {
            dialogue.claiming = None;
            match error.code {
                ErrorCode::AlreadyClaimed => Problem::Taken(conversation.clone()),
                ErrorCode::NotClaimed => Problem::NotWaiting,
                _ => Problem::of(error),
            }
        } else if dialogue.closing == Closing::Sent(cid.clone()) {
            dialogue.closing = Closing::No;
            Problem::of(error)
        } else if dialogue.pending(cid).is_some() {
            Problem::of(error)
        } else {
            continue;
        };
        let conversation = conversation.clone();
        let words = problem.words(inbox);
        match inbox.dialogue(&conversation).pending(cid) {
            Some(pending) => {
                pending.delivery = Delivery::NotSent(words.clone());
                inbox.announce(format!("{} {words}", ENGLISH.not_sent));
            }
            None => inbox.problem = Some(problem),
        }
        return vec![Effect::FocusIfLost(Spot::Conversation)];
    }
    Vec::new()
}
