//! The way in without WebSocket.

use crate::shop::{Answer, ORIGIN, Shop, cid};
use protocol::{AgentFrame, Event, EventBody, Floor, ServerToAgent};
use serde_json::json;

async fn leave(shop: &Shop, note: &serde_json::Value) -> Answer {
    shop.post("/v1/door", &[("origin", ORIGIN)], &note.to_string()).await
}

#[tokio::test]
async fn a_note_rings_once_however_often_it_is_posted() {
    let shop = Shop::open().await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    let note = json!({ "cid": cid(), "text": "My kayak leaks.", "reply_to": " ada@mail.example " });
    for _ in 0..3 {
        let answer = leave(&shop, &note).await;
        assert_eq!((answer.status, answer.body.as_str()), (202, r#"{"stored":true}"#));
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    }
    // A second note shows that the first has been counted once by then.
    assert_eq!(leave(&shop, &json!({ "cid": cid(), "text": "And my tent." })).await.status, 202);
    let queue = inbox.queue(|queue| queue.len() >= 2).await;
    assert_eq!(queue.len(), 2);
    assert_eq!((&queue[0].floor, queue[0].unanswered), (&Floor::Ringing, 2));

    inbox.send(&AgentFrame::Watch { conversation: queue[0].conversation.clone(), after: 0 }).await;
    let log: Vec<Event> = inbox
        .until(|frame| match frame {
            ServerToAgent::Replay { events, .. } => Some(events),
            _ => None,
        })
        .await;
    let told: Vec<&str> = log
        .iter()
        .map(|event| match &event.body {
            EventBody::Message(message) => message.text.as_str(),
            EventBody::Rang => "rang",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, ["rang", "My kayak leaks.", "Reply to: ada@mail.example"]);
    inbox.claim(&queue[0].conversation).await.expect("claimed");
}

#[tokio::test]
async fn only_the_shops_pages_may_leave_notes() {
    let shop = Shop::open().await;
    let note = json!({ "cid": cid(), "text": "hi" }).to_string();
    for headers in [&[("origin", "https://evil.example")][..], &[]] {
        assert_eq!(shop.post("/v1/door", headers, &note).await.status, 403);
    }
    let asking = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ]
    };
    let allowed = shop.request("OPTIONS", "/v1/door", &asking(ORIGIN), "").await;
    assert_eq!(allowed.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(allowed.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(allowed.header("access-control-allow-headers"), Some("content-type"));
    let foreign = shop.request("OPTIONS", "/v1/door", &asking("https://evil.example"), "").await;
    assert_eq!(foreign.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_note_has_the_limits_of_a_message() {
    let shop = Shop::open().await;
    for note in [
        json!({}),
        json!({ "cid": "x", "text": "hi" }),
        json!({ "cid": cid(), "text": " " }),
        json!({ "cid": cid(), "text": "x".repeat(4_001) }),
        json!({ "cid": cid(), "text": "hi", "reply_to": "x".repeat(201) }),
        json!({ "cid": cid(), "text": "hi", "urgent": true }),
    ] {
        let answer = leave(&shop, &note).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "the page may read why");
    }
    assert_eq!(leave(&shop, &json!({ "cid": cid(), "text": "x".repeat(40_000) })).await.status, 413);
}

#[tokio::test]
async fn whoever_leaves_a_note_rings_however_many_came_from_there_before() {
    let shop = Shop::open().await;
    for number in 0..100 {
        let answer = leave(&shop, &json!({ "cid": cid(), "text": "hi" })).await;
        assert_eq!(answer.status, 202, "note {number}");
    }
}
