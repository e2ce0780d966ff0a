//! How word from the backend changes the conversation: its log is merged into the transcript by `seq` and `cid`.

use super::{
    line::{Delivery, Line},
    state::{Conversation, Effect, Wait, also},
};
use crate::strings;
use channel::{
    Status,
    visitor_line::{Command, Notice},
};
use protocol::{Author, EventBody, Floor};

impl Conversation {
    pub(super) fn heard(&mut self, notice: Notice, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        match notice {
            // For the page, which stores and tells without asking.
            Notice::Store(..) | Notice::Tell(_) => Vec::new(),
            Notice::Kept(cid, body, is_new) => self.kept(cid, body, is_new, new_id),
            Notice::Status(status) => {
                let before = std::mem::replace(&mut self.status, status);
                match (before, status) {
                    (Status::Unreachable, Status::Unreachable) => Vec::new(),
                    (_, Status::Unreachable) => vec![
                        Effect::Announce(self.strings.say(strings::UNREACHABLE)),
                        Effect::Tell("unreachable", Vec::new()),
                    ],
                    (_, Status::Live) => vec![Effect::Tell("reachable", Vec::new())],
                    _ => Vec::new(),
                }
            }
            Notice::Reset => {
                for line in &mut self.lines {
                    line.seq = None;
                }
                Vec::new()
            }
            Notice::Forgotten => self.forgotten(),
            Notice::Happened(event) => self.happened(event, new_id),
            Notice::Acknowledged(cid, seq) => {
                self.acknowledged(&cid, seq);
                Vec::new()
            }
            Notice::Refused(cid) => {
                let refused = self.lines.iter_mut().find(|line| line.id == cid && line.delivery != Delivery::Failed);
                if let Some(line) = refused {
                    line.delivery = Delivery::Failed;
                    return self.announce(strings::NOT_SENT);
                }
                Vec::new()
            }
            Notice::Typing(_, active) => {
                self.writing_signs = self.writing_signs.wrapping_add(1);
                self.writing = match self.floor() {
                    Floor::Human { agent } if active => Some(agent),
                    _ => None,
                };
                if active { vec![Effect::FadeWriting(self.writing_signs)] } else { Vec::new() }
            }
            Notice::Queue { position, agents, wait_ms, opens_at } => {
                let was_empty = matches!(self.queue, Some(Wait { agents: 0, .. }));
                self.queue = Some(Wait { position, agents, wait_ms, opens_at });
                if agents > 0 || was_empty { Vec::new() } else { self.announce(strings::NOBODY_THERE) }
            }
        }
    }

    /// A frame is on its way: a line of this page, or of another tab or an earlier page.
    fn kept(&mut self, id: String, body: EventBody, is_new: bool, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        if let Some(line) = self.lines.iter_mut().find(|line| line.id == id) {
            if line.seq.is_none() {
                line.delivery = Delivery::Sending;
            }
            return Vec::new();
        }
        let mut effects = if body == EventBody::Rang { self.rang_elsewhere() } else { Vec::new() };
        let mut line = Line::here(id, body);
        line.delivery = Delivery::Sending;
        self.lines.push(line);
        if is_new && !self.floor().is_with_people() {
            // They left while it was being kept: ring again for it.
            also(&mut effects, self.rang(new_id));
        }
        effects
    }

    /// The visitor rang in another tab: what was said to the bot in this one is part of the story, too.
    fn rang_elsewhere(&mut self) -> Vec<Effect> {
        if self.is_history {
            self.unanswered.clear();
            return Vec::new();
        }
        self.tell_story()
    }

    pub(super) fn announce(&self, text: strings::Text) -> Vec<Effect> {
        if self.is_history { Vec::new() } else { vec![Effect::Announce(self.strings.say(text))] }
    }

    /// The backend has lost the conversation: everything in it is told again, and rung for again.
    fn forgotten(&mut self) -> Vec<Effect> {
        let with_people = self.floor().is_with_people();
        self.lines.retain(|line| matches!(line.body, EventBody::Message(_) | EventBody::Rang));
        let mut effects = Vec::new();
        for index in 0..self.lines.len() {
            let line = &mut self.lines[index];
            line.seq = None;
            line.delivery = Delivery::Here;
        }
        if !with_people {
            self.lines.retain(|line| line.body != EventBody::Rang);
            return effects;
        }
        also(&mut effects, self.tell_story());
        if let Some(ring) = self.lines.iter_mut().rev().find(|line| line.body == EventBody::Rang) {
            ring.delivery = Delivery::Sending;
            effects.push(Effect::Line(Command::Ring { cid: ring.id.clone() }));
        }
        effects
    }

    fn happened(&mut self, event: protocol::Event, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        if let EventBody::Edited { seq, text, .. } = &event.body {
            self.edited(*seq, text);
            return Vec::new();
        }
        if event.body == EventBody::Unknown {
            return Vec::new();
        }
        let by_id = self.lines.iter().position(|line| line.id == event.cid);
        // A ring of ours may have been acknowledged as this one, which another page rang and we had not heard of.
        let known = by_id.or_else(|| self.lines.iter().position(|line| line.seq == Some(event.seq)));
        if let Some(index) = known {
            self.lines[index].id.clone_from(&event.cid);
            // A message of ours stays as it was said: the log has the offered questions in it, too.
            if self.lines[index].message().is_none() {
                self.lines[index].body = event.body;
            }
            self.acknowledged(&event.cid, event.seq);
            return Vec::new();
        }
        let place = self.place(event.seq);
        let line = Line {
            id: event.cid,
            body: event.body,
            seq: Some(event.seq),
            delivery: Delivery::Sent,
            choices: Vec::new(),
        };
        let mut effects = self.show_people(&line);
        let closed = matches!(line.body, EventBody::Closed { .. } | EventBody::HandedBack { .. });
        if line.body == EventBody::Rang {
            also(&mut effects, self.rang_elsewhere());
        }
        self.lines.insert(place, line);
        let cut_off = |line: &Line| line.author() == Author::Visitor && line.delivery == Delivery::Sending;
        if closed && self.lines.iter().any(cut_off) {
            // What was just written would reach nobody: ring again for it.
            also(&mut effects, self.rang(new_id));
        }
        effects
    }

    /// An earlier message reads otherwise from here on; an empty one was taken back.
    fn edited(&mut self, seq: u64, text: &str) {
        for line in &mut self.lines {
            if let (true, EventBody::Message(message)) = (line.seq == Some(seq), &mut line.body) {
                message.text = if text.is_empty() { self.strings.say(strings::TAKEN_BACK) } else { text.to_owned() };
            }
        }
    }

    /// What a new line by people, or about them, does to the rest of the page.
    fn show_people(&mut self, line: &Line) -> Vec<Effect> {
        if self.is_history || !matches!(line.author(), Author::Human | Author::System) {
            return Vec::new();
        }
        let mut effects = vec![Effect::Announce(self.spoken(line))];
        if let Some(message) = line.message() {
            self.writing = None;
            let detail = vec![("author", message.author.as_str().into()), ("text", message.text.clone().into())];
            effects.push(Effect::Tell("message", detail));
            if !self.open {
                self.unread += 1;
                effects.push(Effect::Unread(self.unread));
            }
        }
        effects
    }

    fn acknowledged(&mut self, cid: &str, seq: u64) {
        // A ring while it was already ringing elsewhere: the earlier one counts.
        if self.lines.iter().any(|line| line.seq == Some(seq) && line.id != cid) {
            self.lines.retain(|line| line.id != cid);
            return;
        }
        let Some(index) = self.lines.iter().position(|line| line.id == cid) else { return };
        self.lines[index].seq = Some(seq);
        self.lines[index].delivery = Delivery::Sent;
        let earlier = |line: &Line| line.seq.is_some_and(|other| other < seq);
        let later = |line: &Line| line.seq.is_some_and(|other| other > seq);
        let misplaced = self.lines[..index].iter().any(later) || self.lines[index..].iter().any(earlier);
        if misplaced {
            let line = self.lines.remove(index);
            let place = self.place(seq);
            self.lines.insert(place, line);
        }
    }

    /// Where a line of this `seq` stands: right after what is before it, or else before what is after it.
    fn place(&self, seq: u64) -> usize {
        let earlier = |line: &Line| line.seq.is_some_and(|other| other < seq);
        let later = |line: &Line| line.seq.is_some_and(|other| other > seq);
        let after = self.lines.iter().rposition(earlier).map(|index| index + 1);
        after.or_else(|| self.lines.iter().position(later)).unwrap_or(self.lines.len())
    }
}
