//! The conversation's log: what happened, in the order the backend stored it.

use serde::{Deserialize, Serialize};

/// Who wrote a message. Every message says so on the wire, in the DOM, in its accessible name and in the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The classifier in the visitor's browser, quoting the shop's FAQ.
    Bot,
    /// One of the shop's agents.
    Human,
    /// The person on the shop's page.
    Visitor,
    /// Shopbell itself, telling what happened ("You rang the bell").
    System,
}

impl Author {
    /// The word on the wire and in `data-author`.
    pub fn as_str(self) -> &'static str {
        match self {
            Author::Bot => "bot",
            Author::Human => "human",
            Author::Visitor => "visitor",
            Author::System => "system",
        }
    }
}

/// One stored entry of a conversation's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Position in the conversation, counted from 1 without gaps.
    pub seq: u64,
    /// The client-made id (UUIDv7) of the frame that caused it: the same id is stored once, however often it is sent.
    pub cid: String,
    /// Milliseconds since the Unix epoch by the backend's clock. For display only, never for synchronisation.
    pub at: u64,
    /// What happened.
    pub body: EventBody,
}

/// What happened in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = without_the_last))]
#[serde(rename_all = "snake_case")]
pub enum EventBody {
    /// Somebody said something.
    Message(Message),
    /// The visitor asked for a person.
    Rang,
    /// An agent took the conversation and has the floor.
    Claimed {
        /// The agent's display name.
        agent: String,
    },
    /// The agent gave the conversation to another agent, or back to the queue.
    Transferred {
        /// The display name of the agent who gave it.
        agent: String,
        /// The display name of the agent who has it now; nobody: it rings again, in its old place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// The agent gave the floor back to the bot.
    HandedBack {
        /// The agent's display name.
        agent: String,
    },
    /// The agent ended the conversation. The visitor's next message opens it again.
    Closed {
        /// The agent's display name.
        agent: String,
    },
    /// An earlier message by a person reads otherwise from here on.
    Edited {
        /// The display name of the agent who wrote it.
        agent: String,
        /// Which event.
        seq: u64,
        /// What it says now; empty when it was taken back.
        text: String,
    },
    /// Something of a later version. It keeps its place in the log, so that nobody takes it for a hole. Such kinds are objects.
    #[serde(other, with = "unknown")]
    #[cfg_attr(feature = "schema", schemars(with = "()"))]
    Unknown,
}

/// Takes [`EventBody::Unknown`] out of the schema: nobody sends it.
#[cfg(feature = "schema")]
fn without_the_last(schema: &mut schemars::Schema) {
    if let Some(kinds) = schema.get_mut("oneOf").and_then(|kinds| kinds.as_array_mut()) {
        kinds.pop();
    }
}

/// The body of an event of a later version: passed over.
mod unknown {
    use serde::{Deserialize, Deserializer, Serializer, de::IgnoredAny};

    pub(super) fn serialize<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        IgnoredAny::deserialize(deserializer).map(drop)
    }
}

/// Something said, by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// Who wrote it.
    pub author: Author,
    /// What was written: plain text from people, the FAQ's small Markdown from the bot.
    pub text: String,
    /// The agent's display name, on messages by [`Author::Human`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id of the FAQ entry quoted, on answers by [`Author::Bot`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}
