//! One visitor's conversation: said once, stored first, in order.

use crate::{
    place::skipped_on_postgres,
    shop::{Shop, cid, in_time},
};
use protocol::{Author, EventBody, Floor, Message, ServerToVisitor, VisitorFrame};
use sqlx::{Connection, SqliteConnection};

#[tokio::test]
async fn a_new_visitor_is_welcomed_with_a_secret_that_is_nowhere_stored() {
    if skipped_on_postgres("in which the secret is searched") {
        return;
    }
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    let token = welcome.token.expect("a secret");
    assert_eq!(token.len(), 43);
    assert_eq!((welcome.head, welcome.reset), (0, false));
    line.ring().await;
    line.log_to(1).await;

    let bits = data_encoding::BASE64URL_NOPAD.decode(token.as_bytes()).expect("base64url");
    let place = shop.close().await;
    let files = std::fs::read_dir(place.folder()).expect("a folder");
    let mut read = 0;
    for file in files {
        let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
        read += bytes.len();
        for secret in [token.as_bytes(), &bits] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
    assert!(read > 10_000, "the database was looked at");
}

#[tokio::test]
async fn a_known_visitor_gets_no_second_secret_and_their_own_conversation() {
    let shop = Shop::open().await;
    let (_line, first) = shop.visitor().await;
    let (_line, again) = shop.returning(first.token.clone(), None, None).await;
    assert_eq!(again.token, None);
    assert_eq!(again.conversation, first.conversation);
}

#[tokio::test]
async fn a_ring_is_stored_once_however_often_it_is_pressed() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    let first = cid();
    for (ring, dup) in [(&first, false), (&first, true), (&cid(), true)] {
        line.send(&VisitorFrame::Human { cid: ring.clone() }).await;
        assert_eq!(line.ack(ring).await, (1, dup));
    }
    let (mut line, again) = shop.returning(welcome.token, Some(welcome.conversation), None).await;
    assert_eq!(again.head, 1);
    assert_eq!(line.log_to(1).await[0].body, EventBody::Rang);
}

#[tokio::test]
async fn a_ring_is_told_in_welcome_on_the_next_visit() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    line.ring().await;
    line.log_to(1).await;
    let mut line = shop.knock().await;
    let hello = VisitorFrame::Hello {
        protocol: protocol::PROTOCOL.into(),
        token: welcome.token,
        conversation: Some(welcome.conversation),
        resume: None,
        identity: None,
    };
    line.send(&hello).await;
    let ServerToVisitor::Welcome { floor, head, .. } = line.next().await else { panic!("not welcomed") };
    assert_eq!((floor, head), (Floor::Ringing, 1));
}

#[tokio::test]
async fn a_message_sent_again_after_a_lost_connection_is_the_same_message() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    let lost = cid();
    line.say(&lost, "where is my parcel").await;
    assert_eq!(line.ack(&lost).await, (1, false));
    drop(line);
    let (mut line, _) = shop.again(&welcome, 1).await;
    line.say(&lost, "where is my parcel").await;
    assert_eq!(line.ack(&lost).await, (1, true));
    let next = cid();
    line.say(&next, "hello?").await;
    assert_eq!(line.ack(&next).await, (2, false));
}

#[tokio::test]
async fn an_ack_comes_only_after_the_row_is_on_disk() {
    if skipped_on_postgres("in which the row is looked for") {
        return;
    }
    let shop = Shop::open().await;
    let (mut line, _) = shop.visitor().await;
    let mut file = SqliteConnection::connect(&format!("sqlite:{}", shop.database)).await.expect("opened");
    for _ in 0..20 {
        let cid = cid();
        line.say(&cid, "are you there?").await;
        let (seq, _) = line.ack(&cid).await;
        let stored: (i64,) = sqlx::query_as("SELECT seq FROM event WHERE cid = ?")
            .bind(&cid)
            .fetch_one(&mut file)
            .await
            .expect("the row is there");
        assert_eq!(stored.0, i64::try_from(seq).expect("small"));
    }
}

#[tokio::test]
async fn what_the_bot_answered_is_told_with_its_entry() {
    let shop = Shop::open().await;
    let (mut line, _) = shop.visitor().await;
    let said =
        Message { author: Author::Bot, text: "Within **45 days**.".into(), name: None, entry: Some("returns".into()) };
    let Message { author, text, entry, .. } = said.clone();
    line.send(&VisitorFrame::Send { cid: cid(), author, text, entry }).await;
    assert_eq!(line.log_to(1).await[0].body, EventBody::Message(said));
}

#[tokio::test]
async fn three_tabs_that_write_at_once_all_see_one_log_without_holes() {
    let shop = Shop::open().await;
    let (first, welcome) = shop.visitor().await;
    let (second, _) = shop.again(&welcome, 0).await;
    let (third, _) = shop.again(&welcome, 0).await;
    let tabs = [first, second, third].map(|mut tab| {
        tokio::spawn(async move {
            for number in 0..15 {
                tab.say(&cid(), &format!("message {number}")).await;
            }
            tab.log_to(45).await
        })
    });
    let mut logs = Vec::new();
    for tab in tabs {
        logs.push(in_time(tab).await.expect("a log"));
    }
    let seqs: Vec<u64> = logs[0].iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=45).collect::<Vec<_>>());
    assert!(logs.iter().all(|log| *log == logs[0]));
}
