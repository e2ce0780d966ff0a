//! Who has the inbox open, and whether this agent takes conversations.

use crate::state::{Effect, Inbox};
use channel::agent_line::Command;
use protocol::Presence;

impl Inbox {
    /// The other agents who have the inbox open: first those who take conversations, each by name.
    pub fn others(&self) -> Vec<Presence> {
        let mut others = self.agents.clone();
        others.retain(|agent| Some(&agent.name) != self.agent.as_ref());
        others.sort_by_key(|agent| !agent.available);
        others
    }

    /// The agent takes conversations from now on, or does not. The line says so again on every connection.
    pub(crate) fn switch_available(&mut self) -> Vec<Effect> {
        self.is_away = !self.is_away;
        vec![Effect::Line(Command::Available(!self.is_away))]
    }
}
