//! The bytes of one WebSocket: reads one frame at a time, writes from a queue that is bounded in bytes.

use super::Inbound;
use futures_util::{Sink, SinkExt, StreamExt};
use protocol::limits;
use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::Instant,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message, Utf8Bytes,
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};

/// Bytes read at once, and held for as long as the connection lives: thousands of them are idle.
const READ_BUFFER_BYTES: usize = 2 * 1024;
/// Bytes gathered before they are handed to the system.
const WRITE_BUFFER_BYTES: usize = 4 * 1024;

/// What a pipe reports.
#[derive(Debug)]
pub(super) enum Happened {
    Inbound(Inbound),
    /// A ping or pong: nothing to do, but a sign of life.
    Control,
}

#[derive(Debug)]
pub(super) struct Pipe<S> {
    stream: WebSocketStream<S>,
    queue: VecDeque<Utf8Bytes>,
    /// Bytes in `queue`.
    queued: usize,
    /// When the queue last moved, or began to fill.
    moved: Instant,
    /// More was queued than may be.
    pub(super) overfull: bool,
    /// Somebody waits for room.
    pub(super) room_wanted: bool,
    /// A frame was begun that will not be read: what follows are bytes, not frames.
    mid_frame: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pipe<S> {
    pub(super) async fn new(connection: S, frame_bytes: u32) -> Self {
        let config = WebSocketConfig::default()
            .max_message_size(Some(frame_bytes as usize))
            .max_frame_size(Some(frame_bytes as usize))
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES);
        Pipe {
            stream: WebSocketStream::from_raw_socket(connection, Role::Server, Some(config)).await,
            queue: VecDeque::new(),
            queued: 0,
            moved: Instant::now(),
            overfull: false,
            room_wanted: false,
            mid_frame: false,
        }
    }

    pub(super) fn push(&mut self, text: Utf8Bytes) {
        if self.queue.is_empty() {
            self.moved = Instant::now();
        }
        self.queued += text.len();
        self.overfull |= self.queued > limits::OUTBOUND_BYTES;
        self.queue.push_back(text);
    }

    /// Bytes that wait to be written.
    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    pub(super) fn has_room(&self) -> bool {
        self.queued < limits::OUTBOUND_BYTES / 2
    }

    /// Since when nothing was read by the other side, when there is something to read.
    pub(super) fn stuck_since(&self) -> Option<Instant> {
        (!self.queue.is_empty()).then_some(self.moved)
    }

    /// Writes what can be written, then reads a frame if it may.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, may_read: bool) -> Poll<Happened> {
        if self.overfull || matches!(self.poll_write(context), Poll::Ready(Err(_))) {
            return Poll::Ready(Happened::Inbound(Inbound::Lost));
        }
        if self.room_wanted && self.has_room() {
            self.room_wanted = false;
            return Poll::Ready(Happened::Inbound(Inbound::Room));
        }
        if !may_read {
            return Poll::Pending;
        }
        loop {
            let inbound = match ready!(self.stream.poll_next_unpin(context)) {
                Some(Ok(Message::Text(text))) => Inbound::Text(text),
                Some(Ok(Message::Binary(_))) => Inbound::Binary,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Poll::Ready(Happened::Control),
                // Read on to the end, which sends the answer.
                Some(Ok(Message::Close(_) | Message::Frame(_))) => continue,
                Some(Err(tungstenite::Error::Capacity(_))) => {
                    self.mid_frame = true;
                    Inbound::TooLarge
                }
                Some(Err(_)) | None => Inbound::Lost,
            };
            return Poll::Ready(Happened::Inbound(inbound));
        }
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<Result<(), tungstenite::Error>> {
        let mut stream = Pin::new(&mut self.stream);
        while !self.queue.is_empty() {
            ready!(stream.as_mut().poll_ready(context))?;
            if let Some(text) = self.queue.pop_front() {
                self.queued -= text.len();
                self.moved = Instant::now();
                stream.as_mut().start_send(Message::Text(text))?;
            }
        }
        stream.poll_flush(context)
    }

    /// Writes what is queued, closes, and waits until the other side has closed too.
    pub(super) async fn close(&mut self, code: u16) -> Result<(), tungstenite::Error> {
        poll_fn(|context| self.poll_write(context)).await?;
        let farewell = CloseFrame { code: code.into(), reason: Utf8Bytes::default() };
        self.stream.send(Message::Close(Some(farewell))).await?;
        if self.mid_frame {
            // Dropping a connection with unread bytes resets it, and the last words might be lost with it.
            let connection = self.stream.get_mut();
            connection.shutdown().await?;
            let mut unread = [0; 4096];
            while connection.read(&mut unread).await? > 0 {}
        } else {
            while let Some(Ok(_)) = self.stream.next().await {}
        }
        Ok(())
    }
}
