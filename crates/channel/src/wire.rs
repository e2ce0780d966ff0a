//! What a driver needs of a connection, so that it does not matter what it is made of.

use crate::Transport;

/// What a connection reports.
#[derive(Clone, Debug)]
pub enum Signal {
    /// It takes frames.
    Opened,
    /// A text frame came in.
    Text(String),
    /// It closed, or could not be opened. Nothing follows.
    Closed,
    /// What was posted is answered.
    Posted,
}

/// An opening or open connection. Dropping it closes it.
pub trait Wire {
    /// Connects to `url` and reports to `report` until the connection closes or is dropped, never before this returns.
    fn open(url: &str, transport: Transport, report: impl Fn(Signal) + 'static) -> Self;

    /// Sends one text frame, in order after the earlier ones.
    fn send(&self, text: String);

    /// Sends frames in a request of their own, beside an answer that stays open. Only over HTTP.
    fn post(&self, _token: &str, _body: String) {}
}
