//! A client's WebSocket, with small buffers: tens of thousands of them fit beside the server on one machine.

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use protocol::{AgentFrame, Author, Event, EventBody, PROTOCOL, ServerToAgent, ServerToVisitor, VisitorFrame};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

/// Whoever waits longer than this for an answer has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// What to do about a server that refuses messages of visitors who write too much.
pub(super) const LIMITED: &str = "the server limits each visitor; it must know SHOPBELL_MESSAGES_PER_MINUTE=0";
/// Clients that come from one address: far fewer than it has ports, for each leaves some behind for a minute.
const CLIENTS_AN_ADDRESS: usize = 2_000;
/// Bytes of a client's read buffer.
const READ_BUFFER: usize = 4 * 1024;
/// The frame by which the server asks whether we are there, and the answer.
const BEAT: &str = "\"beat\"";

/// Where connections go, and what they say of themselves.
#[derive(Clone, Debug)]
pub(super) struct Door {
    address: SocketAddr,
    path: &'static str,
    headers: Arc<[(&'static str, String)]>,
}

impl Door {
    pub(super) fn new<const N: usize>(
        address: SocketAddr,
        path: &'static str,
        headers: [(&'static str, String); N],
    ) -> Door {
        Door { address, path, headers: Arc::new(headers) }
    }

    /// The same way in, reached at another address.
    pub(super) fn through(&self, address: SocketAddr) -> Door {
        Door { address, ..self.clone() }
    }

    /// Opens the connection of client number `client`, whose own address follows from that number.
    pub(super) async fn open(&self, client: usize) -> anyhow::Result<Socket> {
        let socket = TcpSocket::new_v4()?;
        let from = Ipv4Addr::new(127, 0, 1, u8::try_from(client / CLIENTS_AN_ADDRESS)?);
        socket.bind((from, 0).into()).context("no port is free for a client")?;
        let connection = socket.connect(self.address).await.context("cannot connect")?;
        connection.set_nodelay(true)?;
        let mut request = format!("ws://{}{}", self.address, self.path).into_client_request()?;
        for (name, value) in self.headers.iter() {
            request.headers_mut().insert(*name, HeaderValue::from_str(value)?);
        }
        let buffers = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(READ_BUFFER);
        let (socket, _) = client_async_with_config(request, connection, Some(buffers)).await?;
        Ok(Socket(socket))
    }
}

/// An open WebSocket.
pub(super) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// The next text frame; `None` once the connection has ended. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Option<Utf8Bytes> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return Some(text),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next text frame that is no beat. Beats are answered.
    pub(super) async fn next_but_beats(&mut self) -> anyhow::Result<Utf8Bytes> {
        loop {
            let text = self.next().await.context("the server hung up")?;
            if !self.answer_beat(&text).await? {
                return Ok(text);
            }
        }
    }

    /// Answers a beat; whether it was one.
    pub(super) async fn answer_beat(&mut self, text: &str) -> anyhow::Result<bool> {
        if text == BEAT {
            self.send(BEAT.to_owned()).await?;
        }
        Ok(text == BEAT)
    }

    /// Queues a text frame; see [`Socket::flush`].
    pub(super) async fn feed(&mut self, text: String) -> anyhow::Result<()> {
        Ok(self.0.feed(Message::text(text)).await?)
    }

    /// Sends what is queued.
    pub(super) async fn flush(&mut self) -> anyhow::Result<()> {
        Ok(self.0.flush().await?)
    }

    /// Sends a text frame.
    pub(super) async fn send(&mut self, text: String) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(text)).await?)
    }

    /// Sends `frame` and reads on until `look` finds the answer; a refusal is an error.
    pub(super) async fn ask<F: DeserializeOwned, T>(
        &mut self,
        frame: &impl Serialize,
        mut look: impl FnMut(F) -> Option<T>,
    ) -> anyhow::Result<T> {
        self.send(written(frame)).await?;
        let answered = async {
            loop {
                let text = self.next_but_beats().await?;
                if text.starts_with("{\"error\"") {
                    bail!("refused: {text}");
                }
                if let Some(found) = look(serde_json::from_str(&text)?) {
                    return Ok(found);
                }
            }
        };
        timeout(PATIENCE, answered).await.context("no answer came")?
    }
}

/// A welcomed visitor.
pub(super) struct Visitor {
    pub(super) socket: Socket,
    pub(super) token: String,
    pub(super) conversation: String,
    /// The last `seq` of the log at the welcome.
    pub(super) head: u64,
}

impl Visitor {
    /// A new visitor.
    pub(super) async fn arrive(door: &Door, client: usize) -> anyhow::Result<Visitor> {
        Visitor::greet(door, client, None).await
    }

    /// A visitor who has been here, on one more connection that holds nothing yet: the log is told from its beginning.
    pub(super) async fn again(door: &Door, client: usize, token: &str, conversation: &str) -> anyhow::Result<Visitor> {
        Visitor::greet(door, client, Some((token.to_owned(), conversation.to_owned()))).await
    }

    async fn greet(door: &Door, client: usize, known: Option<(String, String)>) -> anyhow::Result<Visitor> {
        let mut socket = timeout(PATIENCE, door.open(client)).await.context("no connection in time")??;
        let (token, conversation) = known.unzip();
        let hello = VisitorFrame::Hello {
            protocol: PROTOCOL.into(),
            token: token.clone(),
            conversation,
            resume: None,
            identity: None,
        };
        let welcome = |frame| match frame {
            ServerToVisitor::Welcome { token, conversation, head, .. } => Some((token, conversation, head)),
            _ => None,
        };
        let (new, conversation, head) = socket.ask(&hello, welcome).await?;
        Ok(Visitor { socket, token: new.or(token).context("a visitor without a token")?, conversation, head })
    }

    /// Rings, and waits until that is stored.
    pub(super) async fn ring(&mut self) -> anyhow::Result<()> {
        let acked = |frame| matches!(frame, ServerToVisitor::Ack { .. }).then_some(());
        self.socket.ask(&VisitorFrame::Human { cid: cid() }, acked).await
    }
}

/// An agent's line that has claimed a conversation and watches it.
pub(super) async fn agent_at(door: &Door, client: usize, conversation: &str) -> anyhow::Result<Socket> {
    let mut socket = timeout(PATIENCE, door.open(client)).await.context("no connection in time")??;
    let hello = AgentFrame::Hello { protocol: PROTOCOL.into() };
    socket.ask(&hello, |frame| matches!(frame, ServerToAgent::Welcome { .. }).then_some(())).await?;
    let claim = AgentFrame::Claim { conversation: conversation.to_owned(), cid: cid() };
    socket.ask(&claim, |frame| matches!(frame, ServerToAgent::Ack { .. }).then_some(())).await?;
    let watch = AgentFrame::Watch { conversation: conversation.to_owned(), after: 0 };
    socket.ask(&watch, |frame| matches!(frame, ServerToAgent::Replay { .. }).then_some(())).await?;
    Ok(socket)
}

/// A visitor's message: a question such as shops are asked, with a number.
pub(super) fn message(number: usize) -> VisitorFrame {
    VisitorFrame::Send { cid: cid(), author: Author::Visitor, text: text(number), entry: None }
}

/// The text of message `number`.
pub(super) fn text(number: usize) -> String {
    format!("{number}: my parcel should have come on Monday, where is it now?")
}

/// The number of a message that [`text`] wrote.
pub(super) fn number(text: &str) -> Option<usize> {
    text.split_once(':')?.0.parse().ok()
}

/// The author and number of a message in a log.
pub(super) fn said(event: &Event) -> Option<(Author, usize)> {
    match &event.body {
        EventBody::Message(message) => Some((message.author, number(&message.text)?)),
        _ => None,
    }
}

/// A new client-made id.
pub(super) fn cid() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A frame as it goes over the line.
pub(super) fn written(frame: &impl Serialize) -> String {
    serde_json::to_string(frame).expect("frames of strings and numbers always serialise")
}
