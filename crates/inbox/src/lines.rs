//! The transcript, line by line: who said what, in words, and how far it has come.

use crate::{
    dialogue::{Delivery, Dialogue},
    state::Inbox,
    strings::{ENGLISH, fill},
};
use protocol::{Author, Event, EventBody, Floor, Message};
use std::collections::BTreeMap;

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// Tells it from the other lines. What is said here keeps its key when it comes back in the log.
    pub key: String,
    /// Who wrote it; notes of what happened are by [`Author::System`].
    pub author: Author,
    /// Whether this agent wrote it.
    pub is_mine: bool,
    /// Who wrote it, in words.
    pub who: String,
    /// What it says; nothing when it was taken back.
    pub text: String,
    /// What became of what it first said.
    pub mark: Option<Mark>,
    /// The FAQ entry the bot quotes.
    pub entry: Option<String>,
    /// When the backend stored it, in milliseconds since the Unix epoch.
    pub at: Option<u64>,
    /// While the log does not show the message, or a change of it: the id under which it is sent, and how far it has come.
    pub delivery: Option<(String, Delivery)>,
    /// Where it stands in the log, when the agent may take it back: it is theirs, it was not taken back, and no change of it is
    /// on its way.
    pub own: Option<u64>,
    /// Whether they may also change it: they have the conversation.
    pub may_change: bool,
}

/// What became of what a message first said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It says something else now.
    Changed,
    /// It says nothing any more.
    TakenBack,
}

impl Mark {
    /// The mark in words.
    pub fn words(self) -> &'static str {
        match self {
            Mark::Changed => ENGLISH.changed,
            Mark::TakenBack => ENGLISH.taken_back,
        }
    }
}

impl Inbox {
    /// The transcript of this conversation: its log, every message in its latest wording, then what was said here and is not
    /// in it yet.
    pub fn lines(&self, conversation: &str) -> Vec<Line> {
        let Some(dialogue) = self.dialogues.get(conversation) else { return Vec::new() };
        let (wordings, is_mine) = (wordings(dialogue), self.is_mine(conversation));
        let mut floor = Floor::default();
        let logged = dialogue.log.iter().filter_map(|event| {
            let before = std::mem::take(&mut floor);
            let line = match &event.body {
                EventBody::Message(message) => {
                    let mut line = self.message_line(event, message);
                    if let Some(text) = wordings.get(&event.seq) {
                        line.text = (*text).to_owned();
                        line.mark = Some(Mark::Changed);
                    }
                    // Of what was taken back the backend keeps no words, wherever the change stands in the log.
                    if line.author == Author::Human && line.text.is_empty() {
                        line.mark = Some(Mark::TakenBack);
                    }
                    line.delivery = dialogue.edit_of(event.seq).map(|edit| (edit.cid.clone(), edit.delivery.clone()));
                    let is_settled = !matches!(line.delivery, Some((_, Delivery::Sending | Delivery::Sent)));
                    let may_take_back = line.is_mine && is_settled && line.mark != Some(Mark::TakenBack);
                    line.own = may_take_back.then_some(event.seq);
                    line.may_change = may_take_back && is_mine;
                    Some(line)
                }
                body => self.note(&before, body).map(|text| note_line(event, text)),
            };
            floor = before.after(&event.body);
            line
        });
        let pending = dialogue.pending.iter().map(|pending| Line {
            key: pending.cid.clone(),
            author: Author::Human,
            is_mine: true,
            who: ENGLISH.you.to_owned(),
            text: pending.text.clone(),
            mark: None,
            entry: None,
            at: None,
            delivery: Some((pending.cid.clone(), pending.delivery.clone())),
            own: None,
            may_change: false,
        });
        logged.chain(pending).collect()
    }

    /// What happened, in words, when `before` had the floor. Messages, and changes of them, are no notes.
    pub(crate) fn note(&self, before: &Floor, body: &EventBody) -> Option<String> {
        let by = |agent: &str, mine: &str, other: &str| {
            if self.is_me(agent) { mine.to_owned() } else { fill(other, "{name}", agent) }
        };
        Some(match body {
            EventBody::Message(_) | EventBody::Edited { .. } | EventBody::Unknown => return None,
            EventBody::Rang => ENGLISH.visitor_rang.to_owned(),
            EventBody::Claimed { agent } => match before {
                Floor::Human { agent: last } if last != agent => {
                    by(agent, ENGLISH.you_took_over, ENGLISH.name_took_over)
                }
                _ => by(agent, ENGLISH.you_claimed, ENGLISH.name_claimed),
            },
            EventBody::Transferred { agent, to: None } => by(agent, ENGLISH.you_released, ENGLISH.name_released),
            EventBody::Transferred { agent, to: Some(to) } => {
                let text = by(agent, ENGLISH.you_transferred, ENGLISH.name_transferred);
                fill(&text, "{to}", if self.is_me(to) { ENGLISH.to_you } else { to })
            }
            EventBody::HandedBack { agent } => by(agent, ENGLISH.you_handed_back, ENGLISH.name_handed_back),
            EventBody::Closed { agent } => by(agent, ENGLISH.you_closed, ENGLISH.name_closed),
        })
    }

    fn message_line(&self, event: &Event, message: &Message) -> Line {
        let name = message.name.as_deref().unwrap_or_default();
        let is_mine = message.author == Author::Human && self.is_me(name);
        let who = match message.author {
            Author::Bot => ENGLISH.bot.to_owned(),
            Author::Visitor => ENGLISH.visitor.to_owned(),
            Author::System => ENGLISH.system.to_owned(),
            Author::Human if is_mine => ENGLISH.you.to_owned(),
            Author::Human => fill(ENGLISH.agent, "{name}", name).trim_end().to_owned(),
        };
        // Ids are made by whoever writes: only those of agents are sure not to be a visitor's doing.
        let key = if message.author == Author::Human { event.cid.clone() } else { event.seq.to_string() };
        let entry = message.entry.clone();
        Line { key, author: message.author, is_mine, who, entry, ..note_line(event, message.text.clone()) }
    }

    pub(crate) fn is_me(&self, agent: &str) -> bool {
        self.agent.as_deref() == Some(agent)
    }
}

fn note_line(event: &Event, text: String) -> Line {
    Line {
        key: event.seq.to_string(),
        author: Author::System,
        is_mine: false,
        who: ENGLISH.system.to_owned(),
        text,
        mark: None,
        entry: None,
        at: Some(event.at),
        delivery: None,
        own: None,
        may_change: false,
    }
}

/// The latest wording of each message that was changed, by its `seq`: as the log has it, or as it is on its way there. What
/// was refused does not count.
fn wordings(dialogue: &Dialogue) -> BTreeMap<u64, &str> {
    let logged = dialogue.log.iter().filter_map(|event| match &event.body {
        EventBody::Edited { seq, text, .. } => Some((*seq, text.as_str())),
        _ => None,
    });
    let sent = dialogue.edits.iter().filter(|edit| !matches!(edit.delivery, Delivery::NotSent(_)));
    logged.chain(sent.map(|edit| (edit.seq, edit.text.as_str()))).collect()
}
