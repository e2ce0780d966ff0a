//! What stands between a client's line and the network: one connection, the timers, and what a line must never ask of them.

use arbitrary::Arbitrary;
use channel::{Input, Output, Status, Timer, Transport};

/// The longest that a line may ask to wait, in milliseconds.
const LONGEST_WAIT_MS: u32 = 60_000;
/// And before it looks whether something better is possible again.
const LONGEST_PROBE_MS: u32 = 600_000;

/// Does what a line's driver does, without a network.
#[derive(Debug)]
pub struct Driver {
    socket: Socket,
    /// A request with frames is under way.
    is_posting: bool,
    /// Those that run.
    timers: Vec<Timer>,
    /// The status that the page was told.
    told: Status,
    /// Whether the line was given only what a driver gives: nothing from a connection that is gone, no timer that was not set.
    is_faithful: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Socket {
    None,
    Opening(Transport),
    Open(Transport),
}

impl Default for Driver {
    fn default() -> Self {
        Driver {
            socket: Socket::None,
            is_posting: false,
            timers: Vec::new(),
            told: Status::default(),
            is_faithful: true,
        }
    }
}

impl Driver {
    /// Looks at what goes into the line; false when no driver would give it.
    pub fn passes<C>(&mut self, input: &Input<C>) -> bool {
        if !self.is_faithful {
            return true;
        }
        match (input, self.socket) {
            (Input::Command(_) | Input::RetryNow, _) => true,
            (Input::Opened, Socket::Opening(transport) | Socket::Open(transport @ Transport::Poll)) => {
                self.socket = Socket::Open(transport);
                true
            }
            (Input::Closed, Socket::Opening(_) | Socket::Open(_)) => {
                self.socket = Socket::None;
                true
            }
            (Input::Text(_), Socket::Open(_)) => true,
            (Input::Posted, _) => std::mem::take(&mut self.is_posting),
            (Input::TimedOut(timer), _) if self.timers.contains(timer) => {
                self.timers.retain(|running| running != timer);
                true
            }
            (Input::Opened | Input::Closed | Input::Text(_) | Input::TimedOut(_), _) => false,
        }
    }

    /// From here on the line is given whatever there is. It must still not fail or lose its place.
    pub fn be_unfaithful(&mut self) {
        self.is_faithful = false;
    }

    /// Whether the line was given only what a driver gives.
    pub fn is_faithful(&self) -> bool {
        self.is_faithful
    }

    /// Whether what is open is a WebSocket.
    pub fn has_web_socket(&self) -> bool {
        self.socket == Socket::Open(Transport::WebSocket)
    }

    /// Does what the line asks for.
    ///
    /// # Panics
    /// The line asks for what it must not: a second WebSocket, words into a connection that is not open or cannot carry them,
    /// two requests at once, a wait without end.
    pub fn act<N>(&mut self, output: &Output<N>) {
        match output {
            Output::Open(transport) => {
                let has =
                    matches!(self.socket, Socket::Opening(Transport::WebSocket) | Socket::Open(Transport::WebSocket));
                assert!(!self.is_faithful || !has, "a second WebSocket is opened");
                self.socket = Socket::Opening(*transport);
                self.is_posting = false;
            }
            Output::Close => self.socket = Socket::None,
            Output::Transmit(text) if self.is_faithful => match self.socket {
                Socket::Open(Transport::WebSocket) => {}
                Socket::Open(_) => assert!(text.starts_with(r#"{"hello""#), "{text} goes where only `hello` may"),
                _ => panic!("{text} goes into a connection that is not open"),
            },
            Output::Post { body, .. } if self.is_faithful => {
                let is_over_http = matches!(self.socket, Socket::Open(Transport::Stream | Transport::Poll));
                assert!(is_over_http && !self.is_posting, "{body} goes out of turn");
                self.is_posting = true;
            }
            Output::Timer(timer, ms) => {
                let longest = if *timer == Timer::Probe { LONGEST_PROBE_MS } else { LONGEST_WAIT_MS };
                assert!(*ms <= longest, "{timer:?} is set to {ms} ms");
                self.timers.retain(|running| running != timer);
                self.timers.push(*timer);
            }
            Output::Transmit(_) | Output::Post { .. } | Output::Notice(_) => {}
        }
    }

    /// The page is told of a status.
    ///
    /// # Panics
    /// It was told this already.
    pub fn told(&mut self, status: Status) {
        assert!(!self.is_faithful || self.told != status, "told {status:?} twice");
        self.told = status;
    }
}

/// What the network does to a line, whoever's it is.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Network {
    /// The socket opens.
    Opens,
    /// The socket closes, or could not be opened.
    Closes,
    /// The line has been silent or waiting for long enough.
    ConnectionTimesOut,
    /// The backend may be troubled again.
    ResendTimesOut,
    /// It is time to look for something better than this transport.
    ProbeTimesOut,
    /// A request with frames has been answered.
    Posted,
    /// The browser is online again.
    ComesBack,
}

impl Network {
    /// As the line takes it.
    pub fn input<C>(self) -> Input<C> {
        match self {
            Network::Opens => Input::Opened,
            Network::Closes => Input::Closed,
            Network::ConnectionTimesOut => Input::TimedOut(Timer::Connection),
            Network::ResendTimesOut => Input::TimedOut(Timer::Resend),
            Network::ProbeTimesOut => Input::TimedOut(Timer::Probe),
            Network::Posted => Input::Posted,
            Network::ComesBack => Input::RetryNow,
        }
    }
}

/// Few ids, so that they meet again.
#[derive(Arbitrary, Clone, Copy, Debug, Default)]
pub struct Id(u8);

impl Id {
    /// As it stands in frames.
    pub fn cid(self) -> String {
        format!("x{}", self.0 % 8)
    }

    /// As the name of a conversation.
    pub fn conversation(self) -> String {
        format!("c{}", self.0 % 2)
    }
}

/// Mostly 0, and else not far from it: an offset at which something happens.
pub fn near(off: i8) -> i64 {
    (i64::from(off) / 32).clamp(-2, 2)
}

/// The id by which a frame that was sent is acknowledged, if it is one of those.
pub fn cid_of(frame: &serde_json::Value) -> Option<String> {
    let fields = frame.as_object()?.values().next()?;
    Some(fields.get("cid")?.as_str().expect("ids are texts").to_owned())
}
