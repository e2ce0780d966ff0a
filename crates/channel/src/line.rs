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
    /// The socket asked for by [`Output::Open`] is open.
    Opened,
    /// A text frame came in.
    Text(String),
    /// The socket closed or could not be opened.
    Closed,
    /// The timer last set with [`Output::Timer`] ran out.
    TimedOut(Timer),
    /// Waiting any longer makes no sense: the browser is online again, or the page became visible.
    RetryNow,
}

/// Something the driver must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output<N> {
    /// Open a socket, replacing any that is there.
    Open,
    /// Close the socket; no [`Input::Closed`] follows.
    Close,
    /// Send this text frame.
    Transmit(String),
    /// Set the timer, replacing the earlier one of its kind.
    Timer(Timer, u32),
    /// Tell the page.
    Notice(N),
}

/// The timers of a line. Each kind runs at most once at a time; durations are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Opening took too long, the line fell silent, or it is time to reconnect.
    Connection,
    /// The backend asked to slow down; now the outbox may be sent again.
    Resend,
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
