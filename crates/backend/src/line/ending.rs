//! How a line ends: the last words, and the close code.

use protocol::{ErrorCode, ServerToVisitor, WireError};

/// How a line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The other side is gone already.
    Lost,
    /// A refusal that ends the line, and the close code.
    Refused(WireError, u16),
    /// The service shuts down.
    HangUp,
}

impl Ending {
    /// What is said before the line ends. The same JSON for visitors and agents.
    pub(crate) fn last_words(&self) -> Option<ServerToVisitor> {
        match self {
            Ending::Lost => None,
            Ending::Refused(error, _) => Some(ServerToVisitor::Error(error.clone())),
            Ending::HangUp => Some(ServerToVisitor::Bye { retry_after_ms: spread_ms() }),
        }
    }
}

/// Close codes of this line; the rest are RFC 6455's.
pub(crate) mod code {
    pub(crate) const AWAY: u16 = 1001;
    pub(crate) const POLICY: u16 = 1008;
    pub(crate) const TOO_LARGE: u16 = 1009;
    pub(crate) const FAILED: u16 = 1011;
    pub(crate) const UNAUTHORIZED: u16 = 4401;
}

/// A refusal that ends the line.
pub(crate) fn refused(code: ErrorCode, message: &str) -> Ending {
    Ending::Refused(WireError::new(code, message), code::POLICY)
}

/// The refusal of a first frame that is none.
pub(crate) fn bad_first(error: WireError) -> Ending {
    Ending::Refused(error, code::POLICY)
}

/// The refusal of a frame beyond the limit.
pub(crate) fn too_large() -> Ending {
    let message = "The frame is larger than `limits.frame_bytes` of `welcome`; send less at once.";
    Ending::Refused(WireError::new(ErrorCode::FrameTooLarge, message), code::TOO_LARGE)
}

/// The refusal of a line that did not begin with `hello`.
pub(crate) fn hello_expected() -> Ending {
    refused(ErrorCode::HelloExpected, "The first frame must be `hello`, within 10 seconds.")
}

/// The refusal of another version of the line.
pub(crate) fn unsupported() -> Ending {
    let message = format!("This backend speaks {} only; load the page again.", protocol::PROTOCOL);
    Ending::Refused(WireError::new(ErrorCode::UnsupportedProtocol, message), code::POLICY)
}

/// The refusal of whoever is not, or no longer, known.
pub(crate) fn unauthorized(message: &str) -> Ending {
    Ending::Refused(WireError::new(ErrorCode::Unauthorized, message), code::UNAUTHORIZED)
}

/// The refusal when something inside failed.
pub(crate) fn unavailable() -> Ending {
    let message = "Not possible at this moment; connect again.";
    Ending::Refused(WireError::new(ErrorCode::Unavailable, message), code::FAILED)
}

/// The refusal of a binary frame, after which the line goes on.
pub(crate) fn binary() -> WireError {
    WireError::new(ErrorCode::BadFrame, "The frame is binary; send one JSON object a text frame.")
}

/// When to come back after a shutdown: not all at the same moment.
pub(crate) fn spread_ms() -> u64 {
    let mut random = [0; 2];
    // Without random bits everybody comes back after the same time, which is no harm.
    let _ = getrandom::fill(&mut random);
    500 + u64::from(u16::from_le_bytes(random)) % 2_500
}

/// The refusal of a second `hello`, after which the line goes on.
pub(crate) fn said_hello_already() -> WireError {
    WireError::new(ErrorCode::BadFrame, "`hello` was said already; go on without it.")
}
