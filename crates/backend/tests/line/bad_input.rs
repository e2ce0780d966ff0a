//! What does not belong on the line: each refused clearly, and nothing else harmed.

use crate::{
    lines::VisitorLine,
    shop::{ORIGIN, Shop, cid},
};
use futures_util::SinkExt;
use protocol::{Author, ErrorCode, PROTOCOL, ServerToVisitor, VisitorFrame, WireError, limits};
use tokio_tungstenite::tungstenite::{self, Message};

async fn error(line: &mut VisitorLine) -> WireError {
    line.until(|frame| match frame {
        ServerToVisitor::Error(error) => Some(error),
        _ => None,
    })
    .await
}

/// The line still does what it is for.
async fn still_works(line: &mut VisitorLine) {
    let cid = cid();
    line.say(&cid, "still here").await;
    assert!(!line.ack(&cid).await.1);
}

#[tokio::test]
async fn a_foreign_or_missing_origin_is_refused_before_the_upgrade() {
    let shop = Shop::open().await;
    for headers in [&[("origin", "https://evil.example")][..], &[("origin", "null")], &[]] {
        let refused = shop.socket::<ServerToVisitor>("/v1/visitor", headers).await.err().expect("refused");
        let tungstenite::Error::Http(answer) = refused else { panic!("{refused:?}") };
        assert_eq!(answer.status(), 403, "{headers:?}");
        let body = answer.body().as_ref().expect("a body");
        let error: WireError = serde_json::from_slice(body).expect("JSON");
        assert_eq!(error.code, ErrorCode::OriginNotAllowed);
    }
    shop.visitor().await;
}

#[tokio::test]
async fn a_plain_request_to_a_line_is_told_to_speak_websocket() {
    let shop = Shop::open().await;
    let answer = shop.get("/v1/visitor", &[("origin", ORIGIN)]).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("WebSocket"), "{}", answer.body);
}

#[tokio::test]
async fn what_is_not_a_frame_is_refused_and_the_line_goes_on() {
    let shop = Shop::open().await;
    let (mut line, _) = shop.visitor().await;
    for text in [
        "not json",
        "",
        "[]",
        "null",
        r#""beat""beat""#,
        r#"{"beat":{}}"#,
        r#"{"typing":{"active":true,"extra":1}}"#,
        r#"{"human":{"cid":"x","reason":"none of your business"}}"#,
        r#"{"unheard_of":{}}"#,
        r#"{"send":{"cid":"x","author":"nobody","text":"hi"}}"#,
        r#"{"send":{"cid":"x","author":"visitor"}}"#,
        r#"{"hello":{"protocol":"shopbell/1"}}"#,
    ] {
        line.send_text(text).await;
        assert_eq!(error(&mut line).await.code, ErrorCode::BadFrame, "{text}");
    }
    line.socket.send(Message::binary(vec![1, 2, 3])).await.expect("sent");
    assert_eq!(error(&mut line).await.code, ErrorCode::BadFrame);
    still_works(&mut line).await;
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_by_its_cid_and_the_line_goes_on() {
    let shop = Shop::open().await;
    let (mut line, _) = shop.visitor().await;
    let id = cid();
    let send = |author, text: String| VisitorFrame::Send { cid: id.clone(), author, text, entry: None };
    for frame in [
        send(Author::Visitor, String::new()),
        send(Author::Visitor, "   ".into()),
        send(Author::Visitor, "x".repeat(4_001)),
        send(Author::Human, "I am Ada".into()),
        send(Author::System, "all is well".into()),
    ] {
        line.send(&frame).await;
        let error = error(&mut line).await;
        assert_eq!((error.code, error.cid.as_ref()), (ErrorCode::Invalid, Some(&id)), "{frame:?}");
    }
    line.send(&VisitorFrame::Human { cid: "not a uuid".into() }).await;
    assert_eq!(error(&mut line).await.code, ErrorCode::Invalid);
    // Each takes six bytes as JSON.
    line.send(&send(Author::Visitor, "\u{1}".repeat(4_000))).await;
    assert_eq!(line.ack(&id).await, (1, false), "nothing refused was stored, and 4,000 characters fit, whichever");
}

#[tokio::test]
async fn a_frame_too_large_is_refused_and_closed_whether_by_a_byte_or_by_megabytes() {
    let shop = Shop::open().await;
    let (mut other, _) = shop.visitor().await;
    for size in [limits::VISITOR_FRAME_BYTES as usize + 1, 3_000_000, 30_000_000] {
        let (mut line, _) = shop.visitor().await;
        // The service stops reading; whether all of it could be sent does not matter.
        let _ = line.socket.send(Message::text("x".repeat(size))).await;
        assert_eq!(error(&mut line).await.code, ErrorCode::FrameTooLarge, "{size} bytes");
        assert_eq!(line.closed().await, 1009, "{size} bytes");
    }
    still_works(&mut other).await;
}

#[tokio::test]
async fn a_frame_just_within_the_limit_is_read() {
    let shop = Shop::open().await;
    let (mut line, _) = shop.visitor().await;
    line.send_text(&format!("{:1$}", r#""beat""#, limits::VISITOR_FRAME_BYTES as usize)).await;
    still_works(&mut line).await;
}

#[tokio::test]
async fn the_first_frame_must_be_hello_in_our_version() {
    let shop = Shop::open().await;
    let hello = |protocol: &str| {
        serde_json::to_string(&VisitorFrame::Hello {
            protocol: protocol.into(),
            token: None,
            conversation: None,
            resume: None,
            identity: None,
        })
        .expect("JSON")
    };
    for (first, code) in [
        (r#""beat""#.to_owned(), ErrorCode::HelloExpected),
        ("not json".to_owned(), ErrorCode::BadFrame),
        (hello("shopbell/0"), ErrorCode::UnsupportedProtocol),
    ] {
        let mut line = shop.knock().await;
        line.send_text(&first).await;
        assert_eq!(error(&mut line).await.code, code, "{first}");
        line.closed().await;
    }
    assert_eq!(PROTOCOL, "shopbell/1");
}

#[tokio::test]
async fn a_wrong_token_or_another_visitors_conversation_is_refused() {
    let shop = Shop::open().await;
    let (_line, mine) = shop.visitor().await;
    let (_line, theirs) = shop.visitor().await;
    let unknown = "A".repeat(43);
    for (token, conversation) in [
        (Some(unknown), None),
        (Some("malformed".to_owned()), None),
        (mine.token.clone(), Some(theirs.conversation.clone())),
        (mine.token.clone(), Some("unheard-of".to_owned())),
        (None, Some(theirs.conversation.clone())),
    ] {
        let mut line = shop.knock().await;
        line.send(&VisitorFrame::Hello {
            protocol: PROTOCOL.into(),
            token,
            conversation,
            resume: None,
            identity: None,
        })
        .await;
        assert_eq!(error(&mut line).await.code, ErrorCode::Unauthorized);
        assert_eq!(line.closed().await, 4401);
    }
}

#[tokio::test]
async fn the_limit_on_messages_says_when_to_come_back_and_never_stands_before_a_ring() {
    let shop = Shop::open().await;
    let (mut line, _) = shop.visitor().await;
    let (mut other, _) = shop.visitor().await;
    for _ in 0..limits::MESSAGE_BURST + 5 {
        line.say(&cid(), "hurry").await;
    }
    let refused = error(&mut line).await;
    assert_eq!(refused.code, ErrorCode::RateLimited);
    assert!(refused.cid.is_some());
    assert!(refused.retry_after_ms.is_some_and(|wait| (1..=2_001).contains(&wait)), "{refused:?}");
    let ring = cid();
    line.send(&VisitorFrame::Human { cid: ring.clone() }).await;
    assert!(!line.ack(&ring).await.1);
    still_works(&mut other).await;
}
