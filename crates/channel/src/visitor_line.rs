//! A visitor's line: rings, says, resumes. Pure; see [`Line`] for the contract.
//!
//! Every `send` and `human` is stored, then shown, then sent, and sent again in order after every `welcome` until its event
//! has come; the backend drops doubles by `cid`. Events are taken in strictly by `seq`: an old one is dropped, a hole makes
//! the line reconnect and resume.
//!
//! Several tabs share one store. One of them talks; the others follow: what they say they store, and what they show they read.
//! A follower is woken whenever something was stored, and told what is never stored: the status, the queue, who writes.

use crate::{
    Input, Line, Output, Status, Timer, Transport,
    connection::Connection,
    records::{self, EVENTS, IDENTITY, REFUSED, Record, WAITING},
    sending::Waiting,
    tabs::{kept, passing, read, tell_status},
};
use protocol::{Author, ErrorCode, Event, EventBody, PROTOCOL, Resume, ServerToVisitor, VisitorFrame, WireError};

/// What the widget asks of its line, or tells it.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Connect, because there is a conversation to follow.
    Follow,
    /// "Talk to a human."
    Ring {
        /// A new UUIDv7.
        cid: String,
    },
    /// Add a message to the conversation. One that was refused may be said again under its id.
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
    /// Nobody wants the line any more, or another tab may talk.
    HangUp,
    /// This tab talks for all of the visitor's tabs from now on. Until then it follows.
    Talk,
    /// The frame of this `cid` is in the store; false when it could not be put there, and only this page holds it.
    Stored(String, bool),
    /// All that the store holds.
    Loaded(Vec<Record>),
    /// What another tab told with [`Notice::Tell`].
    Told(String),
}

/// What the line tells the widget.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Make these changes in the store, all or none, in order after the earlier ones. With a `cid`, answer [`Command::Stored`]
    /// when that is done or cannot be done.
    Store(Vec<Record>, Option<String>),
    /// Tell the visitor's other tabs.
    Tell(String),
    /// A frame is kept and on its way: show it. True when it was said just now on this page.
    Kept(String, EventBody, bool),
    /// The connection stands differently.
    Status(Status),
    /// What was known of the log is of no use; it will be told anew from `seq` 1.
    Reset,
    /// The backend does not know this visitor any more (its store was replaced): the conversation must begin anew.
    Forgotten,
    /// The next event of the log.
    Happened(Event),
    /// A frame is stored durably by the backend, at this `seq`.
    Acknowledged(String, u64),
    /// The frame of this `cid` was refused and will not be sent again by itself.
    Refused(String),
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

/// A visitor's line.
#[derive(Clone, Debug)]
pub struct VisitorLine {
    /// Who the shop says the visitor is.
    identity: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) conversation: Option<String>,
    pub(crate) epoch: Option<String>,
    pub(crate) seq: u64,
    pub(crate) outbox: Vec<Waiting>,
    pub(crate) connection: Connection,
    /// Whether this tab talks for all.
    pub(crate) talks: bool,
    /// Whether there is a conversation to follow.
    is_wanted: bool,
    /// The last status told, so that only changes are told.
    pub(crate) told: Status,
    /// The last word on the queue, for tabs that come later.
    pub(crate) queue: Option<String>,
    /// The backend asked to slow down: until the outbox is sent again, new messages wait in it, or they would overtake.
    pub(crate) held: bool,
    /// A request with frames is under way; the next one waits for its answer, or frames could overtake.
    pub(crate) posting: bool,
}

pub(crate) type Outputs = Vec<Output<Notice>>;

impl Default for VisitorLine {
    fn default() -> Self {
        VisitorLine {
            identity: None,
            token: None,
            conversation: None,
            epoch: None,
            seq: 0,
            outbox: Vec::new(),
            connection: Connection::with_fallback(),
            talks: false,
            is_wanted: false,
            told: Status::Idle,
            queue: None,
            held: false,
            posting: false,
        }
    }
}

impl VisitorLine {
    /// The line of a visitor of whom the shop says this.
    pub fn of(identity: Option<String>) -> Self {
        VisitorLine { identity, ..VisitorLine::default() }
    }

    /// The visitor's secret, once there is one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The conversation's id, once there is one.
    pub fn conversation(&self) -> Option<&str> {
        self.conversation.as_deref()
    }

    fn command(&mut self, command: Command) -> Outputs {
        match command {
            Command::Follow => self.want(),
            Command::Talk => {
                self.talks = true;
                if self.is_wanted { self.want() } else { Vec::new() }
            }
            Command::HangUp => {
                self.talks = false;
                self.is_wanted = false;
                self.connection.hang_up()
            }
            Command::Typing(active) => {
                let text = written(&VisitorFrame::Typing { active });
                if self.talks { self.pass_on(text) } else { vec![tell(text)] }
            }
            Command::Ring { cid } => self.keep(cid.clone(), &VisitorFrame::Human { cid }),
            Command::Say { cid, author, text, entry } => {
                self.keep(cid.clone(), &VisitorFrame::Send { cid, author, text, entry })
            }
            Command::Stored(cid, stored) => {
                let Some(waiting) = self.outbox.iter_mut().find(|waiting| waiting.cid == cid) else {
                    return Vec::new();
                };
                waiting.is_kept = true;
                waiting.is_stored = stored;
                let mut outputs = kept(&waiting.text, cid, true);
                also(&mut outputs, self.flush());
                also(&mut outputs, self.want());
                outputs
            }
            Command::Loaded(records) => self.loaded(records),
            Command::Told(word) => self.heard_from_a_tab(word),
        }
    }

    /// There is a conversation: connects, or lets the tab that talks know that somebody follows.
    pub(crate) fn want(&mut self) -> Outputs {
        let is_new = !std::mem::replace(&mut self.is_wanted, true);
        match (self.talks, is_new) {
            (true, _) => self.connection.want(),
            (false, true) => vec![tell("?".to_owned())],
            (false, false) => Vec::new(),
        }
    }

    fn hello(&self) -> VisitorFrame {
        VisitorFrame::Hello {
            protocol: PROTOCOL.to_owned(),
            token: self.token.clone(),
            conversation: self.conversation.clone(),
            resume: self.epoch.clone().map(|epoch| Resume { epoch, seq: self.seq }),
            identity: self.identity.clone(),
        }
    }

    fn text(&mut self, text: String, random: f64) -> Outputs {
        let mut outputs = self.connection.heard();
        let Some(frame) = read(&text) else { return outputs };
        let before = self.seq;
        also(&mut outputs, self.frame(frame, &text, random));
        let changes = self.settled(before, text);
        if !changes.is_empty() {
            outputs.push(Output::Notice(Notice::Store(changes, None)));
        }
        outputs
    }

    fn frame(&mut self, frame: ServerToVisitor, text: &str, random: f64) -> Outputs {
        match frame {
            ServerToVisitor::Welcome { token, conversation, epoch, reset, .. } => {
                let was_live = self.connection.is_live();
                let mut outputs = self.connection.welcomed();
                let mut changes = Vec::new();
                if reset {
                    self.seq = 0;
                    changes.push((EVENTS.to_owned(), String::new()));
                    outputs.push(Output::Notice(Notice::Reset));
                }
                if token.is_some() {
                    self.token = token;
                }
                let identity = format!("{}\n{conversation}\n{epoch}", self.token.as_deref().unwrap_or_default());
                self.conversation = Some(conversation);
                self.epoch = Some(epoch);
                if !was_live {
                    changes.push((IDENTITY.to_owned(), identity));
                    outputs.push(Output::Notice(Notice::Store(changes, None)));
                    self.posting = false;
                    also(&mut outputs, self.resend());
                }
                outputs
            }
            ServerToVisitor::Replay(events) => {
                let mut outputs = Vec::new();
                for event in events {
                    also(&mut outputs, self.happened(event, random));
                }
                outputs
            }
            ServerToVisitor::Event(event) => self.happened(event, random),
            ServerToVisitor::Ack { cid, seq, .. } => {
                if let Some(waiting) = self.outbox.iter_mut().find(|waiting| waiting.cid == cid) {
                    waiting.seq = Some(seq);
                }
                vec![Output::Notice(Notice::Acknowledged(cid, seq))]
            }
            ServerToVisitor::Error(error) => self.refused(error, random),
            ServerToVisitor::Beat if self.connection.transport() == Transport::WebSocket => {
                vec![Output::Transmit(written(&VisitorFrame::Beat))]
            }
            ServerToVisitor::Beat => Vec::new(),
            ServerToVisitor::Bye { retry_after_ms } => self.connection.told_to_return(retry_after_ms),
            frame => {
                if matches!(frame, ServerToVisitor::Queue { .. }) {
                    self.queue = Some(text.to_owned());
                }
                let mut outputs = vec![tell(text.to_owned())];
                passing(frame, &mut outputs);
                outputs
            }
        }
    }

    fn happened(&mut self, event: Event, random: f64) -> Outputs {
        if event.seq <= self.seq || !self.connection.is_live() {
            return Vec::new();
        }
        if event.seq > self.seq + 1 {
            return self.connection.give_up(random);
        }
        vec![self.take_in(event)]
    }

    pub(crate) fn take_in(&mut self, event: Event) -> Output<Notice> {
        self.seq = event.seq;
        if let Some(waiting) = self.outbox.iter_mut().find(|waiting| waiting.cid == event.cid) {
            waiting.seq = Some(event.seq);
        }
        Output::Notice(Notice::Happened(event))
    }

    fn refused(&mut self, error: WireError, random: f64) -> Outputs {
        match (error.code, error.cid) {
            (ErrorCode::Unauthorized, _) => {
                *self = VisitorLine {
                    identity: self.identity.take(),
                    connection: self.connection.clone(),
                    talks: self.talks,
                    is_wanted: self.is_wanted,
                    told: self.told,
                    ..VisitorLine::default()
                };
                let everything = vec![(String::new(), String::new())];
                let mut outputs =
                    vec![Output::Notice(Notice::Store(everything, None)), Output::Notice(Notice::Forgotten)];
                also(&mut outputs, self.connection.give_up(random));
                outputs
            }
            (ErrorCode::RateLimited | ErrorCode::Unavailable, Some(_)) => {
                self.held = true;
                let after_ms = error.retry_after_ms.unwrap_or(2_000).min(60_000) as u32;
                vec![Output::Timer(Timer::Resend, after_ms)]
            }
            (_, Some(cid)) => {
                let mut outputs = Vec::new();
                if let Some(place) = self.outbox.iter().position(|waiting| waiting.cid == cid) {
                    let Waiting { count, cid, text, .. } = self.outbox.remove(place);
                    let changes =
                        vec![(records::key(WAITING, count, &cid), String::new()), (format!("{REFUSED}{cid}"), text)];
                    outputs.push(Output::Notice(Notice::Store(changes, None)));
                }
                outputs.push(Output::Notice(Notice::Refused(cid)));
                outputs
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
            Input::Opened => vec![Output::Transmit(written(&self.hello()))],
            Input::Text(text) => self.text(text, random),
            Input::Closed => self.connection.closed(random),
            Input::Posted => {
                self.posting = false;
                self.flush()
            }
            Input::TimedOut(Timer::Connection) => self.connection.timed_out(random),
            Input::TimedOut(Timer::Resend) => self.resend(),
            Input::TimedOut(Timer::Probe) => self.connection.probe(),
            Input::RetryNow => self.connection.retry_now(),
        };
        let status = self.connection.status();
        if self.talks && status != self.told {
            self.told = status;
            outputs.push(Output::Notice(Notice::Status(status)));
            outputs.push(tell_status(status));
        }
        outputs
    }
}

/// Tells the other tabs.
pub(crate) fn tell(word: String) -> Output<Notice> {
    Output::Notice(Notice::Tell(word))
}

pub(crate) fn written(frame: &VisitorFrame) -> String {
    serde_json::to_string(frame).expect("frames of strings and numbers always serialise")
}

/// Adds more to what is to be done. Never inlined, which would cost the widget bytes at every place.
#[inline(never)]
pub(crate) fn also(outputs: &mut Outputs, mut more: Outputs) {
    outputs.append(&mut more);
}
