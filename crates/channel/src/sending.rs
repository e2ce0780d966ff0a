//! What a visitor's line sends: kept first, then sent in order, and sent again until its event has come. Pure, a part of
//! [`VisitorLine`].

use crate::{
    Output, Transport, VisitorLine,
    records::{self, EVENTS, REFUSED, Record, WAITING},
    visitor_line::{Notice, Outputs, written},
};
use protocol::{VisitorFrame, limits};

/// Bytes of frames in one request, but for a single frame: what the backend takes, with room for what is around them.
const POST_BYTES: usize = limits::VISITOR_FRAME_BYTES as usize / 2;

/// How a ring begins, which need not wait for messages that came too fast.
const RING: &str = r#"{"human""#;

/// A frame whose event has not come yet.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// Its place in the outbox, which all tabs share.
    pub(crate) count: u64,
    /// The id it is settled by.
    pub(crate) cid: String,
    /// As it goes over the line.
    pub(crate) text: String,
    /// Whether it is stored, or known not to be storable: only then it is shown and sent.
    pub(crate) is_kept: bool,
    /// Whether the store has it.
    pub(crate) is_stored: bool,
    /// Whether it was sent on this connection.
    pub(crate) is_sent: bool,
    /// The event it became, which may be another frame's: a ring while it rings is that ring.
    pub(crate) seq: Option<u64>,
}

impl VisitorLine {
    /// Puts a frame into the outbox. It is shown and sent once it is stored.
    pub(crate) fn keep(&mut self, cid: String, frame: &VisitorFrame) -> Outputs {
        if self.outbox.iter().any(|waiting| waiting.cid == cid) {
            return Vec::new();
        }
        let text = written(frame);
        let count = self.outbox.last().map_or(0, |last| last.count) + 1;
        let changes =
            vec![(records::key(WAITING, count, &cid), text.clone()), (format!("{REFUSED}{cid}"), String::new())];
        self.add(count, cid.clone(), text);
        vec![Output::Notice(Notice::Store(changes, Some(cid)))]
    }

    pub(crate) fn add(&mut self, count: u64, cid: String, text: String) -> &mut Waiting {
        let place = self.outbox.iter().rposition(|other| other.count <= count).map_or(0, |before| before + 1);
        let waiting = Waiting { count, cid, text, is_kept: false, is_stored: false, is_sent: false, seq: None };
        self.outbox.insert(place, waiting);
        &mut self.outbox[place]
    }

    /// Sends what is due: all of it over a WebSocket, one request's worth over HTTP.
    pub(crate) fn flush(&mut self) -> Outputs {
        if !self.connection.is_live() || self.posting {
            return Vec::new();
        }
        let over_http = self.connection.transport() != Transport::WebSocket;
        let mut due: Vec<String> = Vec::new();
        let mut bytes = 0;
        for waiting in &mut self.outbox {
            if !waiting.is_kept {
                // What was said later is stored later, and must not overtake.
                break;
            }
            let is_held = self.held && !waiting.text.starts_with(RING);
            if waiting.is_sent || waiting.seq.is_some() || is_held {
                continue;
            }
            bytes += waiting.text.len();
            if over_http && !due.is_empty() && (bytes > POST_BYTES || due.len() == limits::POSTED_FRAMES) {
                break;
            }
            waiting.is_sent = true;
            due.push(waiting.text.clone());
        }
        if over_http {
            self.post(&due.join(","), due.is_empty())
        } else {
            due.into_iter().map(Output::Transmit).collect()
        }
    }

    fn post(&mut self, frames: &str, is_nothing: bool) -> Outputs {
        let (false, Some(token), Some(conversation)) = (is_nothing, &self.token, &self.conversation) else {
            return Vec::new();
        };
        self.posting = true;
        let body = format!(r#"{{"conversation":"{conversation}","frames":[{frames}]}}"#);
        vec![Output::Post { token: token.clone(), body }]
    }

    /// Sends a frame that is not kept, if that can be done now.
    pub(crate) fn pass_on(&mut self, text: String) -> Outputs {
        if !self.connection.is_live() || self.posting {
            Vec::new()
        } else if self.connection.transport() == Transport::WebSocket {
            vec![Output::Transmit(text)]
        } else {
            self.post(&text, false)
        }
    }

    /// Everything is to be sent once more.
    pub(crate) fn resend(&mut self) -> Outputs {
        self.held = false;
        for waiting in &mut self.outbox {
            waiting.is_sent = false;
        }
        self.flush()
    }

    /// The changes in the store after `text` came in: its events, and without what became of them.
    pub(crate) fn settled(&mut self, before: u64, text: String) -> Vec<Record> {
        let mut changes = Vec::new();
        if self.seq > before {
            changes.push((records::key(EVENTS, self.seq, ""), text));
        }
        let seq = self.seq;
        self.outbox.retain(|waiting| {
            let is_settled = waiting.seq.is_some_and(|became| became <= seq);
            if is_settled {
                changes.push((records::key(WAITING, waiting.count, &waiting.cid), String::new()));
            }
            !is_settled
        });
        changes
    }
}
