//! A node as its clients see it: an address.

use crate::lines::{AgentLine, Line, VisitorLine};
use protocol::{AgentFrame, PROTOCOL, Resume, ServerToAgent, ServerToVisitor, VisitorFrame};
use serde::de::DeserializeOwned;
use std::{fmt::Debug, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, client::IntoClientRequest},
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

#[derive(Clone, Copy)]
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
}

impl Node {
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
        self.greet(welcome.hello(seq)).await
    }

    /// A new visitor who has rung.
    pub(crate) async fn ringing(&self) -> (VisitorLine, Welcome) {
        let (mut line, welcome) = self.visitor().await;
        line.ring().await;
        line.log_to(1).await;
        (line, welcome)
    }

    pub(crate) async fn returning(
        &self,
        token: Option<String>,
        conversation: Option<String>,
        resume: Option<Resume>,
    ) -> (VisitorLine, Welcome) {
        self.greet(hello(token, conversation, resume)).await
    }

    /// A visitor who says this `hello`.
    pub(crate) async fn greet(&self, hello: VisitorFrame) -> (VisitorLine, Welcome) {
        let mut line = self.knock().await;
        line.send(&hello).await;
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
        Ok(Line::new(socket))
    }
}

/// A `hello` in our version, without an identity.
pub(crate) fn hello(token: Option<String>, conversation: Option<String>, resume: Option<Resume>) -> VisitorFrame {
    VisitorFrame::Hello { protocol: PROTOCOL.into(), token, conversation, resume, identity: None }
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

impl Welcome {
    /// The `hello` of a visitor who comes back and holds the log up to `seq`.
    pub(crate) fn hello(&self, seq: u64) -> VisitorFrame {
        let resume = Resume { epoch: self.epoch.clone(), seq };
        hello(self.token.clone(), Some(self.conversation.clone()), Some(resume))
    }
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

pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("in time")
}
