//! What may stand between a visitor and the backend: passes connections on, refuses some, swallows some, counts the lines.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// The longest head of a request.
const MOST_BYTES: usize = 16 * 1024;

/// A wall with a door of its own. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Wall(Arc<Inner>);

#[derive(Default)]
struct Inner {
    refused: Mutex<Vec<&'static str>>,
    swallowed: Mutex<Vec<&'static str>>,
    lines: AtomicUsize,
}

impl Wall {
    /// Answers 403 to requests in whose head one of `words` stands.
    pub(crate) fn refuses(&self, words: &[&'static str]) {
        *self.0.refused.lock().unwrap_or_else(PoisonError::into_inner) = words.to_vec();
    }

    /// Never answers requests in whose head one of `words` stands.
    pub(crate) fn swallows(&self, words: &[&'static str]) {
        *self.0.swallowed.lock().unwrap_or_else(PoisonError::into_inner) = words.to_vec();
    }

    /// How many WebSockets of visitors are open.
    pub(crate) fn lines(&self) -> usize {
        self.0.lines.load(Ordering::SeqCst)
    }

    /// Stands before `backend` from now on; where it can be reached.
    pub(crate) async fn stand_before(&self, backend: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let wall = self.clone();
        tokio::spawn(async move {
            while let Ok((visitor, _)) = listener.accept().await {
                let wall = wall.clone();
                // One that breaks off is the browser's matter.
                tokio::spawn(async move { wall.pass(visitor, backend).await });
            }
        });
        address
    }

    async fn pass(self, mut visitor: TcpStream, backend: SocketAddr) -> std::io::Result<()> {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < MOST_BYTES {
            if visitor.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let text = String::from_utf8_lossy(&head).to_lowercase();
        let stands = |words: &Mutex<Vec<&'static str>>| {
            words.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|word| text.contains(word))
        };
        if stands(&self.0.refused) {
            return visitor
                .write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await;
        }
        if stands(&self.0.swallowed) {
            return std::future::pending().await;
        }
        let mut server = TcpStream::connect(backend).await?;
        server.write_all(&head).await?;
        let is_line = text.starts_with("get /v1/visitor ");
        if is_line {
            self.0.lines.fetch_add(1, Ordering::SeqCst);
        }
        let passed = copy_bidirectional(&mut visitor, &mut server).await;
        if is_line {
            self.0.lines.fetch_sub(1, Ordering::SeqCst);
        }
        passed.map(|_| ())
    }
}
