//! A visitor's line under any sequence of what page, backend and network can do to it: it never fails, its place in the log
//! only goes forward by one (or back to the start, and says so), and what was said waits until it is settled.

#![no_main]

use arbitrary::Arbitrary;
use channel::{
    Input, Line, Output, VisitorLine,
    visitor_line::{Command, Notice, Saved},
};
use fuzz::{Driver, Id, Network, cid_of, near};
use libfuzzer_sys::fuzz_target;
use protocol::{Author, VisitorFrame};
use serde_json::{Value, json};

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    Follow,
    Ring(Id),
    Say {
        id: Id,
        by_bot: bool,
        text: &'a str,
    },
    Typing(bool),
    HangUp,
    Network(Network),
    /// The line becomes live, however it stands.
    Connects,
    Hears(Frame<'a>),
    /// The page is left and opened again.
    Reload,
    /// From here on, also what no driver would give.
    BeUnfaithful,
}

/// What comes from the backend, or pretends to.
#[derive(Arbitrary, Debug)]
enum Frame<'a> {
    Text(&'a str),
    Welcome {
        reset: bool,
        token: bool,
        epoch: Id,
    },
    /// Its `seq` lies so far from the one awaited, by [`near`].
    Event {
        off: i8,
        id: Id,
    },
    /// So many events from there on, with a hole after one of them.
    Replay {
        off: i8,
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
    Queue {
        position: u32,
        agents: u32,
    },
    Beat,
    Bye(u64),
}

impl Frame<'_> {
    fn written(&self, held: u64) -> String {
        let awaited = held.wrapping_add(1);
        let event = |seq: u64, cid: &str| json!({ "seq": seq, "cid": cid, "at": 0, "body": "rang" });
        let frame = match self {
            Frame::Text(text) => return (*text).to_owned(),
            Frame::Welcome { reset, token, epoch } => {
                let limits = protocol::Limits::visitor();
                let token = token.then_some("secret");
                json!({ "welcome": { "protocol": protocol::PROTOCOL, "token": token, "conversation": "c1",
                    "epoch": epoch.cid(), "head": held, "reset": reset, "floor": "ringing", "limits": limits } })
            }
            Frame::Event { off, id } => {
                json!({ "event": event(awaited.wrapping_add_signed(near(*off)), &id.cid()) })
            }
            Frame::Replay { off, count, hole_after } => {
                let first = awaited.wrapping_add_signed(near(*off));
                let hole = |at: u8| u64::from(at > hole_after % 16);
                let seqs = (0..count % 16).map(|at| first.wrapping_add(u64::from(at) + hole(at)));
                json!({ "replay": seqs.map(|seq| event(seq, &format!("x{}", seq % 8))).collect::<Vec<_>>() })
            }
            Frame::Ack { id, seq } => json!({ "ack": { "cid": id.cid(), "seq": seq, "dup": false } }),
            Frame::Refusal { code, id, retry_after_ms } => {
                let codes = ["bad_frame", "unauthorized", "invalid", "rate_limited", "unavailable", "not_found"];
                let code = codes[usize::from(*code) % codes.len()];
                json!({ "error": { "code": code, "message": "No.", "cid": id.map(Id::cid), "retry_after_ms": retry_after_ms } })
            }
            Frame::Queue { position, agents } => json!({ "queue": { "position": position, "agents": agents } }),
            Frame::Beat => json!("beat"),
            Frame::Bye(after) => json!({ "bye": { "retry_after_ms": after } }),
        };
        frame.to_string()
    }
}

/// The page, and what it knows of the line from outside.
struct Page {
    line: VisitorLine,
    driver: Driver,
    /// The `seq` of the last event it was told.
    held: u64,
    /// The ids of what was said and neither acknowledged, refused nor seen in the log.
    waiting: Vec<String>,
}

impl Page {
    fn open(saved: Saved) -> Page {
        let state = serde_json::to_value(&saved).expect("saved lines serialise");
        let held = state["seq"].as_u64().expect("a place in the log");
        Page { line: VisitorLine::new(saved), driver: Driver::default(), held, waiting: outbox(&state) }
    }

    fn step(&mut self, step: &Step<'_>) {
        let input = match step {
            Step::Follow => Input::Command(Command::Follow),
            Step::Ring(id) => Input::Command(Command::Ring { cid: self.said(*id) }),
            Step::Say { id, by_bot, text } => {
                let author = if *by_bot { Author::Bot } else { Author::Visitor };
                let entry = by_bot.then(|| "shipping.time".to_owned());
                Input::Command(Command::Say { cid: self.said(*id), author, text: (*text).to_owned(), entry })
            }
            Step::Typing(active) => Input::Command(Command::Typing(*active)),
            Step::HangUp => Input::Command(Command::HangUp),
            Step::Network(network) => network.input(),
            Step::Hears(frame) => Input::Text(frame.written(self.held)),
            Step::Connects => {
                let welcome = Frame::Welcome { reset: false, token: true, epoch: Id::default() };
                let steps = [
                    Step::Follow,
                    Step::Network(Network::ComesBack),
                    Step::Network(Network::Opens),
                    Step::Hears(welcome),
                ];
                return steps.iter().for_each(|step| self.step(step));
            }
            Step::Reload => return self.reload(),
            Step::BeUnfaithful => return self.driver.be_unfaithful(),
        };
        if !self.driver.passes(&input) {
            return;
        }
        let is_welcome = matches!(step, Step::Hears(Frame::Welcome { .. }));
        let outputs = self.line.on(input, 0.5);
        let mut sent = Vec::new();
        for output in &outputs {
            self.driver.act(output);
            match output {
                Output::Transmit(text) => {
                    self.hello_tells_what_is_held(text);
                    sent.extend(cid_of(text));
                }
                Output::Notice(notice) => self.told(notice),
                Output::Open | Output::Close | Output::Timer(..) => {}
            }
        }
        if is_welcome {
            assert_eq!(sent, self.waiting, "what waits is sent again, in order");
        }
        let saved = serde_json::to_value(self.line.saved()).expect("saved lines serialise");
        assert_eq!(saved["seq"].as_u64(), Some(self.held), "what is saved is what was told");
        assert_eq!(outbox(&saved), self.waiting, "nothing is lost and nothing waits for ever");
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
            Notice::Reset => self.held = 0,
            Notice::Forgotten => (self.held, self.waiting) = (0, Vec::new()),
            Notice::Happened(event) => {
                assert_eq!(Some(event.seq), self.held.checked_add(1), "the next event is told, and no other");
                self.held = event.seq;
                self.settle(&event.cid);
            }
            Notice::Acknowledged(cid, _) => self.settle(cid),
            Notice::Refused(error) => error.cid.iter().for_each(|cid| self.settle(cid)),
            _ => {}
        }
    }

    fn settle(&mut self, cid: &str) {
        self.waiting.retain(|waiting| waiting != cid);
    }

    fn hello_tells_what_is_held(&self, text: &str) {
        let frame: VisitorFrame = serde_json::from_str(text).expect("the line sends frames of the protocol");
        if let VisitorFrame::Hello { resume: Some(resume), .. } = frame {
            assert_eq!(resume.seq, self.held);
        }
    }

    fn reload(&mut self) {
        let saved = serde_json::to_string(self.line.saved()).expect("saved lines serialise");
        let read: Saved = serde_json::from_str(&saved).expect("saved lines parse");
        assert_eq!(&read, self.line.saved());
        *self = Page::open(read);
    }
}

/// The ids in a saved line's outbox.
fn outbox(saved: &Value) -> Vec<String> {
    let pending = saved["outbox"].as_array().expect("a list");
    pending.iter().map(|pending| pending[0].as_str().expect("an id").to_owned()).collect()
}

fuzz_target!(|input: (Option<&str>, Vec<Step<'_>>)| {
    let (saved, steps) = input;
    let saved = saved.and_then(|saved| serde_json::from_str(saved).ok()).unwrap_or_default();
    let mut page = Page::open(saved);
    steps.iter().for_each(|step| page.step(step));
});
