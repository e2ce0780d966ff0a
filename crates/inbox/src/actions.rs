//! What the agent does with a conversation: opens it, claims it, writes, sends, closes.

use crate::{
    dialogue::{Closing, Delivery, Pending},
    problem::Problem,
    state::{Effect, Inbox, Spot},
};
use channel::agent_line::Command;
use protocol::{Floor, limits};

/// The backend hears at most once in so many milliseconds that the agent is writing.
const TYPING_TOLD_EVERY_MS: u64 = 3_000;
/// After so many milliseconds without a key the agent is taken to have stopped.
const TYPING_PAUSE_MS: u64 = 5_000;

/// The agent is writing.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    conversation: String,
    /// When the backend last heard of it.
    told_at: u64,
    /// When the last key was pressed.
    typed_at: u64,
}

impl Inbox {
    pub(crate) fn open(&mut self, conversation: String) -> Vec<Effect> {
        let mut effects = self.stop_writing();
        self.problem = None;
        let after = self.dialogue(&conversation).head();
        if self.open.as_ref() != Some(&conversation) {
            effects.push(Effect::Line(Command::Watch { conversation: conversation.clone(), after }));
            self.open = Some(conversation);
            self.forget_what_is_over();
        }
        effects.push(Effect::Focus(Spot::Conversation));
        effects
    }

    pub(crate) fn leave(&mut self) -> Vec<Effect> {
        let mut effects = self.stop_writing();
        effects.extend(self.open.take().map(|conversation| Effect::Focus(Spot::QueueItem(conversation))));
        effects
    }

    pub(crate) fn claim(&mut self, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let Some(conversation) = self.open.clone() else { return Vec::new() };
        if self.floor(&conversation) != (Floor::Ringing) || self.dialogue(&conversation).claiming.is_some() {
            return Vec::new();
        }
        let cid = new_id();
        self.problem = None;
        self.dialogue(&conversation).claiming = Some(cid.clone());
        vec![Effect::Line(Command::Claim { conversation, cid })]
    }

    pub(crate) fn draft(&mut self, text: String) -> Vec<Effect> {
        let Some(conversation) = self.open.clone().filter(|conversation| self.is_mine(conversation)) else {
            return Vec::new();
        };
        let now = self.now;
        let is_empty = text.trim().is_empty();
        self.dialogue(&conversation).draft = text;
        if is_empty {
            return self.stop_writing();
        }
        match &mut self.writing {
            Some(writing) if writing.conversation == conversation => {
                writing.typed_at = now;
                if now - writing.told_at < TYPING_TOLD_EVERY_MS {
                    return Vec::new();
                }
                writing.told_at = now;
            }
            _ => self.writing = Some(Writing { conversation: conversation.clone(), told_at: now, typed_at: now }),
        }
        vec![typing(conversation, true)]
    }

    pub(crate) fn submit(&mut self, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let Some(conversation) = self.open.clone().filter(|conversation| self.is_mine(conversation)) else {
            return Vec::new();
        };
        let text = self.dialogue(&conversation).draft.trim().to_owned();
        if text.is_empty() {
            return Vec::new();
        }
        if text.chars().count() > limits::TEXT_CHARS as usize {
            self.problem = Some(Problem::TooLong);
            return Vec::new();
        }
        self.problem = None;
        let cid = new_id();
        let dialogue = self.dialogue(&conversation);
        dialogue.draft.clear();
        dialogue.pending.push(Pending { cid: cid.clone(), text: text.clone(), delivery: Delivery::Sending });
        let mut effects = vec![Effect::Line(Command::Say { conversation, cid, text })];
        effects.extend(self.stop_writing());
        effects
    }

    pub(crate) fn retry(&mut self, cid: &str) -> Vec<Effect> {
        let Some(conversation) = self.open.clone() else { return Vec::new() };
        let Some(pending) = self.dialogue(&conversation).pending(cid) else { return Vec::new() };
        pending.delivery = Delivery::Sending;
        let say = Command::Say { conversation, cid: cid.to_owned(), text: pending.text.clone() };
        vec![Effect::Line(say), Effect::FocusIfLost(Spot::Conversation)]
    }

    pub(crate) fn ask_to_close(&mut self) -> Vec<Effect> {
        self.set_closing(Closing::Asked);
        vec![Effect::Focus(Spot::ConfirmClose)]
    }

    pub(crate) fn keep_open(&mut self) -> Vec<Effect> {
        self.set_closing(Closing::No);
        vec![Effect::Focus(Spot::Close)]
    }

    fn set_closing(&mut self, closing: Closing) {
        if let Some(conversation) = self.open.clone() {
            self.dialogue(&conversation).closing = closing;
        }
    }

    pub(crate) fn close(&mut self, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let Some(conversation) = self.open.clone() else { return Vec::new() };
        let cid = new_id();
        self.set_closing(Closing::Sent(cid.clone()));
        let mut effects = self.stop_writing();
        effects.push(Effect::Line(Command::Close { conversation, cid }));
        effects
    }

    pub(crate) fn tick(&mut self) -> Vec<Effect> {
        match &self.writing {
            Some(writing) if self.now - writing.typed_at >= TYPING_PAUSE_MS => self.stop_writing(),
            _ => Vec::new(),
        }
    }

    /// The backend is told that the agent does not write any more, if it believes so.
    pub(crate) fn stop_writing(&mut self) -> Vec<Effect> {
        let stopped = self.writing.take();
        stopped.into_iter().map(|writing| typing(writing.conversation, false)).collect()
    }
}

fn typing(conversation: String, active: bool) -> Effect {
    Effect::Line(Command::Typing { conversation, active })
}
