//! A visitor's line under any sequence of what page, store, backend and network can do to it: it never fails, its place in the
//! log only goes forward by one (or back to the start, and says so), what was said waits until it is settled, and what the
//! store has is there again when the page is opened anew.

#![no_main]

use arbitrary::Arbitrary;
use channel::{
    Input, Line, Output, Status, VisitorLine,
    records::Record,
    visitor_line::{Command, Notice},
};
use fuzz::driver::{Driver, Id, Network, cid_of, near};
use libfuzzer_sys::fuzz_target;
use protocol::{Author, VisitorFrame};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    Follow,
    Talk,
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
    /// The store is done with the next changes; false when it could not make them.
    Stored(bool),
    /// The page is left and opened again.
    Reload,
    /// Another tab tells this; from here on, also what no driver would give.
    Told(&'a str),
    /// This stands in the store; from here on, also what no driver would give.
    Loaded(Vec<(&'a str, &'a str)>),
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
        wait_ms: Option<u64>,
    },
    Typing(bool),
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
            Frame::Queue { position, wait_ms } => {
                json!({ "queue": { "position": position, "agents": 1, "wait_ms": wait_ms } })
            }
            Frame::Typing(active) => json!({ "typing": { "author": "human", "active": active } }),
            Frame::Beat => json!("beat"),
            Frame::Bye(after) => json!({ "bye": { "retry_after_ms": after } }),
        };
        frame.to_string()
    }
}

/// Something that was said and is not settled.
#[derive(Clone, Debug)]
struct Waiting {
    cid: String,
    /// Which changes of the store put it there.
    change: u64,
    /// It may be sent.
    is_kept: bool,
    /// The store has it.
    is_stored: bool,
    /// The event that it became.
    seq: Option<u64>,
}

/// Changes that the store has not made yet.
struct Change {
    number: u64,
    records: Vec<Record>,
    cid: Option<String>,
}

/// The page, and what it knows of the line from outside.
#[derive(Default)]
struct Page {
    line: VisitorLine,
    driver: Driver,
    store: BTreeMap<String, String>,
    /// What the store is still to do, and how many changes there were.
    changes: VecDeque<Change>,
    counted: u64,
    /// The `seq` of the last event it was told.
    held: u64,
    /// What was said and neither acknowledged and told, nor refused.
    waiting: Vec<Waiting>,
}

impl Page {
    /// A page that finds this store.
    fn open(store: BTreeMap<String, String>) -> Page {
        let mut page = Page { store, ..Page::default() };
        let records = page.store.clone().into_iter().collect();
        page.put(Input::Command(Command::Loaded(records)));
        // Keys of what waits: a letter, twelve digits, the id.
        for key in page.store.keys().filter(|key| key.starts_with('o')) {
            let cid = key[13..].to_owned();
            if page.waiting.iter().all(|waiting| waiting.cid != cid) {
                page.waiting.push(Waiting { cid, change: 0, is_kept: true, is_stored: true, seq: None });
            }
        }
        page
    }

    fn step(&mut self, step: &Step<'_>) {
        let command = match step {
            Step::Follow => Command::Follow,
            Step::Talk => Command::Talk,
            Step::Ring(id) => Command::Ring { cid: id.cid() },
            Step::Say { id, by_bot, text } => {
                let author = if *by_bot { Author::Bot } else { Author::Visitor };
                let entry = by_bot.then(|| "returns".to_owned());
                Command::Say { cid: id.cid(), author, text: (*text).to_owned(), entry }
            }
            Step::Typing(active) => Command::Typing(*active),
            Step::HangUp => Command::HangUp,
            Step::Network(network) => return self.put(network.input()),
            Step::Hears(frame) => return self.put(Input::Text(frame.written(self.held))),
            Step::Connects => {
                let welcome = Frame::Welcome { reset: false, token: true, epoch: Id::default() };
                let network = [Network::ComesBack, Network::Opens].map(Step::Network);
                let steps = [Step::Talk, Step::Follow].into_iter().chain(network).chain([Step::Hears(welcome)]);
                return steps.for_each(|step| self.step(&step));
            }
            Step::Stored(succeeds) => return self.stores(*succeeds),
            Step::Reload => return self.reload(),
            Step::Told(word) => {
                self.driver.be_unfaithful();
                Command::Told((*word).to_owned())
            }
            Step::Loaded(records) => {
                self.driver.be_unfaithful();
                Command::Loaded(records.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect())
            }
            Step::BeUnfaithful => return self.driver.be_unfaithful(),
        };
        self.put(Input::Command(command));
    }

    fn put(&mut self, input: Input<Command>) {
        if !self.driver.passes(&input) {
            return;
        }
        if let Input::Command(Command::Ring { cid } | Command::Say { cid, .. }) = &input
            && self.waiting.iter().all(|waiting| waiting.cid != *cid)
        {
            let change = self.counted + 1;
            let waiting = Waiting { cid: cid.clone(), change, is_kept: false, is_stored: false, seq: None };
            self.waiting.push(waiting);
        }
        let mut sent = Vec::new();
        let mut is_welcomed = false;
        for output in self.line.on(input, 0.5) {
            self.driver.act(&output);
            match output {
                Output::Transmit(text) => {
                    sent.extend(self.sent(&serde_json::from_str(&text).expect("lines send JSON")))
                }
                Output::Post { body, .. } => {
                    let body: Value = serde_json::from_str(&body).expect("lines post JSON");
                    let frames = body["frames"].as_array().expect("frames");
                    sent.extend(frames.iter().filter_map(|frame| self.sent(frame)));
                }
                Output::Notice(notice) => {
                    is_welcomed |= notice == Notice::Status(Status::Live);
                    self.told(notice);
                }
                Output::Open(_) | Output::Close | Output::Timer(..) => {}
            }
        }
        if !self.driver.is_faithful() {
            return;
        }
        let due = self.waiting.iter().take_while(|waiting| waiting.is_kept).filter(|waiting| waiting.seq.is_none());
        let due: Vec<&String> = due.map(|waiting| &waiting.cid).collect();
        if is_welcomed && self.driver.has_web_socket() {
            assert!(sent.iter().eq(due), "what waits is sent again, in order: {sent:?} of {:?}", self.waiting);
        } else {
            let mut due = due.into_iter();
            let is_in_order = sent.iter().all(|cid| due.any(|next| next == cid));
            assert!(is_in_order, "only what is kept is sent, in order: {sent:?} of {:?}", self.waiting);
        }
        let held = self.held;
        self.waiting.retain(|waiting| waiting.seq.is_none_or(|seq| seq > held));
    }

    /// A frame goes out: its id, when it is one that waits.
    fn sent(&self, frame: &Value) -> Option<String> {
        let read: VisitorFrame = serde_json::from_value(frame.clone()).ok()?;
        if let VisitorFrame::Hello { resume: Some(resume), .. } = read {
            assert_eq!(resume.seq, self.held);
        }
        cid_of(frame)
    }

    fn told(&mut self, notice: Notice) {
        match notice {
            Notice::Store(records, cid) => {
                self.counted += 1;
                self.changes.push_back(Change { number: self.counted, records, cid });
            }
            Notice::Status(status) => self.driver.told(status),
            Notice::Reset => self.held = 0,
            Notice::Forgotten => (self.held, self.waiting) = (0, Vec::new()),
            Notice::Happened(event) => {
                assert_eq!(Some(event.seq), self.held.checked_add(1), "the next event is told, and no other");
                self.held = event.seq;
                self.becomes(&event.cid, event.seq);
            }
            Notice::Acknowledged(cid, seq) => self.becomes(&cid, seq),
            Notice::Refused(cid) => self.waiting.retain(|waiting| waiting.cid != cid),
            _ => {}
        }
    }

    fn becomes(&mut self, cid: &str, seq: u64) {
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.cid == cid) {
            waiting.seq = Some(seq);
        }
    }

    /// The store makes the next changes, all or none, and says so where it was asked to.
    fn stores(&mut self, succeeds: bool) {
        let Some(Change { number, records, cid }) = self.changes.pop_front() else { return };
        if succeeds {
            for (key, text) in records {
                if text.is_empty() {
                    self.store.retain(|other, _| !other.starts_with(&key));
                } else {
                    self.store.insert(key, text);
                }
            }
        }
        let Some(cid) = cid else { return };
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.cid == cid) {
            waiting.is_kept = true;
            waiting.is_stored = succeeds && waiting.change == number;
        }
        self.put(Input::Command(Command::Stored(cid, succeeds)));
    }

    /// Whatever the store had not done by now is lost; what it has is there.
    fn reload(&mut self) {
        if self.driver.is_faithful() {
            for Waiting { cid, .. } in self.waiting.iter().filter(|waiting| waiting.is_stored) {
                let is_there = self.store.keys().any(|key| key.starts_with('o') && key[13..] == **cid);
                assert!(is_there, "{cid} got lost");
            }
        }
        *self = Page::open(std::mem::take(&mut self.store));
    }
}

fuzz_target!(|steps: Vec<Step<'_>>| {
    let mut page = Page::default();
    steps.iter().for_each(|step| page.step(step));
});
