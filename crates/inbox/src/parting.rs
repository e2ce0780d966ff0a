//! How a conversation leaves the agent who has it: to another agent, to the queue, to the bot, or closed. One thing at a time,
//! under one id until the log shows it or the backend refuses it.

use crate::{
    problem::Problem,
    state::{Effect, Inbox, Spot},
    strings::{ENGLISH, fill},
};
use channel::agent_line::Command;
use protocol::{ErrorCode, Floor, WireError};

/// Who has the floor next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The agent of this name.
    Agent(String),
    /// Nobody yet: it rings again, in its old place.
    Queue,
    /// The bot.
    Bot,
    /// Nobody: it is closed.
    Nobody,
}

/// The way to having a conversation no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Parting {
    /// Not on the way.
    #[default]
    No,
    /// The agent chooses whom to give it.
    Choosing,
    /// They are asked whether they mean to close it.
    Asked,
    /// The frame is on its way.
    Sent {
        /// Its id.
        cid: String,
        /// What it asks for.
        next: Next,
    },
}

impl Parting {
    /// The id of the frame that is on its way.
    pub fn cid(&self) -> Option<&String> {
        match self {
            Parting::Sent { cid, .. } => Some(cid),
            _ => None,
        }
    }

    /// What is on its way, in words.
    pub fn words(&self) -> Option<String> {
        let Parting::Sent { next, .. } = self else { return None };
        Some(match next {
            Next::Agent(name) => fill(ENGLISH.giving, "{name}", name),
            Next::Queue => ENGLISH.giving_to_queue.to_owned(),
            Next::Bot => ENGLISH.handing_back.to_owned(),
            Next::Nobody => ENGLISH.closing.to_owned(),
        })
    }
}

impl Inbox {
    pub(crate) fn choose_next(&mut self) -> Vec<Effect> {
        self.set_parting(Parting::Choosing, Spot::Choices)
    }

    pub(crate) fn ask_to_close(&mut self) -> Vec<Effect> {
        self.set_parting(Parting::Asked, Spot::ConfirmClose)
    }

    /// The agent keeps it, after all.
    pub(crate) fn keep(&mut self) -> Vec<Effect> {
        let was_choosing = self.opened().is_some_and(|(_, dialogue)| dialogue.parting == Parting::Choosing);
        self.set_parting(Parting::No, if was_choosing { Spot::Give } else { Spot::Close })
    }

    /// Nothing comes of it while a frame is on its way, or when the open conversation is not this agent's.
    fn set_parting(&mut self, parting: Parting, spot: Spot) -> Vec<Effect> {
        let Some(conversation) = self.open_and_mine() else { return Vec::new() };
        let dialogue = self.dialogue(&conversation);
        if dialogue.parting.cid().is_some() {
            return Vec::new();
        }
        dialogue.parting = parting;
        vec![Effect::Focus(spot)]
    }

    pub(crate) fn part(&mut self, next: Next, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let Some(conversation) = self.open_and_mine() else { return Vec::new() };
        if self.dialogue(&conversation).parting.cid().is_some() {
            return Vec::new();
        }
        let cid = new_id();
        self.problem = None;
        self.dialogue(&conversation).parting = Parting::Sent { cid: cid.clone(), next: next.clone() };
        let mut effects = self.stop_writing();
        effects.push(Effect::Line(match next {
            Next::Agent(name) => Command::Transfer { conversation, cid, to: Some(name) },
            Next::Queue => Command::Transfer { conversation, cid, to: None },
            Next::Bot => Command::HandBack { conversation, cid },
            Next::Nobody => Command::Close { conversation, cid },
        }));
        // The pressed button has made way for the word that it is on its way.
        effects.push(Effect::FocusIfLost(Spot::Conversation));
        effects
    }

    /// Drops what nothing can come of any more, because the floor has moved on.
    pub(crate) fn settle_floors(&mut self) {
        for conversation in self.dialogues.keys().cloned().collect::<Vec<_>>() {
            let floor = self.floor(&conversation);
            let is_mine = self.is_mine(&conversation);
            // Out of the queue and off the screen: nothing more is told of it.
            let is_gone = self.summary(&conversation).is_none() && self.open.as_ref() != Some(&conversation);
            let dialogue = self.dialogue(&conversation);
            if is_gone || !is_mine {
                dialogue.parting = Parting::No;
                dialogue.given = false;
            }
            // A claim that came too late is refused, and only then over.
            if is_gone || is_mine || !matches!(floor, Floor::Ringing | Floor::Human { .. }) {
                dialogue.claiming = None;
            }
        }
    }
}

/// The frame that is on its way was refused: the conversation stays, and this is why.
pub(crate) fn refused(parting: &mut Parting, error: &WireError) -> Problem {
    match (std::mem::take(parting), error.code) {
        (Parting::Sent { next: Next::Agent(name), .. }, ErrorCode::NotFound) => Problem::AgentLeft(name),
        _ => Problem::of(error),
    }
}
