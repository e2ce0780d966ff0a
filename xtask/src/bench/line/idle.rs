//! Visitors who are connected and say nothing: what each costs the server in memory, and whether all are held while others
//! chat.

use super::{
    client::{Door, Visitor},
    latency::{hear, milliseconds},
    machine::memory_of,
    schedule::Schedule,
    server::Server,
};
use crate::command::tell;
use anyhow::{Context, bail};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep},
};

/// Connections to hold.
const WANTED: usize = 20_000;
/// Visitors who come and go before the memory is looked at first.
const WARM_UP: usize = 200;
/// Connections being opened at once.
const OPENING: usize = 50;
/// Conversations that go on beside.
const CHATS: Schedule = Schedule {
    per_second: 250,
    conversations: 50,
    warm_up: Duration::from_secs(1),
    round: Duration::from_secs(10),
    rounds: 1,
};
/// Chat goes on when every message arrives, and 99 % of them within so many milliseconds.
const GOES_ON_MS: f64 = 1_000.0;
/// How long the server may take to come to rest after connections were closed.
const REST: Duration = Duration::from_secs(5);
/// Files that a process needs for other things than idle connections: both sides of the chats, the database, and some.
const OTHER_FILES: u64 = 150;
/// Files that must be open at once in the server, and in this process.
pub(super) const FILES: u64 = WANTED as u64 + OTHER_FILES;
/// A connection is idle in earnest once it has been through a beat; they come every 25 seconds.
const BEATEN: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(100);

/// Measures with at most `files` open in a process.
pub(super) async fn measure(server: &Server, files: u64) -> anyhow::Result<Value> {
    let possible = WANTED.min(usize::try_from(files.saturating_sub(OTHER_FILES))?);
    let missing = (possible < WANTED).then(|| {
        format!("a process may have {files} files open, and {WANTED} connections need {FILES}: raise `ulimit -Hn`")
    });
    if let Some(missing) = &missing {
        tell(missing);
    }
    let process = server.process()?;
    let door = server.visitors();
    drop(Idle::open(&door, WARM_UP).await);
    sleep(Duration::from_secs(2)).await;
    let before = memory_of(process)?;
    let opening = Instant::now();
    let mut idle = Idle::open(&door, possible).await;
    let opened = idle.held();
    let opening_s = opening.elapsed().as_secs_f64();
    tell(&format!("{opened} connections opened in {opening_s:.1} s"));
    if let Some(error) = &idle.failed {
        tell(&format!("not all of {possible}: {error:#}"));
    }
    if opened == 0 {
        bail!("no connection was held");
    }
    idle.until_beaten().await;
    let (measured_at, memory) = (idle.held(), memory_of(process)?);
    let each = memory.saturating_sub(before) as f64 / measured_at as f64;
    tell(&format!("{each:.0} bytes each; now others chat"));
    let agents = server.agents().await?;
    let mut tried = Vec::new();
    let held = loop {
        let heard = hear(&door, Some(&agents), 1, CHATS).await.context("while others chat")?;
        let p99_ms = heard.rounds.first().map_or(f64::INFINITY, |round| milliseconds(round, 0.99));
        let held = idle.held();
        tell(&format!("beside {held} idle connections: p99 {p99_ms:.0} ms, {} unheard", heard.unheard));
        tried.push(json!({ "held": held, "chat_p99_ms": p99_ms, "chat_unheard": heard.unheard }));
        if (heard.unheard == 0 && p99_ms <= GOES_ON_MS) || held == 0 {
            break held;
        }
        idle.keep(if held > WANTED / 2 { WANTED / 2 } else { held / 2 }).await;
    };
    Ok(json!({
        "idle_bytes_per_connection": each.round(),
        "idle_connections": held,
        "idle_connections_opened": opened,
        "idle_opening_s": opening_s,
        "idle_missing": missing,
        "idle_server_bytes_before": before,
        "idle_server_bytes": memory,
        "idle_chat_messages_per_s": CHATS.per_second,
        "idle_chat_tried": tried,
    }))
}

/// Connections that are held and do nothing but answer beats. Dropping it closes them.
struct Idle {
    holding: JoinSet<()>,
    each: Vec<AbortHandle>,
    counts: Arc<Counts>,
    /// Why no more were opened.
    failed: Option<anyhow::Error>,
}

#[derive(Default)]
struct Counts {
    /// Connections that are open.
    held: AtomicUsize,
    /// Those of them that have been through a beat.
    beaten: AtomicUsize,
}

impl Idle {
    /// Opens `wanted` connections of new visitors, or as many as come before the first failure.
    async fn open(door: &Door, wanted: usize) -> Idle {
        let mut idle = Idle { holding: JoinSet::new(), each: Vec::new(), counts: Arc::default(), failed: None };
        let mut opening = stream::iter(0..wanted).map(|client| Visitor::arrive(door, client)).buffer_unordered(OPENING);
        while let Some(visitor) = opening.next().await {
            match visitor {
                Ok(visitor) => {
                    let held = Held::new(&idle.counts);
                    idle.each.push(idle.holding.spawn(hold(visitor, held)));
                }
                Err(error) => {
                    idle.failed = Some(error);
                    break;
                }
            }
        }
        idle
    }

    fn held(&self) -> usize {
        self.counts.held.load(Ordering::Relaxed)
    }

    /// Closes all but the first `few`, and lets the server come to rest.
    async fn keep(&mut self, few: usize) {
        self.each.drain(few..).for_each(|held| held.abort());
        sleep(REST).await;
    }

    /// Waits until every connection that is held has been through a beat.
    async fn until_beaten(&mut self) {
        let start = Instant::now();
        while self.counts.beaten.load(Ordering::Relaxed) < self.held() && start.elapsed() < BEATEN {
            sleep(PAUSE).await;
        }
    }
}

/// One connection among those that are counted, until it is dropped.
struct Held {
    counts: Arc<Counts>,
    beaten: bool,
}

impl Held {
    fn new(counts: &Arc<Counts>) -> Held {
        counts.held.fetch_add(1, Ordering::Relaxed);
        Held { counts: Arc::clone(counts), beaten: false }
    }

    fn beat(&mut self) {
        if !std::mem::replace(&mut self.beaten, true) {
            self.counts.beaten.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.counts.held.fetch_sub(1, Ordering::Relaxed);
        if self.beaten {
            self.counts.beaten.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Holds a connection until the server ends it.
async fn hold(mut visitor: Visitor, mut held: Held) {
    while let Some(text) = visitor.socket.next().await {
        match visitor.socket.answer_beat(&text).await {
            Ok(true) => held.beat(),
            Ok(false) => {}
            Err(_) => return,
        }
    }
}
