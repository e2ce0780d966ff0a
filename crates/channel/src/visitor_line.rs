//! A visitor's line: rings, says, resumes. Pure; see [`Line`] for the contract.
//!
//! Every `send` and `human` waits in the outbox until it is acknowledged and is sent again, in order, after every
//! `welcome`; the backend drops doubles by `cid`. Events are taken in strictly by `seq`: an old one is dropped, a hole makes
//! the line reconnect and resume.

use crate::{Input, Line, Output, Status, Timer, connection::Connection, outbox::Outbox};
use protocol::{Author, ErrorCode, Event, PROTOCOL, Resume, ServerToVisitor, VisitorFrame, WireError};
use serde::{Deserialize, Serialize};

/// What the widget asks of its line.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Connect, because there is a conversation to follow.
    Follow,
    /// "Talk to a human."
    Ring {
        /// A new UUIDv7.
        cid: String,
    },
    /// Add a message to the conversation.
    Say {
        /// The message's UUIDv7.
        cid: String,
        /// The visitor, or the bot for what it answered before the ring.
        author: Author,
        /// The text.
        text: String,
        /// The FAQ entry a bot answer quotes.
        entry: Option<String>,
    },
    /// The visitor is writing, or has stopped.
    Typing(bool),
    /// Nobody wants the line any more.
    HangUp,
}

/// What the line tells the widget.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// What [`VisitorLine::saved`] returns has changed: store it before anything is sent.
    Save,
    /// The connection stands differently.
    Status(Status),
    /// What was known of the log is of no use; it will be told anew from `seq` 1.
    Reset,
    /// The backend does not know this visitor any more (its store was replaced): the conversation must begin anew.
    Forgotten,
    /// The next event of the log.
    Happened(Event),
    /// A frame is stored durably, at this `seq`.
    Acknowledged(String, u64),
    /// A frame was refused and will not be sent again.
    Refused(WireError),
    /// Somebody is writing, or has stopped.
    Typing(Author, bool),
    /// How the wait stands.
    Queue {
        /// Place in the queue, counted from 1.
        position: u32,
        /// How many agents are there to answer.
        agents: u32,
        /// How long it will take, in milliseconds, when that can be told.
        wait_ms: Option<u64>,
        /// When the shop opens next, in milliseconds since the Unix epoch, while it is closed.
        opens_at: Option<u64>,
    },
}

/// What survives a reload: who we are, how far we have read, and what is not yet acknowledged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    token: Option<String>,
    conversation: Option<String>,
    epoch: Option<String>,
    seq: u64,
    outbox: Outbox,
}

impl Saved {
    /// Whether the backend has given this visitor a conversation, which another page can go on with.
    pub fn is_welcomed(&self) -> bool {
        self.token.is_some() && self.conversation.is_some()
    }
}

/// A visitor's line.
#[derive(Clone, Debug, Default)]
pub struct VisitorLine {
    saved: Saved,
    connection: Connection,
    /// The last status told, so that only changes are told.
    told: Status,
    /// The backend asked to slow down: until the outbox is sent again, new frames wait in it, or they would overtake.
    held: bool,
}

type Outputs = Vec<Output<Notice>>;

impl VisitorLine {
    /// A line that goes on where `saved` ended; [`Saved::default`] for a first visit.
    pub fn new(saved: Saved) -> Self {
        VisitorLine { saved, ..VisitorLine::default() }
    }

    /// What must survive a reload.
    pub fn saved(&self) -> &Saved {
        &self.saved
    }

    fn command(&mut self, command: Command) -> Outputs {
        let (cid, frame) = match command {
            Command::Follow => return self.connection.want(),
            Command::HangUp => return self.connection.hang_up(),
            Command::Typing(active) => {
                return if self.connection.is_live() {
                    vec![transmit(&VisitorFrame::Typing { active })]
                } else {
                    Vec::new()
                };
            }
            Command::Ring { cid } => (cid.clone(), VisitorFrame::Human { cid }),
            Command::Say { cid, author, text, entry } => (cid.clone(), VisitorFrame::Send { cid, author, text, entry }),
        };
        let mut outputs = vec![Output::Notice(Notice::Save)];
        if self.connection.is_live() && !self.held {
            outputs.push(transmit(&frame));
        }
        self.saved.outbox.add(&cid, written(&frame));
        outputs.extend(self.connection.want());
        outputs
    }

    fn hello(&self) -> VisitorFrame {
        let Saved { token, conversation, epoch, seq, .. } = self.saved.clone();
        VisitorFrame::Hello {
            protocol: PROTOCOL.to_owned(),
            token,
            conversation,
            resume: epoch.map(|epoch| Resume { epoch, seq }),
            identity: None,
        }
    }

    fn resend(&self) -> impl Iterator<Item = Output<Notice>> + '_ {
        self.saved.outbox.frames().map(|text| Output::Transmit(text.to_owned()))
    }

    fn frame(&mut self, frame: ServerToVisitor, random: f64) -> Outputs {
        match frame {
            ServerToVisitor::Welcome { token, conversation, epoch, reset, .. } => {
                self.held = false;
                let mut outputs = self.connection.welcomed();
                if token.is_some() {
                    self.saved.token = token;
                }
                self.saved.conversation = Some(conversation);
                self.saved.epoch = Some(epoch);
                if reset {
                    self.saved.seq = 0;
                    outputs.push(Output::Notice(Notice::Reset));
                }
                outputs.push(Output::Notice(Notice::Save));
                outputs.extend(self.resend());
                outputs
            }
            ServerToVisitor::Replay(events) => {
                events.into_iter().flat_map(|event| self.happened(event, random)).collect()
            }
            ServerToVisitor::Event(event) => self.happened(event, random),
            ServerToVisitor::Ack { cid, seq, .. } => {
                self.saved.outbox.settle(&cid);
                vec![Output::Notice(Notice::Acknowledged(cid, seq)), Output::Notice(Notice::Save)]
            }
            ServerToVisitor::Typing { author, active } => vec![Output::Notice(Notice::Typing(author, active))],
            ServerToVisitor::Queue { position, agents, wait_ms, opens_at } => {
                vec![Output::Notice(Notice::Queue { position, agents, wait_ms, opens_at })]
            }
            ServerToVisitor::Error(error) => self.refused(error, random),
            ServerToVisitor::Beat => vec![transmit(&VisitorFrame::Beat)],
            ServerToVisitor::Bye { retry_after_ms } => self.connection.told_to_return(retry_after_ms),
        }
    }

    fn happened(&mut self, event: Event, random: f64) -> Outputs {
        if event.seq <= self.saved.seq || !self.connection.is_live() {
            return Vec::new();
        }
        if event.seq > self.saved.seq + 1 {
            return self.connection.give_up(random);
        }
        self.saved.seq = event.seq;
        self.saved.outbox.settle(&event.cid);
        vec![Output::Notice(Notice::Happened(event)), Output::Notice(Notice::Save)]
    }

    fn refused(&mut self, error: WireError, random: f64) -> Outputs {
        match (error.code, &error.cid) {
            (ErrorCode::Unauthorized, _) => {
                self.saved = Saved::default();
                let mut outputs = vec![Output::Notice(Notice::Forgotten), Output::Notice(Notice::Save)];
                outputs.extend(self.connection.give_up(random));
                outputs
            }
            (ErrorCode::RateLimited | ErrorCode::Unavailable, Some(_)) => {
                self.held = true;
                let after_ms = error.retry_after_ms.unwrap_or(2_000).min(60_000) as u32;
                vec![Output::Timer(Timer::Resend, after_ms)]
            }
            (_, Some(cid)) => {
                self.saved.outbox.settle(cid);
                vec![Output::Notice(Notice::Refused(error)), Output::Notice(Notice::Save)]
            }
            // Nothing of ours was lost: the outbox is sent again on the next connection, should this one end.
            (_, None) => Vec::new(),
        }
    }
}

impl Line for VisitorLine {
    type Command = Command;
    type Notice = Notice;

    fn on(&mut self, input: Input<Command>, random: f64) -> Outputs {
        let mut outputs = match input {
            Input::Command(command) => self.command(command),
            Input::Opened => vec![transmit(&self.hello())],
            Input::Text(text) => {
                let mut outputs = self.connection.heard();
                // What this version cannot read it cannot use; a missing event shows as a hole in `seq`.
                if let Ok(frame) = serde_json::from_str(&text) {
                    outputs.extend(self.frame(frame, random));
                }
                outputs
            }
            Input::Closed => self.connection.closed(random),
            Input::TimedOut(Timer::Connection) => self.connection.timed_out(random),
            Input::TimedOut(Timer::Resend) if self.connection.is_live() => {
                self.held = false;
                self.resend().collect()
            }
            Input::TimedOut(Timer::Resend) => Vec::new(),
            Input::RetryNow => self.connection.retry_now(),
        };
        let status = self.connection.status();
        if status != self.told {
            self.told = status;
            outputs.push(Output::Notice(Notice::Status(status)));
        }
        outputs
    }
}

fn transmit(frame: &VisitorFrame) -> Output<Notice> {
    Output::Transmit(written(frame))
}

fn written(frame: &VisitorFrame) -> String {
    serde_json::to_string(frame).expect("frames of strings and numbers always serialise")
}
