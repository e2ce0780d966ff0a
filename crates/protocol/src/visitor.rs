//! Frames between a visitor's widget and the backend: on `GET /v1/visitor` (WebSocket, one frame a text message), or where
//! that is blocked, the same frames over plain HTTP: `POST /v1/visitor/stream` (server-sent events) or
//! `POST /v1/visitor/poll` from the backend, `POST /v1/visitor/frames` to it.

use crate::{Author, Event, Floor, Limits, WireError};
use serde::{Deserialize, Serialize};

/// From the widget to the backend. The first frame of a connection is `hello`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum VisitorFrame {
    /// Authentication, subscription and resume in one.
    Hello {
        /// [`crate::PROTOCOL`].
        protocol: String,
        /// The secret from an earlier `welcome`; absent on a first visit, and never in a URL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The conversation from an earlier `welcome`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<String>,
        /// What the widget already holds of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume: Option<Resume>,
        /// Who the shop says this is: a short-lived JWT signed by the shop's server. Only adds a name; never needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<String>,
    },
    /// Adds a message to the log. `author` is `visitor`, or `bot` for an answer the visitor saw before ringing.
    Send {
        /// Client-made id (UUIDv7).
        cid: String,
        /// `visitor` or `bot`; anything else is refused.
        author: Author,
        /// 1 to [`Limits::text_chars`] characters.
        text: String,
        /// The FAQ entry a bot answer quotes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entry: Option<String>,
    },
    /// "Talk to a human." Needs nothing else and is never refused by a limit.
    Human {
        /// Client-made id (UUIDv7).
        cid: String,
    },
    /// The visitor is writing, or has stopped.
    Typing {
        /// Whether they are writing now.
        active: bool,
    },
    /// "I am here": the answer to the backend's `beat`.
    Beat,
}

/// What a client already holds of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The epoch it was read in; another epoch means that the log must be read anew.
    pub epoch: String,
    /// The last `seq` held; 0 for none.
    pub seq: u64,
}

/// From the backend to the widget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ServerToVisitor {
    /// The answer to `hello`. `replay` frames follow until `head`, then the live tail.
    Welcome {
        /// [`crate::PROTOCOL`].
        protocol: String,
        /// The visitor's secret, only when `hello` brought none: 256 random bits, base64url. Keep it; it is not sent again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The conversation's id.
        conversation: String,
        /// The log's epoch.
        epoch: String,
        /// The last `seq` of the log at this moment.
        head: u64,
        /// True when what the client holds is of no use (another epoch): drop it, the replay starts at 1.
        reset: bool,
        /// Who is answering at `head`.
        floor: Floor,
        /// What the backend accepts.
        limits: Limits,
    },
    /// A contiguous stretch of the log that the client does not hold, in order of `seq`.
    Replay(Vec<Event>),
    /// One more event at the end of the log.
    Event(Event),
    /// A `send` or `human` is stored durably.
    Ack {
        /// The frame's id.
        cid: String,
        /// Where it stands in the log.
        seq: u64,
        /// True when it had been stored before.
        dup: bool,
    },
    /// Somebody else in the conversation is writing, or has stopped.
    Typing {
        /// Who.
        author: Author,
        /// Whether they are writing now.
        active: bool,
    },
    /// While ringing: how the wait stands. Sent on every change, never stored.
    Queue {
        /// Place in the queue, counted from 1.
        position: u32,
        /// How many agents are there to answer.
        agents: u32,
        /// How long it will take, in milliseconds, judged by the latest waits; absent when they do not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait_ms: Option<u64>,
        /// When the shop opens next, in milliseconds since the Unix epoch; absent while it is open or keeps no hours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opens_at: Option<u64>,
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

/// The body of `POST /v1/visitor/frames`: frames of a visitor without a WebSocket, in order. The visitor's token goes in
/// `Authorization: Bearer`. The answer is a JSON array of [`ServerToVisitor`]: an `ack` or an `error` for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PostedFrames {
    /// The conversation from `welcome`.
    pub conversation: String,
    /// `send`, `human` and `typing` frames.
    pub frames: Vec<VisitorFrame>,
}
