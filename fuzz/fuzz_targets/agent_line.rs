//! An agent's line under any sequence of what inbox, backend and network can do to it: it never fails, its place in the
//! watched log only goes forward by one (or back to the start, and says so), and what was said is sent one at a time, again until settled.

#![no_main]

use arbitrary::Arbitrary;
use channel::{
    AgentLine, Input, Line, Output,
    agent_line::{Command, Notice},
};
use fuzz::driver::{Driver, Id, Network, cid_of, near};
use libfuzzer_sys::fuzz_target;
use protocol::{AgentFrame, Event};
use serde_json::json;

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    Follow,
    Watch {
        conversation: Id,
        after: u64,
    },
    Claim(Id, Id),
    Say {
        conversation: Id,
        id: Id,
        text: &'a str,
    },
    Edit {
        conversation: Id,
        id: Id,
        seq: u64,
        text: &'a str,
    },
    Transfer(Id, Id, Option<&'a str>),
    HandBack(Id, Id),
    Close(Id, Id),
    Typing(Id, bool),
    Available(bool),
    HangUp,
    Network(Network),
    /// The line becomes live, however it stands.
    Connects,
    Hears(Id, Frame<'a>),
    /// From here on, also what no driver would give.
    BeUnfaithful,
}

/// What comes from the backend, or pretends to.
#[derive(Arbitrary, Debug)]
enum Frame<'a> {
    Text(&'a str),
    Welcome(Id),
    /// Its `seq` lies so far from the one awaited, by [`near`].
    Event {
        off: i8,
        id: Id,
    },
    /// So many events from there on, or from the first, with a hole after one of them.
    Replay {
        off: Option<i8>,
        count: u8,
        hole_after: u8,
    },
    Ack {
        id: Id,
        seq: u64,
    },
    Refusal {
        code: u8,
        id: Option<Id>,
        retry_after_ms: Option<u64>,
    },
    /// Its conversation's head, and how many more there are.
    Queue(u64, u32),
    Agents(bool),
    Beat,
    Bye(u64),
}

impl Frame<'_> {
    fn written(&self, conversation: Id, held: u64) -> String {
        let conversation = conversation.conversation();
        let awaited = held.wrapping_add(1);
        let event = |seq: u64, cid: &str| json!({ "seq": seq, "cid": cid, "at": 0, "body": "rang" });
        let frame = match self {
            Frame::Text(text) => return (*text).to_owned(),
            Frame::Welcome(epoch) => json!({ "welcome": { "protocol": protocol::PROTOCOL, "epoch": epoch.cid(),
                "agent": { "name": "Ada", "role": "agent" }, "limits": protocol::Limits::agent() } }),
            Frame::Event { off, id } => {
                let event = event(awaited.wrapping_add_signed(near(*off)), &id.cid());
                json!({ "event": { "conversation": conversation, "event": event } })
            }
            Frame::Replay { off, count, hole_after } => {
                let first = off.map_or(1, |off| awaited.wrapping_add_signed(near(off)));
                let hole = |at: u8| u64::from(at > hole_after % 16);
                let seqs = (0..count % 16).map(|at| first.wrapping_add(u64::from(at) + hole(at)));
                let events: Vec<_> = seqs.map(|seq| event(seq, &format!("x{}", seq % 8))).collect();
                json!({ "replay": { "conversation": conversation, "events": events } })
            }
            Frame::Ack { id, seq } => {
                json!({ "ack": { "conversation": conversation, "cid": id.cid(), "seq": seq, "dup": false } })
            }
            Frame::Refusal { code, id, retry_after_ms } => {
                let codes = ["bad_frame", "unauthorized", "invalid", "rate_limited", "unavailable", "already_claimed"];
                let code = codes[usize::from(*code) % codes.len()];
                json!({ "error": { "code": code, "message": "No.", "cid": id.map(Id::cid), "retry_after_ms": retry_after_ms } })
            }
            Frame::Queue(head, more) => json!({ "queue": { "conversations": [{ "conversation": conversation,
                "floor": "ringing", "waiting_ms": 0, "head": head, "preview": "", "unanswered": 0 }], "more": more } }),
            Frame::Agents(available) => {
                json!({ "agents": { "agents": [{ "name": "Ada", "available": available }] } })
            }
            Frame::Beat => json!("beat"),
            Frame::Bye(after) => json!({ "bye": { "retry_after_ms": after } }),
        };
        frame.to_string()
    }
}

/// The inbox, and what it knows of the line from outside.
#[derive(Default)]
struct Inbox {
    line: AgentLine,
    driver: Driver,
    /// The conversation on the screen and the `seq` of the last event it was told of it.
    watched: Option<(String, u64)>,
    /// The ids of what was said and neither acknowledged nor refused.
    waiting: Vec<String>,
}

impl Inbox {
    fn step(&mut self, step: &Step<'_>) {
        let input = match step {
            Step::Follow => Input::Command(Command::Follow),
            Step::Watch { conversation, after } => {
                Input::Command(Command::Watch { conversation: conversation.conversation(), after: *after })
            }
            Step::Claim(conversation, id) => {
                let conversation = conversation.conversation();
                Input::Command(Command::Claim { conversation, cid: self.said(*id) })
            }
            Step::Say { conversation, id, text } => {
                let (conversation, text) = (conversation.conversation(), (*text).to_owned());
                Input::Command(Command::Say { conversation, cid: self.said(*id), text })
            }
            Step::Edit { conversation, id, seq, text } => {
                let (conversation, text) = (conversation.conversation(), (*text).to_owned());
                Input::Command(Command::Edit { conversation, cid: self.said(*id), seq: *seq, text })
            }
            Step::Transfer(conversation, id, to) => {
                let (conversation, to) = (conversation.conversation(), to.map(str::to_owned));
                Input::Command(Command::Transfer { conversation, cid: self.said(*id), to })
            }
            Step::HandBack(conversation, id) => {
                let conversation = conversation.conversation();
                Input::Command(Command::HandBack { conversation, cid: self.said(*id) })
            }
            Step::Close(conversation, id) => {
                let conversation = conversation.conversation();
                Input::Command(Command::Close { conversation, cid: self.said(*id) })
            }
            Step::Typing(conversation, active) => {
                Input::Command(Command::Typing { conversation: conversation.conversation(), active: *active })
            }
            Step::Available(available) => Input::Command(Command::Available(*available)),
            Step::HangUp => Input::Command(Command::HangUp),
            Step::Network(network) => network.input(),
            Step::Hears(conversation, frame) => {
                let held = self.watched.as_ref().map_or(0, |(_, held)| *held);
                Input::Text(frame.written(*conversation, held))
            }
            Step::Connects => {
                let network = [Network::ComesBack, Network::Opens].map(Step::Network);
                let welcome = Step::Hears(Id::default(), Frame::Welcome(Id::default()));
                let steps = [Step::Follow].into_iter().chain(network).chain([welcome]);
                return steps.for_each(|step| self.step(&step));
            }
            Step::BeUnfaithful => return self.driver.be_unfaithful(),
        };
        if !self.driver.passes(&input) {
            return;
        }
        match step {
            Step::Watch { conversation, after } => self.watched = Some((conversation.conversation(), *after)),
            Step::HangUp => (self.watched, self.waiting) = (None, Vec::new()),
            _ => {}
        }
        let is_welcome = matches!(step, Step::Hears(_, Frame::Welcome(_)));
        let outputs = self.line.on(input, 0.5);
        let mut sent = Vec::new();
        for output in &outputs {
            self.driver.act(output);
            match output {
                Output::Transmit(text) => {
                    self.watching_tells_what_is_held(text);
                    sent.extend(cid_of(&serde_json::from_str(text).expect("lines send JSON")));
                }
                Output::Notice(notice) => self.told(notice),
                Output::Post { body, .. } => panic!("agents' lines go over WebSockets alone: {body}"),
                Output::Open(_) | Output::Close | Output::Timer(..) => {}
            }
        }
        if is_welcome || !sent.is_empty() {
            assert_eq!(sent.first(), self.waiting.first(), "the first that waits is sent, once more after a welcome");
            assert!(sent.len() <= 1, "one at a time");
        }
    }

    fn said(&mut self, id: Id) -> String {
        let cid = id.cid();
        if !self.waiting.contains(&cid) {
            self.waiting.push(cid.clone());
        }
        cid
    }

    fn told(&mut self, notice: &Notice) {
        match notice {
            Notice::Status(status) => self.driver.told(*status),
            Notice::Replaced => self.watched.iter_mut().for_each(|(_, held)| *held = 0),
            Notice::Reset(conversation) => *self.held(conversation) = 0,
            Notice::Happened(conversation, event) => self.happened(conversation, event),
            Notice::Replayed(conversation, events) => {
                events.iter().for_each(|event| self.happened(conversation, event));
            }
            Notice::Acknowledged(cid, _) => self.settle(cid),
            Notice::Refused(error) => error.cid.iter().for_each(|cid| self.settle(cid)),
            _ => {}
        }
    }

    fn happened(&mut self, conversation: &str, event: &Event) {
        let held = self.held(conversation);
        assert_eq!(Some(event.seq), held.checked_add(1), "the next event is told, and no other");
        *held = event.seq;
    }

    fn held(&mut self, conversation: &str) -> &mut u64 {
        let (watched, held) = self.watched.as_mut().expect("only what is watched is told of");
        assert_eq!(watched, conversation, "only what is watched is told of");
        held
    }

    fn settle(&mut self, cid: &str) {
        self.waiting.retain(|waiting| waiting != cid);
    }

    fn watching_tells_what_is_held(&self, text: &str) {
        let frame: AgentFrame = serde_json::from_str(text).expect("the line sends frames of the protocol");
        if let AgentFrame::Watch { conversation, after } = frame {
            assert_eq!(Some((conversation, after)), self.watched);
        }
    }
}

fuzz_target!(|steps: Vec<Step<'_>>| {
    let mut inbox = Inbox::default();
    steps.iter().for_each(|step| inbox.step(step));
});
