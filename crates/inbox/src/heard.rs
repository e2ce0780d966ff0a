//! What the line tells, taken into the inbox.

use crate::{
    access::{self, Access},
    dialogue::{Delivery, Dialogue},
    parting::{self, Parting},
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
        Notice::Welcome(agent, _) => {
            let effects = access::enter(inbox, agent.name);
            inbox.role = Some(agent.role);
            effects
        }
        Notice::Agents(agents) => {
            inbox.agents = agents;
            // Whoever was about to be chosen may have left.
            let is_choosing = inbox.opened().is_some_and(|(_, dialogue)| dialogue.parting == Parting::Choosing);
            if is_choosing { vec![Effect::FocusIfLost(Spot::Choices)] } else { Vec::new() }
        }
        Notice::Queue(queue, more) => {
            take_queue(inbox, queue);
            inbox.more = more;
            Vec::new()
        }
        Notice::Reset(conversation) => {
            inbox.dialogue(&conversation).reset();
            Vec::new()
        }
        Notice::Replaced => {
            inbox.dialogues.values_mut().for_each(Dialogue::reset);
            Vec::new()
        }
        Notice::Replayed(conversation, events) => {
            // What is told of a log not held yet is history; what was missed is news.
            let is_news = inbox.dialogue(&conversation).head() > 0;
            let happened = |event| happened(inbox, &conversation, event, is_news);
            let effects = events.into_iter().flat_map(happened).collect();
            inbox.settle_floors();
            effects
        }
        Notice::Happened(conversation, event) => {
            let effects = happened(inbox, &conversation, event, true);
            inbox.settle_floors();
            effects
        }
        Notice::Acknowledged(cid, _) => {
            if let Some(delivery) = inbox.dialogues.values_mut().find_map(|dialogue| dialogue.delivery(&cid)) {
                *delivery = Delivery::Sent;
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
    // The first queue is no news.
    let is_news = inbox.queue.is_some();
    let before: Vec<_> = queue.iter().map(|summary| Before::of(inbox, &summary.conversation)).collect();
    inbox.queue = Some(queue.clone());
    inbox.queue_told_at = inbox.now;
    for (summary, before) in queue.into_iter().zip(before) {
        if is_news {
            moved(inbox, &before, &summary);
        }
        if let Some(dialogue) = inbox.dialogues.get_mut(&summary.conversation) {
            dialogue.identity = summary.identity.or(dialogue.identity.take());
        }
    }
    inbox.settle_floors();
    inbox.forget_what_is_over();
}

/// Where the floor of a conversation was before the queue was told anew.
struct Before {
    /// As the queue said, if the conversation was in it.
    queued: Option<Floor>,
    /// Whether this agent had it, as far as that was known.
    was_mine: bool,
}

impl Before {
    fn of(inbox: &Inbox, conversation: &str) -> Before {
        let queued = inbox.summary(conversation).map(|summary| summary.floor.clone());
        let was_mine = queued.is_some() && inbox.is_mine(conversation);
        Before { queued, was_mine }
    }
}

/// Says what the queue tells anew. Of the open conversation the log says more.
fn moved(inbox: &mut Inbox, before: &Before, summary: &ConversationSummary) {
    let conversation = &summary.conversation;
    let is_open = inbox.open.as_ref() == Some(conversation);
    let name = inbox.visitor(conversation).name;
    let had = |floor: &Floor| matches!(floor, Floor::Human { agent } if inbox.is_me(agent));
    let words = match inbox.floor(conversation) {
        Floor::Human { .. } if inbox.is_mine(conversation) => {
            let dialogue = inbox.dialogue(conversation);
            let is_given = !before.was_mine && dialogue.claiming.is_none();
            dialogue.given |= is_given;
            (is_given && !is_open).then(|| fill(ENGLISH.announce_given, "{name}", &name))
        }
        Floor::Human { agent } if before.was_mine && !is_open => {
            Some(fill(&fill(ENGLISH.announce_taken, "{to}", &agent), "{name}", &name))
        }
        Floor::Ringing if before.was_mine || before.queued.as_ref().is_some_and(had) => {
            (!is_open).then(|| fill(ENGLISH.announce_released, "{name}", &name))
        }
        Floor::Ringing if before.queued != Some(Floor::Ringing) => Some(match summary.preview.as_str() {
            "" => ENGLISH.announce_ring.to_owned(),
            preview => fill(ENGLISH.announce_ring_text, "{text}", preview),
        }),
        _ => None,
    };
    if let Some(words) = words {
        inbox.announce(words);
    }
}

fn happened(inbox: &mut Inbox, conversation: &str, event: Event, is_news: bool) -> Vec<Effect> {
    let is_open = inbox.open.as_deref() == Some(conversation);
    let body = event.body.clone();
    let before = inbox.dialogue(conversation).floor();
    if !inbox.dialogue(conversation).take_in(event) || !is_open || !is_news {
        return Vec::new();
    }
    let after = inbox.dialogue(conversation).floor();
    let has = |floor: &Floor| matches!(floor, Floor::Human { agent } if inbox.is_me(agent));
    let is_lost = has(&before) && !has(&after);
    let is_given = has(&after) && matches!(body, EventBody::Transferred { .. });
    match &body {
        EventBody::Message(message) if message.author == Author::Visitor => {
            inbox.announce(fill(ENGLISH.announce_visitor, "{text}", &message.text));
            Vec::new()
        }
        EventBody::Edited { agent, text, .. } => {
            let (mine, other) = match text.as_str() {
                "" => (ENGLISH.you_took_back, ENGLISH.name_took_back),
                _ => (ENGLISH.you_changed, ENGLISH.name_changed),
            };
            let words = if inbox.is_me(agent) { mine.to_owned() } else { fill(other, "{name}", agent) };
            inbox.announce(fill(&words, "{text}", text));
            // The line is drawn anew, and with it whatever was pressed on it.
            vec![Effect::FocusIfLost(Spot::Conversation)]
        }
        // What was pressed is gone: a claimed conversation has a composer, one that is another's or closed has neither.
        EventBody::Claimed { .. }
        | EventBody::Closed { .. }
        | EventBody::Transferred { .. }
        | EventBody::HandedBack { .. } => {
            if let Some(words) = inbox.note(&before, &body).filter(|_| is_given || is_lost) {
                inbox.announce(words);
            }
            inbox.dialogue(conversation).given |= is_given;
            vec![Effect::FocusIfLost(Spot::Conversation)]
        }
        EventBody::Message(_) | EventBody::Rang | EventBody::Unknown => Vec::new(),
    }
}

fn refused(inbox: &mut Inbox, error: &WireError) -> Vec<Effect> {
    let Some(cid) = &error.cid else {
        if matches!(inbox.access, Access::In(_)) {
            inbox.problem = Some(Problem::of(error));
        }
        return Vec::new();
    };
    let is_of = |dialogue: &mut Dialogue| {
        let is_step = dialogue.claiming.as_ref() == Some(cid) || dialogue.parting.cid() == Some(cid);
        is_step || dialogue.delivery(cid).is_some()
    };
    let found =
        inbox.dialogues.iter_mut().find_map(|(name, dialogue)| is_of(dialogue).then(|| (name.clone(), dialogue)));
    let Some((conversation, dialogue)) = found else { return Vec::new() };
    if dialogue.claiming.as_ref() == Some(cid) {
        dialogue.claiming = None;
        inbox.problem = Some(match error.code {
            ErrorCode::AlreadyClaimed => Problem::Taken(conversation),
            ErrorCode::NotClaimed => Problem::NotWaiting,
            _ => Problem::of(error),
        });
    } else if dialogue.parting.cid() == Some(cid) {
        inbox.problem = Some(parting::refused(&mut dialogue.parting, error));
    } else {
        let is_change = dialogue.edits.iter().any(|edit| edit.cid == *cid);
        let (problem, what) = match error.code {
            ErrorCode::NotFound if is_change => (Problem::NoMessage, ENGLISH.not_changed),
            _ if is_change => (Problem::of(error), ENGLISH.not_changed),
            _ => (Problem::of(error), ENGLISH.not_sent),
        };
        // It is marked in its place.
        let why = problem.words(inbox);
        inbox.announce(format!("{what} {why}"));
        if let Some(delivery) = inbox.dialogue(&conversation).delivery(cid) {
            *delivery = Delivery::NotSent(why);
        }
    }
    vec![Effect::FocusIfLost(Spot::Conversation)]
}
