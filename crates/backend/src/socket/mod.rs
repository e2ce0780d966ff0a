//! One WebSocket: a limit on what comes in, a bounded queue of what goes out, beats, and a proper end.
//!
//! Knows nothing of what the frames mean.

mod pipe;
#[cfg(test)]
mod tests;

use crate::{
    error::Error,
    line::{Ending, binary, code, hello_expected, too_large},
    metrics::Side,
    service::Service,
};
use axum::{body::Body, extract::Request, response::Response};
use futures_util::future::BoxFuture;
use hyper_util::rt::TokioIo;
use pipe::{Happened, Pipe};
use protocol::{ErrorCode, WireError, limits};
use serde::{Serialize, de::DeserializeOwned};
use std::{future::poll_fn, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::{Utf8Bytes, handshake::server::create_response_with_body};

const HEARTBEAT: Duration = Duration::from_millis(limits::HEARTBEAT_MS as u64);
const SILENCE: Duration = Duration::from_millis(limits::SILENCE_MS as u64);
const HELLO: Duration = Duration::from_millis(limits::HELLO_MS as u64);
/// Bytes that are gathered before they are written, while more is ready.
const GATHERED_BYTES: usize = 16 * 1024;
/// How long the other side may take to let us end properly.
const CLOSING: Duration = Duration::from_secs(1);

/// A connection that came in over HTTP.
pub(crate) type Upgraded = TokioIo<hyper::upgrade::Upgraded>;

/// What a socket reports.
#[derive(Debug)]
pub(crate) enum Inbound {
    /// A text frame within the limit.
    Text(Utf8Bytes),
    /// A binary frame, which no line uses.
    Binary,
    /// A frame beyond the limit. Nothing more can be read; say so and end.
    TooLarge,
    /// It is time to beat, and to look again at whatever may have changed without a wake.
    BeatDue,
    /// There is room again for what had to wait; see [`Socket::has_room`].
    Room,
    /// The other side is gone, silent, or does not read.
    Lost,
}

/// Answers a request to speak WebSocket, and carries the line in a task of its own until it ends or the service hangs up.
/// Frames are limited to `frame_bytes`; how it ends is counted.
pub(crate) fn upgrade(
    mut request: Request,
    frame_bytes: u32,
    service: &Service,
    side: Side,
    carry: impl FnOnce(&mut Socket<Upgraded>) -> BoxFuture<'_, Ending> + Send + 'static,
) -> Result<Response, Error> {
    let response = create_response_with_body(&request, Body::empty).map_err(|_| Error::NotAWebSocket)?;
    let upgraded = hyper::upgrade::on(&mut request);
    let (mut hang_up, metrics) = (service.hang_up.subscribe(), service.metrics.clone());
    tokio::spawn(async move {
        let connection = match upgraded.await {
            Ok(connection) => TokioIo::new(connection),
            Err(cause) => return tracing::debug!(%cause, "a WebSocket was not opened"),
        };
        let mut socket = Socket::new(connection, frame_bytes).await;
        let ending = tokio::select! {
            ending = carry(&mut socket) => ending,
            _ = hang_up.wait_for(|hang_up| *hang_up) => Ending::HangUp,
        };
        tracing::debug!(?ending, "a line ended");
        metrics.ended(&ending);
        if socket.cut_slow {
            metrics.cut_slow(side);
        }
        socket.end(ending).await;
    });
    Ok(response)
}

/// Reads a frame, or says what is wrong with it.
pub(crate) fn read_frame<F: DeserializeOwned>(text: &str) -> Result<F, WireError> {
    serde_json::from_str(text).map_err(|error| {
        // serde's own words may quote the frame; ours never do.
        let message = if error.is_data() {
            "A frame of an unknown type, or with a field that is unknown, missing or of the wrong kind."
        } else {
            "The frame is not JSON; send one JSON object a text frame."
        };
        WireError::new(ErrorCode::BadFrame, message)
    })
}

/// A WebSocket.
#[derive(Debug)]
pub(crate) struct Socket<S> {
    pipe: Pipe<S>,
    beat: Interval,
    /// When the other side was last heard.
    heard: Instant,
    /// It was given up because the other side does not read.
    cut_slow: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    pub(crate) async fn new(connection: S, frame_bytes: u32) -> Self {
        let now = Instant::now();
        let mut beat = interval_at(now + HEARTBEAT, HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Socket { pipe: Pipe::new(connection, frame_bytes).await, beat, heard: now, cut_slow: false }
    }

    /// The next thing that happens; also writes what is queued. Reads only when it `may_read`. May be dropped and called again:
    /// nothing is lost by it.
    pub(crate) async fn next(&mut self, may_read: bool) -> Inbound {
        loop {
            let stuck = self.pipe.stuck_since();
            let deadline = stuck.map_or(self.heard, |stuck| stuck.min(self.heard)) + SILENCE;
            tokio::select! {
                biased;
                happened = poll_fn(|context| self.pipe.poll(context, may_read)) => match happened {
                    Happened::Inbound(inbound) => {
                        if !matches!(inbound, Inbound::Room | Inbound::Lost) {
                            self.heard = Instant::now();
                        }
                        self.cut_slow |= self.pipe.overfull;
                        return inbound;
                    }
                    Happened::Control => self.heard = Instant::now(),
                },
                _ = self.beat.tick() => return Inbound::BeatDue,
                () = sleep_until(deadline) => {
                    self.cut_slow |= stuck.is_some_and(|stuck| stuck <= self.heard);
                    return Inbound::Lost;
                }
            }
        }
    }

    /// The first frame, which must come soon.
    pub(crate) async fn first<F: DeserializeOwned>(&mut self) -> Result<Result<F, WireError>, Ending> {
        let first = async {
            loop {
                match self.next(true).await {
                    Inbound::BeatDue | Inbound::Room => {}
                    inbound => return inbound,
                }
            }
        };
        match timeout(HELLO, first).await {
            Ok(Inbound::Text(text)) => Ok(read_frame(&text)),
            Ok(Inbound::TooLarge) => Err(too_large()),
            Ok(Inbound::Binary | Inbound::BeatDue | Inbound::Room) => Ok(Err(binary())),
            Ok(Inbound::Lost) => Err(Ending::Lost),
            Err(_) => Err(hello_expected()),
        }
    }

    /// Queues a frame. When more is queued than a client may leave unread, the next report is [`Inbound::Lost`].
    pub(crate) fn push(&mut self, frame: &impl Serialize) {
        match serde_json::to_string(frame) {
            Ok(text) => self.pipe.push(text.into()),
            Err(cause) => tracing::error!(%cause, "a frame was not written"),
        }
    }

    /// Whether more may be queued before what is queued is written.
    pub(crate) fn may_gather(&self) -> bool {
        self.pipe.queued() < GATHERED_BYTES
    }

    /// Whether there is room for a stretch of the log. After a "no", [`Inbound::Room`] tells when there is.
    pub(crate) fn has_room(&mut self) -> bool {
        let room = self.pipe.has_room();
        self.pipe.room_wanted = !room;
        room
    }

    /// Says the last words and closes.
    pub(crate) async fn end(mut self, ending: Ending) {
        let Some(last) = ending.last_words() else { return };
        self.push(&last);
        let code = match ending {
            Ending::Refused(_, code) => code,
            Ending::Lost | Ending::HangUp => code::AWAY,
        };
        // Whoever does not let us end properly is simply cut off.
        let _ = timeout(CLOSING, self.pipe.close(code)).await;
    }
}
