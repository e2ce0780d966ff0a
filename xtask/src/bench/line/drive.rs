//! Drives a client's own line, the pure state machine of `channel`, over real sockets and a real clock: what its driver does
//! in the browser.

use super::client::{Door, Socket};
use channel::{Input, Line, Output, Timer};
use futures_util::future::BoxFuture;
use std::{collections::VecDeque, future::pending, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// The connection that a line asked for last.
#[expect(clippy::large_enum_variant, reason = "there are few, and they are mostly open")]
enum Connection {
    None,
    Opening(BoxFuture<'static, anyhow::Result<Socket>>),
    Open(Socket),
}

/// What a connection did.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
enum Happened {
    Opened(anyhow::Result<Socket>),
    Text(Option<Utf8Bytes>),
}

impl Connection {
    /// The next thing that happens to it. May be dropped and called again.
    async fn next(&mut self) -> Happened {
        match self {
            Connection::None => pending().await,
            Connection::Opening(opening) => Happened::Opened(opening.await),
            Connection::Open(socket) => Happened::Text(socket.next().await),
        }
    }
}

/// Carries `line` until nobody commands it any more. `notify` is told every notice, with the line as it then is, and may answer it.
pub(super) async fn drive<L: Line>(
    mut line: L,
    door: Door,
    client: usize,
    mut commands: mpsc::UnboundedReceiver<L::Command>,
    mut notify: impl FnMut(&L, L::Notice) -> Option<L::Command>,
) {
    let mut connection = Connection::None;
    let mut timers: [Option<Instant>; 3] = [None; 3];
    let mut outputs = VecDeque::new();
    loop {
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Open(_) => {
                    let door = door.clone();
                    connection = Connection::Opening(Box::pin(async move { door.open(client).await }));
                }
                Output::Close => connection = Connection::None,
                Output::Transmit(text) => {
                    if let Connection::Open(socket) = &mut connection {
                        // A failed write shows as a close when it is read on.
                        let _ = socket.send(text).await;
                    }
                }
                Output::Timer(timer, ms) => {
                    timers[index(timer)] = Some(Instant::now() + Duration::from_millis(ms.into()));
                }
                Output::Notice(notice) => {
                    if let Some(command) = notify(&line, notice) {
                        outputs.extend(line.on(Input::Command(command), fastrand::f64()));
                    }
                }
                // Only where WebSockets are blocked.
                Output::Post { .. } => {}
            }
        }
        let input = tokio::select! {
            command = commands.recv() => match command {
                Some(command) => Input::Command(command),
                None => return,
            },
            happened = connection.next() => match happened {
                Happened::Opened(Ok(socket)) => {
                    connection = Connection::Open(socket);
                    Input::Opened
                }
                Happened::Text(Some(text)) => Input::Text(text.as_str().to_owned()),
                Happened::Opened(Err(_)) | Happened::Text(None) => {
                    connection = Connection::None;
                    Input::Closed
                }
            },
            timer = first(&timers) => {
                timers[index(timer)] = None;
                Input::TimedOut(timer)
            }
        };
        outputs.extend(line.on(input, fastrand::f64()));
    }
}

fn index(timer: Timer) -> usize {
    match timer {
        Timer::Connection => 0,
        Timer::Resend => 1,
        Timer::Probe => 2,
    }
}

/// The timer that runs out next.
async fn first(timers: &[Option<Instant>; 3]) -> Timer {
    let set = [Timer::Connection, Timer::Resend, Timer::Probe].map(|timer| (timer, timers[index(timer)]));
    match set.into_iter().filter_map(|(timer, at)| Some((at?, timer))).min_by_key(|(at, _)| *at) {
        Some((at, timer)) => {
            sleep_until(at).await;
            timer
        }
        None => pending().await,
    }
}
