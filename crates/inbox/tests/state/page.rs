//! An inbox in memory, a clock, and what the backend may tell it.

use channel::{
    Status,
    agent_line::{Command, Notice},
};
use inbox::{
    dialogue::Delivery,
    state::{self, Effect, Event, Inbox},
};
use protocol::{
    AgentProfile, Author, ConversationSummary, ErrorCode, EventBody, Floor, Limits, Message, Presence, Role, WireError,
};

/// An inbox, a clock and a source of ids.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) inbox: Inbox,
    pub(crate) now: u64,
    ids: u32,
}

impl Page {
    /// Ada is logged in and looks at the page.
    pub(crate) fn of_ada() -> Page {
        let mut page = Page::default();
        page.does(Event::Started);
        page.does(Event::Shown(true));
        page.does(Event::Recognised(Some("Ada".into())));
        page.hears(Notice::Status(Status::Live));
        page
    }

    /// Ada has claimed `c1`, which is open.
    pub(crate) fn of_ada_with_a_visitor() -> Page {
        let mut page = Page::of_ada();
        page.queue(&[summary("c1", with("Ada"), 3, 1)]);
        page.does(Event::Opened("c1".into()));
        page.hears(Notice::Replayed("c1".into(), vec![says(1, "Where is my parcel?"), rang(2), claimed(3, "Ada")]));
        page
    }

    /// The same, and Ada has answered at 4, by the id `a4`.
    pub(crate) fn of_ada_who_answered() -> Page {
        let mut page = Page::of_ada_with_a_visitor();
        page.happens(reply(4, "a4", "Ada", "It is on it's way."));
        page
    }

    pub(crate) fn does(&mut self, event: Event) -> Vec<Effect> {
        let ids = &mut self.ids;
        let mut new_id = || {
            *ids += 1;
            format!("id{ids}")
        };
        state::update(&mut self.inbox, event, self.now, &mut new_id)
    }

    pub(crate) fn hears(&mut self, notice: Notice) -> Vec<Effect> {
        self.does(Event::Line(notice))
    }

    pub(crate) fn queue(&mut self, queue: &[ConversationSummary]) -> Vec<Effect> {
        self.hears(Notice::Queue(queue.to_vec(), 0))
    }

    pub(crate) fn waits(&mut self, ms: u64) -> Vec<Effect> {
        self.now += ms;
        self.does(Event::Ticked)
    }

    pub(crate) fn writes(&mut self, text: &str) -> Vec<Effect> {
        self.does(Event::Drafted(text.into()))
    }

    pub(crate) fn problem(&self) -> Option<String> {
        self.inbox.problem.as_ref().map(|problem| problem.words(&self.inbox))
    }

    /// The line is welcomed, and Ada has this role.
    pub(crate) fn is_welcomed_as(&mut self, role: Role) -> Vec<Effect> {
        self.hears(Notice::Welcome(AgentProfile { name: "Ada".into(), role }, Limits::agent()))
    }

    /// The backend tells who is there.
    pub(crate) fn agents(&mut self, agents: &[(&str, bool)]) -> Vec<Effect> {
        let there = |(name, available): &(&str, bool)| Presence { name: (*name).into(), available: *available };
        self.hears(Notice::Agents(agents.iter().map(there).collect()))
    }

    /// The next event of `c1`.
    pub(crate) fn happens(&mut self, event: protocol::Event) -> Vec<Effect> {
        self.hears(Notice::Happened("c1".into(), event))
    }

    /// The frame with this id is refused.
    pub(crate) fn is_refused(&mut self, cid: &str, code: ErrorCode) -> Vec<Effect> {
        self.hears(Notice::Refused(WireError::new(code, "No.").for_cid(cid)))
    }

    /// What was announced since the page was loaded, as far as it is kept.
    pub(crate) fn announced(&self) -> Vec<&str> {
        self.inbox.announcements.iter().map(|(_, text)| text.as_str()).collect()
    }

    pub(crate) fn delivery(&self) -> Vec<Delivery> {
        self.inbox.dialogues["c1"].pending.iter().map(|pending| pending.delivery.clone()).collect()
    }
}

pub(crate) fn with(agent: &str) -> Floor {
    Floor::Human { agent: agent.into() }
}

pub(crate) fn summary(conversation: &str, floor: Floor, head: u64, unanswered: u32) -> ConversationSummary {
    let preview = "Where is my parcel?".into();
    ConversationSummary {
        conversation: conversation.into(),
        floor,
        waiting_ms: 1_000,
        head,
        preview,
        unanswered,
        identity: None,
    }
}

pub(crate) fn event(seq: u64, cid: &str, body: EventBody) -> protocol::Event {
    protocol::Event { seq, cid: cid.into(), at: 0, body }
}

pub(crate) fn rang(seq: u64) -> protocol::Event {
    event(seq, &format!("e{seq}"), EventBody::Rang)
}

pub(crate) fn claimed(seq: u64, agent: &str) -> protocol::Event {
    event(seq, &format!("e{seq}"), EventBody::Claimed { agent: agent.into() })
}

pub(crate) fn message(seq: u64, cid: &str, author: Author, text: &str) -> protocol::Event {
    event(seq, cid, EventBody::Message(Message { author, text: text.into(), name: None, entry: None }))
}

pub(crate) fn says(seq: u64, text: &str) -> protocol::Event {
    message(seq, &format!("e{seq}"), Author::Visitor, text)
}

pub(crate) fn reply(seq: u64, cid: &str, name: &str, text: &str) -> protocol::Event {
    let message = Message { author: Author::Human, text: text.into(), name: Some(name.into()), entry: None };
    event(seq, cid, EventBody::Message(message))
}

pub(crate) fn given(seq: u64, cid: &str, agent: &str, to: Option<&str>) -> protocol::Event {
    event(seq, cid, EventBody::Transferred { agent: agent.into(), to: to.map(str::to_owned) })
}

/// Ada's message at 4 says `text` now.
pub(crate) fn edited(seq: u64, cid: &str, text: &str) -> protocol::Event {
    event(seq, cid, EventBody::Edited { agent: "Ada".into(), seq: 4, text: text.into() })
}

pub(crate) fn typing(active: bool) -> Effect {
    Effect::Line(Command::Typing { conversation: "c1".into(), active })
}
