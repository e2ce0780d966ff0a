//! When to connect, when to take a connection for dead, when to try again. Shared by every kind of line.

use crate::{Output, Status, Timer, backoff};
use protocol::limits;

/// Milliseconds a socket may take to open and be welcomed.
const WELCOME_MS: u32 = 8_000;
/// Failed attempts in a row after which the page should show other ways to reach a person.
const UNREACHABLE_AFTER: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    /// A socket is opening, or open but not yet welcomed.
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
}

impl Default for Connection {
    fn default() -> Self {
        Connection { phase: Phase::Idle, failures: 0, was_live: false }
    }
}

impl Connection {
    /// Whether frames may be sent.
    pub fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// How the connection stands, for the words on the page.
    pub fn status(&self) -> Status {
        match self.phase {
            Phase::Live => Status::Live,
            Phase::Idle => Status::Idle,
            _ if self.failures >= UNREACHABLE_AFTER => Status::Unreachable,
            _ if self.was_live => Status::Reconnecting,
            _ => Status::Connecting,
        }
    }

    /// The line is wanted: connects unless it is connected or about to be.
    pub fn want<N>(&mut self) -> Vec<Output<N>> {
        if self.phase == Phase::Idle { self.open() } else { Vec::new() }
    }

    /// The line is no longer wanted.
    pub fn hang_up<N>(&mut self) -> Vec<Output<N>> {
        *self = Connection::default();
        vec![Output::Close]
    }

    /// The backend welcomed us.
    pub fn welcomed<N>(&mut self) -> Vec<Output<N>> {
        self.phase = Phase::Live;
        self.failures = 0;
        self.was_live = true;
        self.heard()
    }

    /// Anything came in: the line is alive.
    pub fn heard<N>(&mut self) -> Vec<Output<N>> {
        match self.phase {
            Phase::Live => vec![Output::Timer(Timer::Connection, limits::SILENCE_MS)],
            _ => Vec::new(),
        }
    }

    /// The socket closed by itself or could not be opened.
    pub fn closed<N>(&mut self, random: f64) -> Vec<Output<N>> {
        match self.phase {
            Phase::Opening | Phase::Live => self.wait(random),
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
            Phase::Waiting => self.open(),
            // Opening took too long, or the line fell silent.
            Phase::Opening | Phase::Live => self.give_up(random),
            Phase::Idle => Vec::new(),
        }
    }

    /// The browser is online again or the page visible: do not sit out the wait.
    pub fn retry_now<N>(&mut self) -> Vec<Output<N>> {
        if self.phase == Phase::Waiting { self.open() } else { Vec::new() }
    }

    fn open<N>(&mut self) -> Vec<Output<N>> {
        self.phase = Phase::Opening;
        vec![Output::Open, Output::Timer(Timer::Connection, WELCOME_MS)]
    }

    fn wait<N>(&mut self, random: f64) -> Vec<Output<N>> {
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
        assert_eq!(connection.retry_now::<()>()[0], Output::Open);
        assert_eq!(connection.want::<()>(), []);
    }
}
