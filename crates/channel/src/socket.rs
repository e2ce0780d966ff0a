//! One WebSocket, through gloo-net: opened, read, written and closed; nothing is decided here.

use crate::{
    Transport,
    wire::{Signal, Wire},
};
use futures_channel::mpsc;
use futures_util::{SinkExt, StreamExt, future};
use gloo_net::websocket::{Message, State, futures::WebSocket};
use wasm_bindgen_futures::spawn_local;

/// An opening or open WebSocket. Dropping it closes it.
pub struct Socket {
    outgoing: mpsc::UnboundedSender<String>,
}

impl Wire for Socket {
    /// Opens a socket to `url` (`ws:` or `wss:`).
    fn open(url: &str, _: Transport, report: impl Fn(Signal) + 'static) -> Socket {
        let (outgoing, queue) = mpsc::unbounded();
        let opened = WebSocket::open(url);
        spawn_local(async move {
            match opened {
                Ok(socket) => run(socket, queue, report).await,
                Err(_) => report(Signal::Closed),
            }
        });
        Socket { outgoing }
    }

    fn send(&self, text: String) {
        // When the task has ended, `Signal::Closed` is on its way and the line will send again on the next socket.
        let _ = self.outgoing.unbounded_send(text);
    }
}

/// Carries frames both ways. Ends, and so closes the socket, when either side does.
async fn run(mut socket: WebSocket, mut queue: mpsc::UnboundedReceiver<String>, report: impl Fn(Signal)) {
    // Ready means open or failed: the stream below tells which. A socket dropped while opening yields `None` at once.
    if let future::Either::Right((None, _)) = future::select(ready(&mut socket), queue.next()).await {
        return;
    }
    if matches!(socket.state(), State::Open) {
        report(Signal::Opened);
    }
    loop {
        match future::select(socket.next(), queue.next()).await {
            future::Either::Left((Some(Ok(Message::Text(text))), _)) => report(Signal::Text(text)),
            future::Either::Left((Some(Ok(Message::Bytes(_))), _)) => {}
            future::Either::Left((Some(Err(_)) | None, _)) => return report(Signal::Closed),
            future::Either::Right((Some(text), _)) => {
                // A failed write shows as a close on the stream.
                let _ = socket.send(Message::Text(text)).await;
            }
            future::Either::Right((None, _)) => return,
        }
    }
}

/// Resolves when the socket is no longer connecting.
fn ready(socket: &mut WebSocket) -> impl Future<Output = ()> + Unpin + '_ {
    use futures_util::sink::Sink;
    future::poll_fn(|context| std::pin::Pin::new(&mut *socket).poll_ready(context).map(|_| ()))
}
