//! What one open line counts. The counters are looked up once, so that a frame costs one addition.

use super::{Metrics, Side, Transport};
use prometheus_client::metrics::{counter::Counter, gauge::Gauge};
use protocol::{ErrorCode, ServerToAgent, ServerToVisitor};

/// Counts one line as open until it is dropped, and what goes over it.
#[derive(Debug)]
pub(crate) struct LineMeter {
    open: Gauge,
    frames_in: Counter,
    frames_out: Counter,
    /// A line that is but one of many polls.
    polls: bool,
    metrics: Metrics,
}

impl LineMeter {
    pub(super) fn new(metrics: &Metrics, side: Side, transport: Transport) -> Self {
        let labels = [("side", side.word()), ("transport", transport.word())];
        let open = metrics.0.connections.get_or_create_owned(&labels);
        open.inc();
        LineMeter {
            open,
            polls: transport == Transport::Poll,
            frames_in: metrics.0.frames(side, "in"),
            frames_out: metrics.0.frames(side, "out"),
            metrics: metrics.clone(),
        }
    }

    /// A frame came in, whatever it holds.
    pub(crate) fn came_in(&self) {
        self.frames_in.inc();
    }

    /// A visitor was let in: new here, or back, perhaps to be told anew. A poll that goes on is no arrival.
    pub(crate) fn welcomed(&self, new: bool, reset: bool) {
        if new || reset || !self.polls {
            self.metrics.visitor_welcomed(new, reset);
        }
    }

    /// A frame goes out, perhaps a refusal.
    pub(crate) fn goes_out(&self, frame: &impl Outgoing) {
        self.frames_out.inc();
        if let Some(code) = frame.refusal() {
            self.metrics.refused(code);
        }
    }
}

impl Drop for LineMeter {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// A frame as it is counted on its way out.
pub(crate) trait Outgoing {
    /// The code, when it is a refusal.
    fn refusal(&self) -> Option<ErrorCode>;
}

impl Outgoing for ServerToVisitor {
    fn refusal(&self) -> Option<ErrorCode> {
        if let ServerToVisitor::Error(error) = self { Some(error.code) } else { None }
    }
}

impl Outgoing for ServerToAgent {
    fn refusal(&self) -> Option<ErrorCode> {
        if let ServerToAgent::Error(error) = self { Some(error.code) } else { None }
    }
}
