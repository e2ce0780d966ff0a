//! One conversation as this inbox holds it: its log, what was said here and is not in the log yet, and what is half done.

use protocol::{Author, Event, EventBody, Floor};

/// How far a message written here has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// On its way; sent again after every reconnection.
    Sending,
    /// Stored by the backend.
    Sent,
    /// Refused, and why. Nothing more happens unless the agent tries again.
    NotSent(String),
}

/// A message written here that the log does not show yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its id: the same whenever it is sent again.
    pub cid: String,
    /// What was written.
    pub text: String,
    /// How far it has come.
    pub delivery: Delivery,
}

/// The way to closing a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Closing {
    /// Not on the way.
    #[default]
    No,
    /// The agent is asked whether they mean it.
    Asked,
    /// They do; the frame with this id is on its way.
    Sent(String),
}

/// One conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialogue {
    /// The log from `seq` 1, without gaps, as far as it was told.
    pub log: Vec<Event>,
    /// What was said here and is not in the log yet, in order.
    pub pending: Vec<Pending>,
    /// What stands in the composer.
    pub draft: String,
    /// The id of the claim that is on its way.
    pub claiming: Option<String>,
    /// The way to closing it.
    pub closing: Closing,
    /// Until when the visitor is taken to be writing, in the inbox's milliseconds.
    pub visitor_writes_until: Option<u64>,
    /// The last `seq` the agent has had before their eyes.
    pub seen: u64,
}

impl Dialogue {
    /// The last `seq` held; 0 for none.
    pub fn head(&self) -> u64 {
        self.log.last().map_or(0, |event| event.seq)
    }

    /// Who has the floor at the end of what is held.
    pub fn floor(&self) -> Floor {
        self.log.iter().fold(Floor::default(), |floor, event| floor.after(&event.body))
    }

    /// Takes in the next event. False when it is held already.
    pub fn take_in(&mut self, event: Event) -> bool {
        if event.seq != self.head() + 1 {
            return false;
        }
        self.pending.retain(|pending| pending.cid != event.cid);
        match &event.body {
            EventBody::Message(message) if message.author == Author::Visitor => self.visitor_writes_until = None,
            EventBody::Message(_) | EventBody::Rang | EventBody::Edited { .. } => {}
            EventBody::Claimed { .. } => self.claiming = None,
            EventBody::Closed { .. } | EventBody::Transferred { .. } | EventBody::HandedBack { .. } => {
                self.closing = Closing::No;
                self.visitor_writes_until = None;
            }
        }
        self.log.push(event);
        true
    }

    /// Forgets the log, because another one follows.
    pub fn reset(&mut self) {
        self.log.clear();
        self.seen = 0;
    }

    /// The pending message with this id.
    pub fn pending(&mut self, cid: &str) -> Option<&mut Pending> {
        self.pending.iter_mut().find(|pending| pending.cid == cid)
    }

    /// Whether something said here may not have reached the backend.
    pub fn has_unsent(&self) -> bool {
        self.pending.iter().any(|pending| pending.delivery == Delivery::Sending)
    }

    /// Whether nothing would be lost by forgetting it.
    pub fn may_go(&self) -> bool {
        self.draft.trim().is_empty() && !self.has_unsent() && !matches!(self.closing, Closing::Sent(_))
    }
}
