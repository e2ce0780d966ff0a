//! Durable messages a second: 200 conversations write, each with a window of messages that are not acknowledged yet. The same
//! clients then write to the echo, where a frame is acknowledged by coming back.

use super::{
    client::{Door, LIMITED, PATIENCE, Socket, cid, message, written},
    echo::Echo,
    report::median,
    server::Server,
};
use crate::command::tell;
use anyhow::{Context, bail};
use protocol::{PROTOCOL, VisitorFrame};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

const CONVERSATIONS: usize = 200;
/// Windows that are tried; the best of them is taken.
const WINDOWS: [usize; 4] = [1, 4, 8, 16];
const TRY: Duration = Duration::from_secs(3);
const WARM_UP: Duration = Duration::from_secs(2);
const ROUND: Duration = Duration::from_secs(10);
/// Rounds of each, in turn; the median counts.
const ROUNDS: usize = 3;

pub(super) async fn measure(server: &Server) -> anyhow::Result<Value> {
    let echo = Echo::start().await?;
    let mut writers = Writers::open(&server.visitors(), Peer::Backend).await?;
    let mut echoed = Writers::open(&echo.door, Peer::Echo).await?;
    let mut tried = Vec::new();
    for window in WINDOWS {
        tried.push((window, writers.write(window, Duration::ZERO, TRY).await?));
    }
    let (window, _) = tried.iter().copied().max_by(|(_, one), (_, other)| one.total_cmp(other)).context("no window")?;
    let (mut durable, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        durable.push(writers.write(window, WARM_UP, ROUND).await?);
        limit.push(echoed.write(window, WARM_UP, ROUND).await?);
    }
    tell(&format!("durable {durable:.0?}, echo {limit:.0?}, windows {tried:.0?}"));
    let (durable, limit) = (median(durable), median(limit));
    Ok(json!({
        "durable_messages_per_s": durable.round(),
        "echo_messages_per_s": limit.round(),
        "share_of_echo": durable / limit,
        "throughput_conversations": CONVERSATIONS,
        "throughput_window": window,
        "throughput_windows_tried": tried.iter().map(|(window, rate)| json!([window, rate.round()])).collect::<Vec<_>>(),
        "throughput_rounds": ROUNDS,
        "throughput_seconds": ROUND.as_secs(),
    }))
}

/// What is at the other end.
#[derive(Clone, Copy, Debug)]
enum Peer {
    Backend,
    Echo,
}

/// What a frame says of those that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// One of them is done.
    Settled,
    /// One of them was refused.
    Refused,
    /// Nothing.
    Beside,
}

impl Peer {
    /// Reads no more of a frame than its name, as cheaply for one peer as for the other.
    fn answer(self, text: &str) -> Answer {
        match self {
            Peer::Echo => Answer::Settled,
            Peer::Backend if text.starts_with("{\"ack\"") || text.starts_with("{\"welcome\"") => Answer::Settled,
            Peer::Backend if text.starts_with("{\"error\"") => Answer::Refused,
            Peer::Backend => Answer::Beside,
        }
    }
}

/// The connections that write.
struct Writers {
    sockets: Vec<Socket>,
    peer: Peer,
}

impl Writers {
    /// Opens a conversation each, which has rung.
    async fn open(door: &Door, peer: Peer) -> anyhow::Result<Writers> {
        let hello = VisitorFrame::Hello {
            protocol: PROTOCOL.into(),
            token: None,
            conversation: None,
            resume: None,
            identity: None,
        };
        let mut sockets = Vec::new();
        for client in 0..CONVERSATIONS {
            let mut socket = door.open(client).await?;
            for frame in [&hello, &VisitorFrame::Human { cid: cid() }] {
                socket.send(written(frame)).await?;
                timeout(PATIENCE, settled(&mut socket, peer)).await.context("no answer came")??;
            }
            sockets.push(socket);
        }
        Ok(Writers { sockets, peer })
    }

    /// Writes as fast as `window` allows: acknowledged messages a second during `time`, after `warm_up`.
    async fn write(&mut self, window: usize, warm_up: Duration, time: Duration) -> anyhow::Result<f64> {
        let (settled, enough) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let mut writing = JoinSet::new();
        for socket in self.sockets.drain(..) {
            writing.spawn(write(socket, self.peer, window, Arc::clone(&settled), Arc::clone(&enough)));
        }
        sleep(warm_up).await;
        let (start, before) = (Instant::now(), settled.load(Ordering::Relaxed));
        sleep(time).await;
        let (took, after) = (start.elapsed(), settled.load(Ordering::Relaxed));
        enough.store(true, Ordering::Relaxed);
        let ended = async {
            while let Some(ended) = writing.join_next().await {
                self.sockets.push(ended.context("a client broke")??);
            }
            Ok::<_, anyhow::Error>(())
        };
        timeout(PATIENCE, ended).await.context("messages were never acknowledged")??;
        Ok((after - before) as f64 / took.as_secs_f64())
    }
}

/// Keeps `window` messages under way until it is enough, and then waits for those.
async fn write(
    mut socket: Socket,
    peer: Peer,
    window: usize,
    counted: Arc<AtomicU64>,
    enough: Arc<AtomicBool>,
) -> anyhow::Result<Socket> {
    let (mut under_way, mut number) = (0, 0);
    loop {
        if !enough.load(Ordering::Relaxed) {
            while under_way < window {
                socket.feed(written(&message(number))).await?;
                (under_way, number) = (under_way + 1, number + 1);
            }
            socket.flush().await?;
        } else if under_way == 0 {
            return Ok(socket);
        }
        settled(&mut socket, peer).await?;
        counted.fetch_add(1, Ordering::Relaxed);
        under_way -= 1;
    }
}

/// Reads on until one frame is done.
async fn settled(socket: &mut Socket, peer: Peer) -> anyhow::Result<()> {
    loop {
        let text = socket.next_but_beats().await?;
        match peer.answer(&text) {
            Answer::Settled => return Ok(()),
            Answer::Refused if text.contains("rate_limited") => bail!("{LIMITED}"),
            Answer::Refused => bail!("a message was refused: {text}"),
            Answer::Beside => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{ErrorCode, ServerToVisitor, WireError};

    #[test]
    fn frames_are_told_apart_by_their_names() {
        let answer = |frame: &ServerToVisitor| Peer::Backend.answer(&written(frame));
        let acked = ServerToVisitor::Ack { cid: cid(), seq: 1, dup: false };
        assert_eq!(answer(&acked), Answer::Settled);
        let refused = WireError::new(ErrorCode::RateLimited, "{\"ack\"");
        assert_eq!(answer(&ServerToVisitor::Error(refused)), Answer::Refused);
        assert_eq!(
            answer(&ServerToVisitor::Queue { position: 1, agents: 0, wait_ms: None, opens_at: None }),
            Answer::Beside
        );
        assert_eq!(Peer::Echo.answer(&written(&message(1))), Answer::Settled);
    }
}
