//! Who is answering the visitor. Derived from the log by one function, so that widget, inbox and backend never disagree.

use crate::EventBody;
use serde::{Deserialize, Serialize};

/// The one holder of the floor: `bot -> ringing -> human -> bot | closed`, and from `closed` back to `ringing`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Floor {
    /// The bot answers; nothing is sent to the backend.
    #[default]
    Bot,
    /// The visitor rang and waits; the bot is silent.
    Ringing,
    /// A person answers.
    Human {
        /// The agent's display name.
        agent: String,
    },
    /// The agent ended the conversation; the bot answers again, and the visitor may ring again.
    Closed,
}

impl Floor {
    /// The floor after `body` was added to the log. Messages and edits do not move it.
    #[must_use]
    pub fn after(self, body: &EventBody) -> Floor {
        match (self, body) {
            (floor, EventBody::Message(_) | EventBody::Edited { .. } | EventBody::Unknown) => floor,
            // A second ring while a person is already there changes nothing.
            (floor @ Floor::Human { .. }, EventBody::Rang) => floor,
            (_, EventBody::Rang | EventBody::Transferred { to: None, .. }) => Floor::Ringing,
            (_, EventBody::Claimed { agent } | EventBody::Transferred { to: Some(agent), .. }) => {
                Floor::Human { agent: agent.clone() }
            }
            (_, EventBody::HandedBack { .. }) => Floor::Bot,
            (_, EventBody::Closed { .. }) => Floor::Closed,
        }
    }

    /// Whether what the visitor writes goes to people (and the bot keeps silent).
    pub fn is_with_people(&self) -> bool {
        matches!(self, Floor::Ringing | Floor::Human { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_goes_from_hand_to_hand_and_may_be_rung_again() {
        let claimed = EventBody::Claimed { agent: "Ada".into() };
        let given = |to: Option<&str>| EventBody::Transferred { agent: "Ada".into(), to: to.map(Into::into) };
        let mut floor = Floor::default();
        for (body, expected) in [
            (EventBody::Rang, Floor::Ringing),
            (claimed, Floor::Human { agent: "Ada".into() }),
            (EventBody::Rang, Floor::Human { agent: "Ada".into() }),
            (given(Some("Grace")), Floor::Human { agent: "Grace".into() }),
            (
                EventBody::Edited { agent: "Grace".into(), seq: 1, text: String::new() },
                Floor::Human { agent: "Grace".into() },
            ),
            (given(None), Floor::Ringing),
            (EventBody::Claimed { agent: "Ada".into() }, Floor::Human { agent: "Ada".into() }),
            (EventBody::HandedBack { agent: "Ada".into() }, Floor::Bot),
            (EventBody::Rang, Floor::Ringing),
            (EventBody::Claimed { agent: "Ada".into() }, Floor::Human { agent: "Ada".into() }),
            (EventBody::Closed { agent: "Ada".into() }, Floor::Closed),
            (EventBody::Rang, Floor::Ringing),
        ] {
            floor = floor.after(&body);
            assert_eq!(floor, expected, "after {body:?}");
        }
    }
}
