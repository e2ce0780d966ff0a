//! The client's end of the line, for the widget and the inbox alike.
//!
//! Reading order: [`mod@line`] (what goes into and comes out of a line), [`backoff`] and [`connection`] (when to connect, when
//! to give a connection up), [`outbox`] (what is not yet acknowledged) and [`records`] (what is kept beyond the page),
//! [`visitor_line`] with `sending` and `tabs`, and [`agent_line`] (the two kinds of line), [`wire`] (what a connection is), and in
//! the browser `driver` and `socket`, which do what the lines ask for.
//!
//! Invariant: everything but `driver` and `socket` is pure. No clock, no randomness, no network; it cannot fail.

pub mod agent_line;
pub mod backoff;
pub mod connection;
#[cfg(target_arch = "wasm32")]
pub mod driver;
pub mod line;
pub mod outbox;
pub mod records;
mod sending;
#[cfg(target_arch = "wasm32")]
pub mod socket;
mod tabs;
pub mod visitor_line;
pub mod wire;

pub use agent_line::AgentLine;
pub use line::{Input, Line, Output, Status, Timer, Transport};
pub use visitor_line::VisitorLine;
