//! What the targets share: what stands between a client's line and the network (one socket, the timers, and what a line must
//! never ask of them), and what holds for every decision of a classifier.

use arbitrary::Arbitrary;
use channel::{Input, Output, Status, Timer};
use classifier::{Classifier, Decision, Faq};

/// The longest that a line may ask to wait, in milliseconds.
const LONGEST_WAIT_MS: u32 = 60_000;

/// Does what a line's driver does, without a network.
#[derive(Debug)]
pub struct Driver {
    socket: Socket,
    /// Those that run.
    timers: Vec<Timer>,
    /// The status that the page was told.
    told: Status,
    /// Whether the line was given only what a driver gives: nothing from a socket that is gone, no timer that was not set.
    is_faithful: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Socket {
    None,
    Opening,
    Open,
}

impl Default for Driver {
    fn default() -> Self {
        Driver { socket: Socket::None, timers: Vec::new(), told: Status::default(), is_faithful: true }
    }
}

impl Driver {
    /// Looks at what goes into the line; false when no driver would give it.
    pub fn passes<C>(&mut self, input: &Input<C>) -> bool {
        match input {
            Input::Command(_) | Input::RetryNow => true,
            Input::Opened if self.socket == Socket::Opening => {
                self.socket = Socket::Open;
                true
            }
            Input::Closed if self.socket != Socket::None => {
                self.socket = Socket::None;
                true
            }
            Input::Text(_) => self.socket == Socket::Open,
            Input::TimedOut(timer) if self.timers.contains(timer) => {
                self.timers.retain(|running| running != timer);
                true
            }
            Input::Opened | Input::Closed | Input::TimedOut(_) => false,
        }
    }

    /// From here on the line is given whatever there is. It must still not fail, lose its place or open two sockets.
    pub fn be_unfaithful(&mut self) {
        self.is_faithful = false;
    }

    /// Does what the line asks for.
    ///
    /// # Panics
    /// The line asks for what it must not: a second socket, words into a socket that is not open, a status that was told
    /// already, a wait without end.
    pub fn act<N>(&mut self, output: &Output<N>) {
        match output {
            Output::Open => {
                assert_eq!(self.socket, Socket::None, "a second socket is opened");
                self.socket = Socket::Opening;
            }
            Output::Close => self.socket = Socket::None,
            Output::Transmit(text) => {
                assert!(!self.is_faithful || self.socket == Socket::Open, "{text} goes into a socket that is not open");
            }
            Output::Timer(timer, ms) => {
                assert!(*ms <= LONGEST_WAIT_MS, "{timer:?} is set to {ms} ms");
                self.timers.retain(|running| running != timer);
                self.timers.push(*timer);
            }
            Output::Notice(_) => {}
        }
    }

    /// The page is told of a status.
    ///
    /// # Panics
    /// It was told this already.
    pub fn told(&mut self, status: Status) {
        assert_ne!(self.told, status, "told twice");
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
pub fn cid_of(frame: &str) -> Option<String> {
    let frame: serde_json::Value = serde_json::from_str(frame).expect("lines send JSON");
    let fields = frame.as_object()?.values().next()?;
    Some(fields.get("cid")?.as_str().expect("ids are texts").to_owned())
}

/// Asks a classifier about a text in every way.
///
/// # Panics
/// A chance is none, a mood is out of its bounds, an entry is missing or not of the FAQ, or asked again it says otherwise.
pub fn decides_soundly(classifier: &Classifier, faq: &Faq, text: &str) {
    let ranked = classifier.rank(text);
    assert_eq!(ranked.len(), faq.entries.len());
    for candidate in &ranked {
        assert!((0.0..=1.0).contains(&candidate.confidence), "{ranked:?}");
    }
    assert!(ranked.is_sorted_by(|one, next| one.confidence >= next.confidence), "{ranked:?}");
    let is_entry = |id: &String| faq.entries.iter().any(|entry| entry.id == *id);
    let decision = classifier.decide(text);
    match &decision {
        Decision::Answer { entry, second, .. } => {
            assert!(is_entry(entry) && second.as_ref().is_none_or(is_entry), "{decision:?}");
        }
        Decision::DidYouMean { entries } => {
            assert!((1..=3).contains(&entries.len()) && entries.iter().all(is_entry), "{decision:?}");
        }
        _ => {}
    }
    assert_eq!(classifier.decide(text), decision);
    assert!((0.0..=1.0).contains(&classifier.in_scope(text)));
    assert!((-1.0..=1.0).contains(&classifier.mood(text)));
}
