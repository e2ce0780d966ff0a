//! A visitor's line without WebSocket, from the page's side: a stream of server-sent events, polls, and posts.

use crate::shop::{Answer, ORIGIN, Shop, Welcome, in_time};
use protocol::{Event, PostedFrames, ServerToVisitor, VisitorFrame};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// An open stream.
pub(crate) struct Stream {
    connection: BufReader<TcpStream>,
    /// In small letters.
    pub(crate) head: String,
}

impl Stream {
    /// Opens it. HTTP/1.0, so that events come without chunks around them.
    pub(crate) async fn open(shop: &Shop, hello: &VisitorFrame) -> Stream {
        let body = serde_json::to_string(hello).expect("JSON");
        let request = format!(
            "POST /v1/visitor/stream HTTP/1.0\r\norigin: {ORIGIN}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut connection = BufReader::new(TcpStream::connect(shop.address).await.expect("a connection"));
        connection.write_all(request.as_bytes()).await.expect("written");
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = in_time(connection.read_line(&mut head)).await.expect("a head");
            assert!(read > 0, "the answer ended: {head}");
        }
        Stream { connection, head: head.to_lowercase() }
    }

    /// The next frame; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<ServerToVisitor> {
        let mut event = String::new();
        while !event.ends_with("\n\n") {
            if in_time(self.connection.read_line(&mut event)).await.expect("open") == 0 {
                assert_eq!(event, "", "half an event");
                return None;
            }
        }
        let data = event.strip_prefix("data: ").expect("an event").trim_end();
        Some(serde_json::from_str(data).expect("a frame"))
    }

    /// The welcome, which comes first.
    pub(crate) async fn welcome(&mut self) -> Welcome {
        match self.next().await.expect("a frame") {
            ServerToVisitor::Welcome { token, conversation, epoch, head, reset, .. } => {
                Welcome { token, conversation, epoch, head, reset }
            }
            other => panic!("not welcomed: {other:?}"),
        }
    }

    /// Reads on until `look` finds something.
    pub(crate) async fn until<T>(&mut self, mut look: impl FnMut(ServerToVisitor) -> Option<T>) -> T {
        loop {
            if let Some(found) = look(self.next().await.expect("more")) {
                return found;
            }
        }
    }

    /// Reads on until the log is told up to `head`: every event, whether replayed or live.
    pub(crate) async fn log_to(&mut self, head: u64) -> Vec<Event> {
        let mut log: Vec<Event> = Vec::new();
        while log.last().is_none_or(|event| event.seq < head) {
            match self.next().await.expect("more") {
                ServerToVisitor::Replay(events) => log.extend(events),
                ServerToVisitor::Event(event) => log.push(event),
                _ => {}
            }
        }
        log
    }

    /// Reads to the end.
    pub(crate) async fn rest(mut self) -> String {
        let mut rest = String::new();
        in_time(self.connection.read_to_string(&mut rest)).await.expect("an end");
        rest
    }
}

/// What a poll after this `hello` brings.
pub(crate) async fn poll(shop: &Shop, hello: &VisitorFrame) -> Vec<ServerToVisitor> {
    let body = serde_json::to_string(hello).expect("JSON");
    let answer = shop.post("/v1/visitor/poll", &[("origin", ORIGIN)], &body).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{answer:?}");
    serde_json::from_str(&answer.body).expect("frames")
}

/// Posts frames with this token.
pub(crate) async fn post(shop: &Shop, token: &str, conversation: &str, frames: Vec<VisitorFrame>) -> Answer {
    let body = PostedFrames { conversation: conversation.into(), frames };
    let body = serde_json::to_string(&body).expect("JSON");
    let bearer = format!("Bearer {token}");
    shop.post("/v1/visitor/frames", &[("origin", ORIGIN), ("authorization", &bearer)], &body).await
}

/// Posts frames as this visitor, who is welcome: the answers.
pub(crate) async fn posted(shop: &Shop, welcome: &Welcome, frames: Vec<VisitorFrame>) -> Vec<ServerToVisitor> {
    let token = welcome.token.as_deref().expect("a token");
    let answer = post(shop, token, &welcome.conversation, frames).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_str(&answer.body).expect("frames")
}
