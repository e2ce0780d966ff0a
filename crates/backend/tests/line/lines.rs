//! The clients' ends of a line: what they send, and reading on until something comes.

use crate::shop::{cid, in_time};
use futures_util::{SinkExt, StreamExt};
use protocol::{
    AgentFrame, Author, ConversationSummary, Event, EventBody, Presence, ServerToAgent, ServerToVisitor, VisitorFrame,
    WireError,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, marker::PhantomData};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

pub(crate) type VisitorLine = Line<ServerToVisitor>;
pub(crate) type AgentLine = Line<ServerToAgent>;

/// A client's end of a line, on which frames of the kind `F` come in.
pub(crate) struct Line<F> {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    frames: PhantomData<F>,
}

impl<F: DeserializeOwned + Debug> Line<F> {
    pub(crate) fn new(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        Line { socket, frames: PhantomData }
    }

    pub(crate) async fn send(&mut self, frame: &impl Serialize) {
        self.send_text(&serde_json::to_string(frame).expect("JSON")).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("sent");
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> F {
        loop {
            match in_time(self.socket.next()).await.expect("open").expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).expect("a frame"),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Reads on until `look` finds something.
    pub(crate) async fn until<T>(&mut self, mut look: impl FnMut(F) -> Option<T>) -> T {
        loop {
            if let Some(found) = look(self.next().await) {
                return found;
            }
        }
    }

    /// Reads on to the end: the close code.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match in_time(self.socket.next()).await.expect("a close frame").expect("a message") {
                Message::Close(frame) => return frame.expect("a code").code.into(),
                _ => continue,
            }
        }
    }
}

impl VisitorLine {
    /// Says something, and reads on until it is stored: its `seq`.
    pub(crate) async fn tell(&mut self, text: &str) -> u64 {
        let cid = cid();
        self.say(&cid, text).await;
        self.ack(&cid).await.0
    }

    pub(crate) async fn agent_typing(&mut self) -> bool {
        self.until(|frame| match frame {
            ServerToVisitor::Typing { author: Author::Human, active } => Some(active),
            _ => None,
        })
        .await
    }

    /// Reads on until the wait stands so: place and agents.
    pub(crate) async fn wait(&mut self, wanted: (u32, u32)) {
        self.until(|frame| match frame {
            ServerToVisitor::Queue { position, agents, .. } => ((position, agents) == wanted).then_some(()),
            _ => None,
        })
        .await;
    }

    pub(crate) async fn say(&mut self, cid: &str, text: &str) {
        let frame = VisitorFrame::Send { cid: cid.into(), author: Author::Visitor, text: text.into(), entry: None };
        self.send(&frame).await;
    }

    pub(crate) async fn ring(&mut self) {
        self.send(&VisitorFrame::Human { cid: cid() }).await;
    }

    /// Reads on until an ack: its `seq` and `dup`.
    pub(crate) async fn ack(&mut self, cid: &str) -> (u64, bool) {
        self.until(|frame| match frame {
            ServerToVisitor::Ack { cid: acked, seq, dup } if acked == cid => Some((seq, dup)),
            _ => None,
        })
        .await
    }

    /// Reads on until the log is told up to `head`: every event, whether replayed or live.
    pub(crate) async fn log_to(&mut self, head: u64) -> Vec<Event> {
        let mut log: Vec<Event> = Vec::new();
        while log.last().is_none_or(|event| event.seq < head) {
            match self.next().await {
                ServerToVisitor::Replay(events) => log.extend(events),
                ServerToVisitor::Event(event) => log.push(event),
                _ => {}
            }
        }
        log
    }

    /// Reads on until a message by somebody: its text.
    pub(crate) async fn message_by(&mut self, author: Author) -> String {
        self.until(|frame| match frame {
            ServerToVisitor::Event(Event { body: EventBody::Message(message), .. }) if message.author == author => {
                Some(message.text)
            }
            _ => None,
        })
        .await
    }
}

impl AgentLine {
    /// Sends a frame that asks for something, and reads on until that is settled.
    pub(crate) async fn wish(&mut self, frame: impl FnOnce(String) -> AgentFrame) -> Result<u64, WireError> {
        let cid = cid();
        self.send(&frame(cid.clone())).await;
        self.settled(&cid).await
    }

    pub(crate) async fn reply(&mut self, conversation: &str, text: &str) -> Result<u64, WireError> {
        let (conversation, text) = (conversation.into(), text.into());
        self.wish(|cid| AgentFrame::Send { conversation, cid, text }).await
    }

    pub(crate) async fn edit(&mut self, conversation: &str, seq: u64, text: &str) -> Result<u64, WireError> {
        let (conversation, text) = (conversation.into(), text.into());
        self.wish(|cid| AgentFrame::Edit { conversation, cid, seq, text }).await
    }

    pub(crate) async fn transfer(&mut self, conversation: &str, to: Option<&str>) -> Result<u64, WireError> {
        let (conversation, to) = (conversation.into(), to.map(Into::into));
        self.wish(|cid| AgentFrame::Transfer { conversation, cid, to }).await
    }

    pub(crate) async fn hand_back(&mut self, conversation: &str) -> Result<u64, WireError> {
        let conversation = conversation.into();
        self.wish(|cid| AgentFrame::HandBack { conversation, cid }).await
    }

    pub(crate) async fn close(&mut self, conversation: &str) -> Result<u64, WireError> {
        let conversation = conversation.into();
        self.wish(|cid| AgentFrame::Close { conversation, cid }).await
    }

    /// Watches a conversation: the first stretch of its log.
    pub(crate) async fn watch(&mut self, conversation: &str, after: u64) -> Vec<Event> {
        self.send(&AgentFrame::Watch { conversation: conversation.into(), after }).await;
        self.until(|frame| match frame {
            ServerToAgent::Replay { conversation: of, events } if of == conversation => Some(events),
            _ => None,
        })
        .await
    }

    /// Reads on until the watched conversation's log grows: by what.
    pub(crate) async fn event(&mut self) -> Event {
        self.until(|frame| match frame {
            ServerToAgent::Event { event, .. } => Some(event),
            _ => None,
        })
        .await
    }

    /// Reads on until those who are there are as wanted.
    pub(crate) async fn agents(&mut self, wanted: impl Fn(&[Presence]) -> bool) -> Vec<Presence> {
        self.until(|frame| match frame {
            ServerToAgent::Agents { agents } if wanted(&agents) => Some(agents),
            _ => None,
        })
        .await
    }

    pub(crate) async fn visitor_typing(&mut self) -> bool {
        self.until(|frame| match frame {
            ServerToAgent::Typing { author: Author::Visitor, active, .. } => Some(active),
            _ => None,
        })
        .await
    }

    /// Reads on until the queue is as wanted.
    pub(crate) async fn queue(&mut self, wanted: impl Fn(&[ConversationSummary]) -> bool) -> Vec<ConversationSummary> {
        self.until(|frame| match frame {
            ServerToAgent::Queue { conversations, .. } if wanted(&conversations) => Some(conversations),
            _ => None,
        })
        .await
    }

    /// Claims, and reads on until that is settled.
    pub(crate) async fn claim(&mut self, conversation: &str) -> Result<u64, WireError> {
        let conversation = conversation.into();
        self.wish(|cid| AgentFrame::Claim { conversation, cid }).await
    }

    /// Reads on until a frame is acknowledged or refused.
    pub(crate) async fn settled(&mut self, cid: &str) -> Result<u64, WireError> {
        self.until(|frame| match frame {
            ServerToAgent::Ack { cid: acked, seq, .. } if acked == cid => Some(Ok(seq)),
            ServerToAgent::Error(error) if error.cid.as_deref() == Some(cid) => Some(Err(error)),
            _ => None,
        })
        .await
    }
}
