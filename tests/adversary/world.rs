//! Two tabs of one visitor and two agents, the network between them and one backend, and what each has been shown.

mod promises;
mod step;

pub(crate) use step::Step;

use crate::{
    ledger::Ledger,
    server::{CONVERSATION, Pending, Session},
};
use backend::teeth::Weakness;
use channel::{
    AgentLine, Input, Line, Output, Timer, VisitorLine,
    agent_line::{self, Command as AgentCommand},
    records::Record,
    visitor_line::{self, Command as VisitorCommand},
};
use protocol::{Author, Event, PostedFrames};
use std::collections::{BTreeMap, VecDeque};

/// A client with what its user has been shown.
struct Client {
    core: Core,
    /// What a reload goes on with.
    stored: BTreeMap<String, String>,
    /// Its connection's number at the backend.
    connection: Option<u64>,
    up: VecDeque<String>,
    /// Events shown, in order.
    shown: Vec<Event>,
}

enum Core {
    Visitor(VisitorLine),
    Agent(AgentLine),
}

pub(crate) struct World {
    ledger: Ledger,
    /// Handed in, not yet committed.
    pending: Vec<Pending>,
    sessions: BTreeMap<u64, Session>,
    clients: Vec<Client>,
    connections: u64,
    /// How many client-made ids were used.
    ids: usize,
    /// The ids of messages, which are their texts, too, in the order said, with who said them.
    said: Vec<(usize, String)>,
    /// Those of them that went with a page before they were acknowledged: they may be stored or not.
    uncertain: Vec<String>,
    /// The ids of all rings.
    rings: Vec<String>,
    /// Acknowledged to somebody.
    acknowledged: BTreeMap<String, u64>,
}

impl World {
    pub(crate) fn new(weakness: Option<Weakness>) -> World {
        let client =
            |core| Client { core, stored: BTreeMap::new(), connection: None, up: VecDeque::new(), shown: Vec::new() };
        let mut world = World {
            ledger: Ledger { weakness, ..Ledger::default() },
            pending: Vec::new(),
            sessions: BTreeMap::new(),
            clients: vec![
                client(Core::Visitor(VisitorLine::default())),
                client(Core::Visitor(VisitorLine::default())),
                client(Core::Agent(AgentLine::default())),
                client(Core::Agent(AgentLine::default())),
            ],
            connections: 0,
            ids: 0,
            said: Vec::new(),
            uncertain: Vec::new(),
            rings: Vec::new(),
            acknowledged: BTreeMap::new(),
        };
        for who in 0..4 {
            world.begin(who);
        }
        world
    }

    /// The client wants its line.
    fn begin(&mut self, who: usize) {
        match self.clients[who].core {
            // Each tab talks for itself, from a store of its own, as in browsers without locks.
            Core::Visitor(_) => {
                let records = self.clients[who].stored.clone().into_iter().collect();
                for command in [VisitorCommand::Loaded(records), VisitorCommand::Talk, VisitorCommand::Follow] {
                    self.visitor(who, Input::Command(command));
                }
            }
            Core::Agent(_) => {
                self.agent(who, Input::Command(AgentCommand::Follow));
                let after = self.clients[who].shown.len() as u64;
                let conversation = CONVERSATION.to_owned();
                self.agent(who, Input::Command(AgentCommand::Watch { conversation, after }));
            }
        }
    }

    pub(crate) fn step(&mut self, step: &Step) {
        let cid = format!("00000000-0000-7000-8000-{:012}", self.ids);
        self.ids += 1;
        let conversation = CONVERSATION.to_owned();
        match *step {
            Step::Say(who) => {
                self.said.push((who, cid.clone()));
                let (author, text, entry) = (Author::Visitor, cid.clone(), None);
                self.visitor(who, Input::Command(VisitorCommand::Say { cid, author, text, entry }));
            }
            Step::Ring(who) => {
                self.rings.push(cid.clone());
                self.visitor(who, Input::Command(VisitorCommand::Ring { cid }));
            }
            Step::Claim(who) => self.agent(who, Input::Command(AgentCommand::Claim { conversation, cid })),
            Step::Reply(who) => {
                self.said.push((who, cid.clone()));
                let text = cid.clone();
                self.agent(who, Input::Command(AgentCommand::Say { conversation, cid, text }));
            }
            Step::GiveUp(who, true) => self.agent(who, Input::Command(AgentCommand::HandBack { conversation, cid })),
            Step::GiveUp(who, false) => self.agent(who, Input::Command(AgentCommand::Close { conversation, cid })),
            Step::Edit(who, seq) => {
                let text = cid.clone();
                self.agent(who, Input::Command(AgentCommand::Edit { conversation, cid, seq, text }));
            }
            Step::Up(n) => {
                let Some(who) = self.one_of(n, |client, _| !client.up.is_empty()) else { return };
                let client = &mut self.clients[who];
                if let (Some(id), Some(text)) = (client.connection, client.up.pop_front())
                    && let Some(session) = self.sessions.get_mut(&id)
                {
                    session.receive(&text, id, &mut self.pending);
                    self.acknowledge_early();
                    if self.ledger.weakness == Some(Weakness::ReadBeforeListening) {
                        self.listen_late(id);
                    }
                }
            }
            Step::Down(n) => {
                let waits = |_: &Client, session: &Session| !session.out.is_empty() || session.ended;
                let Some(who) = self.one_of(n, waits) else { return };
                let Some(id) = self.clients[who].connection else { return };
                let Some(session) = self.sessions.get_mut(&id) else { return };
                match session.out.pop_front() {
                    Some(text) => self.hear(who, Input::Text(text)),
                    None if session.ended => self.step(&Step::Cut(who)),
                    None => {}
                }
            }
            Step::Answer(n) => {
                let Some(who) = self.one_of(n, |_, session| session.is_owed_an_answer()) else { return };
                if let Some(id) = self.clients[who].connection
                    && let Some(session) = self.sessions.get_mut(&id)
                {
                    session.answer(&self.ledger, id, &mut self.pending);
                }
            }
            Step::Hear(n) => {
                let Some(who) = self.one_of(n, |_, session| session.has_news()) else { return };
                if let Some(id) = self.clients[who].connection
                    && let Some(session) = self.sessions.get_mut(&id)
                {
                    session.hear(id, &mut self.pending);
                }
            }
            Step::Commit => self.commit(false),
            Step::Fail => self.commit(true),
            Step::TooFast(who) => {
                let session = self.clients[who].connection.and_then(|id| self.sessions.get_mut(&id));
                session.into_iter().for_each(Session::comes_too_fast);
            }
            Step::Cut(who) => {
                self.disconnect(who);
                self.hear(who, Input::Closed);
            }
            Step::Reload(who) => {
                self.disconnect(who);
                let client = &mut self.clients[who];
                match client.core {
                    Core::Visitor(_) => {
                        client.core = Core::Visitor(VisitorLine::default());
                        client.shown.clear();
                    }
                    // What an agent had not yet sent goes with the page: the inbox warns before.
                    Core::Agent(_) => {
                        client.core = Core::Agent(AgentLine::default());
                        client.shown.clear();
                        let own =
                            self.said.iter().filter(|(by, cid)| *by == who && !self.acknowledged.contains_key(cid));
                        self.uncertain.extend(own.map(|(_, cid)| cid.clone()));
                    }
                }
                self.begin(who);
            }
            Step::Timer(who) => {
                self.hear(who, Input::TimedOut(Timer::Connection));
                self.hear(who, Input::TimedOut(Timer::Resend));
            }
            Step::Crash => {
                self.pending.clear();
                for who in 0..4 {
                    self.step(&Step::Cut(who));
                }
            }
        }
    }

    /// One of the clients for whom there is something to do.
    fn one_of(&self, n: usize, wanted: impl Fn(&Client, &Session) -> bool) -> Option<usize> {
        let busy = |who: &usize| {
            let client = &self.clients[*who];
            client.connection.and_then(|id| self.sessions.get(&id)).is_some_and(|session| wanted(client, session))
        };
        let busy: Vec<usize> = (0..self.clients.len()).filter(busy).collect();
        busy.get(n % busy.len().max(1)).copied()
    }

    fn commit(&mut self, fails: bool) {
        for (place, pending) in std::mem::take(&mut self.pending).into_iter().enumerate() {
            let (id, cid, recorded, added) = pending.commit(&mut self.ledger, fails && place == 0);
            for event in added {
                self.sessions.values_mut().for_each(|session| session.wake(&event));
            }
            if self.ledger.weakness != Some(Weakness::AckBeforeCommit)
                && let Some(session) = self.sessions.get_mut(&id)
            {
                session.recorded(cid, recorded);
            }
        }
    }

    /// The broken promise of acknowledging before the commit.
    fn acknowledge_early(&mut self) {
        if self.ledger.weakness == Some(Weakness::AckBeforeCommit)
            && let Some((latest, before)) = self.pending.split_last()
        {
            let (id, cid, told) = latest.foretell(&self.ledger, before);
            if let Some(session) = self.sessions.get_mut(&id) {
                session.recorded(cid, told);
            }
        }
    }

    /// The broken promise of listening only after the reading.
    fn listen_late(&mut self, id: u64) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.stop_listening();
        }
    }

    fn hear(&mut self, who: usize, input: Input<()>) {
        match self.clients[who].core {
            Core::Visitor(_) => self.visitor(who, same(input)),
            Core::Agent(_) => self.agent(who, same(input)),
        }
    }

    fn visitor(&mut self, who: usize, input: Input<VisitorCommand>) {
        let Core::Visitor(line) = &mut self.clients[who].core else { return };
        for output in line.on(input, 0.5) {
            match output {
                Output::Notice(visitor_line::Notice::Store(changes, cid)) => self.store(who, changes, cid),
                Output::Notice(visitor_line::Notice::Happened(event)) => self.clients[who].shown.push(event),
                Output::Notice(visitor_line::Notice::Reset) => self.clients[who].shown.clear(),
                Output::Notice(visitor_line::Notice::Acknowledged(cid, seq)) => {
                    self.acknowledged.insert(cid, seq);
                }
                Output::Notice(visitor_line::Notice::Refused(refused)) => self.said.retain(|(_, cid)| *cid != refused),
                Output::Notice(_) => {}
                other => self.network(who, other),
            }
        }
    }

    fn store(&mut self, who: usize, changes: Vec<Record>, cid: Option<String>) {
        let stored = &mut self.clients[who].stored;
        for (key, text) in changes {
            if text.is_empty() {
                stored.retain(|other, _| !other.starts_with(&key));
            } else {
                stored.insert(key, text);
            }
        }
        if let Some(cid) = cid {
            self.visitor(who, Input::Command(VisitorCommand::Stored(cid, true)));
        }
    }

    fn agent(&mut self, who: usize, input: Input<AgentCommand>) {
        let Core::Agent(line) = &mut self.clients[who].core else { return };
        for output in line.on(input, 0.5) {
            match output {
                Output::Notice(agent_line::Notice::Happened(_, event)) => self.clients[who].shown.push(event),
                Output::Notice(agent_line::Notice::Replayed(_, events)) => self.clients[who].shown.extend(events),
                Output::Notice(agent_line::Notice::Reset(_)) => self.clients[who].shown.clear(),
                Output::Notice(agent_line::Notice::Acknowledged(cid, seq)) => {
                    self.acknowledged.insert(cid, seq);
                }
                Output::Notice(agent_line::Notice::Refused(error)) => {
                    self.said.retain(|(_, cid)| Some(cid) != error.cid.as_ref());
                }
                Output::Notice(_) => {}
                other => self.network(who, other),
            }
        }
    }

    fn network<N>(&mut self, who: usize, output: Output<N>) {
        match output {
            // The frames are the same over every transport.
            Output::Open(_) => {
                self.disconnect(who);
                self.connections += 1;
                let session = match self.clients[who].core {
                    Core::Visitor(_) => Session::visitor(),
                    Core::Agent(_) => Session::agent(if who == 2 { "Ada" } else { "Grace" }),
                };
                self.sessions.insert(self.connections, session);
                self.clients[who].connection = Some(self.connections);
                self.hear(who, Input::Opened);
            }
            Output::Close => self.disconnect(who),
            Output::Transmit(text) if self.clients[who].connection.is_some() => self.clients[who].up.push_back(text),
            Output::Post { body, .. } => {
                let posted: PostedFrames = serde_json::from_str(&body).expect("what the backend reads");
                let frames = posted.frames.iter().map(serde_json::to_string);
                self.clients[who].up.extend(frames.map(|frame| frame.expect("frames serialise")));
                self.hear(who, Input::Posted);
            }
            Output::Transmit(_) | Output::Timer(..) | Output::Notice(_) => {}
        }
    }

    fn disconnect(&mut self, who: usize) {
        self.clients[who].up.clear();
        if let Some(id) = self.clients[who].connection.take() {
            self.sessions.remove(&id);
        }
    }

    /// A good network at last: everybody connects anew, and everything arrives.
    pub(crate) fn settle(&mut self) {
        for who in 0..4 {
            self.step(&Step::Cut(who));
            self.step(&Step::Timer(who));
        }
        let is_busy = |_: &Client, session: &Session| {
            !session.out.is_empty() || session.ended || session.is_owed_an_answer() || session.has_news()
        };
        while self.one_of(0, |client, session| !client.up.is_empty() || is_busy(client, session)).is_some() {
            for step in [Step::Up(0), Step::Answer(0), Step::Commit, Step::Hear(0), Step::Down(0)] {
                self.step(&step);
            }
        }
    }
}

/// Inputs that carry no command are the same for every line.
fn same<D>(input: Input<()>) -> Input<D> {
    match input {
        Input::Opened => Input::Opened,
        Input::Text(text) => Input::Text(text),
        Input::Closed => Input::Closed,
        Input::Posted => Input::Posted,
        Input::TimedOut(timer) => Input::TimedOut(timer),
        Input::RetryNow => Input::RetryNow,
        Input::Command(()) => unreachable!("commands are given to their own line"),
    }
}
