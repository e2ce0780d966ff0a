//! What the agent does with a conversation: opens it, claims it or takes it over, writes, sends.

use crate::{
    dialogue::{Delivery, Pending},
    problem::Problem,
    standing::May,
    state::{Effect, Inbox, Spot},
};
use channel::agent_line::Command;
use protocol::limits;

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
        let identity = self.summary(&conversation).and_then(|summary| summary.identity.clone());
        let dialogue = self.dialogue(&conversation);
        dialogue.identity = identity.or(dialogue.identity.take());
        let after = dialogue.head();
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

    /// The open conversation, if the agent has the floor in it.
    pub(crate) fn open_and_mine(&self) -> Option<String> {
        self.open.clone().filter(|conversation| self.is_mine(conversation))
    }

    pub(crate) fn claim(&mut self, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        self.claim_if(May::Claim, new_id)
    }

    /// Another frame than a claim is not needed: who leads may claim what another agent has.
    pub(crate) fn take_over(&mut self, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        self.claim_if(May::TakeOver, new_id)
    }

    fn claim_if(&mut self, may: May, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let Some(conversation) = self.open.clone() else { return Vec::new() };
        if self.standing(&conversation).0 != may || self.dialogue(&conversation).claiming.is_some() {
            return Vec::new();
        }
        let cid = new_id();
        self.problem = None;
        self.dialogue(&conversation).claiming = Some(cid.clone());
        vec![Effect::Line(Command::Claim { conversation, cid })]
    }

    pub(crate) fn draft(&mut self, text: String) -> Vec<Effect> {
        let Some(conversation) = self.open_and_mine() else { return Vec::new() };
        let now = self.now;
        let is_empty = text.trim().is_empty();
        let dialogue = self.dialogue(&conversation);
        if let Some(editing) = &mut dialogue.editing {
            // No message is on its way that the visitor could wait for.
            editing.text = text;
            return Vec::new();
        }
        dialogue.draft = text;
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
        let Some(conversation) = self.open_and_mine() else { return Vec::new() };
        let dialogue = self.dialogue(&conversation);
        if let Some(editing) = dialogue.editing.clone() {
            return self.save(&editing, new_id);
        }
        let draft = dialogue.draft.clone();
        let Some(text) = self.sendable(&draft) else { return Vec::new() };
        self.problem = None;
        let cid = new_id();
        let dialogue = self.dialogue(&conversation);
        dialogue.draft.clear();
        dialogue.pending.push(Pending { cid: cid.clone(), text: text.clone(), delivery: Delivery::Sending });
        let mut effects = vec![Effect::Line(Command::Say { conversation, cid, text })];
        effects.extend(self.stop_writing());
        effects
    }

    /// `text` without the blanks around it, unless it is empty or has too many characters.
    pub(crate) fn sendable(&mut self, text: &str) -> Option<String> {
        let text = text.trim();
        if text.chars().count() > limits::TEXT_CHARS as usize {
            self.problem = Some(Problem::TooLong);
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(crate) fn retry(&mut self, cid: &str) -> Vec<Effect> {
        let Some(conversation) = self.open.clone() else { return Vec::new() };
        let dialogue = self.dialogue(&conversation);
        let Some(delivery) = dialogue.delivery(cid) else { return Vec::new() };
        *delivery = Delivery::Sending;
        let cid = cid.to_owned();
        let said = dialogue.pending.iter().find(|pending| pending.cid == cid).map(|pending| pending.text.clone());
        let edit = dialogue.edits.iter().find(|edit| edit.cid == cid).map(|edit| (edit.seq, edit.text.clone()));
        let again = match (said, edit) {
            (Some(text), _) => Command::Say { conversation, cid, text },
            (None, Some((seq, text))) => Command::Edit { conversation, cid, seq, text },
            (None, None) => return Vec::new(),
        };
        vec![Effect::Line(again), Effect::FocusIfLost(Spot::Conversation)]
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
