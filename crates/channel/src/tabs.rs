//! What a visitor's line takes from the store and from other tabs. Pure, a part of [`VisitorLine`].

use crate::{
    Output, Status, VisitorLine,
    records::{self, EVENTS, IDENTITY, REFUSED, Record, WAITING},
    visitor_line::{Notice, Outputs, also, tell},
};
use protocol::{EventBody, Message, ServerToVisitor};

/// Every status, to read one that another tab tells by its number.
const STATUSES: [Status; 5] =
    [Status::Idle, Status::Connecting, Status::Live, Status::Reconnecting, Status::Unreachable];

impl VisitorLine {
    /// Takes in what is new in the store: what an earlier page kept, or another tab.
    pub(crate) fn loaded(&mut self, records: Vec<Record>) -> Outputs {
        let mut outputs = Vec::new();
        let identity = records.iter().find(|(key, _)| key == IDENTITY).map_or("", |(_, text)| text);
        let mut parts = identity.split('\n').map(|part| Some(part.to_owned()).filter(|part| !part.is_empty()));
        let (token, conversation, epoch) = (parts.next(), parts.next(), parts.next());
        if !self.talks || self.token.is_none() {
            let epoch = epoch.flatten();
            if self.epoch.is_some() && self.epoch != epoch {
                self.seq = 0;
                outputs.push(Output::Notice(Notice::Reset));
            }
            (self.token, self.conversation, self.epoch) = (token.flatten(), conversation.flatten(), epoch);
        }
        if !self.talks {
            // What the tab that talks has settled is gone from the store. Its events are among those that follow.
            let is_there = |cid: &str| records.iter().any(|(key, _)| key.starts_with(WAITING) && key.ends_with(cid));
            self.outbox.retain(|waiting| !waiting.is_stored || is_there(&waiting.cid));
        }
        for (key, text) in records {
            also(&mut outputs, self.record(&key, text));
        }
        also(&mut outputs, self.flush());
        if !self.outbox.is_empty() {
            also(&mut outputs, self.want());
        }
        outputs
    }

    /// One record, if it is new.
    fn record(&mut self, key: &str, text: String) -> Outputs {
        let Some((kind, rest)) = key.split_at_checked(1) else { return Vec::new() };
        match (kind, records::read(rest)) {
            (EVENTS, Some((seq, _))) if seq > self.seq => {
                let events = match read(&text) {
                    Some(ServerToVisitor::Event(event)) => vec![event],
                    Some(ServerToVisitor::Replay(events)) => events,
                    _ => Vec::new(),
                };
                let mut outputs = Vec::new();
                for event in events {
                    // After a hole the backend tells the rest.
                    if event.seq == self.seq + 1 {
                        outputs.push(self.take_in(event));
                    }
                }
                outputs
            }
            (WAITING, Some((count, cid))) if self.outbox.iter().all(|waiting| waiting.cid != cid) => {
                let notice = kept(&text, cid.to_owned(), false);
                let waiting = self.add(count, cid.to_owned(), text);
                waiting.is_kept = true;
                waiting.is_stored = true;
                notice
            }
            (REFUSED, _) => {
                let mut outputs = kept(&text, rest.to_owned(), false);
                outputs.push(Output::Notice(Notice::Refused(rest.to_owned())));
                outputs
            }
            _ => Vec::new(),
        }
    }

    /// Word from another tab: its status, what is never stored, or that it has just come.
    pub(crate) fn heard_from_a_tab(&mut self, word: String) -> Outputs {
        let is_frame = word.starts_with('{');
        if self.talks && is_frame {
            return self.pass_on(word);
        }
        let mut outputs = Vec::new();
        if is_frame {
            if let Some(frame) = read(&word) {
                passing(frame, &mut outputs);
            }
        } else if self.talks {
            outputs.push(tell_status(self.told));
            outputs.extend(self.queue.clone().map(tell));
        } else if let Some(place) = word.bytes().next()
            && let Some(status) = STATUSES.get(usize::from(place.wrapping_sub(b'0')))
        {
            outputs.push(Output::Notice(Notice::Status(*status)));
        }
        outputs
    }
}

/// Tells the other tabs how the line stands.
pub(crate) fn tell_status(status: Status) -> Output<Notice> {
    tell(char::from(b'0' + status as u8).to_string())
}

/// Reads a frame. What this version cannot read it cannot use; a missing event shows as a hole in `seq`.
#[inline(never)]
pub(crate) fn read(text: &str) -> Option<ServerToVisitor> {
    serde_json::from_str(text).ok()
}

/// What the page is told of a frame that is never stored.
pub(crate) fn passing(frame: ServerToVisitor, outputs: &mut Outputs) {
    outputs.push(Output::Notice(match frame {
        ServerToVisitor::Typing { author, active } => Notice::Typing(author, active),
        ServerToVisitor::Queue { position, agents, wait_ms, opens_at } => {
            Notice::Queue { position, agents, wait_ms, opens_at }
        }
        _ => return,
    }));
}

/// That a frame is kept, read back from its text: a `send` holds the fields of a message, a `human` needs none.
pub(crate) fn kept(text: &str, cid: String, is_new: bool) -> Outputs {
    let body = match text.strip_prefix(r#"{"send":"#) {
        None => EventBody::Rang,
        Some(rest) => match serde_json::from_str::<Message>(rest.strip_suffix('}').unwrap_or_default()) {
            Ok(message) => EventBody::Message(message),
            Err(_) => return Vec::new(),
        },
    };
    vec![Output::Notice(Notice::Kept(cid, body, is_new))]
}
