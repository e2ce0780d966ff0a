//! An agent's line: sees the queue, watches one conversation at a time, claims, answers, closes. Pure; see [`Line`] for the
//! contract.
//!
//! Everything with a `cid` waits in the outbox until it is acknowledged, and goes out one at a time: what an agent may do depends
//! on what they did before, so a frame whose refusal was lost must not be tried again after a later one was taken. After every
//! `welcome` the first that waits is sent again; the backend drops doubles by `cid`. Events of the watched conversation are taken in strictly by `seq`: an old
//! one is dropped, a hole makes the line reconnect and resume.

use crate::{Input, Line, Output, Status, Timer, connection::Connection, outbox::Outbox};
use protocol::{
    AgentFrame, AgentProfile, Author, ConversationSummary, ErrorCode, Event, Limits, PROTOCOL, Presence, ServerToAgent,
    WireError,
};

/// What the inbox asks of its line.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Connect, because an agent is logged in.
    Follow,
    /// Show this conversation from after `after`, and its live tail, until another is watched.
    Watch {
        /// The conversation's id.
        conversation: String,
        /// The last `seq` already held; 0 for none.
        after: u64,
    },
    /// Take a waiting conversation.
    Claim {
        /// The conversation's id.
        conversation: String,
        /// A new UUIDv7.
        cid: String,
    },
    /// Say something in a claimed conversation.
    Say {
        /// The conversation's id.
        conversation: String,
        /// The message's UUIDv7.
        cid: String,
        /// The text.
        text: String,
    },
    /// Change what this agent said earlier; an empty text takes it back.
    Edit {
        /// The conversation's id.
        conversation: String,
        /// A new UUIDv7.
        cid: String,
        /// The event with the message.
        seq: u64,
        /// What it should say.
        text: String,
    },
    /// Give a claimed conversation to another agent, or back to the queue.
    Transfer {
        /// The conversation's id.
        conversation: String,
        /// A new UUIDv7.
        cid: String,
        /// The other agent's name.
        to: Option<String>,
    },
    /// Give the floor of a claimed conversation back to the bot.
    HandBack {
        /// The conversation's id.
        conversation: String,
        /// A new UUIDv7.
        cid: String,
    },
    /// Take conversations from now on, or do not.
    Available(bool),
    /// End a claimed conversation.
    Close {
        /// The conversation's id.
        conversation: String,
        /// A new UUIDv7.
        cid: String,
    },
    /// The agent is writing, or has stopped.
    Typing {
        /// The conversation's id.
        conversation: String,
        /// Whether they are writing now.
        active: bool,
    },
    /// The agent has logged out: forgets what was not yet acknowledged, too.
    HangUp,
}

/// What the line tells the inbox.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// The connection stands differently.
    Status(Status),
    /// Welcomed: who the line belongs to, and what the backend accepts.
    Welcome(AgentProfile, Limits),
    /// The queue, oldest ring first, and how many more conversations there are than fit into it.
    Queue(Vec<ConversationSummary>, u32),
    /// Every agent who has the inbox open, by name.
    Agents(Vec<Presence>),
    /// What was known of this conversation's log is of no use; it follows from `seq` 1.
    Reset(String),
    /// The backend's store is another one than before: what was known of every log is of no use.
    Replaced,
    /// The next stretch of the watched conversation's log, as it already was.
    Replayed(String, Vec<Event>),
    /// The next event of the watched conversation's log, just now.
    Happened(String, Event),
    /// A frame is stored durably, at this `seq`.
    Acknowledged(String, u64),
    /// A frame was refused and will not be sent again.
    Refused(WireError),
    /// Somebody in this conversation is writing, or has stopped.
    Typing(String, Author, bool),
    /// A socket closed before it was welcomed. Perhaps the log-in has ended: browsers do not say.
    NotWelcomed,
    /// The log-in has ended. The line has hung up and keeps its outbox for the next [`Command::Follow`].
    LoggedOut,
}

/// An agent's line.
#[derive(Clone, Debug, Default)]
pub struct AgentLine {
    connection: Connection,
    outbox: Outbox,
    /// The epoch of the logs.
    epoch: Option<String>,
    /// The conversation on the screen and the last `seq` held of it.
    watched: Option<(String, u64)>,
    /// The last status told, so that only changes are told.
    told: Status,
    /// The backend asked to slow down: until the outbox is sent again, new frames wait in it, or they would overtake.
    held: bool,
    /// The agent does not take conversations now. Told again on every connection.
    is_away: bool,
}

type Outputs = Vec<Output<Notice>>;

impl AgentLine {
    fn command(&mut self, command: Command) -> Outputs {
        let (cid, frame) = match command {
            Command::Follow => return self.connection.want(),
            Command::HangUp => {
                let outputs = self.connection.hang_up();
                *self = AgentLine { told: self.told, ..AgentLine::default() };
                return outputs;
            }
            Command::Watch { conversation, after } => {
                self.watched = Some((conversation, after));
                return self.watch().into_iter().filter(|_| self.connection.is_live()).collect();
            }
            Command::Typing { conversation, active } => {
                return if self.connection.is_live() {
                    vec![transmit(&AgentFrame::Typing { conversation, active })]
                } else {
                    Vec::new()
                };
            }
            Command::Available(available) => {
                self.is_away = !available;
                return self.availability().into_iter().filter(|_| self.connection.is_live()).collect();
            }
            Command::Edit { conversation, cid, seq, text } => {
                (cid.clone(), AgentFrame::Edit { conversation, cid, seq, text })
            }
            Command::Transfer { conversation, cid, to } => {
                (cid.clone(), AgentFrame::Transfer { conversation, cid, to })
            }
            Command::HandBack { conversation, cid } => (cid.clone(), AgentFrame::HandBack { conversation, cid }),
            Command::Claim { conversation, cid } => (cid.clone(), AgentFrame::Claim { conversation, cid }),
            Command::Say { conversation, cid, text } => (cid.clone(), AgentFrame::Send { conversation, cid, text }),
            Command::Close { conversation, cid } => (cid.clone(), AgentFrame::Close { conversation, cid }),
        };
        let is_first = self.outbox.frames().next().is_none();
        self.outbox.add(&cid, written(&frame));
        self.send_first().filter(|_| is_first).into_iter().collect()
    }

    fn availability(&self) -> Option<Output<Notice>> {
        Some(transmit(&AgentFrame::Available { available: !self.is_away }))
    }

    fn watch(&self) -> Option<Output<Notice>> {
        let (conversation, after) = self.watched.clone()?;
        Some(transmit(&AgentFrame::Watch { conversation, after }))
    }

    /// Sends the first that waits.
    fn send_first(&self) -> Option<Output<Notice>> {
        let first = self.outbox.frames().next().filter(|_| self.connection.is_live() && !self.held);
        first.map(|text| Output::Transmit(text.to_owned()))
    }

    /// Takes out what was acknowledged or refused, and sends the next.
    fn settle(&mut self, cid: &str) -> Option<Output<Notice>> {
        if self.outbox.settle(cid) { self.send_first() } else { None }
    }

    fn frame(&mut self, frame: ServerToAgent, random: f64) -> Outputs {
        match frame {
            ServerToAgent::Welcome { agent, epoch, limits, .. } => {
                self.held = false;
                let mut outputs = self.connection.welcomed();
                if self.epoch.as_ref().is_some_and(|held| *held != epoch) {
                    outputs.push(Output::Notice(Notice::Replaced));
                    if let Some((_, held)) = &mut self.watched {
                        *held = 0;
                    }
                }
                self.epoch = Some(epoch);
                outputs.push(Output::Notice(Notice::Welcome(agent, limits)));
                // Each connection begins as available.
                outputs.extend(self.availability().filter(|_| self.is_away));
                outputs.extend(self.watch());
                outputs.extend(self.send_first());
                outputs
            }
            ServerToAgent::Queue { conversations, more } => vec![Output::Notice(Notice::Queue(conversations, more))],
            ServerToAgent::Agents { agents } => vec![Output::Notice(Notice::Agents(agents))],
            ServerToAgent::Replay { conversation, events } => self.replayed(conversation, events, random),
            ServerToAgent::Event { conversation, event } => match self.take_in(&conversation, &event) {
                Taken::Next => vec![Output::Notice(Notice::Happened(conversation, event))],
                Taken::Useless => Vec::new(),
                Taken::AfterAHole => self.connection.give_up(random),
            },
            ServerToAgent::Ack { cid, seq, .. } => {
                let next = self.settle(&cid);
                let mut outputs = vec![Output::Notice(Notice::Acknowledged(cid, seq))];
                outputs.extend(next);
                outputs
            }
            ServerToAgent::Typing { conversation, author, active } => {
                vec![Output::Notice(Notice::Typing(conversation, author, active))]
            }
            ServerToAgent::Error(error) => self.refused(error),
            ServerToAgent::Beat => vec![transmit(&AgentFrame::Beat)],
            ServerToAgent::Bye { retry_after_ms } => self.connection.told_to_return(retry_after_ms),
        }
    }

    fn replayed(&mut self, conversation: String, events: Vec<Event>, random: f64) -> Outputs {
        let mut outputs = Vec::new();
        // A replay from the beginning although more is held: the backend holds another log, or was asked twice.
        if let (Some((watched, held @ 1..)), Some(Event { seq: 1, .. })) = (&mut self.watched, events.first())
            && *watched == conversation
        {
            *held = 0;
            outputs.push(Output::Notice(Notice::Reset(conversation.clone())));
        }
        let mut next = Vec::new();
        let mut hole = false;
        for event in events {
            match self.take_in(&conversation, &event) {
                Taken::Next => next.push(event),
                Taken::Useless => {}
                Taken::AfterAHole => {
                    hole = true;
                    break;
                }
            }
        }
        // What stands before a hole is held from here on, and will not be asked for again.
        if !next.is_empty() {
            outputs.push(Output::Notice(Notice::Replayed(conversation, next)));
        }
        if hole {
            outputs.extend(self.connection.give_up(random));
        }
        outputs
    }

    fn take_in(&mut self, conversation: &str, event: &Event) -> Taken {
        match &mut self.watched {
            Some((watched, held)) if watched == conversation && self.connection.is_live() => {
                if event.seq <= *held {
                    Taken::Useless
                } else if event.seq > *held + 1 {
                    Taken::AfterAHole
                } else {
                    *held = event.seq;
                    Taken::Next
                }
            }
            _ => Taken::Useless,
        }
    }

    fn refused(&mut self, error: WireError) -> Outputs {
        match (error.code, &error.cid) {
            (ErrorCode::Unauthorized, _) => self.logged_out(),
            (ErrorCode::RateLimited | ErrorCode::Unavailable, Some(_)) => {
                self.held = true;
                let after_ms = error.retry_after_ms.unwrap_or(2_000).min(60_000) as u32;
                vec![Output::Timer(Timer::Resend, after_ms)]
            }
            // The socket closes next and the line comes back by itself.
            (ErrorCode::Unavailable, None) => Vec::new(),
            (_, cid) => {
                let next = cid.as_ref().and_then(|cid| self.settle(cid));
                let mut outputs = vec![Output::Notice(Notice::Refused(error))];
                outputs.extend(next);
                outputs
            }
        }
    }

    fn logged_out(&mut self) -> Outputs {
        let mut outputs = self.connection.hang_up();
        outputs.push(Output::Notice(Notice::LoggedOut));
        outputs
    }

    fn closed(&mut self, random: f64) -> Outputs {
        let was_welcomed = self.connection.is_live();
        let mut outputs = self.connection.closed(random);
        if !was_welcomed && !outputs.is_empty() {
            outputs.push(Output::Notice(Notice::NotWelcomed));
        }
        outputs
    }
}

/// What an event is worth.
enum Taken {
    /// The one awaited.
    Next,
    /// Held already, or of a conversation that is not watched any more.
    Useless,
    /// Those between are missing.
    AfterAHole,
}

impl Line for AgentLine {
    type Command = Command;
    type Notice = Notice;

    fn on(&mut self, input: Input<Command>, random: f64) -> Outputs {
        let mut outputs = match input {
            Input::Command(command) => self.command(command),
            Input::Opened => vec![transmit(&AgentFrame::Hello { protocol: PROTOCOL.to_owned() })],
            Input::Text(text) => {
                let mut outputs = self.connection.heard();
                // What this version cannot read it cannot use; a missing event shows as a hole in `seq`.
                if let Ok(frame) = serde_json::from_str(&text) {
                    outputs.extend(self.frame(frame, random));
                }
                outputs
            }
            Input::Closed => self.closed(random),
            Input::TimedOut(Timer::Connection) => self.connection.timed_out(random),
            Input::TimedOut(Timer::Resend) if self.connection.is_live() => {
                self.held = false;
                self.send_first().into_iter().collect()
            }
            // Agents' lines go over WebSockets alone.
            Input::TimedOut(Timer::Resend | Timer::Probe) | Input::Posted => Vec::new(),
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

fn transmit(frame: &AgentFrame) -> Output<Notice> {
    Output::Transmit(written(frame))
}

fn written(frame: &AgentFrame) -> String {
    serde_json::to_string(frame).expect("frames of strings and numbers always serialise")
}
