//! The visitor's conversation: what it is, what can happen to it, and what is to be done then.
//!
//! Pure: no DOM, clock or network, and it cannot fail. Views show a [`Conversation`] and emit [`Event`]s; `crate::live`
//! carries out the [`Effect`]s. The transcript holds what the backend's log holds, in its order, and between it what has not left
//! the page; who has the floor is derived from it.

use super::line::{Choice, Delivery, Line};
use crate::{
    answering::Reply,
    strings::{self, Strings},
};
use channel::{
    Status,
    visitor_line::{Command, Notice},
};
use protocol::{Author, EventBody, Floor, Message, limits};
use std::rc::Rc;

/// Whether the bot can answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// The FAQ and the encoder are on their way.
    #[default]
    Loading,
    /// It can.
    Ready,
    /// The FAQ or the encoder could not be loaded or read.
    Missing,
}

/// Everything the widget shows.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// The transcript, oldest first.
    pub lines: Vec<Line>,
    /// How the line to people stands.
    pub status: Status,
    /// Whether the browser says that there is no network.
    pub offline: bool,
    /// What comes in is what an earlier page has shown: nothing of it is news.
    pub is_history: bool,
    /// Whether the composer holds what looks like a card's or an account's number.
    pub is_private: bool,
    /// While ringing: how the wait stands.
    pub queue: Option<Wait>,
    /// Who of the people is writing.
    pub writing: Option<String>,
    /// Whether the bot can answer.
    pub answers: Answers,
    /// What waits for the answers to be loaded: ids of the visitor's lines.
    pub unanswered: Vec<String>,
    /// Whether the panel is open.
    pub open: bool,
    /// Messages by people since the panel was closed.
    pub unread: u32,
    /// False when the shop has no backend: then its contact stands in for the bell.
    pub has_backend: bool,
    /// The visitor wanted a person and there is no backend.
    pub contact_wanted: bool,
    /// The page's language.
    pub strings: Rc<Strings>,
    /// When the people were last told that the visitor is writing, in milliseconds.
    typing_told_at: Option<u64>,
    /// Counts the signs of writing, so that only the latest fades.
    pub(super) writing_signs: u32,
}

/// How a wait for a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Place in the queue, counted from 1.
    pub position: u32,
    /// How many agents are there to answer.
    pub agents: u32,
    /// How long it will take, in milliseconds, when that can be told.
    pub wait_ms: Option<u64>,
    /// When the shop opens next, in milliseconds since the Unix epoch, while it is closed.
    pub opens_at: Option<u64>,
}

impl Wait {
    /// How long it will take in minutes, begun ones counted as whole, at least one; when that can be told.
    pub fn minutes(&self) -> Option<u64> {
        self.wait_ms.map(|ms| ms.div_ceil(60_000).max(1))
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The visitor sent a message.
    Said(String),
    /// The classifier has decided about the visitor's line of this id.
    Replied(String, Reply),
    /// What the visitor said last is in another language than the FAQ.
    Foreign,
    /// The visitor pressed a choice under the line of this id.
    Chose(String, Choice),
    /// The visitor asked for a person.
    Rang,
    /// The visitor wants the refused line of this id sent again.
    Retried(String),
    /// The composer's text changed; whether it is empty now, and the time in milliseconds.
    Typed(bool, u64),
    /// Whether the composer holds what looks like a card's or an account's number.
    TypedPrivate(bool),
    /// The sign of writing with this count is old now.
    WritingFaded(u32),
    /// FAQ and encoder are loaded, or are not to be had.
    Learned(bool),
    /// The panel was opened or closed.
    Opened(bool),
    /// The network is gone, or back.
    Offline(bool),
    /// Word from the line.
    Line(Notice),
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the classifier about the visitor's line of this id; [`Event::Replied`] follows.
    Classify(String, String),
    /// Fetch the answer of an entry, in reply to the line of this id; [`Event::Replied`] follows.
    Quote(String, String),
    /// Ask something of the line.
    Line(Command),
    /// Say this through the live region.
    Announce(String),
    /// Dispatch `shopbell:<name>` with this detail.
    Tell(&'static str, Vec<(&'static str, Detail)>),
    /// Show how many messages are unread.
    Unread(u32),
    /// After a while, [`Event::WritingFaded`] with this count.
    FadeWriting(u32),
    /// Scroll the transcript to its end.
    ShowNewest,
    /// The visitor opened the panel to write: put them there.
    FocusComposer,
    /// What had the focus is gone: keep it in the panel.
    FocusTranscript,
}

/// What an event tells the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// A text.
    Text(String),
    /// A number.
    Number(f32),
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Detail::Text(text.to_owned())
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Detail::Text(text)
    }
}

/// How often people are told that the visitor is still writing, in milliseconds.
const TYPING_EVERY_MS: u64 = 3_000;

impl Conversation {
    /// A conversation that has not begun.
    pub fn new(strings: Rc<Strings>, has_backend: bool) -> Self {
        Conversation { strings, has_backend, ..Conversation::default() }
    }

    /// Who is answering.
    pub fn floor(&self) -> Floor {
        self.lines.iter().fold(Floor::default(), |floor, line| floor.after(&line.body))
    }

    /// Whether the visitor has ever rung: only then is anything stored.
    pub fn has_rung(&self) -> bool {
        self.lines.iter().any(|line| line.body == EventBody::Rang)
    }

    /// Whether the last ring has reached the backend.
    pub fn ring_is_stored(&self) -> bool {
        let ring = self.lines.iter().rfind(|line| line.body == EventBody::Rang);
        ring.is_some_and(|line| line.delivery == Delivery::Sent)
    }

    /// Whether the shop's other ways to reach a person should be shown.
    pub fn shows_contact(&self) -> bool {
        let nobody_there = matches!(self.queue, Some(Wait { agents: 0, .. }));
        self.contact_wanted || (self.floor().is_with_people() && (self.status == Status::Unreachable || nobody_there))
    }

    /// Takes in what happened and says what to do about it, in order. `new_id` makes UUIDv7s.
    pub fn update(&mut self, event: Event, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let lines = self.lines.len();
        let mut effects = self.take_in(event, new_id);
        if self.lines.len() != lines {
            effects.push(Effect::ShowNewest);
        }
        effects
    }

    fn take_in(&mut self, event: Event, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        match event {
            Event::Said(text) => self.said(&text, new_id),
            Event::Replied(to, reply) => self.replied(&to, reply, new_id),
            Event::Foreign => self.is_foreign(new_id),
            Event::Chose(line, choice) => self.chose(&line, choice, new_id),
            Event::Rang => self.rang(new_id),
            Event::Retried(id) => self.retried(&id, new_id),
            Event::Typed(is_empty, now) => self.typed(is_empty, now),
            Event::TypedPrivate(private) => {
                let was_private = std::mem::replace(&mut self.is_private, private);
                if private && !was_private { self.announce(strings::PRIVATE) } else { Vec::new() }
            }
            Event::WritingFaded(sign) => {
                if sign == self.writing_signs {
                    self.writing = None;
                }
                Vec::new()
            }
            Event::Learned(ready) => {
                self.answers = if ready { Answers::Ready } else { Answers::Missing };
                let waiting = std::mem::take(&mut self.unanswered);
                waiting.into_iter().flat_map(|id| self.put(id, new_id)).collect()
            }
            Event::Opened(open) => {
                self.open = open;
                self.unread = 0;
                let mut effects = vec![Effect::Unread(0)];
                if open {
                    effects.extend([Effect::FocusComposer, Effect::ShowNewest]);
                }
                effects
            }
            Event::Offline(offline) => {
                self.offline = offline;
                if offline && self.floor().is_with_people() {
                    return vec![Effect::Announce(self.strings.say(strings::OFFLINE))];
                }
                Vec::new()
            }
            Event::Line(notice) => self.heard(notice, new_id),
        }
    }

    pub(super) fn said(&mut self, text: &str, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        // Control characters mean nothing to people, and a frame full of them is too large for the backend for ever.
        let text: String = text.chars().filter(|sign| !sign.is_control() || matches!(sign, '\n' | '\t')).collect();
        let text: String = text.trim().chars().take(limits::TEXT_CHARS as usize).collect();
        if text.is_empty() {
            return Vec::new();
        }
        let id = new_id();
        self.typing_told_at = None;
        self.is_private = false;
        let mut effects =
            vec![Effect::Tell("message", vec![("author", "visitor".into()), ("text", text.clone().into())])];
        if self.floor().is_with_people() {
            // It is shown once it is kept.
            effects.push(Effect::Line(Command::Say { cid: id, author: Author::Visitor, text, entry: None }));
        } else {
            self.lines.push(Line::here(id.clone(), said_by(Author::Visitor, text, None)));
            also(&mut effects, self.ask_bot(id, new_id));
        }
        effects
    }

    /// Puts the visitor's line of this id to whoever has the floor.
    fn put(&mut self, id: String, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        if self.floor().is_with_people() { self.send(&id) } else { self.ask_bot(id, new_id) }
    }

    pub(super) fn rang(&mut self, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        if !self.has_backend {
            self.contact_wanted = true;
            return vec![Effect::Announce(self.strings.say(strings::NO_LINE)), Effect::Tell("ring", Vec::new())];
        }
        if self.floor().is_with_people() {
            return Vec::new();
        }
        let mut effects = self.tell_story();
        let cid = new_id();
        let mut line = Line::here(cid.clone(), EventBody::Rang);
        line.delivery = Delivery::Sending;
        self.lines.push(line);
        effects.push(Effect::Line(Command::Ring { cid }));
        effects.push(Effect::Announce(self.strings.say(strings::RANG)));
        effects.push(Effect::Tell("ring", Vec::new()));
        effects
    }

    /// Sends what was said to and by the bot since people last heard of it, so that nobody has to ask again.
    pub(super) fn tell_story(&mut self) -> Vec<Effect> {
        self.unanswered.clear();
        // What an earlier story left out as too long stays left out: it would come after its answers.
        let told = self.lines.iter().rposition(|line| line.delivery != Delivery::Here).map_or(0, |last| last + 1);
        let is_ours = |line: &&Line| line.message().is_some_and(|message| message.author != Author::Human);
        let untold: Vec<String> = self.lines[told..].iter().filter(is_ours).map(|line| line.id.clone()).collect();
        let from = untold.len().saturating_sub(limits::STORY_MESSAGES);
        untold[from..].iter().flat_map(|id| self.send(id)).collect()
    }

    fn send(&mut self, id: &str) -> Vec<Effect> {
        let Some(line) = self.lines.iter_mut().find(|line| line.id == id) else { return Vec::new() };
        line.delivery = Delivery::Sending;
        let Some(message) = line.message() else { return Vec::new() };
        let (author, entry) = (message.author, message.entry.clone());
        vec![Effect::Line(Command::Say { cid: id.to_owned(), author, text: line.told_text(), entry })]
    }

    fn retried(&mut self, id: &str, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let failed = self.line(id).is_some_and(|line| line.delivery == Delivery::Failed);
        if !failed || !self.has_rung() {
            return Vec::new();
        }
        let mut effects = self.send(id);
        // It must not reach nobody.
        also(&mut effects, self.rang(new_id));
        effects
    }

    fn typed(&mut self, is_empty: bool, now: u64) -> Vec<Effect> {
        if !self.floor().is_with_people() {
            return Vec::new();
        }
        match (is_empty, self.typing_told_at) {
            (true, None) => Vec::new(),
            (true, Some(_)) => {
                self.typing_told_at = None;
                vec![Effect::Line(Command::Typing(false))]
            }
            (false, Some(told)) if now.saturating_sub(told) < TYPING_EVERY_MS => Vec::new(),
            (false, _) => {
                self.typing_told_at = Some(now);
                vec![Effect::Line(Command::Typing(true))]
            }
        }
    }

    pub(super) fn line(&self, id: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }
}

pub(super) fn said_by(author: Author, text: String, entry: Option<String>) -> EventBody {
    EventBody::Message(Message { author, text, name: None, entry })
}

/// Adds more to what is to be done. Never inlined, which would cost the widget bytes at every place.
#[inline(never)]
pub(super) fn also(effects: &mut Vec<Effect>, mut more: Vec<Effect>) {
    effects.append(&mut more);
}
