//! A running service with its own database, and the clients of it.

use backend::{Config, Database, ServeError, agents::Role};
use futures_util::{SinkExt, StreamExt};
use protocol::{
    AgentFrame, Author, ConversationSummary, Event, EventBody, PROTOCOL, Resume, ServerToAgent, ServerToVisitor,
    VisitorFrame,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, marker::PhantomData, net::SocketAddr, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

/// The shop's page in these tests.
pub(crate) const ORIGIN: &str = "https://shop.example";
/// Every agent's password in these tests.
pub(crate) const PASSWORD: &str = "a long password";
/// A test that waits longer than this for anything has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A new client-made id.
pub(crate) fn cid() -> String {
    uuid::Uuid::now_v7().to_string()
}

pub(crate) struct Shop {
    pub(crate) address: SocketAddr,
    pub(crate) database: Database,
    folder: TempDir,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Shop {
    pub(crate) async fn open() -> Shop {
        Shop::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(change: impl FnOnce(&mut Config)) -> Shop {
        Shop::open_in(tempfile::tempdir().expect("a folder"), change).await
    }

    /// Opens on the database of an earlier shop, when `folder` has one.
    pub(crate) async fn open_in(folder: TempDir, change: impl FnOnce(&mut Config)) -> Shop {
        let database = Database::from(folder.path().join("shopbell.db"));
        let mut config = Config::new(database.clone(), &[ORIGIN]).expect("settings");
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(backend::serve(listener, config, async {
            // A dropped sender is the end of the test.
            let _ = stopped.await;
        }));
        Shop { address, database, folder, stop, served }
    }

    /// Shuts down and waits until it has.
    pub(crate) async fn close(self) -> TempDir {
        self.stop.send(()).expect("still serving");
        in_time(self.served).await.expect("no panic").expect("a clean end");
        self.folder
    }

    /// Adds an agent and logs them in: the cookie.
    pub(crate) async fn agent(&self, name: &str) -> String {
        backend::agents::add(&self.database, name, PASSWORD, Role::Agent).await.expect("added");
        let answer = self.log_in(name, PASSWORD).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        answer.cookie()
    }

    pub(crate) async fn log_in(&self, name: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "name": name, "password": password }).to_string();
        self.post("/v1/agent/login", &[("origin", &self.own_origin())], &body).await
    }

    /// The origin of our own pages.
    pub(crate) fn own_origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.request("POST", path, &headers, body).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request("GET", path, headers, "").await
    }

    pub(crate) async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("content-length: {}\r\n\r\n{body}", body.len());
        let mut connection = TcpStream::connect(self.address).await.expect("a connection");
        connection.write_all(request.as_bytes()).await.expect("written");
        let mut answer = Vec::new();
        in_time(connection.read_to_end(&mut answer)).await.expect("an answer");
        Answer::read(&String::from_utf8(answer).expect("text"))
    }

    /// A visitor's socket before `hello`.
    pub(crate) async fn knock(&self) -> VisitorLine {
        self.socket("/v1/visitor", &[("origin", ORIGIN)]).await.expect("let in")
    }

    /// A new visitor, welcomed.
    pub(crate) async fn visitor(&self) -> (VisitorLine, Welcome) {
        self.returning(None, None, None).await
    }

    /// A visitor who has been here before.
    pub(crate) async fn again(&self, welcome: &Welcome, seq: u64) -> (VisitorLine, Welcome) {
        let resume = Resume { epoch: welcome.epoch.clone(), seq };
        self.returning(welcome.token.clone(), Some(welcome.conversation.clone()), Some(resume)).await
    }

    pub(crate) async fn returning(
        &self,
        token: Option<String>,
        conversation: Option<String>,
        resume: Option<Resume>,
    ) -> (VisitorLine, Welcome) {
        let mut line = self.knock().await;
        line.send(&VisitorFrame::Hello { protocol: PROTOCOL.into(), token, conversation, resume, identity: None })
            .await;
        match line.next().await {
            ServerToVisitor::Welcome { token, conversation, epoch, head, reset, .. } => {
                (line, Welcome { token, conversation, epoch, head, reset })
            }
            other => panic!("not welcomed: {other:?}"),
        }
    }

    /// An agent's line, welcomed.
    pub(crate) async fn inbox(&self, cookie: &str) -> AgentLine {
        let origin = self.own_origin();
        let headers = [("origin", origin.as_str()), ("cookie", cookie)];
        let mut line: AgentLine = self.socket("/v1/agent/line", &headers).await.expect("let in");
        line.send(&AgentFrame::Hello { protocol: PROTOCOL.into() }).await;
        let welcome = line.next().await;
        assert!(matches!(welcome, ServerToAgent::Welcome { .. }), "{welcome:?}");
        line
    }

    pub(crate) async fn socket<F: DeserializeOwned + Debug>(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Line<F>, tungstenite::Error> {
        let mut request = format!("ws://{}{path}", self.address).into_client_request().expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let (socket, _) = in_time(connect_async(request)).await?;
        Ok(Line { socket, frames: PhantomData })
    }
}

/// What a visitor learns in `welcome`.
#[derive(Clone, Debug)]
pub(crate) struct Welcome {
    pub(crate) token: Option<String>,
    pub(crate) conversation: String,
    pub(crate) epoch: String,
    pub(crate) head: u64,
    pub(crate) reset: bool,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// With names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn read(text: &str) -> Answer {
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        let headers = lines.filter_map(|line| line.split_once(": "));
        Answer {
            status: status.parse().expect("a number"),
            headers: headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(header, value)| (header == name).then_some(value.as_str()))
    }

    /// The cookie as a browser would send it back.
    pub(crate) fn cookie(&self) -> String {
        let cookie = self.header("set-cookie").expect("a cookie");
        cookie.split(';').next().expect("a cookie").to_owned()
    }
}

pub(crate) type VisitorLine = Line<ServerToVisitor>;
pub(crate) type AgentLine = Line<ServerToAgent>;

/// A client's end of a line, on which frames of the kind `F` come in.
pub(crate) struct Line<F> {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    frames: PhantomData<F>,
}

impl<F: DeserializeOwned + Debug> Line<F> {
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
    /// Reads on until the queue is as wanted.
    pub(crate) async fn queue(&mut self, wanted: impl Fn(&[ConversationSummary]) -> bool) -> Vec<ConversationSummary> {
        self.until(|frame| match frame {
            ServerToAgent::Queue { conversations } if wanted(&conversations) => Some(conversations),
            _ => None,
        })
        .await
    }

    /// Claims, and reads on until that is settled.
    pub(crate) async fn claim(&mut self, conversation: &str) -> Result<u64, protocol::WireError> {
        let cid = cid();
        self.send(&AgentFrame::Claim { conversation: conversation.into(), cid: cid.clone() }).await;
        self.settled(&cid).await
    }

    /// Reads on until a frame is acknowledged or refused.
    pub(crate) async fn settled(&mut self, cid: &str) -> Result<u64, protocol::WireError> {
        self.until(|frame| match frame {
            ServerToAgent::Ack { cid: acked, seq, .. } if acked == cid => Some(Ok(seq)),
            ServerToAgent::Error(error) if error.cid.as_deref() == Some(cid) => Some(Err(error)),
            _ => None,
        })
        .await
    }
}

pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("in time")
}
