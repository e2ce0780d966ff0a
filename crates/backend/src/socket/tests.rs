//! Sockets over a pipe in memory, with paused time.

use super::*;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{DuplexStream, duplex};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

const LIMIT: u32 = 1_024;

/// Our end and the other side's, which may leave `held` bytes unread.
async fn pair(held: usize) -> (Socket<DuplexStream>, WebSocketStream<DuplexStream>) {
    let (ours, theirs) = duplex(held);
    (Socket::new(ours, LIMIT).await, WebSocketStream::from_raw_socket(theirs, Role::Client, None).await)
}

#[tokio::test(start_paused = true)]
async fn it_beats_every_25_seconds_and_gives_up_after_40_silent_ones() {
    let (mut socket, _client) = pair(4_096).await;
    let start = Instant::now();
    assert!(matches!(socket.next(true).await, Inbound::BeatDue));
    assert_eq!(start.elapsed().as_secs(), 25);
    assert!(matches!(socket.next(true).await, Inbound::Lost));
    assert_eq!(start.elapsed().as_secs(), 40);
    assert!(!socket.cut_slow, "silent is not slow");
}

#[tokio::test(start_paused = true)]
async fn any_frame_even_a_pong_is_a_sign_of_life() {
    let (mut socket, mut client) = pair(4_096).await;
    let start = Instant::now();
    assert!(matches!(socket.next(true).await, Inbound::BeatDue));
    client.send(Message::Pong("here".into())).await.expect("open");
    assert!(matches!(socket.next(true).await, Inbound::BeatDue));
    assert_eq!(start.elapsed().as_secs(), 50);
    assert!(matches!(socket.next(true).await, Inbound::Lost));
    assert_eq!(start.elapsed().as_secs(), 65);
}

#[tokio::test(start_paused = true)]
async fn ten_seconds_without_hello_end_the_line() {
    let (mut socket, _client) = pair(4_096).await;
    let start = Instant::now();
    let ending = socket.first::<serde_json::Value>().await.expect_err("nothing was said");
    assert_eq!(start.elapsed().as_secs(), 10);
    assert!(matches!(ending, Ending::Refused(WireError { code: ErrorCode::HelloExpected, .. }, _)), "{ending:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_read_is_hung_up_on_at_256_kib() {
    let (mut socket, _client) = pair(1_024).await;
    let frame = "x".repeat(10_000);
    let mut pushed = 0;
    while pushed + frame.len() < limits::OUTBOUND_BYTES {
        socket.push(&frame);
        pushed += frame.len();
    }
    assert!(!socket.has_room());
    assert!(matches!(socket.next(true).await, Inbound::BeatDue), "still within the limit");
    socket.push(&frame);
    socket.push(&frame);
    socket.push(&frame);
    assert!(!socket.cut_slow);
    assert!(matches!(socket.next(true).await, Inbound::Lost));
    assert!(socket.cut_slow);
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_reading_is_hung_up_on_even_while_writing() {
    let (mut socket, mut client) = pair(64).await;
    for _ in 0..3 {
        socket.push(&"x".repeat(20_000));
    }
    let start = Instant::now();
    loop {
        match socket.next(true).await {
            Inbound::BeatDue => client.send(Message::text("{}")).await.expect("open"),
            Inbound::Text(_) => {}
            Inbound::Lost => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(start.elapsed().as_secs(), 40);
    assert!(socket.cut_slow);
}

#[tokio::test(start_paused = true)]
async fn room_is_told_once_the_other_side_has_read() {
    let (mut socket, mut client) = pair(1_024).await;
    for _ in 0..20 {
        socket.push(&"x".repeat(10_000));
    }
    assert!(!socket.has_room());
    let read = tokio::spawn(async move { while let Some(Ok(_)) = client.next().await {} });
    assert!(matches!(socket.next(true).await, Inbound::Room));
    assert!(socket.has_room());
    drop(socket);
    read.await.expect("the other side ends");
}

/// Browsers send one frame; other clients may cut a message in parts.
#[tokio::test(start_paused = true)]
async fn too_large_a_frame_is_answered_before_the_end_however_large() {
    for size in [LIMIT as usize + 1, 5_000_000] {
        let (mut socket, client) = pair(4_096).await;
        let (mut sink, mut stream) = client.split();
        let sent = tokio::spawn(async move {
            // The other side may be cut off in the middle, after it has been told why.
            let _ = sink.send(Message::text("x".repeat(size))).await;
            sink
        });
        assert!(matches!(socket.next(true).await, Inbound::TooLarge));
        socket.push(&"before the end");
        let ended = tokio::spawn(socket.end(too_large()));
        let mut said = Vec::new();
        while let Some(Ok(message)) = stream.next().await {
            said.push(message);
        }
        assert_eq!(said.len(), 3, "{said:?}");
        assert_eq!(said[0], Message::text("\"before the end\""));
        assert!(said[1].to_text().expect("text").contains("frame_too_large"), "{said:?}");
        assert!(matches!(&said[2], Message::Close(Some(frame)) if u16::from(frame.code) == 1009), "{said:?}");
        drop(stream);
        drop(sent.await.expect("sent or cut off"));
        ended.await.expect("the socket ends");
    }
}

#[test]
fn a_frame_that_cannot_be_read_is_never_quoted() {
    for (text, word) in [("hello, secret", "not JSON"), (r#"{"secret":{}}"#, "unknown type")] {
        let error = read_frame::<protocol::VisitorFrame>(text).expect_err("no frame");
        assert_eq!(error.code, ErrorCode::BadFrame);
        assert!(error.message.contains(word) && !error.message.contains("secret"), "{}", error.message);
    }
}
