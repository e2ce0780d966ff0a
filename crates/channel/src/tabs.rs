//! What a visitor's line takes from the store and from other tabs. Pure, a part of [`VisitorLine`].

use crate::{
    Output, Status, VisitorLine,
    records::{self, EVENTS, IDENTITY, REFUSED, Record, WAITING},
    visitor_line::{Notice, Outputs, tell},
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
            outputs.extend(self.record(&key, text));
        }
        outputs.extend(self.flush());
        if !self.outbox.is_empty() {
            outputs.extend(self.want());
        }
        outputs
    }

    /// One record, if it is new.
    fn record(&mut self, key: &str, text: String) -> Outputs {
        let Some((kind, rest)) = key.split_at_checked(1) else { return Vec::new() };
        match (kind, records::read(rest)) {
            (EVENTS, Some((seq, _))) if seq > self.seq => {
                let events = match serde_json::from_str(&text) {
                    Ok(ServerToVisitor::Event(event)) => vec![event],
                    Ok(ServerToVisitor::Replay(events)) => events,
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
                notice.into_iter().collect()
            }
            (REFUSED, _) => {
                let refused = Output::Notice(Notice::Refused(rest.to_owned()));
                kept(&text, rest.to_owned(), false).into_iter().chain([refused]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Word from another tab: its status, what is never stored, or that it has just come.
    pub(crate) fn heard_from_a_tab(&mut self, word: String) -> Outputs {
        match (self.talks, word.as_str()) {
            (true, "?") => {
                let status = tell((self.told as u8).to_string());
                [status].into_iter().chain(self.queue.clone().map(tell)).collect()
            }
            (true, frame) if frame.starts_with('{') => self.pass_on(word),
            (false, frame) if frame.starts_with('{') => {
                serde_json::from_str(frame).ok().and_then(passing_notice).into_iter().collect()
            }
            (false, _) => {
                let status = STATUSES.into_iter().find(|status| (*status as u8).to_string() == word);
                status.map(|status| Output::Notice(Notice::Status(status))).into_iter().collect()
            }
            (true, _) => Vec::new(),
        }
    }
}

/// What the page is told of a frame that is never stored.
pub(crate) fn passing_notice(frame: ServerToVisitor) -> Option<Output<Notice>> {
    Some(Output::Notice(match frame {
        ServerToVisitor::Typing { author, active } => Notice::Typing(author, active),
        ServerToVisitor::Queue { position, agents, wait_ms, opens_at } => {
            Notice::Queue { position, agents, wait_ms, opens_at }
        }
        _ => return None,
    }))
}

/// That a frame is kept, read back from its text: a `send` holds the fields of a message, a `human` needs none.
pub(crate) fn kept(text: &str, cid: String, is_new: bool) -> Option<Output<Notice>> {
    let body = match text.strip_prefix(r#"{"send":"#) {
        Some(rest) => EventBody::Message(serde_json::from_str::<Message>(rest.strip_suffix('}')?).ok()?),
        None => EventBody::Rang,
    };
    Some(Output::Notice(Notice::Kept(cid, body, is_new)))
}
