//! Changing what one said earlier, and taking it back. The log keeps both wordings; the transcript shows the later one in the
//! earlier one's place.

use crate::{
    dialogue::{Delivery, Dialogue},
    state::{Effect, Inbox, Spot},
};
use channel::agent_line::Command;
use protocol::EventBody;

/// An earlier message that is being changed in the composer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editing {
    /// The event with the message.
    pub seq: u64,
    /// What stands in the composer.
    pub text: String,
}

/// A change that the log does not show yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its id: the same whenever it is sent again.
    pub cid: String,
    /// The event with the message.
    pub seq: u64,
    /// What it should say; empty to take it back.
    pub text: String,
    /// How far it has come.
    pub delivery: Delivery,
}

impl Dialogue {
    /// What the message at this `seq` says now, by the log: its latest wording; empty when it was taken back.
    pub fn wording(&self, seq: u64) -> Option<&str> {
        self.log.iter().rev().find_map(|event| match &event.body {
            EventBody::Edited { seq: edited, text, .. } if *edited == seq => Some(text.as_str()),
            EventBody::Message(message) if event.seq == seq => Some(message.text.as_str()),
            _ => None,
        })
    }

    /// The change of the message at this `seq` that is on its way or was refused.
    pub fn edit_of(&self, seq: u64) -> Option<&Edit> {
        self.edits.iter().find(|edit| edit.seq == seq)
    }
}

impl Inbox {
    /// The open conversation, if the agent may take back this message of it.
    fn with_own(&self, seq: u64) -> Option<String> {
        let is_own = |conversation: &String| self.lines(conversation).iter().any(|line| line.own == Some(seq));
        self.open.clone().filter(is_own)
    }

    pub(crate) fn change(&mut self, seq: u64) -> Vec<Effect> {
        let mine = self.with_own(seq).filter(|conversation| self.is_mine(conversation));
        let Some(conversation) = mine else { return Vec::new() };
        let mut effects = self.stop_writing();
        let dialogue = self.dialogue(&conversation);
        dialogue.taking_back = None;
        // What was refused before is where one goes on.
        let refused = dialogue.edit_of(seq).map(|edit| edit.text.clone()).filter(|text| !text.is_empty());
        let text = refused.or_else(|| dialogue.wording(seq).map(str::to_owned)).unwrap_or_default();
        dialogue.edits.retain(|edit| edit.seq != seq);
        dialogue.editing = Some(Editing { seq, text });
        effects.push(Effect::Focus(Spot::Conversation));
        effects
    }

    pub(crate) fn leave_unchanged(&mut self) -> Vec<Effect> {
        let Some(conversation) = self.open.clone() else { return Vec::new() };
        self.problem = None;
        self.dialogue(&conversation).editing = None;
        vec![Effect::Focus(Spot::Conversation)]
    }

    /// Sends what stands in the composer in the place of what was said.
    pub(crate) fn save(&mut self, editing: &Editing, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let seq = editing.seq;
        let Some(conversation) = self.with_own(seq) else { return self.leave_unchanged() };
        if editing.text.trim().is_empty() {
            return self.ask_to_take_back(seq);
        }
        let Some(text) = self.sendable(&editing.text) else { return Vec::new() };
        self.problem = None;
        let dialogue = self.dialogue(&conversation);
        dialogue.editing = None;
        if dialogue.wording(seq) == Some(&text) {
            return Vec::new();
        }
        self.edit(conversation, seq, text, new_id)
    }

    pub(crate) fn ask_to_take_back(&mut self, seq: u64) -> Vec<Effect> {
        let Some(conversation) = self.with_own(seq) else { return Vec::new() };
        self.dialogue(&conversation).taking_back = Some(seq);
        vec![Effect::Focus(Spot::ConfirmTakeBack)]
    }

    pub(crate) fn keep_said(&mut self) -> Vec<Effect> {
        let Some(conversation) = self.open.clone() else { return Vec::new() };
        let kept = self.dialogue(&conversation).taking_back.take();
        kept.into_iter().map(|seq| Effect::Focus(Spot::TakeBack(seq))).collect()
    }

    pub(crate) fn take_back(&mut self, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let Some(seq) = self.opened().and_then(|(_, dialogue)| dialogue.taking_back) else { return Vec::new() };
        let Some(conversation) = self.with_own(seq) else { return Vec::new() };
        self.problem = None;
        let dialogue = self.dialogue(&conversation);
        dialogue.taking_back = None;
        dialogue.editing = dialogue.editing.take().filter(|editing| editing.seq != seq);
        self.edit(conversation, seq, String::new(), new_id)
    }

    fn edit(
        &mut self,
        conversation: String,
        seq: u64,
        text: String,
        new_id: &mut dyn FnMut() -> String,
    ) -> Vec<Effect> {
        let cid = new_id();
        let dialogue = self.dialogue(&conversation);
        dialogue.edits.retain(|edit| edit.seq != seq);
        let delivery = Delivery::Sending;
        dialogue.edits.push(Edit { cid: cid.clone(), seq, text: text.clone(), delivery });
        let edit = Command::Edit { conversation, cid, seq, text };
        // The message's buttons are gone while its change is on its way.
        vec![Effect::Line(edit), Effect::FocusIfLost(Spot::Conversation)]
    }
}
