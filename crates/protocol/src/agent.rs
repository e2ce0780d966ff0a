//! Frames between an agent's inbox and the backend, on `GET /v1/agent/line` (WebSocket; the session cookie authenticates).

use crate::{Author, Event, Floor, Limits, WireError};
use serde::{Deserialize, Serialize};

/// From the inbox to the backend. The first frame of a connection is `hello`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AgentFrame {
    /// Opens the line; the answer is `welcome`.
    Hello {
        /// [`crate::PROTOCOL`].
        protocol: String,
    },
    /// Shows this conversation: `replay` from after `after`, then its live tail, until another is watched.
    Watch {
        /// The conversation's id.
        conversation: String,
        /// The last `seq` already held; 0 for none.
        after: u64,
    },
    /// Takes a waiting conversation. The second to ask gets [`crate::ErrorCode::AlreadyClaimed`].
    Claim {
        /// The conversation's id.
        conversation: String,
        /// Client-made id (UUIDv7).
        cid: String,
    },
    /// Says something in a conversation this agent has claimed.
    Send {
        /// The conversation's id.
        conversation: String,
        /// Client-made id (UUIDv7).
        cid: String,
        /// 1 to [`Limits::text_chars`] characters.
        text: String,
    },
    /// Changes what this agent said earlier in a conversation; an empty text takes it back.
    Edit {
        /// The conversation's id.
        conversation: String,
        /// Client-made id (UUIDv7).
        cid: String,
        /// The event with the message.
        seq: u64,
        /// 0 to [`Limits::text_chars`] characters.
        text: String,
    },
    /// Gives a conversation this agent has claimed to another agent, or back to the queue.
    Transfer {
        /// The conversation's id.
        conversation: String,
        /// Client-made id (UUIDv7).
        cid: String,
        /// The other agent's name; absent: it rings again, in its old place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// Gives the floor of a conversation this agent has claimed back to the bot.
    HandBack {
        /// The conversation's id.
        conversation: String,
        /// Client-made id (UUIDv7).
        cid: String,
    },
    /// Ends a conversation this agent has claimed.
    Close {
        /// The conversation's id.
        conversation: String,
        /// Client-made id (UUIDv7).
        cid: String,
    },
    /// The agent is writing in the watched conversation, or has stopped. Heard only while they have the floor.
    Typing {
        /// The conversation's id.
        conversation: String,
        /// Whether they are writing now.
        active: bool,
    },
    /// Whether this agent takes conversations now. Each connection begins with yes.
    Available {
        /// Yes or no.
        available: bool,
    },
    /// "I am here": the answer to the backend's `beat`.
    Beat,
}

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AgentProfile {
    /// The name they log in with and visitors see.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What an agent may do over the line; each role may do what the one before it may. Exports, erasures and the audit log are no
/// role's: they are commands on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Read every conversation, claim those that wait, and answer, give away and close one's own.
    Agent,
    /// Take a conversation from another agent.
    Lead,
    /// Nothing more today.
    Admin,
}

/// An agent who has the inbox open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Their name.
    pub name: String,
    /// Whether they take conversations now.
    pub available: bool,
}

/// Who the shop says a visitor is, from a token that its server has signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Identity {
    /// The shop's own id of its customer.
    pub id: String,
    /// A name to call them by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// One open conversation, as the queue shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConversationSummary {
    /// The conversation's id.
    pub conversation: String,
    /// `ringing` or `human`; others are not in the queue.
    pub floor: Floor,
    /// How long the visitor has waited when this was sent, in milliseconds since the ring; counts on in the inbox.
    pub waiting_ms: u64,
    /// The last `seq` of the log.
    pub head: u64,
    /// The visitor's latest message, cut to 120 characters; empty when they only rang.
    pub preview: String,
    /// How many messages the visitor has written after the last one by a human: what is unanswered.
    pub unanswered: u32,
    /// Who the shop says the visitor is; absent when it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
}

/// From the backend to the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ServerToAgent {
    /// The answer to `hello`.
    Welcome {
        /// [`crate::PROTOCOL`].
        protocol: String,
        /// Who this line belongs to.
        agent: AgentProfile,
        /// The epoch of all logs; under another one, what the inbox holds is of no use.
        epoch: String,
        /// What the backend accepts.
        limits: Limits,
    },
    /// The conversations that are ringing or with a person, oldest ring first. Sent after `welcome` and on every change.
    Queue {
        /// As many as fit into [`crate::limits::QUEUE_CONVERSATIONS`] and [`crate::limits::QUEUE_BYTES`]: those of this agent
        /// before those that ring, these before those of others, each oldest ring first.
        conversations: Vec<ConversationSummary>,
        /// How many more there are; absent when that is all.
        #[serde(default, skip_serializing_if = "is_zero")]
        more: u32,
    },
    /// Every agent who has the inbox open, by name. Sent after `welcome` and on every change.
    Agents {
        /// Everyone there.
        agents: Vec<Presence>,
    },
    /// A contiguous stretch of the watched conversation's log.
    Replay {
        /// The conversation's id.
        conversation: String,
        /// In order of `seq`.
        events: Vec<Event>,
    },
    /// One more event at the end of the watched conversation's log.
    Event {
        /// The conversation's id.
        conversation: String,
        /// The event.
        event: Event,
    },
    /// A frame with a `cid` is stored durably.
    Ack {
        /// The conversation's id.
        conversation: String,
        /// The frame's id.
        cid: String,
        /// Where it stands in the log.
        seq: u64,
        /// True when it had been stored before.
        dup: bool,
    },
    /// Somebody else in the watched conversation is writing, or has stopped.
    Typing {
        /// The conversation's id.
        conversation: String,
        /// Who.
        author: Author,
        /// Whether they are writing now.
        active: bool,
    },
    /// A frame was refused.
    Error(WireError),
    /// "Are you there?", every [`Limits::heartbeat_ms`].
    Beat,
    /// The backend hangs up; come back after `retry_after_ms`.
    Bye {
        /// Milliseconds to wait before connecting again.
        retry_after_ms: u64,
    },
}

// serde hands over a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
