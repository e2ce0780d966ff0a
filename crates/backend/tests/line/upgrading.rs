//! A database that version 0.1 has left.

use crate::{
    place::{Place, skipped_on_postgres},
    shop::{PASSWORD, Shop, Welcome},
};
use backend::{AuditTrail, agents, agents::Role, records};
use data_encoding::BASE64URL_NOPAD;
use protocol::{Author, Event, EventBody, Floor, Message};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection, migrate::Migrator};
use std::path::Path;

const CONVERSATION: &str = "01970000-0000-7000-8000-000000000001";
const EPOCH: &str = "of-version-0.1";

/// The rows of a visitor who rang and wrote, in the words of the first migration, and the visitor's secret.
async fn left_by_version_0_1(folder: &Path) -> String {
    let migrations = tempfile::tempdir().expect("a folder");
    let first = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite/0001_log.sql");
    std::fs::copy(first, migrations.path().join("0001_log.sql")).expect("copied");
    let file = folder.join("shopbell.db");
    let mut database = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.expect("made");
    Migrator::new(migrations.path()).await.expect("one step").run(&mut database).await.expect("taken");

    let token = [7; 32];
    let hash = data_encoding::HEXUPPER.encode(&Sha256::digest(token));
    let said = r#"{"message":{"author":"visitor","text":"where is my parcel"}}"#;
    for statement in [
        format!("UPDATE epoch SET name = '{EPOCH}'"),
        format!("INSERT INTO visitor (id, token_hash, created_at) VALUES (1, X'{hash}', 1000)"),
        format!("INSERT INTO conversation (id, visitor, created_at) VALUES ('{CONVERSATION}', 1, 1000)"),
        format!(
            "INSERT INTO event (id, conversation, seq, sender, cid, at, body) VALUES \
             (1, '{CONVERSATION}', 1, 'visitor', '01970000-0000-7000-8000-00000000000a', 1001, '\"rang\"'), \
             (2, '{CONVERSATION}', 2, 'visitor', '01970000-0000-7000-8000-00000000000b', 1002, '{said}')"
        ),
        format!(
            "UPDATE conversation SET head = 2, floor = 'ringing', ring = 1, preview = 'where is my parcel', \
             unanswered = 1 WHERE id = '{CONVERSATION}'"
        ),
        "INSERT INTO agent (name, password_hash, created_at) VALUES ('Old Ada', 'unreadable', 1000)".into(),
    ] {
        database.execute(AssertSqlSafe(statement)).await.expect("written");
    }
    database.close().await.expect("closed");
    BASE64URL_NOPAD.encode(&token)
}

#[tokio::test]
async fn everything_of_version_0_1_is_there_and_what_is_new_has_its_defaults() {
    if skipped_on_postgres("as an earlier version left it") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let token = left_by_version_0_1(folder.path()).await;
    let shop = Shop::open_in(Place::Folder(folder).into(), |_| {}).await;
    let before =
        Welcome { token: Some(token), conversation: CONVERSATION.into(), epoch: EPOCH.into(), head: 1, reset: false };
    let (mut line, welcome) = shop.again(&before, 0).await;
    assert_eq!((welcome.head, welcome.reset, welcome.epoch.as_str()), (2, false, EPOCH));
    let Event { seq, at, body, .. } = line.log_to(2).await.pop().expect("an event");
    let said = Message { author: Author::Visitor, text: "where is my parcel".into(), name: None, entry: None };
    assert_eq!((seq, at, body), (2, 1002, EventBody::Message(said)));
    line.say("01970000-0000-7000-8000-00000000000b", "where is my parcel").await;
    assert_eq!(line.ack("01970000-0000-7000-8000-00000000000b").await, (2, true));

    assert_eq!(agents::list(&shop.database).await.expect("a list"), [("Old Ada".to_owned(), Role::Agent)]);
    assert_eq!(shop.log_in("Old Ada", PASSWORD).await.status, 401, "a hash that cannot be read opens nothing");
    let trail = records::verify_audit(&shop.database).await.expect("read");
    assert!(matches!(trail, AuditTrail::Whole { entries: 1, .. }), "the failed log-in: {trail:?}");
    let grace = shop.agent("Grace").await;
    let mut grace = shop.inbox(&grace).await;
    let queue = grace.queue(|queue| !queue.is_empty()).await;
    assert_eq!((&queue[0].floor, queue[0].unanswered, &queue[0].identity), (&Floor::Ringing, 1, &None));
    grace.claim(CONVERSATION).await.expect("claimed");
    grace.transfer(CONVERSATION, Some("Old Ada")).await.expect("given");
    assert!(matches!(line.log_to(4).await.pop().expect("an event").body, EventBody::Transferred { .. }));
}
