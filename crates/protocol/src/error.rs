//! What the backend says when it refuses a frame or a request: a code for programs, a sentence for people.

use serde::{Deserialize, Serialize};

/// A refusal. Causes inside the backend are logged there, never sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WireError {
    /// For programs.
    pub code: ErrorCode,
    /// For developers and logs: what is wrong and what to do, in English, without secrets or message bodies.
    pub message: String,
    /// The id of the refused frame, when it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cid: Option<String>,
    /// Milliseconds after which the same frame may be sent again, with [`ErrorCode::RateLimited`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl WireError {
    /// A refusal that belongs to no particular frame id.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        WireError { code, message: message.into(), cid: None, retry_after_ms: None }
    }

    /// The same refusal, naming the frame it answers.
    #[must_use]
    pub fn for_cid(mut self, cid: impl Into<String>) -> Self {
        self.cid = Some(cid.into());
        self
    }
}

/// Why a frame or a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not JSON, an unknown type, an unknown or missing field. The connection stays open.
    BadFrame,
    /// Larger than the frame limit. The connection is closed with code 1009.
    FrameTooLarge,
    /// Another protocol version. The connection is closed.
    UnsupportedProtocol,
    /// The first frame was not `hello`, or none came in time. The connection is closed.
    HelloExpected,
    /// The token or session is not known, or the conversation is not theirs. The connection is closed.
    Unauthorized,
    /// The page's Origin is not on the list (HTTP 403).
    OriginNotAllowed,
    /// The text is empty or too long, or another field's value is not allowed. The frame is dropped.
    Invalid,
    /// Too many messages; see `retry_after_ms`. Never given to `human`.
    RateLimited,
    /// Another agent was faster.
    AlreadyClaimed,
    /// The agent has not claimed this conversation, or it is not waiting.
    NotClaimed,
    /// The agent's role does not allow it.
    NotAllowed,
    /// No such conversation, message or agent.
    NotFound,
    /// The backend could not do it now; try again.
    Unavailable,
}
