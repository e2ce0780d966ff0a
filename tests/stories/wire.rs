//! A line with a real socket and a clock.

use channel::{Input, Line, Output, Timer, Transport};
use futures_util::{SinkExt, StreamExt};
use std::{cell::Cell, collections::VecDeque, future::pending, net::SocketAddr, rc::Rc, time::Duration};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A line with a socket and a clock, as `channel::driver` is in a browser.
pub(crate) struct Wire<L: Line> {
    pub(crate) line: L,
    path: &'static str,
    address: Rc<Cell<SocketAddr>>,
    /// The page's origin, at the moment.
    origin: Box<dyn Fn() -> String>,
    headers: Vec<(&'static str, String)>,
    pub(crate) socket: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    timers: Vec<(Timer, Instant)>,
}

impl<L: Line> Wire<L> {
    pub(crate) fn new(
        line: L,
        path: &'static str,
        address: Rc<Cell<SocketAddr>>,
        origin: Box<dyn Fn() -> String>,
        headers: Vec<(&'static str, String)>,
    ) -> Self {
        Wire { line, path, address, origin, headers, socket: None, timers: Vec::new() }
    }

    /// The line takes something in; what it asks for is done, and what it tells is returned.
    pub(crate) async fn on(&mut self, input: Input<L::Command>) -> Vec<L::Notice> {
        let mut inputs = VecDeque::from([input]);
        let mut notices = Vec::new();
        while let Some(input) = inputs.pop_front() {
            // Without chance: every wait between attempts is the shortest.
            for output in self.line.on(input, 0.0) {
                match output {
                    Output::Open(Transport::WebSocket) => inputs.push_back(self.open().await),
                    // There is no HTTP in these stories.
                    Output::Open(_) => inputs.push_back(Input::Closed),
                    Output::Post { .. } => unreachable!("nothing is ever welcomed over HTTP"),
                    Output::Close => self.socket = None,
                    Output::Transmit(text) => {
                        if let Some(socket) = &mut self.socket {
                            // A dead socket shows when it is read.
                            let _ = socket.send(Message::text(text)).await;
                        }
                    }
                    Output::Timer(timer, ms) => {
                        self.timers.retain(|(earlier, _)| *earlier != timer);
                        self.timers.push((timer, Instant::now() + Duration::from_millis(ms.into())));
                    }
                    Output::Notice(notice) => notices.push(notice),
                }
            }
        }
        notices
    }

    async fn open(&mut self) -> Input<L::Command> {
        let mut request =
            format!("ws://{}{}", self.address.get(), self.path).into_client_request().expect("an address");
        for (name, value) in self.headers.iter().cloned().chain([("origin", (self.origin)())]) {
            request.headers_mut().insert(name, value.parse().expect("a header"));
        }
        self.socket = connect_async(request).await.ok().map(|(socket, _)| socket);
        if self.socket.is_some() { Input::Opened } else { Input::Closed }
    }

    /// Waits for the next thing that happens to the line, and takes it in.
    pub(crate) async fn next(&mut self) -> Vec<L::Notice> {
        let due = self.timers.iter().copied().min_by_key(|(_, at)| *at);
        let (socket, timer) = (self.socket.as_mut(), due);
        let input = tokio::select! {
            frame = async { match socket { Some(socket) => socket.next().await, None => pending().await } } => match frame {
                Some(Ok(Message::Text(text))) => Input::Text(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    self.socket = None;
                    Input::Closed
                }
                Some(Ok(_)) => return Vec::new(),
            },
            timer = async { match timer { Some((timer, at)) => { sleep_until(at).await; timer } None => pending().await } } => {
                self.timers.retain(|(other, _)| *other != timer);
                Input::TimedOut(timer)
            }
        };
        self.on(input).await
    }

    /// The network fails: what is on its way in either direction and not yet read is gone.
    pub(crate) async fn cut(&mut self) -> Vec<L::Notice> {
        self.socket = None;
        self.on(Input::Closed).await
    }
}
