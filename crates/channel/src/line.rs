//! What goes into a line and what comes out of it: the contract between a pure line and whoever drives it.

/// A client's line to the backend, as a state machine without I/O.
pub trait Line {
    /// What the page asks of the line.
    type Command;
    /// What the line tells the page.
    type Notice;

    /// Takes in one thing that happened and says what to do about it, in order.
    ///
    /// `random` is a fresh number in `0.0..1.0`, for the jitter of reconnections.
    fn on(&mut self, input: Input<Self::Command>, random: f64) -> Vec<Output<Self::Notice>>;
}

/// Something that happened to a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<C> {
    /// The page wants something.
    Command(C),
    /// The connection asked for by [`Output::Open`] takes frames; over [`Transport::Poll`] again after every answer.
    Opened,
    /// A text frame came in.
    Text(String),
    /// The connection closed or could not be opened.
    Closed,
    /// What was asked for by [`Output::Post`] has been answered; the frames in the answer came in before.
    Posted,
    /// The timer last set with [`Output::Timer`] ran out.
    TimedOut(Timer),
    /// Waiting any longer makes no sense: the browser is online again, or the page became visible.
    RetryNow,
}

/// Something the driver must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<N> {
    /// Open a connection, replacing any that is there.
    Open(Transport),
    /// Close the connection; no [`Input::Closed`] follows.
    Close,
    /// Send this text frame. Over HTTP that is `hello` alone, which is what the answer's frames are asked for with.
    Transmit(String),
    /// Send frames over HTTP, beside the answer that stays open.
    Post {
        /// The visitor's secret.
        token: String,
        /// [`protocol::PostedFrames`] as JSON.
        body: String,
    },
    /// Set the timer, replacing the earlier one of its kind.
    Timer(Timer, u32),
    /// Tell the page.
    Notice(N),
}

/// How frames travel. Every transport carries the same ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// One WebSocket.
    #[default]
    WebSocket,
    /// Server-sent events from the backend, requests to it.
    Stream,
    /// Requests both ways, each of which waits until there is something to answer.
    Poll,
}

/// The timers of a line. Each kind runs at most once at a time; durations are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Opening took too long, the line fell silent, or it is time to reconnect.
    Connection,
    /// The backend asked to slow down; now the outbox may be sent again.
    Resend,
    /// Something better than this transport may be possible again.
    Probe,
}

/// How the line stands, for the words on the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Not connected, and no reason to be.
    #[default]
    Idle,
    /// Connecting for the first time.
    Connecting,
    /// Connected and welcomed.
    Live,
    /// The connection was lost and is being restored.
    Reconnecting,
    /// Several attempts failed; attempts go on, but other ways to reach a person should be shown.
    Unreachable,
}
