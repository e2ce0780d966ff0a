//! When to connect and over what, when to take a connection for dead, when to try again. Shared by every kind of line.
//!
//! Where WebSockets are refused, swallowed or stalled, a line that can goes on over HTTP: by a stream, and where a proxy holds
//! that back, by polling. It never settles there: every fourth attempt, and the next one after some minutes, is a WebSocket.

use crate::{Output, Status, Timer, Transport, backoff};
use protocol::limits;

/// Milliseconds a socket may take to open and be welcomed.
const WELCOME_MS: u32 = 8_000;
/// Failed attempts in a row after which the page should show other ways to reach a person; one more where there is a fallback.
const UNREACHABLE_AFTER: u32 = 2;
/// Failed attempts in a row over one transport after which the next one is tried.
const FALL_BACK_AFTER: u32 = 2;
/// While on a fallback, every how many attempts are a WebSocket.
const PROBE_EVERY: u32 = 4;
/// Milliseconds of a fallback that works before a WebSocket is tried again.
const PROBE_MS: u32 = 300_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    /// A connection is opening, or open but not yet welcomed.
    Opening,
    Live,
    /// Waiting for the timer before the next attempt.
    Waiting,
}

/// One connection after another, for as long as the line is wanted.
#[derive(Clone, Debug)]
pub struct Connection {
    phase: Phase,
    /// Attempts that failed since the last welcome.
    failures: u32,
    /// Whether any attempt was ever welcomed.
    was_live: bool,
    /// Whether there is HTTP to fall back to.
    falls_back: bool,
    /// What attempts are made over, but for probes.
    usual: Transport,
    /// What the present attempt is made over.
    tried: Transport,
    /// Attempts in a row over the usual transport that were not welcomed.
    misses: u32,
    /// Attempts since the first fallback.
    attempts: u32,
}

impl Default for Connection {
    fn default() -> Self {
        Connection {
            phase: Phase::Idle,
            failures: 0,
            was_live: false,
            falls_back: false,
            usual: Transport::WebSocket,
            tried: Transport::WebSocket,
            misses: 0,
            attempts: 0,
        }
    }
}

impl Connection {
    /// Connections that go on over HTTP where WebSockets are not to be had.
    pub fn with_fallback() -> Self {
        Connection { falls_back: true, ..Connection::default() }
    }

    /// What the present connection is made over.
    pub fn transport(&self) -> Transport {
        self.tried
    }

    /// Whether frames may be sent.
    pub fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// How the connection stands, for the words on the page.
    pub fn status(&self) -> Status {
        match self.phase {
            Phase::Live => Status::Live,
            Phase::Idle => Status::Idle,
            _ if self.failures >= UNREACHABLE_AFTER + u32::from(self.falls_back) => Status::Unreachable,
            _ if self.was_live => Status::Reconnecting,
            _ => Status::Connecting,
        }
    }

    /// The line is wanted: connects unless it is connected or about to be.
    pub fn want<N>(&mut self) -> Vec<Output<N>> {
        if self.phase == Phase::Idle { self.open(Transport::WebSocket) } else { Vec::new() }
    }

    /// The line is no longer wanted.
    pub fn hang_up<N>(&mut self) -> Vec<Output<N>> {
        *self = Connection { falls_back: self.falls_back, ..Connection::default() };
        vec![Output::Close]
    }

    /// The backend welcomed us.
    pub fn welcomed<N>(&mut self) -> Vec<Output<N>> {
        let is_first = self.phase != Phase::Live;
        self.phase = Phase::Live;
        self.failures = 0;
        self.misses = 0;
        self.was_live = true;
        self.usual = self.tried;
        let mut outputs = self.heard();
        if is_first && self.tried != Transport::WebSocket {
            outputs.push(Output::Timer(Timer::Probe, PROBE_MS));
        }
        outputs
    }

    /// [`Timer::Probe`] ran out: leaves a fallback that works for another try with a WebSocket.
    pub fn probe<N>(&mut self) -> Vec<Output<N>> {
        if self.phase == Phase::Live && self.tried != Transport::WebSocket {
            self.open(Transport::WebSocket)
        } else {
            Vec::new()
        }
    }

    /// Anything came in: the line is alive.
    pub fn heard<N>(&mut self) -> Vec<Output<N>> {
        match self.phase {
            Phase::Live => vec![Output::Timer(Timer::Connection, limits::SILENCE_MS)],
            _ => Vec::new(),
        }
    }

    /// The connection closed by itself or could not be opened.
    pub fn closed<N>(&mut self, random: f64) -> Vec<Output<N>> {
        match self.phase {
            Phase::Opening | Phase::Live => self.wait(1, random),
            Phase::Idle | Phase::Waiting => Vec::new(),
        }
    }

    /// What came in makes this connection useless (a hole, a refusal): give it up and try anew.
    pub fn give_up<N>(&mut self, random: f64) -> Vec<Output<N>> {
        let mut outputs = vec![Output::Close];
        outputs.extend(self.closed(random));
        outputs
    }

    /// The backend says good-bye and when to come back.
    pub fn told_to_return<N>(&mut self, after_ms: u64) -> Vec<Output<N>> {
        self.phase = Phase::Waiting;
        let after_ms = u32::try_from(after_ms).unwrap_or(u32::MAX).min(60_000);
        vec![Output::Close, Output::Timer(Timer::Connection, after_ms)]
    }

    /// [`Timer::Connection`] ran out.
    pub fn timed_out<N>(&mut self, random: f64) -> Vec<Output<N>> {
        match self.phase {
            Phase::Waiting => self.open_next(),
            // Opening took too long, or the line fell silent. A stream that a proxy holds back will be held back again.
            Phase::Opening | Phase::Live => {
                let counts = if self.tried == Transport::Stream { FALL_BACK_AFTER } else { 1 };
                let mut outputs = vec![Output::Close];
                outputs.extend(self.wait(counts, random));
                outputs
            }
            Phase::Idle => Vec::new(),
        }
    }

    /// The browser is online again or the page visible: do not sit out the wait, and begin with the best transport.
    pub fn retry_now<N>(&mut self) -> Vec<Output<N>> {
        if self.phase != Phase::Waiting {
            return Vec::new();
        }
        self.usual = Transport::WebSocket;
        self.misses = 0;
        self.open(Transport::WebSocket)
    }

    fn open_next<N>(&mut self) -> Vec<Output<N>> {
        let mut next = self.usual;
        if next != Transport::WebSocket {
            self.attempts += 1;
            if self.attempts.is_multiple_of(PROBE_EVERY) {
                next = Transport::WebSocket;
            }
        }
        self.open(next)
    }

    fn open<N>(&mut self, transport: Transport) -> Vec<Output<N>> {
        self.phase = Phase::Opening;
        self.tried = transport;
        vec![Output::Open(transport), Output::Timer(Timer::Connection, WELCOME_MS)]
    }

    /// Waits for the next attempt. One that was not welcomed `counts` so many times against its transport.
    fn wait<N>(&mut self, counts: u32, random: f64) -> Vec<Output<N>> {
        if self.phase == Phase::Opening && self.falls_back && self.tried == self.usual {
            self.misses += counts;
            if self.misses >= FALL_BACK_AFTER && self.usual != Transport::Poll {
                self.misses = 0;
                self.usual = if self.usual == Transport::WebSocket { Transport::Stream } else { Transport::Poll };
            }
        }
        self.phase = Phase::Waiting;
        self.failures += 1;
        vec![Output::Timer(Timer::Connection, backoff::wait_ms(self.failures, random))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outputs = Vec<Output<()>>;

    #[test]
    fn a_lost_connection_is_restored_with_growing_waits_and_the_page_is_told() {
        let mut connection = Connection::default();
        let _: Outputs = connection.want();
        assert_eq!(connection.status(), Status::Connecting);
        let _: Outputs = connection.welcomed();
        assert_eq!(connection.status(), Status::Live);
        let lost: Outputs = connection.closed(1.0);
        assert_eq!(lost, [Output::Timer(Timer::Connection, 500)]);
        assert_eq!(connection.status(), Status::Reconnecting);
        let _: Outputs = connection.timed_out(1.0);
        let lost: Outputs = connection.closed(1.0);
        assert_eq!(lost, [Output::Timer(Timer::Connection, 1_000)]);
        assert_eq!(connection.status(), Status::Unreachable);
    }

    #[test]
    fn forty_silent_seconds_are_a_dead_line() {
        let mut connection = Connection::default();
        let _: Outputs = connection.want();
        let welcomed: Outputs = connection.welcomed();
        assert_eq!(welcomed, [Output::Timer(Timer::Connection, 40_000)]);
        let silent: Outputs = connection.timed_out(0.0);
        assert_eq!(silent[0], Output::Close);
        assert_eq!(connection.status(), Status::Reconnecting);
    }

    #[test]
    fn coming_online_ends_the_wait_but_never_opens_a_second_socket() {
        let mut connection = Connection::default();
        let _: Outputs = connection.want();
        assert_eq!(connection.retry_now::<()>(), []);
        let _: Outputs = connection.closed(1.0);
        assert_eq!(connection.retry_now::<()>()[0], Output::Open(Transport::WebSocket));
        assert_eq!(connection.want::<()>(), []);
    }

    /// What is opened after this many attempts in a row that fail in this way.
    fn opened_after(attempts: usize, fail: fn(&mut Connection) -> Outputs) -> Vec<Transport> {
        let mut connection = Connection::with_fallback();
        let mut outputs: Outputs = connection.want();
        let mut opened = Vec::new();
        for _ in 0..attempts {
            opened.extend(outputs.iter().filter_map(|output| match output {
                Output::Open(transport) => Some(*transport),
                _ => None,
            }));
            let _: Outputs = fail(&mut connection);
            outputs = connection.timed_out(0.5);
        }
        opened
    }

    #[test]
    fn refused_websockets_lead_to_a_stream_then_to_polling_and_back_for_a_look() {
        use Transport::{Poll, Stream, WebSocket};
        let opened = opened_after(10, |connection| connection.closed(0.5));
        let expected = [WebSocket, WebSocket, Stream, Stream, Poll, WebSocket, Poll, Poll, Poll, WebSocket];
        assert_eq!(opened, expected);
        let opened = opened_after(5, |connection| connection.timed_out(0.5));
        assert_eq!(opened, [WebSocket, WebSocket, Stream, Poll, Poll], "a stream that stalls once is given up");
    }

    #[test]
    fn a_line_without_a_fallback_only_ever_opens_websockets() {
        let mut connection = Connection::default();
        let _: Outputs = connection.want();
        for _ in 0..10 {
            let _: Outputs = connection.closed(0.5);
            assert_eq!(connection.timed_out::<()>(0.5)[0], Output::Open(Transport::WebSocket));
        }
    }

    #[test]
    fn a_fallback_that_works_is_left_for_a_websocket_now_and_then_and_taken_again_when_that_fails() {
        let mut connection = Connection::with_fallback();
        let _: Outputs = connection.want();
        for _ in 0..2 {
            let _: Outputs = connection.closed(0.5);
            let _: Outputs = connection.timed_out(0.5);
        }
        let welcomed: Outputs = connection.welcomed();
        assert!(welcomed.contains(&Output::Timer(Timer::Probe, 300_000)), "{welcomed:?}");
        assert_eq!(connection.probe::<()>()[0], Output::Open(Transport::WebSocket));
        let _: Outputs = connection.closed(0.5);
        assert_eq!(connection.timed_out::<()>(0.5)[0], Output::Open(Transport::Stream));
        let _: Outputs = connection.welcomed();
        let _: Outputs = connection.probe();
        let welcomed: Outputs = connection.welcomed();
        assert_eq!(welcomed, [Output::Timer(Timer::Connection, 40_000)], "a WebSocket needs no probe");
        assert_eq!(connection.transport(), Transport::WebSocket);
    }
}
