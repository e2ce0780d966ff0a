//! Somebody who does not read what they are sent.

use crate::{
    lines::{AgentLine, Line, VisitorLine},
    shop::{ORIGIN, Shop, Welcome, cid, in_time},
};
use futures_util::{SinkExt, StreamExt};
use protocol::{AgentFrame, PROTOCOL, ServerToAgent, limits};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::{fmt::Debug, time::Duration};
use tokio::{net::TcpSocket, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A line that takes little at once, so that what its client does not read waits at the service.
async fn narrow<F: DeserializeOwned + Debug>(shop: &Shop, path: &str, headers: &[(&'static str, &str)]) -> Line<F> {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let connection = in_time(socket.connect(shop.address)).await.expect("a connection");
    let mut request = format!("ws://{}{path}", shop.address).into_client_request().expect("an address");
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    let (socket, _) = in_time(client_async(request, MaybeTlsStream::Plain(connection))).await.expect("let in");
    Line::new(socket)
}

/// A narrow line of this visitor.
async fn narrow_visitor(shop: &Shop, welcome: &Welcome, seq: u64) -> VisitorLine {
    let mut line: VisitorLine = narrow(shop, "/v1/visitor", &[("origin", ORIGIN)]).await;
    line.send(&welcome.hello(seq)).await;
    line
}

#[tokio::test]
async fn whoever_does_not_read_is_cut_off_and_comes_back_without_a_hole() {
    let shop = Shop::open_with(|config| config.messages_per_minute = 0).await;
    let (mut line, welcome) = shop.visitor().await;
    let mut deaf = narrow_visitor(&shop, &welcome, 0).await;
    let said = line.tell("one").await;
    assert_eq!(deaf.log_to(said).await.len(), 1);

    // Every one of these is answered with an error of more than a hundred bytes, and none of that is read.
    let sent = async {
        for number in 0_usize.. {
            if deaf.socket.send(Message::text("x")).await.is_err() {
                return number;
            }
        }
        unreachable!("numbers do not end")
    };
    let sent = timeout(Duration::from_secs(60), sent).await.expect("cut off");
    assert!(sent * 100 > limits::OUTBOUND_BYTES, "not before the limit: {sent} frames");
    while let Some(Ok(_)) = in_time(deaf.socket.next()).await {}

    for text in ["two", "three"] {
        line.tell(text).await;
    }
    let (mut back, again) = shop.again(&welcome, 1).await;
    assert!(!again.reset);
    let log = back.log_to(3).await;
    assert_eq!(log.iter().map(|event| event.seq).collect::<Vec<_>>(), [2, 3]);
}

#[tokio::test]
async fn whoever_does_not_read_holds_up_nobody_and_misses_nothing_once_they_do() {
    let shop = Shop::open_with(|config| config.messages_per_minute = 0).await;
    let (mut line, welcome) = shop.visitor().await;
    let mut slow = narrow_visitor(&shop, &welcome, 0).await;
    let text = "\u{1F514}".repeat(3_900);
    // Far more than a client may leave unread.
    let messages = 60;
    assert!(text.len() * messages > 3 * limits::OUTBOUND_BYTES);
    for _ in 0..messages {
        line.say(&cid(), &text).await;
    }
    assert_eq!(line.log_to(60).await.len(), messages);
    let log = slow.log_to(60).await;
    assert_eq!(log.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=60).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_agent_who_does_not_read_is_not_cut_off_by_the_queue_and_is_told_the_latest_once_they_do() {
    let shop = Shop::open().await;
    let ada = shop.agent("Ada").await;
    let grace = shop.agent("Grace").await;
    let mut watching = shop.inbox(&grace).await;
    let leave = async || {
        let note = json!({ "cid": cid(), "text": "\u{1F514}".repeat(120) }).to_string();
        assert_eq!(shop.post("/v1/door", &[("origin", ORIGIN)], &note).await.status, 202);
    };
    for _ in 0..limits::QUEUE_CONVERSATIONS {
        leave().await;
    }
    let origin = shop.own_origin();
    let headers = [("origin", origin.as_str()), ("cookie", ada.as_str())];
    let mut slow: AgentLine = narrow(&shop, "/v1/agent/line", &headers).await;
    slow.send(&AgentFrame::Hello { protocol: PROTOCOL.into() }).await;

    // Each change tells the queue anew: far more than a client may leave unread.
    let (mut bytes, mut latest) = (0, 0);
    while bytes < 6 * limits::OUTBOUND_BYTES {
        leave().await;
        let told = |frame| match frame {
            ServerToAgent::Queue { conversations, more } if more > latest => Some((conversations, more)),
            _ => None,
        };
        let (conversations, more) = watching.until(told).await;
        bytes += serde_json::to_string(&conversations).expect("JSON").len();
        latest = more;
    }
    let is_latest = |frame| matches!(frame, ServerToAgent::Queue { more, .. } if more == latest).then_some(());
    slow.until(is_latest).await;
}
