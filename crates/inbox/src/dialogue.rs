//! One conversation as this inbox holds it: its log, what was said here and is not in the log yet, and what is half done.

use crate::{
    editing::{Edit, Editing},
    parting::Parting,
};
use protocol::{Author, Event, EventBody, Floor, Identity};

/// How far something written here has come.
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

/// One conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialogue {
    /// The log from `seq` 1, without gaps, as far as it was told.
    pub log: Vec<Event>,
    /// What was said here and is not in the log yet, in order.
    pub pending: Vec<Pending>,
    /// Changes to earlier messages that are not in the log yet, at most one a message.
    pub edits: Vec<Edit>,
    /// What stands in the composer, or comes back to it after an earlier message was changed in it.
    pub draft: String,
    /// The earlier message that is being changed in the composer.
    pub editing: Option<Editing>,
    /// The `seq` of the message of which the agent is asked whether they mean to take it back.
    pub taking_back: Option<u64>,
    /// The id of the claim that is on its way.
    pub claiming: Option<String>,
    /// The way to having it no more.
    pub parting: Parting,
    /// It came to this agent without their doing, and they have not had it before their eyes since.
    pub given: bool,
    /// Who the shop says the visitor is, as the queue last told.
    pub identity: Option<Identity>,
    /// Until when the visitor is taken to be writing, in the inbox's milliseconds.
    pub visitor_writes_until: Option<u64>,
    /// The last `seq` the agent has had before their eyes.
    pub seen: u64,
    /// Who has the floor at the end of `log`.
    floor: Floor,
}

impl Dialogue {
    /// The last `seq` held; 0 for none.
    pub fn head(&self) -> u64 {
        self.log.last().map_or(0, |event| event.seq)
    }

    /// Who has the floor at the end of what is held.
    pub fn floor(&self) -> Floor {
        self.floor.clone()
    }

    /// Takes in the next event. False when it is held already.
    pub fn take_in(&mut self, event: Event) -> bool {
        if event.seq != self.head() + 1 {
            return false;
        }
        self.pending.retain(|pending| pending.cid != event.cid);
        self.edits.retain(|edit| edit.cid != event.cid);
        if self.claiming.as_ref() == Some(&event.cid) {
            self.claiming = None;
        }
        match &event.body {
            EventBody::Message(message) if message.author == Author::Visitor => self.visitor_writes_until = None,
            EventBody::Message(_) | EventBody::Rang | EventBody::Edited { .. } | EventBody::Unknown => {}
            EventBody::Claimed { .. }
            | EventBody::Closed { .. }
            | EventBody::Transferred { .. }
            | EventBody::HandedBack { .. } => {
                self.visitor_writes_until = None;
                if self.parting.cid() == Some(&event.cid) {
                    self.parting = Parting::No;
                }
            }
        }
        self.floor = std::mem::take(&mut self.floor).after(&event.body);
        self.log.push(event);
        true
    }

    /// Forgets the log, because another one follows.
    pub fn reset(&mut self) {
        self.log.clear();
        self.floor = Floor::default();
        self.seen = 0;
    }

    /// How far what was written here under this id has come, message or change.
    pub(crate) fn delivery(&mut self, cid: &str) -> Option<&mut Delivery> {
        let pending = self.pending.iter_mut().find(|pending| pending.cid == cid).map(|pending| &mut pending.delivery);
        pending.or_else(|| self.edits.iter_mut().find(|edit| edit.cid == cid).map(|edit| &mut edit.delivery))
    }

    /// Whether something written here may not have reached the backend.
    pub fn has_unsent(&self) -> bool {
        let mut deliveries =
            self.pending.iter().map(|pending| &pending.delivery).chain(self.edits.iter().map(|edit| &edit.delivery));
        deliveries.any(|delivery| *delivery == Delivery::Sending)
    }

    /// Whether nothing would be lost by forgetting it.
    pub fn may_go(&self) -> bool {
        let is_written = !self.draft.trim().is_empty() || self.editing.is_some();
        !is_written && !self.has_unsent() && self.parting.cid().is_none()
    }
}
