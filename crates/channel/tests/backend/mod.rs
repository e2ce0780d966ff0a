//! A faithful little backend, a store that a visitor's tabs share, and between them a network that may do as it likes.

use channel::{
    Input, Line, Output, Status, Transport, VisitorLine,
    records::Record,
    visitor_line::{Command, Notice},
};
use protocol::{
    Author, ErrorCode, Event, EventBody, Floor, Limits, Message, PROTOCOL, PostedFrames, ServerToVisitor, VisitorFrame,
    WireError,
};
use std::collections::BTreeMap;

/// The backend's side of one conversation: a log without gaps, and each `cid` at most once.
#[derive(Default)]
pub(crate) struct Backend {
    pub(crate) log: Vec<Event>,
}

impl Backend {
    pub(crate) fn store(&mut self, cid: &str, body: EventBody) -> (u64, bool) {
        if let Some(event) = self.log.iter().find(|event| event.cid == cid) {
            return (event.seq, true);
        }
        let seq = self.log.len() as u64 + 1;
        self.log.push(Event { seq, cid: cid.to_owned(), at: 0, body });
        (seq, false)
    }

    /// What the backend answers to one frame, in order; the event itself goes to whoever listens.
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
        vec![ServerToVisitor::Ack { cid, seq, dup }]
    }
}

/// A tab: its line, its connection, and what its page was told.
#[derive(Default)]
pub(crate) struct Tab {
    pub(crate) line: VisitorLine,
    /// Frames on their way to the backend, then to the line; all lost when the connection is cut.
    pub(crate) up: Vec<VisitorFrame>,
    pub(crate) down: Vec<ServerToVisitor>,
    /// Requests on their way: token and body.
    pub(crate) posts: Vec<(String, String)>,
    pub(crate) connected: Option<Transport>,
    /// Writes on their way to the store.
    pub(crate) writes: Vec<(Vec<Record>, Option<String>)>,
    /// What the page was shown, in order.
    pub(crate) shown: Vec<Event>,
    pub(crate) refused: Vec<String>,
    pub(crate) status: Status,
}

/// A visitor's tabs, what they share, and the backend.
pub(crate) struct World {
    pub(crate) tabs: Vec<Tab>,
    pub(crate) backend: Backend,
    pub(crate) store: BTreeMap<String, String>,
    /// What was said just now in a tab and shown as kept: tab and `cid`.
    pub(crate) promised: Vec<(usize, String)>,
    /// Whether the network lets WebSockets through; HTTP always passes.
    pub(crate) websockets_pass: bool,
    /// Which tabs wait for their turn to talk; the first one talks.
    turns: Vec<usize>,
}

impl World {
    /// Tabs of which the first one talks, none with a conversation.
    pub(crate) fn new(tabs: usize) -> Self {
        let mut world = World {
            tabs: (0..tabs).map(|_| Tab::default()).collect(),
            backend: Backend::default(),
            store: BTreeMap::new(),
            promised: Vec::new(),
            websockets_pass: true,
            turns: (0..tabs).collect(),
        };
        world.command(0, Command::Talk);
        world
    }

    pub(crate) fn command(&mut self, tab: usize, command: Command) {
        self.input(tab, Input::Command(command));
    }

    pub(crate) fn input(&mut self, tab: usize, input: Input<Command>) {
        let Some(number) = (tab < self.tabs.len()).then_some(tab) else { return };
        for output in self.tabs[number].line.on(input, 0.5) {
            self.act(number, output);
        }
    }

    fn act(&mut self, number: usize, output: Output<Notice>) {
        let tab = &mut self.tabs[number];
        match output {
            Output::Open(transport) => {
                tab.disconnect();
                if transport == Transport::WebSocket && !self.websockets_pass {
                    self.input(number, Input::Closed);
                } else {
                    tab.connected = Some(transport);
                    self.input(number, Input::Opened);
                }
            }
            Output::Close => tab.disconnect(),
            Output::Transmit(text) => {
                assert!(tab.connected.is_some(), "only what is connected sends");
                tab.up.push(serde_json::from_str(&text).expect("the line sends frames of the protocol"));
            }
            Output::Post { token, body } => {
                assert!(tab.posts.is_empty(), "one request at a time");
                tab.posts.push((token, body));
            }
            Output::Timer(..) => {}
            Output::Notice(Notice::Store(changes, cid)) => tab.writes.push((changes, cid)),
            Output::Notice(Notice::Kept(cid, _, true)) => self.promised.push((number, cid)),
            Output::Notice(Notice::Happened(event)) => tab.shown.push(event),
            Output::Notice(Notice::Refused(cid)) => tab.refused.push(cid),
            Output::Notice(Notice::Status(status)) => tab.status = status,
            Output::Notice(Notice::Tell(word)) => {
                for other in (0..self.tabs.len()).filter(|other| *other != number) {
                    self.command(other, Command::Told(word.clone()));
                }
            }
            Output::Notice(_) => {}
        }
    }

    pub(crate) fn agent_says(&mut self, number: usize) {
        let message = Message { author: Author::Human, text: "Hello".into(), name: None, entry: None };
        let before = self.backend.log.len();
        self.backend.store(&format!("agent-{number}"), EventBody::Message(message));
        self.tell_listeners(before);
    }

    /// Sends what the log has gained to every tab that was welcomed.
    fn tell_listeners(&mut self, before: usize) {
        for event in &self.backend.log[before..] {
            for tab in self.tabs.iter_mut().filter(|tab| tab.connected.is_some()) {
                tab.down.push(ServerToVisitor::Event(event.clone()));
            }
        }
    }

    /// The next frame of a tab reaches the backend, or its request does.
    pub(crate) fn up(&mut self, tab: usize) {
        let Some(sender) = self.tabs.get_mut(tab) else { return };
        let before = self.backend.log.len();
        if !sender.up.is_empty() {
            let frame = sender.up.remove(0);
            let answers = self.backend.answer(frame);
            sender.down.extend(answers);
            self.tell_listeners(before);
        } else if !sender.posts.is_empty() {
            let (_, body) = sender.posts.remove(0);
            let posted: PostedFrames = serde_json::from_str(&body).expect("what the backend reads");
            let answers: Vec<_> = posted.frames.into_iter().flat_map(|frame| self.backend.answer(frame)).collect();
            self.tell_listeners(before);
            for answer in answers {
                self.input(tab, Input::Text(serde_json::to_string(&answer).expect("frames serialise")));
            }
            self.input(tab, Input::Posted);
        }
    }

    /// The next frame reaches a tab.
    pub(crate) fn down(&mut self, tab: usize) {
        let Some(receiver) = self.tabs.get_mut(tab).filter(|tab| !tab.down.is_empty()) else { return };
        let frame = receiver.down.remove(0);
        self.input(tab, Input::Text(serde_json::to_string(&frame).expect("frames serialise")));
    }

    pub(crate) fn refuse(&mut self, tab: usize, cid: &str) {
        let refusal = ServerToVisitor::Error(WireError::new(ErrorCode::Invalid, "").for_cid(cid));
        self.tabs[tab].down.push(refusal);
        self.down(tab);
    }

    pub(crate) fn cut(&mut self, tab: usize) {
        if let Some(cut) = self.tabs.get_mut(tab).filter(|tab| tab.connected.is_some()) {
            cut.disconnect();
            self.input(tab, Input::Closed);
        }
    }

    /// The tab's oldest write is done.
    pub(crate) fn stored(&mut self, tab: usize) {
        let Some(writer) = self.tabs.get_mut(tab).filter(|tab| !tab.writes.is_empty()) else { return };
        let (changes, cid) = writer.writes.remove(0);
        for (key, text) in changes {
            if text.is_empty() {
                self.store.retain(|other, _| !other.starts_with(&key));
            } else {
                self.store.insert(key, text);
            }
        }
        if let Some(cid) = cid {
            self.command(tab, Command::Stored(cid, true));
        }
    }

    /// The tab takes in what the store holds.
    pub(crate) fn woken(&mut self, tab: usize) {
        self.command(tab, Command::Loaded(self.store.clone().into_iter().collect()));
    }

    /// The tab's page goes, with what it had not stored, and comes back. Whoever has waited longest talks.
    pub(crate) fn reload(&mut self, tab: usize) {
        if tab >= self.tabs.len() {
            return;
        }
        self.tabs[tab] = Tab::default();
        let talked = self.turns[0] == tab;
        self.turns.retain(|other| *other != tab);
        self.turns.push(tab);
        self.woken(tab);
        self.command(tab, Command::Follow);
        if talked {
            let next = self.turns[0];
            self.woken(next);
            self.command(next, Command::Talk);
        }
    }

    /// A good network at last: everything under way arrives, and everybody is woken.
    pub(crate) fn settle(&mut self) {
        for round in 0.. {
            assert!(round < 1_000, "it never comes to rest");
            let mut rests = true;
            for tab in 0..self.tabs.len() {
                self.command(tab, Command::Follow);
                while !self.tabs[tab].writes.is_empty() {
                    self.stored(tab);
                    rests = false;
                }
                self.woken(tab);
                let talks = self.turns[0] == tab;
                if talks && self.tabs[tab].connected.is_none() {
                    self.input(tab, Input::TimedOut(channel::Timer::Connection));
                    rests = false;
                }
                while !(self.tabs[tab].up.is_empty()
                    && self.tabs[tab].down.is_empty()
                    && self.tabs[tab].posts.is_empty())
                {
                    self.up(tab);
                    self.down(tab);
                    rests = false;
                }
            }
            if rests {
                return;
            }
        }
    }
}

impl Tab {
    fn disconnect(&mut self) {
        self.connected = None;
        self.up.clear();
        self.down.clear();
        self.posts.clear();
    }
}

/// Ids are of one length, as UUIDs are.
pub(crate) fn say(number: usize) -> Command {
    Command::Say { cid: format!("say-{number:03}"), author: Author::Visitor, text: format!("{number}"), entry: None }
}
