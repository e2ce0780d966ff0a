//! How a conversation stands: what the agent may do with it now, and why not more.

use crate::{
    state::Inbox,
    strings::{ENGLISH, fill},
};
use protocol::{EventBody, Floor, Role};

/// What the agent may do with a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Claim it: it waits.
    Claim,
    /// Take it over from the agent who has it.
    TakeOver,
    /// Answer, change what they said, give it away, close it.
    Write,
    /// Only look.
    Look,
}

impl Inbox {
    /// What the agent may do with this conversation, and why not more, in words.
    pub fn standing(&self, conversation: &str) -> (May, String) {
        let moved = self.last_move(conversation);
        let or = |otherwise: &str| moved.clone().unwrap_or_else(|| otherwise.to_owned());
        match self.floor(conversation) {
            Floor::Ringing => {
                let hint = ENGLISH.claim_hint;
                (May::Claim, moved.map_or_else(|| hint.to_owned(), |moved| format!("{moved} {hint}")))
            }
            Floor::Human { .. } if self.is_mine(conversation) => (May::Write, String::new()),
            Floor::Human { agent } => {
                let may = if self.role >= Some(Role::Lead) { May::TakeOver } else { May::Look };
                (may, or(&fill(ENGLISH.held_by, "{name}", &agent)))
            }
            Floor::Closed => (May::Look, ENGLISH.is_closed.to_owned()),
            Floor::Bot => (May::Look, or(ENGLISH.with_the_bot)),
        }
    }

    /// How the floor came to be where it is, when that was neither a ring, a claim nor a close, and the log is told to its end.
    fn last_move(&self, conversation: &str) -> Option<String> {
        let dialogue = self.dialogues.get(conversation)?;
        if self.summary(conversation).is_some_and(|summary| dialogue.head() < summary.head) {
            return None;
        }
        let mut floor = Floor::default();
        let mut told = None;
        for event in &dialogue.log {
            match (&floor, &event.body) {
                (_, EventBody::Message(_) | EventBody::Edited { .. } | EventBody::Unknown)
                | (Floor::Human { .. }, EventBody::Rang) => {}
                (_, EventBody::Transferred { .. } | EventBody::HandedBack { .. })
                | (Floor::Human { .. }, EventBody::Claimed { .. }) => told = self.note(&floor, &event.body),
                (_, EventBody::Rang | EventBody::Claimed { .. } | EventBody::Closed { .. }) => told = None,
            }
            floor = floor.after(&event.body);
        }
        told
    }
}
