//! A visitor's line where WebSockets are blocked.

use crate::{
    shop::{ORIGIN, Shop, cid, hello, in_time},
    stream::{Stream, poll, post, posted},
};
use protocol::{Author, ErrorCode, Event, EventBody, ServerToVisitor, VisitorFrame, WireError, limits};
use std::time::{Duration, Instant};

fn send(cid: &str, text: &str) -> VisitorFrame {
    VisitorFrame::Send { cid: cid.into(), author: Author::Visitor, text: text.into(), entry: None }
}

fn seqs(log: &[Event]) -> Vec<u64> {
    log.iter().map(|event| event.seq).collect()
}

/// The events in what a poll brought.
fn log_of(frames: &[ServerToVisitor]) -> Vec<Event> {
    let events = frames.iter().flat_map(|frame| match frame {
        ServerToVisitor::Replay(events) => events.clone(),
        ServerToVisitor::Event(event) => vec![event.clone()],
        _ => Vec::new(),
    });
    events.collect()
}

#[tokio::test]
async fn a_stream_brings_the_welcome_then_the_replay_then_what_happens() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    for text in ["one", "two", "three"] {
        line.tell(text).await;
    }
    let mut stream = Stream::open(&shop, &welcome.hello(1)).await;
    for part in ["200 ok", "content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"] {
        assert!(stream.head.contains(part), "{part} in {}", stream.head);
    }
    assert!(stream.head.contains(&format!("access-control-allow-origin: {ORIGIN}")), "{}", stream.head);
    let again = stream.welcome().await;
    assert_eq!((again.head, again.reset, again.token), (3, false, None));
    let Some(ServerToVisitor::Replay(replay)) = stream.next().await else { panic!("no replay") };
    assert_eq!(seqs(&replay), [2, 3]);
    line.tell("four").await;
    let Some(ServerToVisitor::Event(event)) = stream.next().await else { panic!("no event") };
    assert_eq!(event.seq, 4);
}

#[tokio::test]
async fn a_stream_that_broke_goes_on_where_it_was_read_to() {
    let shop = Shop::open().await;
    let mut stream = Stream::open(&shop, &hello(None, None, None)).await;
    let welcome = stream.welcome().await;
    assert!(welcome.token.is_some(), "a new visitor");
    posted(&shop, &welcome, vec![send(&cid(), "one"), send(&cid(), "two")]).await;
    assert_eq!(seqs(&stream.log_to(2).await), [1, 2]);
    drop(stream);
    posted(&shop, &welcome, vec![send(&cid(), "three")]).await;
    let mut stream = Stream::open(&shop, &welcome.hello(2)).await;
    assert!(!stream.welcome().await.reset);
    assert_eq!(seqs(&stream.log_to(3).await), [3]);
}

#[tokio::test]
async fn a_stream_of_a_stranger_ends_with_a_reason() {
    let shop = Shop::open().await;
    let mut stream = Stream::open(&shop, &hello(Some("A".repeat(43)), None, None)).await;
    let Some(ServerToVisitor::Error(error)) = stream.next().await else { panic!("let in") };
    assert_eq!(error.code, ErrorCode::Unauthorized);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_shutdown_says_good_bye_on_streams_and_polls() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.visitor().await;
    let mut stream = Stream::open(&shop, &welcome.hello(0)).await;
    stream.welcome().await;
    shop.close().await;
    assert!(stream.rest().await.contains("bye"));
}

#[tokio::test]
async fn a_poll_answers_at_once_when_there_is_news() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    line.tell("one").await;
    let start = Instant::now();
    let frames = poll(&shop, &welcome.hello(0)).await;
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(matches!(frames[0], ServerToVisitor::Welcome { head: 1, .. }), "{frames:?}");
    assert_eq!(seqs(&log_of(&frames)), [1]);
    let frames = poll(&shop, &hello(None, None, None)).await;
    assert!(matches!(&frames[0], ServerToVisitor::Welcome { token: Some(_), .. }), "a new visitor's token is news");
}

#[tokio::test]
async fn a_poll_waits_until_something_is_said() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    let mut polling = std::pin::pin!(async { log_of(&poll(&shop, &welcome.hello(0)).await) });
    let waited = tokio::time::timeout(Duration::from_secs(1), &mut polling).await;
    assert!(waited.is_err(), "answered without news");
    line.tell("one").await;
    assert_eq!(seqs(&in_time(polling).await), [1]);
}

/// Each poll is told anew how the wait stands. That alone must not make the page poll without a pause.
#[tokio::test]
async fn whoever_waits_in_the_queue_polls_at_ease() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.ringing().await;
    let start = Instant::now();
    let frames = poll(&shop, &welcome.hello(1)).await;
    assert!(start.elapsed() > Duration::from_secs(1), "{frames:?} after {:?}", start.elapsed());
    assert!(frames.iter().any(|frame| matches!(frame, ServerToVisitor::Queue { position: 1, .. })), "{frames:?}");
}

#[tokio::test]
async fn posted_frames_are_stored_in_order_and_once() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.visitor().await;
    let cids = [cid(), cid(), cid()];
    let frames = || {
        vec![
            send(&cids[0], "one"),
            VisitorFrame::Typing { active: true },
            send(&cids[1], "two"),
            VisitorFrame::Human { cid: cids[2].clone() },
        ]
    };
    for dup in [false, true] {
        let answers = posted(&shop, &welcome, frames()).await;
        let expected: Vec<_> =
            cids.iter().zip(1..).map(|(cid, seq)| ServerToVisitor::Ack { cid: cid.clone(), seq, dup }).collect();
        assert_eq!(answers, expected);
    }
    let (mut line, _) = shop.again(&welcome, 0).await;
    let log = line.log_to(3).await;
    assert_eq!(log.iter().map(|event| event.cid.clone()).collect::<Vec<_>>(), cids);
    assert_eq!(log[2].body, EventBody::Rang);
}

#[tokio::test]
async fn the_limit_on_posted_messages_holds_back_what_follows_but_never_a_ring() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.visitor().await;
    for _ in 0..2 {
        let frames = (0..limits::MESSAGE_BURST / 2).map(|_| send(&cid(), "hurry")).collect();
        posted(&shop, &welcome, frames).await;
    }
    let cids: Vec<String> = (0..12).map(|_| cid()).collect();
    let mut frames: Vec<_> = cids.iter().map(|cid| send(cid, "hurry")).collect();
    let ring = cid();
    frames.push(VisitorFrame::Human { cid: ring.clone() });
    let answers = posted(&shop, &welcome, frames).await;
    let let_in = answers.iter().take_while(|answer| matches!(answer, ServerToVisitor::Ack { .. })).count();
    assert!(let_in < 10, "a few seconds let few in: {let_in}");
    assert_eq!(answers.len(), 13, "each frame is answered");
    for (answer, cid) in answers[let_in..12].iter().zip(&cids[let_in..]) {
        let ServerToVisitor::Error(error) = answer else { panic!("{answer:?} overtook what was refused") };
        assert_eq!((error.code, error.cid.as_ref()), (ErrorCode::RateLimited, Some(cid)));
        assert!(error.retry_after_ms.is_some());
    }
    let ServerToVisitor::Ack { cid: rung, dup: false, .. } = &answers[12] else { panic!("{:?}", answers[12]) };
    assert_eq!(*rung, ring);
}

#[tokio::test]
async fn what_cannot_be_posted_is_refused_and_the_rest_is_stored() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.visitor().await;
    let stored = cid();
    let frames = vec![
        VisitorFrame::Beat,
        hello(None, None, None),
        send("no uuid", "hi"),
        send(&cid(), " "),
        send(&stored, "hi"),
    ];
    let answers = posted(&shop, &welcome, frames).await;
    let codes: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer {
            ServerToVisitor::Error(error) => Some(error.code),
            _ => None,
        })
        .collect();
    assert_eq!(codes, [ErrorCode::BadFrame, ErrorCode::BadFrame, ErrorCode::Invalid, ErrorCode::Invalid]);
    assert_eq!(answers[4], ServerToVisitor::Ack { cid: stored, seq: 1, dup: false });
    let too_many = (0..101).map(|_| VisitorFrame::Typing { active: true }).collect();
    let token = welcome.token.as_deref().expect("a token");
    assert_eq!(post(&shop, token, &welcome.conversation, too_many).await.status, 400);
}

#[tokio::test]
async fn frames_are_taken_only_from_the_visitor_whose_conversation_it_is() {
    let shop = Shop::open().await;
    let (_line, mine) = shop.visitor().await;
    let (_line, theirs) = shop.visitor().await;
    let my_token = mine.token.as_deref().expect("a token");
    for (token, conversation) in [
        ("A".repeat(43).as_str(), mine.conversation.as_str()),
        ("", &mine.conversation),
        ("malformed", &mine.conversation),
        (my_token, &theirs.conversation),
        (my_token, "unheard-of"),
    ] {
        let answer = post(&shop, token, conversation, vec![send(&cid(), "hi")]).await;
        assert_eq!(answer.status, 401, "{token} {conversation}");
    }
    let body = serde_json::json!({ "conversation": mine.conversation, "frames": [] }).to_string();
    let without = shop.post("/v1/visitor/frames", &[("origin", ORIGIN)], &body).await;
    assert_eq!(without.status, 401, "no Authorization at all");
    assert_eq!(shop.again(&theirs, 0).await.1.head, 0);
}

#[tokio::test]
async fn only_the_shops_pages_may_listen_and_post_without_websocket() {
    let shop = Shop::open().await;
    let hello = serde_json::to_string(&hello(None, None, None)).expect("JSON");
    for path in ["/v1/visitor/stream", "/v1/visitor/poll", "/v1/visitor/frames"] {
        for headers in [&[("origin", "https://evil.example")][..], &[]] {
            assert_eq!(shop.post(path, headers, &hello).await.status, 403, "{path}");
        }
        let asking = |origin| {
            [
                ("origin", origin),
                ("access-control-request-method", "POST"),
                ("access-control-request-headers", "authorization,content-type"),
            ]
        };
        let allowed = shop.request("OPTIONS", path, &asking(ORIGIN), "").await;
        assert_eq!(allowed.header("access-control-allow-origin"), Some(ORIGIN), "{path}");
        assert_eq!(allowed.header("access-control-allow-methods"), Some("POST"));
        assert_eq!(allowed.header("access-control-allow-headers"), Some("content-type,authorization"));
        let foreign = shop.request("OPTIONS", path, &asking("https://evil.example"), "").await;
        assert_eq!(foreign.header("access-control-allow-origin"), None, "{path}");
    }
    for body in ["", "{}", r#""beat""#, &"x".repeat(40_000)] {
        let answer = shop.post("/v1/visitor/poll", &[("origin", ORIGIN)], body).await;
        assert!([400, 413].contains(&answer.status), "{answer:?}");
        assert!(serde_json::from_str::<WireError>(&answer.body).is_ok(), "a refusal as every other: {answer:?}");
    }
}

#[tokio::test]
async fn one_tab_on_a_stream_and_one_on_a_websocket_see_one_log() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let mut stream = Stream::open(&shop, &welcome.hello(0)).await;
    stream.welcome().await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    ada.watch(&welcome.conversation, 0).await;
    ada.claim(&welcome.conversation).await.expect("claimed");
    line.tell("from the WebSocket").await;
    posted(&shop, &welcome, vec![send(&cid(), "from a post")]).await;
    ada.reply(&welcome.conversation, "to both").await.expect("said");
    let by_stream = stream.log_to(5).await;
    let (mut again, _) = shop.again(&welcome, 0).await;
    assert_eq!(by_stream, again.log_to(5).await);
    assert_eq!(seqs(&by_stream), [1, 2, 3, 4, 5]);

    posted(&shop, &welcome, vec![VisitorFrame::Typing { active: true }]).await;
    assert!(ada.visitor_typing().await);
    ada.send(&protocol::AgentFrame::Typing { conversation: welcome.conversation.clone(), active: true }).await;
    stream
        .until(|frame| matches!(frame, ServerToVisitor::Typing { author: Author::Human, active: true }).then_some(()))
        .await;
}
