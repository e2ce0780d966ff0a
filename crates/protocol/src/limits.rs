//! What the backend accepts: every limit of the line, in this one file.

use serde::{Deserialize, Serialize};

/// The limits a client is told in `welcome`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {
    /// Characters (Unicode scalar values) in one message.
    pub text_chars: u32,
    /// Bytes in one frame from this client.
    pub frame_bytes: u32,
    /// Messages a minute.
    pub messages_per_minute: u32,
    /// Milliseconds between the backend's beats.
    pub heartbeat_ms: u32,
}

/// Characters in one message.
pub const TEXT_CHARS: u32 = 4_000;
/// Bytes in one frame from a visitor: room for [`TEXT_CHARS`] of which each takes six bytes, as `\u0001` does.
pub const VISITOR_FRAME_BYTES: u32 = 32 * 1024;
/// Frames in one post of a visitor's.
pub const POSTED_FRAMES: usize = 100;
/// Bytes in one frame from an agent.
pub const AGENT_FRAME_BYTES: u32 = 64 * 1024;
/// Messages a minute from one visitor, over time.
pub const MESSAGES_PER_MINUTE: u32 = 30;
/// Messages from one visitor at once: the story told before a ring, and then some.
pub const MESSAGE_BURST: u32 = 60;
/// How many visitors' messages may come from one address: an office behind one router.
pub const VISITORS_AT_AN_ADDRESS: u32 = 20;
/// How many visitors' messages may come from one site.
pub const VISITORS_AT_A_SITE: u32 = 2_000;
/// How much of what was said before the ring the widget tells, in messages.
pub const STORY_MESSAGES: usize = 40;
/// Milliseconds between the backend's beats.
pub const HEARTBEAT_MS: u32 = 25_000;
/// Milliseconds of silence after which either side takes the line for dead.
pub const SILENCE_MS: u32 = 40_000;
/// Milliseconds a new connection has to say `hello`.
pub const HELLO_MS: u32 = 10_000;
/// Events in one `replay` frame.
pub const REPLAY_EVENTS: usize = 50;
/// Conversations in one `queue` frame.
pub const QUEUE_CONVERSATIONS: usize = 200;
/// Bytes of those conversations, as JSON: with what may already wait to be sent, less than [`OUTBOUND_BYTES`].
pub const QUEUE_BYTES: usize = 96 * 1024;
/// Bytes the backend holds for a client that reads too slowly before it hangs up.
pub const OUTBOUND_BYTES: usize = 256 * 1024;

impl Limits {
    /// What a visitor may send.
    pub fn visitor() -> Self {
        Limits { frame_bytes: VISITOR_FRAME_BYTES, ..Limits::agent() }
    }

    /// What an agent may send.
    pub fn agent() -> Self {
        Limits {
            text_chars: TEXT_CHARS,
            frame_bytes: AGENT_FRAME_BYTES,
            messages_per_minute: MESSAGES_PER_MINUTE,
            heartbeat_ms: HEARTBEAT_MS,
        }
    }
}
