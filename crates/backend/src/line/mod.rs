//! The backend's end of a line, pure: what came in goes in, what is to be done comes out. No socket, store or clock; the same
//! for WebSockets, for plain HTTP, and for tests with an unfaithful network.
//!
//! `visitor` and `agent` are the two kinds of line, `follower` tells a log without holes, `order` keeps
//! messages behind one that was not stored, `ending` says how a line ends.

mod agent;
mod ending;
mod follower;
mod order;
#[cfg(test)]
mod tests;
mod visitor;

pub use agent::{AgentInput, AgentLine, AgentOutput};
pub use ending::Ending;
pub(crate) use ending::{binary, code, hello_expected, too_large, unavailable};
pub use follower::{Follower, Stretch};
pub use order::Order;
pub(crate) use visitor::LATER_MS;
pub use visitor::{Arrival, VisitorInput, VisitorLine, VisitorOutput, Wait};

use protocol::Author;

/// Somebody is writing, or has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typing {
    /// Who.
    pub author: Author,
    /// Whether they are writing now.
    pub active: bool,
}
