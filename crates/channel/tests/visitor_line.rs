//! A visitor's line against a faithful little backend and an unfaithful network: nothing lost, nothing doubled.

use channel::{
    Input, Line, Output, Timer, VisitorLine,
    visitor_line::{Command, Notice},
};
use proptest::prelude::*;
use protocol::{
    Author, ErrorCode, Event, EventBody, Floor, Limits, Message, PROTOCOL, ServerToVisitor, VisitorFrame, WireError,
};

/// The backend's side of one conversation: a log without gaps, and each `cid` at most once.
#[derive(Default)]
struct Backend {
    log: Vec<Event>,
}

impl Backend {
    fn store(&mut self, cid: &str, body: EventBody) -> (u64, bool) {
        if let Some(event) = self.log.iter().find(|event| event.cid == cid) {
            return (event.seq, true);
        }
        let seq = self.log.len() as u64 + 1;
        self.log.push(Event { seq, cid: cid.to_owned(), at: 0, body });
        (seq, false)
    }

    /// What the backend answers to one frame, in order.
    fn answer(&mut self, frame: VisitorFrame) -> Vec<ServerToVisitor> {
        let (cid, body) = match frame {
            VisitorFrame::Hello { resume, .. } => {
                let seen = resume.map_or(0, |resume| resume.seq as usize);
                return vec![
                    ServerToVisitor::Welcome {
                        protocol: PROTOCOL.into(),
                        token: Some("secret".into()),
                        conversation: "c1".into(),
                        epoch: "e1".into(),
                        head: self.log.len() as u64,
                        reset: false,
                        floor: Floor::Bot,
                        limits: Limits::visitor(),
                    },
                    ServerToVisitor::Replay(self.log[seen..].to_vec()),
                ];
            }
            VisitorFrame::Send { cid, author, text, entry } => {
                (cid, EventBody::Message(Message { author, text, name: None, entry }))
            }
            VisitorFrame::Human { cid } => (cid, EventBody::Rang),
            VisitorFrame::Typing { .. } | VisitorFrame::Beat => return Vec::new(),
        };
        let (seq, dup) = self.store(&cid, body);
        let mut answers = vec![ServerToVisitor::Ack { cid, seq, dup }];
        if !dup {
            answers.push(ServerToVisitor::Event(self.log[seq as usize - 1].clone()));
        }
        answers
    }
}

/// The page, the line, the network and the backend.
struct World {
    line: VisitorLine,
    backend: Backend,
    /// Frames on their way to the backend, then to the line; both lost when the connection is cut.
    up: Vec<VisitorFrame>,
    down: Vec<ServerToVisitor>,
    connected: bool,
    /// What the page was shown, in order.
    shown: Vec<Event>,
}

impl World {
    fn new() -> Self {
        World {
            line: VisitorLine::default(),
            backend: Backend::default(),
            up: Vec::new(),
            down: Vec::new(),
            connected: false,
            shown: Vec::new(),
        }
    }

    fn input(&mut self, input: Input<Command>) {
        for output in self.line.on(input, 0.5) {
            match output {
                Output::Open => {
                    self.cut();
                    self.connected = true;
                    self.input(Input::Opened);
                }
                Output::Close => self.cut(),
                Output::Transmit(text) if self.connected => {
                    self.up.push(serde_json::from_str(&text).expect("the line sends frames of the protocol"));
                }
                Output::Notice(Notice::Happened(event)) => self.shown.push(event),
                Output::Transmit(_) | Output::Timer(..) | Output::Notice(_) => {}
            }
        }
    }

    fn cut(&mut self) {
        self.connected = false;
        self.up.clear();
        self.down.clear();
    }

    fn step(&mut self, step: &Step, number: usize) {
        match step {
            Step::Say => self.input(Input::Command(say(number))),
            Step::Ring => self.input(Input::Command(Command::Ring { cid: format!("ring-{number}") })),
            Step::AgentSays => {
                let message = Message { author: Author::Human, text: "Hello".into(), name: None, entry: None };
                let (seq, _) = self.backend.store(&format!("agent-{number}"), EventBody::Message(message));
                if self.connected {
                    self.down.push(ServerToVisitor::Event(self.backend.log[seq as usize - 1].clone()));
                }
            }
            Step::Up if !self.up.is_empty() => {
                let frame = self.up.remove(0);
                let answers = self.backend.answer(frame);
                self.down.extend(answers);
            }
            Step::Down if !self.down.is_empty() => {
                let frame = self.down.remove(0);
                self.input(Input::Text(serde_json::to_string(&frame).expect("frames serialise")));
            }
            Step::Up | Step::Down => {}
            Step::Cut => {
                self.cut();
                self.input(Input::Closed);
            }
            Step::Wait => self.input(Input::TimedOut(Timer::Connection)),
            Step::Reload => {
                self.cut();
                let saved = serde_json::to_string(self.line.saved()).expect("saved lines serialise");
                self.line = VisitorLine::new(serde_json::from_str(&saved).expect("saved lines parse"));
                self.input(Input::Command(Command::Follow));
            }
        }
    }

    /// A good network at last: everything in flight arrives.
    fn settle(&mut self) {
        self.step(&Step::Reload, 0);
        while !(self.up.is_empty() && self.down.is_empty()) {
            self.step(&Step::Up, 0);
            self.step(&Step::Down, 0);
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Say,
    Ring,
    AgentSays,
    Up,
    Down,
    Cut,
    Wait,
    Reload,
}

fn say(number: usize) -> Command {
    Command::Say { cid: format!("say-{number}"), author: Author::Visitor, text: format!("{number}"), entry: None }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Say),
        1 => Just(Step::Ring),
        2 => Just(Step::AgentSays),
        6 => Just(Step::Up),
        6 => Just(Step::Down),
        2 => Just(Step::Cut),
        2 => Just(Step::Wait),
        1 => Just(Step::Reload),
    ];
    prop::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn everything_said_is_stored_once_in_order_and_everything_stored_is_shown_once_in_order(steps in steps()) {
        let mut world = World::new();
        for (number, step) in steps.iter().enumerate() {
            world.step(step, number);
        }
        world.settle();

        let said: Vec<String> = steps.iter().enumerate().filter_map(|(number, step)| match step {
            Step::Say => Some(format!("say-{number}")),
            Step::Ring => Some(format!("ring-{number}")),
            _ => None,
        }).collect();
        let stored: Vec<String> =
            world.backend.log.iter().map(|event| event.cid.clone()).filter(|cid| !cid.starts_with("agent")).collect();
        prop_assert_eq!(said, stored);
        prop_assert_eq!(&world.shown, &world.backend.log);
    }
}

/// A line that has been welcomed, and its world.
fn welcomed() -> World {
    let mut world = World::new();
    world.input(Input::Command(Command::Follow));
    world.step(&Step::Up, 0);
    world.step(&Step::Down, 0);
    world.step(&Step::Down, 0);
    world
}

fn from_backend(world: &mut World, frame: &ServerToVisitor) -> Vec<Output<Notice>> {
    world.line.on(Input::Text(serde_json::to_string(frame).expect("frames serialise")), 0.5)
}

#[test]
fn a_hole_in_the_log_makes_the_line_reconnect_and_resume() {
    let mut world = welcomed();
    let event = Event { seq: 5, cid: "x".into(), at: 0, body: EventBody::Rang };
    let outputs = from_backend(&mut world, &ServerToVisitor::Event(event));
    assert!(outputs.contains(&Output::Close), "{outputs:?}");
    assert!(!outputs.iter().any(|output| matches!(output, Output::Notice(Notice::Happened(_)))), "{outputs:?}");
}

#[test]
fn a_message_that_came_too_fast_is_sent_again_later_and_a_forbidden_one_is_not() {
    let mut world = welcomed();
    world.input(Input::Command(say(1)));
    let too_fast = WireError { retry_after_ms: Some(700), ..WireError::new(ErrorCode::RateLimited, "") };
    let outputs = from_backend(&mut world, &ServerToVisitor::Error(too_fast.for_cid("say-1")));
    assert_eq!(outputs.last(), Some(&Output::Timer(Timer::Resend, 700)));
    assert_eq!(world.line.on(Input::TimedOut(Timer::Resend), 0.5).len(), 1);

    let refused = ServerToVisitor::Error(WireError::new(ErrorCode::Invalid, "").for_cid("say-1"));
    let outputs = from_backend(&mut world, &refused);
    assert!(outputs.iter().any(|output| matches!(output, Output::Notice(Notice::Refused(_)))), "{outputs:?}");
    assert_eq!(world.line.on(Input::TimedOut(Timer::Resend), 0.5), []);
}

#[test]
fn a_forgotten_visitor_starts_anew_without_the_old_token() {
    let mut world = welcomed();
    let outputs = from_backend(&mut world, &ServerToVisitor::Error(WireError::new(ErrorCode::Unauthorized, "")));
    assert!(outputs.contains(&Output::Notice(Notice::Forgotten)), "{outputs:?}");
    world.input(Input::TimedOut(Timer::Connection));
    let hello = world.up.last().expect("a new connection says hello");
    assert!(matches!(hello, VisitorFrame::Hello { token: None, conversation: None, resume: None, .. }), "{hello:?}");
}

#[test]
fn frames_from_a_later_version_are_passed_over() {
    let mut world = welcomed();
    let outputs = world.line.on(Input::Text(r#"{"fanfare":{"volume":11}}"#.into()), 0.5);
    assert!(outputs.iter().all(|output| matches!(output, Output::Timer(..))), "{outputs:?}");
}
