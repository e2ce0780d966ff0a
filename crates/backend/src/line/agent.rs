//! An agent's line, from `hello` to its end: the queue, who is there, and one conversation at a time.

use super::{Ending, Follower, Typing, ending};
use crate::decision::{Refusal, Wish};
use protocol::{
    AgentFrame, AgentProfile, Author, ConversationSummary, ErrorCode, Event, Floor, Limits, PROTOCOL, Presence, Role,
    ServerToAgent, WireError,
};

/// Something that happened to an agent's line.
#[derive(Clone, Debug, PartialEq)]
pub enum AgentInput {
    /// A frame came in, or something that is none.
    Frame(Result<AgentFrame, WireError>),
    /// The answer to [`AgentOutput::Stand`]: the last `seq` and who has the floor; `None`: there is no such conversation.
    Stands(String, Option<(u64, Floor)>),
    /// The answer to [`AgentOutput::Record`]: where it stands, and whether it had been stored before.
    Recorded {
        /// The conversation's id.
        conversation: String,
        /// The frame's id.
        cid: String,
        /// What came of it.
        recorded: Result<(u64, bool), Refusal>,
    },
    /// The answer to [`AgentOutput::Read`]: the next events of this conversation after the one named there.
    Read(String, Vec<Event>),
    /// The log of the conversation listened to has grown by this event, or by something unknown.
    Grew(Option<Event>),
    /// Somebody in that conversation writes, or has stopped.
    Typing(Typing),
    /// The queue as it is now, as much of it as one frame tells, and how many more conversations there are.
    Queue(Vec<ConversationSummary>, u32),
    /// Who is there now.
    Agents(Vec<Presence>),
    /// The log-in has ended.
    LoggedOut,
    /// Whether there is room for more to send.
    Room(bool),
    /// It is time to beat.
    BeatDue,
}

/// Something to do for an agent's line.
#[derive(Clone, Debug, PartialEq)]
pub enum AgentOutput {
    /// Send this frame.
    Push(ServerToAgent),
    /// Listen to this conversation from now on, and no longer to the one before.
    Listen(String),
    /// Look where it stands; [`AgentInput::Stands`] follows.
    Stand(String),
    /// Let this happen; [`AgentInput::Recorded`] follows after the commit.
    Record {
        /// The conversation's id.
        conversation: String,
        /// The frame's id.
        cid: String,
        /// What.
        wish: Wish,
    },
    /// Read this conversation's log after this `seq`; [`AgentInput::Read`] follows.
    Read(String, u64),
    /// Tell the visitor of this conversation that the agent writes, or has stopped.
    Typing(String, bool),
    /// Count the agent as there: whether they take conversations.
    Present(bool),
    /// The agent sees this conversation from now on.
    Viewed(String),
    /// End the line.
    End(Ending),
}

/// The conversation on the agent's screen.
#[derive(Clone, Debug)]
struct Watched {
    conversation: String,
    /// The last `seq` the agent holds, until it is known where the log stands.
    asked_after: Option<u64>,
    follower: Follower,
    /// Who has the floor, as far as was told.
    floor: Floor,
}

/// An agent's line, as a state machine.
#[derive(Clone, Debug)]
pub struct AgentLine {
    agent: AgentProfile,
    /// The epoch of all logs.
    epoch: String,
    greeted: bool,
    watched: Option<Watched>,
    /// The conversation that the agent writes in.
    typing_in: Option<String>,
    full: bool,
}

type Outputs = Vec<AgentOutput>;

impl AgentLine {
    /// The line of an agent who is logged in, to logs of this epoch.
    pub fn new(name: String, role: Role, epoch: String) -> Self {
        let agent = AgentProfile { name, role };
        AgentLine { agent, epoch, greeted: false, watched: None, typing_in: None, full: false }
    }

    /// Takes in one thing that happened and says what to do about it, in order.
    pub fn on(&mut self, input: AgentInput) -> Outputs {
        let mut outputs = match input {
            AgentInput::Frame(Ok(frame)) => self.frame(frame),
            AgentInput::Frame(Err(error)) if self.greeted => push(ServerToAgent::Error(error)),
            AgentInput::Frame(Err(error)) => vec![AgentOutput::End(ending::bad_first(error))],
            AgentInput::Stands(conversation, standing) => self.stands(conversation, standing),
            AgentInput::Recorded { conversation, cid, recorded: Ok((seq, dup)) } => {
                push(ServerToAgent::Ack { conversation, cid, seq, dup })
            }
            AgentInput::Recorded { cid, recorded: Err(refusal), .. } => {
                push(ServerToAgent::Error(refusal.for_cid(cid)))
            }
            AgentInput::Read(conversation, events) => self.read(&conversation, events),
            AgentInput::Grew(event) => self.grew(event),
            AgentInput::Typing(Typing { author: author @ Author::Visitor, active }) => match &self.watched {
                Some(Watched { conversation, .. }) => {
                    push(ServerToAgent::Typing { conversation: conversation.clone(), author, active })
                }
                None => Vec::new(),
            },
            AgentInput::Typing(_) => Vec::new(),
            AgentInput::Queue(conversations, more) => self.news(ServerToAgent::Queue { conversations, more }),
            AgentInput::Agents(agents) => self.news(ServerToAgent::Agents { agents }),
            AgentInput::LoggedOut => {
                vec![AgentOutput::End(ending::unauthorized("The log-in has ended; log in again."))]
            }
            AgentInput::Room(room) => {
                self.full = !room;
                Vec::new()
            }
            AgentInput::BeatDue => push(ServerToAgent::Beat),
        };
        if let Some(watched) = &mut self.watched
            && watched.asked_after.is_none()
            && !self.full
        {
            let wanted = watched.follower.wants();
            outputs.extend(wanted.map(|after| AgentOutput::Read(watched.conversation.clone(), after)));
        }
        outputs
    }

    /// What is to be done when the line is gone.
    pub fn gone(&mut self) -> Outputs {
        self.stop_typing()
    }

    /// Who is at this line.
    pub fn agent(&self) -> &AgentProfile {
        &self.agent
    }

    fn frame(&mut self, frame: AgentFrame) -> Outputs {
        if !self.greeted {
            return self.greet(frame);
        }
        let agent = self.agent.name.clone();
        let (conversation, cid, wish) = match frame {
            AgentFrame::Beat => return Vec::new(),
            AgentFrame::Hello { .. } => return push(ServerToAgent::Error(ending::said_hello_already())),
            AgentFrame::Watch { conversation, after } => return self.watch(conversation, after),
            AgentFrame::Typing { conversation, active } => return self.types(conversation, active),
            AgentFrame::Available { available } => return vec![AgentOutput::Present(available)],
            AgentFrame::Claim { conversation, cid } => {
                (conversation, cid, Wish::Claim { agent, takes_over: self.agent.role >= Role::Lead })
            }
            AgentFrame::Send { conversation, cid, text } => (conversation, cid, Wish::Reply { agent, text }),
            AgentFrame::Edit { conversation, cid, seq, text } => (conversation, cid, Wish::Edit { agent, seq, text }),
            AgentFrame::Transfer { conversation, cid, to } => (conversation, cid, Wish::Transfer { agent, to }),
            AgentFrame::HandBack { conversation, cid } => (conversation, cid, Wish::HandBack { agent }),
            AgentFrame::Close { conversation, cid } => (conversation, cid, Wish::Close { agent }),
        };
        vec![AgentOutput::Record { conversation, cid, wish }]
    }

    fn greet(&mut self, frame: AgentFrame) -> Outputs {
        match frame {
            AgentFrame::Hello { protocol } if protocol == PROTOCOL => {
                self.greeted = true;
                let welcome = ServerToAgent::Welcome {
                    protocol: PROTOCOL.to_owned(),
                    agent: self.agent.clone(),
                    epoch: self.epoch.clone(),
                    limits: Limits::agent(),
                };
                vec![AgentOutput::Push(welcome), AgentOutput::Present(true)]
            }
            AgentFrame::Hello { .. } => vec![AgentOutput::End(ending::unsupported())],
            _ => vec![AgentOutput::End(ending::hello_expected())],
        }
    }

    /// Follows another conversation from now on.
    fn watch(&mut self, conversation: String, after: u64) -> Outputs {
        self.watched = Some(Watched {
            conversation: conversation.clone(),
            asked_after: Some(after),
            follower: Follower::default(),
            floor: Floor::default(),
        });
        // Listen first: what is stored after the look is then heard of.
        vec![AgentOutput::Listen(conversation.clone()), AgentOutput::Stand(conversation)]
    }

    fn stands(&mut self, conversation: String, standing: Option<(u64, Floor)>) -> Outputs {
        let watched = self.watched.as_mut().filter(|watched| watched.conversation == conversation);
        let Some(watched) = watched else { return Vec::new() };
        let Some(after) = watched.asked_after.take() else { return Vec::new() };
        let Some((head, floor)) = standing else {
            self.watched = None;
            let message = "There is no such conversation; take one from the queue.";
            return push(ServerToAgent::Error(WireError::new(ErrorCode::NotFound, message)));
        };
        // Whoever holds more than there is holds another log: it is told anew.
        let after = if after <= head { after } else { 0 };
        let mut grew = Follower::from(after, head);
        // What was heard of in between is read, too.
        grew.look();
        watched.follower = grew;
        watched.floor = floor;
        let mut outputs = vec![AgentOutput::Viewed(conversation.clone())];
        if after == head {
            // Says that there was nothing to tell; otherwise the first stretch answers.
            outputs.extend(push(ServerToAgent::Replay { conversation, events: Vec::new() }));
        }
        outputs
    }

    fn read(&mut self, conversation: &str, events: Vec<Event>) -> Outputs {
        let watched = self.watched.as_mut().filter(|watched| watched.conversation == conversation);
        // A reading for a conversation that is no longer watched answers nobody.
        let Some(watched) = watched else { return Vec::new() };
        let stretch = watched.follower.read(events);
        let mut outputs = Vec::new();
        if !stretch.replay.is_empty() {
            let conversation = conversation.to_owned();
            outputs.extend(push(ServerToAgent::Replay { conversation, events: stretch.replay }));
        }
        for event in stretch.live {
            watched.floor = std::mem::take(&mut watched.floor).after(&event.body);
            outputs.extend(push(ServerToAgent::Event { conversation: conversation.to_owned(), event }));
        }
        outputs
    }

    fn grew(&mut self, event: Option<Event>) -> Outputs {
        let Some(watched) = &mut self.watched else { return Vec::new() };
        match event {
            Some(event) if watched.asked_after.is_none() && !self.full => {
                let Some(event) = watched.follower.grew(event) else { return Vec::new() };
                watched.floor = std::mem::take(&mut watched.floor).after(&event.body);
                push(ServerToAgent::Event { conversation: watched.conversation.clone(), event })
            }
            _ => {
                watched.follower.look();
                Vec::new()
            }
        }
    }

    fn news(&self, frame: ServerToAgent) -> Outputs {
        if self.greeted { push(frame) } else { Vec::new() }
    }

    /// Passes on that the agent writes, or has stopped. Only who has the floor is heard.
    fn types(&mut self, conversation: String, active: bool) -> Outputs {
        let mut outputs = Vec::new();
        if self.typing_in.as_ref().is_some_and(|typing_in| !active || *typing_in != conversation) {
            outputs.extend(self.stop_typing());
        }
        let mine = Floor::Human { agent: self.agent.name.clone() };
        let may = |watched: &Watched| watched.conversation == conversation && watched.floor == mine;
        if active && self.watched.as_ref().is_some_and(may) {
            outputs.push(AgentOutput::Typing(conversation.clone(), true));
            self.typing_in = Some(conversation);
        }
        outputs
    }

    fn stop_typing(&mut self) -> Outputs {
        self.typing_in.take().into_iter().map(|conversation| AgentOutput::Typing(conversation, false)).collect()
    }
}

fn push(frame: ServerToAgent) -> Outputs {
    vec![AgentOutput::Push(frame)]
}
