//! A visitor's line, from `hello` to its end.

use super::{Ending, Follower, Typing, ending};
use crate::decision::{Refusal, Wish};
use protocol::{Author, ErrorCode, Event, Floor, Limits, PROTOCOL, Resume, ServerToVisitor, VisitorFrame, WireError};

/// A visitor at their conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The visitor's number.
    pub visitor: i64,
    /// The conversation's id.
    pub conversation: String,
    /// A new visitor's secret, to be told this once.
    pub token: Option<String>,
}

/// How somebody's wait stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Place in the queue, counted from 1.
    pub position: u32,
    /// How many agents are there to answer.
    pub agents: u32,
    /// How long it will take, in milliseconds.
    pub wait_ms: Option<u64>,
    /// When the shop opens next, in milliseconds since the Unix epoch.
    pub opens_at: Option<u64>,
}

/// Something that happened to a visitor's line.
#[derive(Clone, Debug, PartialEq)]
pub enum VisitorInput {
    /// A frame came in, or something that is none.
    Frame(Result<VisitorFrame, WireError>),
    /// The answer to [`VisitorOutput::Arrive`]; `None`: not known here.
    Arrived(Option<Arrival>),
    /// The answer to [`VisitorOutput::Stand`].
    Stands {
        /// The log's epoch.
        epoch: String,
        /// The last `seq` of the log.
        head: u64,
        /// Who has the floor.
        floor: Floor,
    },
    /// The answer to [`VisitorOutput::Record`]: where it stands, and whether it had been stored before.
    Recorded(String, Result<(u64, bool), Refusal>),
    /// The answer to [`VisitorOutput::Read`]: the next events after the one named there.
    Read(Vec<Event>),
    /// The log has grown by this event, or by something unknown.
    Grew(Option<Event>),
    /// Somebody in the conversation writes, or has stopped.
    Typing(Typing),
    /// How the wait stands now; `None` while the visitor does not wait.
    Wait(Option<Wait>),
    /// Whether there is room for more to send.
    Room(bool),
    /// It is time to beat.
    BeatDue,
}

/// Something to do for a visitor's line.
#[derive(Clone, Debug, PartialEq)]
pub enum VisitorOutput {
    /// Send this frame.
    Push(ServerToVisitor),
    /// Find the visitor of this token and their conversation, or make new ones; [`VisitorInput::Arrived`] follows.
    Arrive {
        /// The secret.
        token: Option<String>,
        /// The conversation that they name.
        conversation: Option<String>,
        /// A token of the shop's server that says who they are.
        identity: Option<String>,
    },
    /// Listen to this conversation from now on.
    Listen(String),
    /// Look where it stands; [`VisitorInput::Stands`] follows.
    Stand(String),
    /// Let this happen; [`VisitorInput::Recorded`] follows after the commit.
    Record {
        /// The frame's id.
        cid: String,
        /// What.
        wish: Wish,
    },
    /// Read the log after this `seq`; [`VisitorInput::Read`] follows.
    Read(u64),
    /// Tell the agents that the visitor writes, or has stopped.
    Typing(bool),
    /// End the line.
    End(Ending),
}

/// When to send again what came after a message that was refused as too early, in milliseconds.
pub(crate) const LATER_MS: u64 = 1_000;

#[derive(Clone, Debug, Default)]
enum Phase {
    /// Before `hello`.
    #[default]
    Silent,
    /// `hello` came: whether it named a conversation, and what the client holds of it.
    Greeted(bool, Option<Resume>),
    /// The visitor is known.
    Known { arrival: Arrival, named: bool, resume: Option<Resume> },
    /// Welcomed.
    Live,
}

/// A visitor's line, as a state machine.
#[derive(Clone, Debug, Default)]
pub struct VisitorLine {
    phase: Phase,
    follower: Follower,
    /// There is no room for more to send.
    full: bool,
    typing: bool,
    told_wait: Option<Wait>,
    /// The message that was refused as too early: what comes after it must not overtake it.
    too_early: Option<String>,
}

type Outputs = Vec<VisitorOutput>;

impl VisitorLine {
    /// Takes in one thing that happened and says what to do about it, in order.
    pub fn on(&mut self, input: VisitorInput) -> Outputs {
        let mut outputs = match input {
            VisitorInput::Frame(Ok(frame)) => self.frame(frame),
            VisitorInput::Frame(Err(error)) => self.unreadable(error),
            VisitorInput::Arrived(arrival) => self.arrived(arrival),
            VisitorInput::Stands { epoch, head, floor } => self.stands(epoch, head, floor),
            VisitorInput::Recorded(cid, recorded) => self.recorded(cid, recorded),
            VisitorInput::Read(events) => {
                let stretch = self.follower.read(events);
                let replay = Some(stretch.replay).filter(|events| !events.is_empty()).map(ServerToVisitor::Replay);
                let live = stretch.live.into_iter().map(ServerToVisitor::Event);
                replay.into_iter().chain(live).map(VisitorOutput::Push).collect()
            }
            VisitorInput::Grew(Some(event)) if self.is_live() && !self.full => {
                self.follower.grew(event).into_iter().flat_map(|event| push(ServerToVisitor::Event(event))).collect()
            }
            VisitorInput::Grew(_) => {
                self.follower.look();
                Vec::new()
            }
            // What the visitor writes in another tab is no news to the visitor.
            VisitorInput::Typing(Typing { author: Author::Visitor, .. }) => Vec::new(),
            VisitorInput::Typing(Typing { author, active }) => push(ServerToVisitor::Typing { author, active }),
            VisitorInput::Wait(wait) => self.wait(wait),
            VisitorInput::Room(room) => {
                self.full = !room;
                Vec::new()
            }
            VisitorInput::BeatDue => push(ServerToVisitor::Beat),
        };
        if self.is_live() && !self.full {
            outputs.extend(self.follower.wants().map(VisitorOutput::Read));
        }
        outputs
    }

    /// What is to be done when the line is gone.
    pub fn gone(&mut self) -> Outputs {
        self.types(false)
    }

    fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live)
    }

    fn frame(&mut self, frame: VisitorFrame) -> Outputs {
        match (&self.phase, frame) {
            (Phase::Silent, VisitorFrame::Hello { protocol, token, conversation, resume, identity }) => {
                if protocol != PROTOCOL {
                    return vec![VisitorOutput::End(ending::unsupported())];
                }
                self.phase = Phase::Greeted(conversation.is_some(), resume);
                vec![VisitorOutput::Arrive { token, conversation, identity }]
            }
            (Phase::Silent, _) => vec![VisitorOutput::End(ending::hello_expected())],
            (Phase::Greeted(..) | Phase::Known { .. }, _) => {
                let message = "Wait for `welcome` before sending more.";
                vec![VisitorOutput::End(ending::refused(ErrorCode::HelloExpected, message))]
            }
            (Phase::Live, VisitorFrame::Hello { .. }) => push(ServerToVisitor::Error(ending::said_hello_already())),
            (Phase::Live, VisitorFrame::Beat) => Vec::new(),
            (Phase::Live, VisitorFrame::Typing { active }) => self.types(active),
            (Phase::Live, VisitorFrame::Human { cid }) => vec![VisitorOutput::Record { cid, wish: Wish::Ring }],
            (Phase::Live, VisitorFrame::Send { cid, author, text, entry }) => {
                let mut outputs = self.types(false);
                if self.too_early.as_ref().is_some_and(|first| *first != cid) {
                    outputs.extend(push(ServerToVisitor::Error(Refusal::RateLimited(LATER_MS).for_cid(cid))));
                    return outputs;
                }
                outputs.push(VisitorOutput::Record { cid, wish: Wish::Tell { author, text, entry } });
                outputs
            }
        }
    }

    fn unreadable(&self, error: WireError) -> Outputs {
        match self.phase {
            Phase::Silent => vec![VisitorOutput::End(ending::bad_first(error))],
            _ => push(ServerToVisitor::Error(error)),
        }
    }

    fn arrived(&mut self, arrival: Option<Arrival>) -> Outputs {
        let Phase::Greeted(named, resume) = std::mem::take(&mut self.phase) else { return Vec::new() };
        let Some(arrival) = arrival else {
            let message = "The token or the conversation is not known here; say hello without them.";
            return vec![VisitorOutput::End(ending::unauthorized(message))];
        };
        let conversation = arrival.conversation.clone();
        self.phase = Phase::Known { arrival, named, resume };
        // Listen first: what is stored after the look is then heard of.
        vec![VisitorOutput::Listen(conversation.clone()), VisitorOutput::Stand(conversation)]
    }

    fn stands(&mut self, epoch: String, head: u64, floor: Floor) -> Outputs {
        let Phase::Known { arrival: Arrival { conversation, token, .. }, named, resume } =
            std::mem::take(&mut self.phase)
        else {
            return Vec::new();
        };
        let (held, reset) = resume_after(&epoch, head, named, resume);
        self.follower = Follower::from(held, head);
        self.phase = Phase::Live;
        push(ServerToVisitor::Welcome {
            protocol: PROTOCOL.to_owned(),
            token,
            conversation,
            epoch,
            head,
            reset,
            floor,
            limits: Limits::visitor(),
        })
    }

    fn recorded(&mut self, cid: String, recorded: Result<(u64, bool), Refusal>) -> Outputs {
        if matches!(recorded, Err(Refusal::RateLimited(_) | Refusal::Unavailable)) {
            self.too_early.get_or_insert(cid.clone());
        } else {
            self.too_early.take_if(|first| *first == cid);
        }
        push(match recorded {
            Ok((seq, dup)) => ServerToVisitor::Ack { cid, seq, dup },
            Err(refusal) => ServerToVisitor::Error(refusal.for_cid(cid)),
        })
    }

    fn wait(&mut self, wait: Option<Wait>) -> Outputs {
        if wait == self.told_wait || !self.is_live() {
            return Vec::new();
        }
        self.told_wait = wait;
        wait.into_iter()
            .flat_map(|Wait { position, agents, wait_ms, opens_at }| {
                push(ServerToVisitor::Queue { position, agents, wait_ms, opens_at })
            })
            .collect()
    }

    fn types(&mut self, active: bool) -> Outputs {
        if std::mem::replace(&mut self.typing, active) == active && !active {
            return Vec::new();
        }
        vec![VisitorOutput::Typing(active)]
    }
}

fn push(frame: ServerToVisitor) -> Outputs {
    vec![VisitorOutput::Push(frame)]
}

/// After which `seq` the log is told, and whether the client must first drop what it holds.
fn resume_after(epoch: &str, head: u64, named_conversation: bool, resume: Option<Resume>) -> (u64, bool) {
    match resume {
        None => (0, false),
        // Without the conversation's id there is no telling whether it is the one the client holds.
        Some(held) if held.epoch == epoch && held.seq <= head && named_conversation => (held.seq, false),
        Some(_) => (0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_goes_on_where_it_was_read_to_or_is_told_anew() {
        let held = |epoch: &str, seq| Some(Resume { epoch: epoch.into(), seq });
        for (resume, named, expected) in [
            (None, true, (0, false)),
            (held("this", 0), true, (0, false)),
            (held("this", 3), true, (3, false)),
            (held("this", 5), true, (5, false)),
            (held("this", 6), true, (0, true)),
            (held("other", 3), true, (0, true)),
            (held("this", 3), false, (0, true)),
        ] {
            assert_eq!(resume_after("this", 5, named, resume.clone()), expected, "{resume:?}, named: {named}");
        }
    }
}
