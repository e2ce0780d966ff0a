//! One conversation among the pure ends of its lines, in memory: what frames bring about at the backend is decided, stored in
//! a list and told to both clients, whose own ends of the line are here as well.

use crate::{
    decision::{Decision, Facts, Refusal, Sender, Wish, check, decide},
    line::{AgentInput, AgentLine, AgentOutput, Arrival, Typing, VisitorInput, VisitorLine, VisitorOutput},
};
use channel::{Input, Line, Output, Timer, agent_line, visitor_line};
use protocol::{
    AgentFrame, Author, ErrorCode, Event, EventBody, Floor, Role, ServerToAgent, ServerToVisitor, VisitorFrame,
    WireError, limits, masking,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::VecDeque, fmt::Debug};

/// The conversation's id, as in the example of the protocol.
pub const CONVERSATION: &str = "0197a2c4-7d5e-7000-8000-00000000c001";
/// The agent's name.
const AGENT: &str = "Ada";
/// More than one frame can bring about.
const MOST_STEPS: usize = 1_000;

/// A conversation with a visitor and an agent, both welcomed and following its log.
#[derive(Debug)]
pub struct Conversation {
    log: Vec<Event>,
    senders: Vec<Sender>,
    /// The backend's ends.
    visitor: VisitorLine,
    agent: AgentLine,
    /// The clients' ends.
    at_visitor: channel::VisitorLine,
    at_agent: channel::AgentLine,
    /// How many events the visitor was told.
    told: usize,
    /// What is still to reach a line at the backend, in order.
    coming: VecDeque<Coming>,
}

#[derive(Debug)]
enum Coming {
    Visitor(VisitorInput),
    Agent(AgentInput),
}

impl Default for Conversation {
    fn default() -> Self {
        let mut conversation = Conversation {
            log: Vec::new(),
            senders: Vec::new(),
            visitor: VisitorLine::default(),
            agent: agent(),
            at_visitor: channel::VisitorLine::default(),
            at_agent: channel::AgentLine::default(),
            told: 0,
            coming: VecDeque::new(),
        };
        use visitor_line::Command::{Follow, Talk};
        let watch = agent_line::Command::Watch { conversation: CONVERSATION.to_owned(), after: 0 };
        conversation.visitors_line([Talk, Follow].map(Input::Command));
        conversation.agents_line([agent_line::Command::Follow, watch].map(Input::Command));
        conversation.settle();
        conversation
    }
}

impl Conversation {
    /// The backend hears this from the visitor and from the agent, and everything comes of it that comes of it.
    ///
    /// # Panics
    /// A frame is written so that it reads as another one, a line ends, the visitor is not told of all that is stored, or what
    /// is stored still holds the number of a card.
    pub fn hears(&mut self, text: &str) {
        self.coming.push_back(Coming::Visitor(VisitorInput::Frame(read(text))));
        self.settle();
        self.coming.push_back(Coming::Agent(AgentInput::Frame(read(text))));
        self.settle();
        assert_eq!(self.told, self.log.len(), "the visitor is told of everything");
    }

    fn settle(&mut self) {
        for _ in 0..MOST_STEPS {
            match self.coming.pop_front() {
                Some(Coming::Visitor(input)) => self.visit(input),
                Some(Coming::Agent(input)) => self.attend(input),
                None => return,
            }
        }
        panic!("one frame brings about more and more: {:?}", self.coming);
    }

    fn visit(&mut self, input: VisitorInput) {
        for output in self.visitor.on(input) {
            let next = match output {
                VisitorOutput::Push(frame) => {
                    let text = written::<ServerToVisitor>(&frame);
                    self.visitors_line([Input::Text(text)]);
                    continue;
                }
                VisitorOutput::Arrive { .. } => {
                    let token = Some("secret".to_owned());
                    VisitorInput::Arrived(Some(Arrival { visitor: 1, conversation: CONVERSATION.to_owned(), token }))
                }
                VisitorOutput::Stand(_) => {
                    VisitorInput::Stands { epoch: "e1".to_owned(), head: self.head(), floor: self.floor() }
                }
                VisitorOutput::Read(after) => VisitorInput::Read(self.after(after)),
                VisitorOutput::Record { cid, wish } => {
                    let recorded = self.record(Sender::Visitor, &cid, wish);
                    VisitorInput::Recorded(cid, recorded)
                }
                VisitorOutput::Typing(active) => {
                    let typing = Typing { author: Author::Visitor, active };
                    self.coming.push_back(Coming::Agent(AgentInput::Typing(typing)));
                    continue;
                }
                VisitorOutput::Listen(_) => continue,
                VisitorOutput::End(ending) => panic!("no frame ends a line that is live: {ending:?}"),
            };
            self.coming.push_back(Coming::Visitor(next));
        }
    }

    fn attend(&mut self, input: AgentInput) {
        for output in self.agent.on(input) {
            let next = match output {
                AgentOutput::Push(frame) => {
                    let text = written::<ServerToAgent>(&frame);
                    self.agents_line([Input::Text(text)]);
                    continue;
                }
                AgentOutput::Stand(conversation) => {
                    let standing = (conversation == CONVERSATION).then(|| (self.head(), self.floor()));
                    AgentInput::Stands(conversation, standing)
                }
                AgentOutput::Read(conversation, after) => AgentInput::Read(conversation, self.after(after)),
                AgentOutput::Record { conversation, cid, wish } => {
                    let recorded = if conversation == CONVERSATION {
                        self.record(Sender::Agent(AGENT.to_owned()), &cid, wish)
                    } else {
                        Err(Refusal::NotFound("There is no such conversation."))
                    };
                    AgentInput::Recorded { conversation, cid, recorded }
                }
                AgentOutput::Typing(_, active) => {
                    let typing = Typing { author: Author::Human, active };
                    self.coming.push_back(Coming::Visitor(VisitorInput::Typing(typing)));
                    continue;
                }
                AgentOutput::Listen(_) | AgentOutput::Present(_) | AgentOutput::Viewed(_) => continue,
                AgentOutput::End(ending) => panic!("no frame ends a line that is live: {ending:?}"),
            };
            self.coming.push_back(Coming::Agent(next));
        }
    }

    fn visitors_line(&mut self, inputs: impl IntoIterator<Item = Input<visitor_line::Command>>) {
        let mut inputs: VecDeque<_> = inputs.into_iter().collect();
        while let Some(input) = inputs.pop_front() {
            for output in self.at_visitor.on(input, 0.5) {
                match output {
                    Output::Open(_) => inputs.push_back(Input::Opened),
                    Output::Transmit(text) => {
                        self.coming.push_back(Coming::Visitor(VisitorInput::Frame(Ok(ours::<VisitorFrame>(&text)))));
                    }
                    Output::Notice(visitor_line::Notice::Happened(event)) => {
                        assert_eq!(self.log.get(self.told), Some(&event), "the visitor is told the log");
                        self.told += 1;
                    }
                    Output::Close => panic!("the visitor's line gives up a connection on which nothing was lost"),
                    Output::Post { .. } | Output::Timer(..) | Output::Notice(_) => {}
                }
            }
        }
    }

    fn agents_line(&mut self, inputs: impl IntoIterator<Item = Input<agent_line::Command>>) {
        let mut inputs: VecDeque<_> = inputs.into_iter().collect();
        while let Some(input) = inputs.pop_front() {
            for output in self.at_agent.on(input, 0.5) {
                match output {
                    Output::Open(_) => inputs.push_back(Input::Opened),
                    Output::Transmit(text) => {
                        self.coming.push_back(Coming::Agent(AgentInput::Frame(Ok(ours::<AgentFrame>(&text)))));
                    }
                    Output::Notice(agent_line::Notice::Happened(_, event)) => self.is_stored(&event),
                    Output::Notice(agent_line::Notice::Replayed(_, events)) => {
                        events.iter().for_each(|event| self.is_stored(event));
                    }
                    // Who says to watch something else makes a hole in what this line is told.
                    Output::Close => {
                        self.agent = agent();
                        self.coming.retain(|coming| matches!(coming, Coming::Visitor(_)));
                        inputs.push_back(Input::TimedOut(Timer::Connection));
                    }
                    Output::Post { .. } | Output::Timer(..) | Output::Notice(_) => {}
                }
            }
        }
    }

    fn is_stored(&self, event: &Event) {
        let place = usize::try_from(event.seq).ok().and_then(|seq| seq.checked_sub(1));
        assert_eq!(place.and_then(|place| self.log.get(place)), Some(event), "the agent is told the log");
    }

    fn head(&self) -> u64 {
        self.log.len() as u64
    }

    fn floor(&self) -> Floor {
        self.log.iter().fold(Floor::default(), |floor, event| floor.after(&event.body))
    }

    fn after(&self, seq: u64) -> Vec<Event> {
        self.log.iter().filter(|event| event.seq > seq).take(limits::REPLAY_EVENTS).cloned().collect()
    }

    /// Lets it happen, as the store does.
    fn record(&mut self, sender: Sender, cid: &str, wish: Wish) -> Result<(u64, bool), Refusal> {
        check(cid, &wish)?;
        let known = |(event, by): (&Event, &Sender)| event.cid == cid && *by == sender;
        if let Some(place) = self.log.iter().zip(&self.senders).position(known) {
            return Ok((place as u64 + 1, true));
        }
        let wish = wish.masked();
        let edited = match &wish {
            Wish::Edit { seq, .. } => self.log.iter().find(|event| event.seq == *seq).map(|event| event.body.clone()),
            _ => None,
        };
        let facts = Facts { floor: self.floor(), edited, receiver_exists: true };
        let Decision::Add(bodies) = decide(&facts, &wish)? else { return Ok((self.head(), true)) };
        let first = self.head() + 1;
        for (place, body) in bodies.into_iter().enumerate() {
            holds_no_card(&body);
            let cid = if place == 0 { cid.to_owned() } else { format!("{cid}-{place}") };
            let event = Event { seq: self.head() + 1, cid, at: 0, body };
            self.log.push(event.clone());
            self.senders.push(sender.clone());
            self.coming.push_back(Coming::Visitor(VisitorInput::Grew(Some(event.clone()))));
            self.coming.push_back(Coming::Agent(AgentInput::Grew(Some(event))));
        }
        Ok((first, false))
    }
}

fn agent() -> AgentLine {
    AgentLine::new(AGENT.to_owned(), Role::Agent, "e1".to_owned())
}

fn holds_no_card(body: &EventBody) {
    let text = match body {
        EventBody::Message(message) if message.author != Author::Bot => &message.text,
        EventBody::Edited { text, .. } => text,
        _ => return,
    };
    assert_eq!(masking::masked(text), None, "{text:?} is masked");
}

/// A frame from outside.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, WireError> {
    serde_json::from_str(text).map_err(|error| WireError::new(ErrorCode::BadFrame, error.to_string()))
}

/// A frame of a line of ours.
fn ours<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("lines send frames of the protocol")
}

/// As it goes over the line.
///
/// # Panics
/// It reads as another frame.
fn written<T: Serialize + DeserializeOwned + PartialEq + Debug>(frame: &T) -> String {
    let text = serde_json::to_string(frame).expect("frames serialise");
    assert_eq!(&ours::<T>(&text), frame, "{text}");
    text
}
