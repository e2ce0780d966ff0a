//! The backend's pure lines with everything around them played by the test: what the store, the wakes and the commits of the
//! real service do, one small step at a time, in whatever order the network's adversary likes.

use crate::ledger::Ledger;
use backend::{
    decision::{Refusal, Sender, Wish},
    line::{AgentInput, AgentLine, AgentOutput, Arrival, Order, VisitorInput, VisitorLine, VisitorOutput},
    teeth::Weakness,
};
use protocol::{Event, ServerToAgent, ServerToVisitor};
use std::collections::VecDeque;

/// Wakes held for a line that is busy, as in the service.
const HELD: usize = 8;
/// The only conversation, its visitor's token, and the epoch.
pub(crate) const CONVERSATION: &str = "c1";
const TOKEN: &str = "secret";

/// One connection's end at the backend.
pub(crate) struct Session {
    line: Line,
    /// The log is listened to.
    listens: bool,
    /// Heard and not taken in yet; `None` for something that was missed.
    heard: VecDeque<Option<Event>>,
    /// Answers of the store that the line waits for, in order.
    answers: VecDeque<Answer>,
    /// Frames to the client, as text.
    pub(crate) out: VecDeque<String>,
    /// The line has ended.
    pub(crate) ended: bool,
    order: Order,
    /// The next message comes too fast.
    too_fast: bool,
}

enum Line {
    Visitor(VisitorLine),
    Agent(AgentLine),
}

/// What the store is still to say.
enum Answer {
    Arrived,
    Stands,
    Read(u64),
    Recorded(String, Result<(u64, bool), Refusal>),
}

/// Where something came to stand and whether it had stood there before, or why not.
pub(crate) type Told = Result<(u64, bool), Refusal>;

/// Something handed in and not yet committed.
pub(crate) struct Pending {
    session: u64,
    sender: Sender,
    cid: String,
    wish: Wish,
    order: Order,
}

impl Session {
    pub(crate) fn visitor() -> Session {
        Session::of(Line::Visitor(VisitorLine::default()))
    }

    pub(crate) fn agent(name: &str) -> Session {
        Session::of(Line::Agent(AgentLine::new(name.to_owned(), protocol::Role::Agent, String::new())))
    }

    fn of(line: Line) -> Session {
        let (heard, answers, out) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Session { line, listens: false, heard, answers, out, ended: false, order: Order::default(), too_fast: false }
    }

    /// A frame came in over the network.
    pub(crate) fn receive(&mut self, text: &str, id: u64, pending: &mut Vec<Pending>) {
        let unread = |_| protocol::WireError::new(protocol::ErrorCode::BadFrame, "unreadable");
        match &self.line {
            Line::Visitor(_) => {
                self.visit(VisitorInput::Frame(serde_json::from_str(text).map_err(unread)), id, pending)
            }
            Line::Agent(_) => self.attend(AgentInput::Frame(serde_json::from_str(text).map_err(unread)), id, pending),
        }
    }

    /// Whether the store still has something to say to it.
    pub(crate) fn is_owed_an_answer(&self) -> bool {
        !self.answers.is_empty()
    }

    /// Whether something was heard and not taken in.
    pub(crate) fn has_news(&self) -> bool {
        !self.heard.is_empty()
    }

    /// The log has grown.
    pub(crate) fn wake(&mut self, event: &Event) {
        if !self.listens {
            return;
        }
        if self.heard.len() >= HELD {
            self.heard.clear();
            self.heard.push_back(None);
        } else {
            self.heard.push_back(Some(event.clone()));
        }
    }

    /// Takes in the next thing that was heard, when there is one.
    pub(crate) fn hear(&mut self, id: u64, pending: &mut Vec<Pending>) -> bool {
        let Some(event) = self.heard.pop_front() else { return false };
        match &self.line {
            Line::Visitor(_) => self.visit(VisitorInput::Grew(event), id, pending),
            Line::Agent(_) => self.attend(AgentInput::Grew(event), id, pending),
        }
        true
    }

    /// Takes in the next answer of the store, when there is one.
    pub(crate) fn answer(&mut self, ledger: &Ledger, id: u64, pending: &mut Vec<Pending>) -> bool {
        let Some(answer) = self.answers.pop_front() else { return false };
        let (head, floor) = (ledger.head(), ledger.floor());
        match (&self.line, answer) {
            (Line::Visitor(_), Answer::Arrived) => {
                let (conversation, token) = (CONVERSATION.to_owned(), Some(TOKEN.to_owned()));
                self.visit(VisitorInput::Arrived(Some(Arrival { visitor: 1, conversation, token })), id, pending);
            }
            (Line::Visitor(_), Answer::Stands) => {
                self.visit(VisitorInput::Stands { epoch: "e1".into(), head, floor }, id, pending);
            }
            (Line::Visitor(_), Answer::Read(after)) => self.visit(VisitorInput::Read(ledger.after(after)), id, pending),
            (Line::Visitor(_), Answer::Recorded(cid, recorded)) => {
                if recorded == Err(Refusal::Unavailable) {
                    self.order.hear();
                }
                self.visit(VisitorInput::Recorded(cid, recorded), id, pending);
            }
            (Line::Agent(_), Answer::Stands) => {
                self.attend(AgentInput::Stands(CONVERSATION.into(), Some((head, floor))), id, pending);
            }
            (Line::Agent(_), Answer::Read(after)) => {
                self.attend(AgentInput::Read(CONVERSATION.into(), ledger.after(after)), id, pending);
            }
            (Line::Agent(_), Answer::Recorded(cid, recorded)) => {
                self.attend(AgentInput::Recorded { conversation: CONVERSATION.into(), cid, recorded }, id, pending);
            }
            (Line::Agent(_), Answer::Arrived) => unreachable!("agents are logged in before"),
        }
        // A broken promise: listening begins only when the log's place has been read, and a little later.
        if ledger.weakness == Some(Weakness::ReadBeforeListening) && self.answers.is_empty() {
            self.listens = true;
        }
        true
    }

    fn visit(&mut self, input: VisitorInput, id: u64, pending: &mut Vec<Pending>) {
        let Line::Visitor(line) = &mut self.line else { return };
        let mut too_fast = Vec::new();
        for output in line.on(input) {
            match output {
                VisitorOutput::Push(frame) => self.out.push_back(to_visitor(&frame)),
                VisitorOutput::Arrive { .. } => self.answers.push_back(Answer::Arrived),
                VisitorOutput::Listen(_) => self.listens = true,
                VisitorOutput::Stand(_) => self.answers.push_back(Answer::Stands),
                VisitorOutput::Read(after) => self.answers.push_back(Answer::Read(after)),
                VisitorOutput::Record { cid, wish: Wish::Tell { .. } } if std::mem::take(&mut self.too_fast) => {
                    too_fast.push(VisitorInput::Recorded(cid, Err(Refusal::RateLimited(500))));
                }
                VisitorOutput::Record { cid, wish } => {
                    pending.push(Pending {
                        session: id,
                        sender: Sender::Visitor,
                        cid,
                        wish,
                        order: self.order.clone(),
                    });
                }
                VisitorOutput::Typing(_) => {}
                VisitorOutput::End(_) => self.ended = true,
            }
        }
        for input in too_fast {
            self.visit(input, id, pending);
        }
    }

    /// The limit refuses the next message.
    pub(crate) fn comes_too_fast(&mut self) {
        self.too_fast = true;
    }

    fn attend(&mut self, input: AgentInput, id: u64, pending: &mut Vec<Pending>) {
        let Line::Agent(line) = &mut self.line else { return };
        let name = line.agent().name.clone();
        for output in line.on(input) {
            match output {
                AgentOutput::Push(frame) => self.out.push_back(to_agent(&frame)),
                AgentOutput::Listen(_) => self.listens = true,
                AgentOutput::Stand(_) => self.answers.push_back(Answer::Stands),
                AgentOutput::Read(_, after) => self.answers.push_back(Answer::Read(after)),
                AgentOutput::Record { cid, wish, .. } => {
                    let (sender, order) = (Sender::Agent(name.clone()), Order::default());
                    pending.push(Pending { session: id, sender, cid, wish, order });
                }
                AgentOutput::End(_) => self.ended = true,
                AgentOutput::Typing(..) | AgentOutput::Present(_) | AgentOutput::Viewed(_) => {}
            }
        }
    }

    /// What was asked to be recorded has been.
    pub(crate) fn recorded(&mut self, cid: String, recorded: Result<(u64, bool), Refusal>) {
        self.answers.push_back(Answer::Recorded(cid, recorded));
    }

    /// The weakness is in force from the start: nothing is listened to yet.
    pub(crate) fn stop_listening(&mut self) {
        self.listens = false;
    }
}

impl Pending {
    /// Stores it, unless the store `fails`: which session waits for the answer, the answer, and what was added.
    pub(crate) fn commit(self, ledger: &mut Ledger, fails: bool) -> (u64, String, Told, Vec<Event>) {
        let is_message = matches!(self.wish, Wish::Tell { .. });
        if fails && is_message {
            self.order.fail();
        }
        if fails || is_message && self.order.is_broken() {
            return (self.session, self.cid, Err(Refusal::Unavailable), Vec::new());
        }
        match ledger.record(&self.sender, &self.cid, &self.wish) {
            Ok((seq, dup, added)) => (self.session, self.cid, Ok((seq, dup)), added),
            Err(refusal) => (self.session, self.cid, Err(refusal), Vec::new()),
        }
    }

    /// Which session waits, and what it would be told if nothing went wrong: for the broken promise of acknowledging early.
    pub(crate) fn foretell(&self, ledger: &Ledger, before: &[Pending]) -> (u64, String, Result<(u64, bool), Refusal>) {
        let mut foretold = ledger.clone();
        for earlier in before {
            let _ = foretold.record(&earlier.sender, &earlier.cid, &earlier.wish);
        }
        let told = foretold.record(&self.sender, &self.cid, &self.wish);
        (self.session, self.cid.clone(), told.map(|(seq, dup, _)| (seq, dup)))
    }
}

fn to_visitor(frame: &ServerToVisitor) -> String {
    serde_json::to_string(frame).expect("frames serialise")
}

fn to_agent(frame: &ServerToAgent) -> String {
    serde_json::to_string(frame).expect("frames serialise")
}
