//! The service killed at any moment, and a disk that takes no more: what was acknowledged is there, once.

use crate::{
    lines::VisitorLine,
    node::{Welcome, cid, hello, in_time},
    place::skipped_on_postgres,
    served::{Orders, Served},
};
use futures_util::{SinkExt, StreamExt};
use protocol::{Author, ErrorCode, Event, ServerToVisitor, VisitorFrame, WireError};
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};
use tempfile::TempDir;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message;

const KILLS: u32 = 200;
/// Messages that a page sends without waiting for their acknowledgement.
const AT_ONCE: usize = 8;

/// A page that sends messages and remembers what became of them.
#[derive(Default)]
struct Page {
    welcome: Option<Welcome>,
    /// Sent and not acknowledged yet, in order.
    waiting: Vec<String>,
    /// By cid.
    acknowledged: BTreeMap<String, u64>,
    /// Resent messages that had been stored already.
    dups: usize,
}

impl Page {
    async fn connect(&mut self, served: &Served) -> VisitorLine {
        let held = self.acknowledged.values().max().copied().unwrap_or(0);
        let hello = self.welcome.as_ref().map_or_else(|| hello(None, None, None), |welcome| welcome.hello(held));
        let (line, welcome) = served.node.greet(hello).await;
        self.welcome.get_or_insert(welcome);
        line
    }

    /// Sends again what waits, and then more, until the line breaks; takes every acknowledgement that was sent before.
    async fn write(&mut self, line: &mut VisitorLine) {
        let again = self.waiting.clone();
        for cid in &again {
            if self.send(line, cid).await.is_err() {
                break;
            }
        }
        loop {
            while self.waiting.len() < AT_ONCE {
                let cid = cid();
                self.waiting.push(cid.clone());
                if self.send(line, &cid).await.is_err() {
                    break;
                }
            }
            match line.socket.next().await {
                Some(Ok(Message::Text(text))) => self.hear(serde_json::from_str(&text).expect("a frame")),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            }
        }
    }

    async fn send(&self, line: &mut VisitorLine, cid: &str) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        let (cid, text) = (cid.to_owned(), format!("message {cid}"));
        let frame = VisitorFrame::Send { cid, author: Author::Visitor, text, entry: None };
        line.socket.send(Message::text(serde_json::to_string(&frame).expect("JSON"))).await
    }

    fn hear(&mut self, frame: ServerToVisitor) {
        if let ServerToVisitor::Ack { cid, seq, dup } = frame {
            self.waiting.retain(|waiting| *waiting != cid);
            self.dups += usize::from(dup);
            self.acknowledged.insert(cid, seq);
        }
    }

    /// Everything that the service holds after it has been told all that waited.
    async fn log(&mut self, served: &Served) -> Vec<Event> {
        let mut line = self.connect(served).await;
        for cid in std::mem::take(&mut self.waiting) {
            line.say(&cid, &format!("message {cid}")).await;
            let (seq, _) = line.ack(&cid).await;
            self.acknowledged.insert(cid, seq);
        }
        let welcome = self.welcome.as_ref().expect("it was here");
        let (mut line, now) = served.node.greet(welcome.hello(0)).await;
        line.log_to(now.head).await
    }

    /// The acknowledged messages that are not where they were said to be.
    fn missing(&self, log: &[Event]) -> usize {
        let stored: BTreeMap<_, _> = log.iter().map(|event| (event.cid.clone(), event.seq)).collect();
        self.acknowledged.iter().filter(|(cid, seq)| stored.get(*cid) != Some(seq)).count()
    }
}

fn a_folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("shopbell.db").to_str().expect("text").to_owned();
    (folder, database)
}

/// Some time up to `most`.
fn some(most: Duration) -> Duration {
    most.mul_f64(f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX))
}

/// Writes until the service is killed `after` the first acknowledgement could come.
async fn write_and_kill(page: &mut Page, orders: Orders<'_>, after: Duration) {
    let served = Served::start(orders).await;
    let mut line = page.connect(&served).await;
    let at = Instant::now() + after;
    let killing = async {
        sleep_until(at).await;
        served.kill().await;
    };
    tokio::join!(in_time(page.write(&mut line)), killing);
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_or_doubled_however_often_the_service_is_killed() {
    if skipped_on_postgres("which one process writes") {
        return;
    }
    let (_folder, database) = a_folder();
    let orders = Orders { database: &database, ..Orders::default() };
    let mut page = Page::default();
    for _ in 0..KILLS {
        write_and_kill(&mut page, orders, some(Duration::from_millis(60))).await;
    }
    let served = Served::start(orders).await;
    let log = page.log(&served).await;
    assert_eq!(page.missing(&log), 0, "of {}", page.acknowledged.len());
    assert_eq!(log.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=log.len() as u64).collect::<Vec<_>>());
    let cids: HashSet<_> = log.iter().map(|event| &event.cid).collect();
    assert_eq!(cids.len(), log.len(), "each once");
    assert_eq!(log.len(), page.acknowledged.len(), "nothing that nobody sent");

    let mut line = page.connect(&served).await;
    for (cid, seq) in page.acknowledged.iter().rev().take(20) {
        line.say(cid, "sent again").await;
        assert_eq!(line.ack(cid).await, (*seq, true));
    }
    println!("{} acknowledged over {KILLS} kills, {} of them when sent again", page.acknowledged.len(), page.dups);
    assert!(page.acknowledged.len() > KILLS as usize && page.dups > 0, "the kills came between commit and ack, too");
}

/// The same kills, with a service that acknowledges before it commits: the test above would notice.
#[tokio::test]
async fn a_service_that_acknowledges_too_early_is_found_out() {
    if skipped_on_postgres("which one process writes") {
        return;
    }
    let (_folder, database) = a_folder();
    let orders = Orders { database: &database, acknowledges_too_early: true, ..Orders::default() };
    let honest = Orders { acknowledges_too_early: false, ..orders };
    let mut page = Page::default();
    page.connect(&Served::start(honest).await).await;
    for _ in 0..KILLS {
        write_and_kill(&mut page, orders, some(Duration::from_millis(60))).await;
        let log = page.log(&Served::start(honest).await).await;
        if page.missing(&log) > 0 {
            return;
        }
    }
    panic!("{KILLS} kills have lost nothing");
}

/// Tells text after text until one is refused: those acknowledged, in order, and the refusal.
async fn tell_until_refused(line: &mut VisitorLine, text: &str) -> (Vec<(String, u64)>, WireError) {
    let mut acknowledged = Vec::new();
    loop {
        let cid = cid();
        line.say(&cid, text).await;
        let answer = line.until(|frame| match frame {
            ServerToVisitor::Ack { cid: of, seq, .. } if of == cid => Some(Ok(seq)),
            ServerToVisitor::Error(error) if error.cid.as_ref() == Some(&cid) => Some(Err(error)),
            _ => None,
        });
        match answer.await {
            Ok(seq) => acknowledged.push((cid, seq)),
            Err(error) => return (acknowledged, error),
        }
    }
}

#[tokio::test]
async fn a_full_disk_stops_acknowledgements_and_loses_none() {
    if skipped_on_postgres("which may not grow") {
        return;
    }
    let (_folder, database) = a_folder();
    let orders = Orders { database: &database, ..Orders::default() };
    let served = Served::start(Orders { file_blocks: Some(2_048), ..orders }).await;
    let (mut line, welcome) = served.node.greet(hello(None, None, None)).await;
    let text = "x".repeat(3_900);
    let (acknowledged, refused) = tell_until_refused(&mut line, &text).await;
    assert_eq!(refused.code, ErrorCode::Unavailable);
    assert!(acknowledged.len() > 10, "{} fitted", acknowledged.len());
    served.kill().await;

    let served = Served::start(orders).await;
    let (mut line, again) = served.node.greet(welcome.hello(0)).await;
    assert_eq!((again.head, again.reset), (acknowledged.len() as u64, false));
    let log = line.log_to(again.head).await;
    let stored: Vec<_> = log.into_iter().map(|event| (event.cid, event.seq)).collect();
    assert_eq!(stored, acknowledged);
    line.say(&acknowledged[0].0, &text).await;
    assert_eq!(line.ack(&acknowledged[0].0).await, (1, true));
    let refused = refused.cid.expect("its cid");
    line.say(&refused, &text).await;
    assert_eq!(line.ack(&refused).await, (again.head + 1, false));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn once_a_full_disk_has_room_again_everything_goes_on_without_a_restart() {
    if skipped_on_postgres("which may not grow") {
        return;
    }
    let (_folder, database) = a_folder();
    let orders = Orders { database: &database, file_blocks: Some(2_048), ..Orders::default() };
    let served = Served::start(orders).await;
    let (mut line, welcome) = served.node.greet(hello(None, None, None)).await;
    let text = "x".repeat(3_900);
    let (acknowledged, refused) = tell_until_refused(&mut line, &text).await;
    let head = acknowledged.len() as u64;
    let (_, again) = served.node.greet(welcome.hello(0)).await;
    assert_eq!(again.head, head, "what was acknowledged is still read");

    served.make_room().await;
    let refused = refused.cid.expect("its cid");
    line.say(&refused, &text).await;
    assert_eq!(line.ack(&refused).await, (head + 1, false));
    assert_eq!(line.tell("and more").await, head + 2);
    let (mut another, _) = served.node.greet(hello(None, None, None)).await;
    assert_eq!(another.tell("another visitor").await, 1);
}
