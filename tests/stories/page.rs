//! A widget without a page: a conversation, a source of ids, and everything it asked for.

use channel::{
    Status,
    visitor_line::{Command, Notice},
};
use protocol::{Author, Event as LogEvent, EventBody, Message};
use shopbell::{
    answering::Reply,
    strings::{Strings, Text},
    widget::{
        line::{Delivery, Line, Near},
        state::{Conversation, Effect, Event},
    },
};
use std::rc::Rc;

#[derive(Default)]
pub(crate) struct Page {
    pub(crate) conversation: Conversation,
    ids: u32,
}

impl Page {
    /// An open panel whose answers are still on their way.
    pub(crate) fn loading() -> Page {
        let mut page = Page { conversation: Conversation::new(Rc::new(Strings::default()), true), ids: 0 };
        page.does(Event::Opened(true));
        page
    }

    /// An open panel with a bot that can answer.
    pub(crate) fn ready() -> Page {
        let mut page = Page::loading();
        page.does(Event::Learned(true));
        page
    }

    /// The same in a shop without a backend.
    pub(crate) fn without_backend() -> Page {
        let mut page = Page::ready();
        page.conversation.has_backend = false;
        page
    }

    /// The visitor has asked and was answered, has rung, and Ada is here: the log holds five events.
    pub(crate) fn with_ada() -> Page {
        let mut page = Page::ready();
        page.asks_and_is_answered("where is my parcel", "Use the link.");
        page.rings();
        page.is_acknowledged();
        page.hears(claimed(4, "Ada"));
        page.hears(ada_says(5, "Hello!"));
        page
    }

    /// Something happens. Whatever is said is stored at once.
    pub(crate) fn does(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = self.does_without_a_store(event);
        for kept in commands(&effects).into_iter().filter_map(kept).collect::<Vec<_>>() {
            effects.extend(self.does(Event::Line(kept)));
        }
        effects
    }

    /// Something happens, and nothing is stored yet.
    pub(crate) fn does_without_a_store(&mut self, event: Event) -> Vec<Effect> {
        let ids = &mut self.ids;
        self.conversation.update(event, &mut || {
            *ids += 1;
            format!("id{ids}")
        })
    }

    /// An earlier page's log comes from the store.
    pub(crate) fn remembers(&mut self, events: impl IntoIterator<Item = LogEvent>) -> Vec<Effect> {
        self.conversation.is_history = true;
        let effects = events.into_iter().flat_map(|event| self.hears(event)).collect();
        self.conversation.is_history = false;
        effects
    }

    /// The line tells something.
    pub(crate) fn is_told(&mut self, notice: Notice) -> Vec<Effect> {
        self.does(Event::Line(notice))
    }

    /// The next event of the log.
    pub(crate) fn hears(&mut self, event: LogEvent) -> Vec<Effect> {
        self.is_told(Notice::Happened(event))
    }

    pub(crate) fn says(&mut self, text: &str) -> Vec<Effect> {
        self.does(Event::Said(text.into()))
    }

    pub(crate) fn rings(&mut self) -> Vec<Effect> {
        self.does(Event::Rang)
    }

    /// The bot replies to the latest line.
    pub(crate) fn is_replied(&mut self, reply: Reply) -> Vec<Effect> {
        let to = self.last().id.clone();
        self.does(Event::Replied(to, reply))
    }

    pub(crate) fn asks_and_is_answered(&mut self, question: &str, text: &str) {
        self.says(question);
        self.is_replied(answer(text, &[]));
    }

    /// The backend stores all that is on its way, and says so, in order.
    pub(crate) fn is_acknowledged(&mut self) {
        let mut seq = self.conversation.lines.iter().filter_map(|line| line.seq).max().unwrap_or(0);
        for id in self.ids_of(|line| line.delivery == Delivery::Sending) {
            seq += 1;
            self.is_told(Notice::Acknowledged(id, seq));
        }
    }

    pub(crate) fn ids_of(&self, wanted: impl Fn(&Line) -> bool) -> Vec<String> {
        self.conversation.lines.iter().filter(|line| wanted(line)).map(|line| line.id.clone()).collect()
    }

    pub(crate) fn last(&self) -> &Line {
        self.conversation.lines.last().expect("something was said")
    }

    /// Every line as its author and its words.
    pub(crate) fn transcript(&self) -> Vec<String> {
        self.conversation.lines.iter().map(|line| self.conversation.spoken(line)).collect()
    }

    pub(crate) fn seqs(&self) -> Vec<Option<u64>> {
        self.conversation.lines.iter().map(|line| line.seq).collect()
    }
}

/// What the line tells once a command is stored.
pub(crate) fn kept(command: &Command) -> Option<Notice> {
    match command {
        Command::Ring { cid } => Some(Notice::Kept(cid.clone(), EventBody::Rang, true)),
        Command::Say { cid, author, text, entry } => {
            let message = Message { author: *author, text: text.clone(), name: None, entry: entry.clone() };
            Some(Notice::Kept(cid.clone(), EventBody::Message(message), true))
        }
        _ => None,
    }
}

/// Word on the queue.
pub(crate) fn queue(position: u32, agents: u32) -> Notice {
    Notice::Queue { position, agents, wait_ms: None, opens_at: None }
}

pub(crate) fn near(entry: &str) -> Near {
    Near { entry: entry.into(), question: format!("About {entry}?") }
}

pub(crate) fn answer(text: &str, others: &[&str]) -> Reply {
    let near = others.iter().map(|entry| near(entry)).collect();
    Reply::Answer { entry: "order.track".into(), text: text.into(), confidence: 0.9, near, second: None }
}

fn event(seq: u64, body: EventBody) -> LogEvent {
    LogEvent { seq, cid: format!("e{seq}"), at: 0, body }
}

pub(crate) fn rang(seq: u64) -> LogEvent {
    event(seq, EventBody::Rang)
}

pub(crate) fn claimed(seq: u64, agent: &str) -> LogEvent {
    event(seq, EventBody::Claimed { agent: agent.into() })
}

pub(crate) fn closed(seq: u64, agent: &str) -> LogEvent {
    event(seq, EventBody::Closed { agent: agent.into() })
}

pub(crate) fn ada_says(seq: u64, text: &str) -> LogEvent {
    let message = Message { author: Author::Human, text: text.into(), name: Some("Ada".into()), entry: None };
    event(seq, EventBody::Message(message))
}

/// The same event under the id of a line of this page.
pub(crate) fn with_cid(event: LogEvent, cid: &str) -> LogEvent {
    LogEvent { cid: cid.into(), ..event }
}

pub(crate) fn status(status: Status) -> Notice {
    Notice::Status(status)
}

/// What is asked of the line.
pub(crate) fn commands(effects: &[Effect]) -> Vec<&Command> {
    let commands = effects.iter().filter_map(|effect| match effect {
        Effect::Line(command) => Some(command),
        _ => None,
    });
    commands.collect()
}

/// What is sent: the text of messages, "(ring)" for a ring.
pub(crate) fn sent(effects: &[Effect]) -> Vec<&str> {
    let sent = commands(effects).into_iter().filter_map(|command| match command {
        Command::Say { text, .. } => Some(text.as_str()),
        Command::Ring { .. } => Some("(ring)"),
        _ => None,
    });
    sent.collect()
}

/// What the classifier is asked.
pub(crate) fn asked(effects: &[Effect]) -> Vec<&str> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Classify(_, text) => Some(text.as_str()),
        _ => None,
    });
    asked.collect()
}

/// What the live region says.
pub(crate) fn announced(effects: &[Effect]) -> Vec<&str> {
    let announced = effects.iter().filter_map(|effect| match effect {
        Effect::Announce(text) => Some(text.as_str()),
        _ => None,
    });
    announced.collect()
}

pub(crate) fn bot(text: Text) -> String {
    format!("Assistant: {}", text.english)
}
