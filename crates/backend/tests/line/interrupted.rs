//! Postgres ending every connection, as it does when it is restarted, while messages are on their way: each is stored once and in
//! order. Skipped without a server; see `place`.

use crate::{
    lines::VisitorLine,
    place::skipped_without_postgres,
    shop::{Shop, Welcome, cid, in_time},
};
use futures_util::{SinkExt, StreamExt};
use protocol::{Author, ServerToVisitor, VisitorFrame};
use sqlx::{Connection, PgConnection};
use std::{collections::BTreeMap, convert::Infallible, future::pending};
use tokio_tungstenite::tungstenite::Message;

const OUTAGES: usize = 40;
/// Connections that end in each, when so many are in use: a write that failed beside others is tried once more.
const ENDINGS: i64 = 5;
/// Messages on their way when the connections end.
const AT_ONCE: usize = 20;

/// What a page has sent, and what became of it.
#[derive(Default)]
struct Page {
    sent: Vec<String>,
    /// Not acknowledged yet, in order.
    waiting: Vec<String>,
    /// By cid.
    acknowledged: BTreeMap<String, u64>,
    /// Messages that were refused, and lines that broke.
    interrupted: usize,
}

impl Page {
    /// Says all that waits, in order. A broken line shows when it is read.
    async fn say(&self, line: &mut VisitorLine) {
        for cid in &self.waiting {
            let (cid, text) = (cid.clone(), "where is my parcel".to_owned());
            let frame = VisitorFrame::Send { cid, author: Author::Visitor, text, entry: None };
            let _ = line.socket.feed(Message::text(serde_json::to_string(&frame).expect("JSON"))).await;
        }
        let _ = line.socket.flush().await;
    }

    /// Reads until all that was said is answered. False when the line breaks before.
    async fn hear(&mut self, line: &mut VisitorLine) -> bool {
        let mut unanswered = self.waiting.len();
        while unanswered > 0 {
            match in_time(line.socket.next()).await {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text).expect("a frame") {
                    ServerToVisitor::Ack { cid, seq, .. } => {
                        unanswered -= 1;
                        self.waiting.retain(|waiting| *waiting != cid);
                        self.acknowledged.insert(cid, seq);
                    }
                    ServerToVisitor::Error(refused) if refused.cid.is_some() => {
                        unanswered -= 1;
                        self.interrupted += 1;
                    }
                    _ => {}
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    self.interrupted += 1;
                    return false;
                }
                Some(Ok(_)) => {}
            }
        }
        true
    }
}

/// Comes back, as often as it takes.
async fn again(shop: &Shop, welcome: &Welcome) -> (VisitorLine, u64) {
    loop {
        let mut line = shop.knock().await;
        line.send(&welcome.hello(0)).await;
        if let Some(Ok(Message::Text(text))) = in_time(line.socket.next()).await
            && let Ok(ServerToVisitor::Welcome { head, .. }) = serde_json::from_str(&text)
        {
            return (line, head);
        }
    }
}

#[tokio::test]
async fn while_postgres_ends_every_connection_again_and_again_all_that_is_said_is_stored_once_and_in_order() {
    if skipped_without_postgres() {
        return;
    }
    let shop = Shop::open_with(|config| config.messages_per_minute = 0).await;
    let other = shop.beside().await;
    let (mut line, welcome) = shop.visitor().await;
    let backend::Database::Postgres(address) = &shop.database else { panic!("on Postgres") };
    let mut operator = PgConnection::connect(address).await.expect("the database");
    let mut page = Page::default();
    let mut ended = 0;
    for _ in 0..OUTAGES {
        page.waiting.extend((0..AT_ONCE).map(|_| cid()));
        page.sent.extend(page.waiting.clone());
        page.say(&mut line).await;
        let outage = async {
            // Those within a transaction: the others are only opened again before they are used.
            let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid() \
                       AND state IN ('active', 'idle in transaction')";
            let mut left = ENDINGS;
            while left > 0 {
                let count: i64 = sqlx::query_scalar(end).fetch_one(&mut operator).await.expect("a count");
                (left, ended) = (left - count, ended + count);
            }
            pending::<Infallible>().await
        };
        let mut whole = tokio::select! {
            whole = page.hear(&mut line) => whole,
            never = outage => match never {},
        };
        while !page.waiting.is_empty() {
            if !whole {
                line = again(&shop, &welcome).await.0;
            }
            page.say(&mut line).await;
            whole = page.hear(&mut line).await;
        }
    }
    println!("{ended} connections ended, {} interruptions", page.interrupted);
    assert!(page.interrupted > 0, "no outage came between");

    let (mut line, head) = again(&other, &welcome).await;
    let log = line.log_to(head).await;
    assert_eq!(log.iter().map(|event| &event.cid).collect::<Vec<_>>(), page.sent.iter().collect::<Vec<_>>());
    assert_eq!(log.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=head).collect::<Vec<_>>());
    assert!(log.iter().all(|event| page.acknowledged[&event.cid] == event.seq));
}
