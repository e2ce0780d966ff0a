//! Does what a visitor's line wants done: asks the store, listens, records. The line itself is pure and decides everything.

use crate::{
    board::Board,
    decision::{Refusal, Sender, Wish},
    error::Error,
    hello::arrive,
    line::{Ending, Order, VisitorInput, VisitorLine, VisitorOutput, unavailable},
    metrics::{LineMeter, Side, Transport},
    rate_limit::Source,
    reading::Reading,
    service::Service,
    teeth::Weakness,
    wake::{Heard, Listener},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesOrdered};
use protocol::{Author, Floor, ServerToVisitor};
use std::{
    collections::VecDeque,
    future::{pending, ready},
    sync::Arc,
};
use tokio::{runtime::Handle, sync::watch};

/// Frames of one visitor that may be on their way to the disk at once.
const IN_FLIGHT: usize = 64;

/// A visitor's line and what it needs.
pub(crate) struct VisitorDriver {
    service: Arc<Service>,
    source: Source,
    meter: LineMeter,
    line: VisitorLine,
    visitor: i64,
    conversation: String,
    listener: Option<Listener>,
    /// Only while the visitor waits: thousands of others need not hear of the queue.
    board: Option<watch::Receiver<Board>>,
    records: FuturesOrdered<BoxFuture<'static, VisitorInput>>,
    reading: Reading,
    order: Order,
}

impl VisitorDriver {
    pub(crate) fn new(service: Arc<Service>, source: Source, transport: Transport) -> Self {
        let meter = service.metrics.line(Side::Visitor, transport);
        VisitorDriver {
            service,
            source,
            meter,
            line: VisitorLine::default(),
            visitor: 0,
            conversation: String::new(),
            listener: None,
            board: None,
            records: FuturesOrdered::new(),
            reading: Reading::default(),
            order: Order::default(),
        }
    }

    /// Whether another frame may come in now.
    pub(crate) fn has_room(&self) -> bool {
        self.records.len() < IN_FLIGHT
    }

    /// The next thing that happens here. May be dropped and called again: nothing is lost by it.
    pub(crate) async fn next(&mut self) -> VisitorInput {
        let VisitorDriver { listener, board, records, conversation, reading, .. } = self;
        tokio::select! {
            // What is heard first: beyond a few wakes the log must be read instead.
            biased;
            heard = async {
                match listener {
                    Some(listener) => listener.heard().await,
                    None => pending().await,
                }
            } => match heard {
                Heard::Grew(event) => VisitorInput::Grew(event.map(Arc::unwrap_or_clone)),
                Heard::Typing(typing) => VisitorInput::Typing(typing),
            },
            Some(recorded) = records.next(), if !records.is_empty() => recorded,
            (_, events) = reading.done() => VisitorInput::Read(events),
            wait = async {
                match board {
                    // The sender lives in the service, which outlives every line.
                    Some(board) => {
                        let _ = board.changed().await;
                        board.borrow_and_update().wait_of(conversation)
                    }
                    None => pending().await,
                }
            } => VisitorInput::Wait(wait),
        }
    }

    /// Takes in what happened and does what follows: the frames to send, and how the line ends if it does.
    pub(crate) async fn take(&mut self, input: VisitorInput) -> (Vec<ServerToVisitor>, Option<Ending>) {
        if matches!(input, VisitorInput::Frame(_)) {
            self.meter.came_in();
        }
        if matches!(input, VisitorInput::Recorded(_, Err(Refusal::Unavailable))) {
            // The line holds back from here on what comes behind it.
            self.order.hear();
        }
        let mut frames = Vec::new();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for output in self.line.on(input) {
                match self.act(output, &mut frames).await {
                    Ok(input) => inputs.extend(input),
                    Err(ending) => return (frames, Some(ending)),
                }
            }
        }
        (frames, None)
    }

    async fn act(
        &mut self,
        output: VisitorOutput,
        frames: &mut Vec<ServerToVisitor>,
    ) -> Result<Option<VisitorInput>, Ending> {
        Ok(match output {
            VisitorOutput::Push(frame) => {
                self.meter.goes_out(&frame);
                self.watch_floor(&frame);
                frames.push(frame);
                None
            }
            VisitorOutput::Arrive { token, conversation, identity } => {
                let arrival = arrive(&self.service, token, conversation, identity).await.map_err(|cause| {
                    if matches!(cause, Error::Store(_)) {
                        self.service.metrics.store_failed();
                    }
                    tracing::error!(%cause, "a visitor was not let in");
                    unavailable()
                })?;
                if let Some(arrival) = &arrival {
                    self.visitor = arrival.visitor;
                    self.conversation.clone_from(&arrival.conversation);
                    let new = arrival.token.is_some();
                    tracing::debug!(conversation = self.conversation, new, "a visitor is here");
                }
                Some(VisitorInput::Arrived(arrival))
            }
            VisitorOutput::Listen(conversation) => {
                if self.service.weakness != Some(Weakness::ReadBeforeListening) {
                    self.listener = Some(self.service.wake.listen(&conversation));
                }
                None
            }
            VisitorOutput::Stand(conversation) => {
                let standing = self.service.store.standing(&conversation).await;
                let standing = standing.map_err(|cause| self.service.unread(&cause))?;
                let Some(standing) = standing else { return Err(unavailable()) };
                if self.listener.is_none() {
                    // The broken promise: long enough for something to be stored unheard.
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    self.listener = Some(self.service.wake.listen(&conversation));
                }
                let epoch = self.service.store.epoch().to_owned();
                Some(VisitorInput::Stands { epoch, head: standing.head, floor: standing.floor })
            }
            VisitorOutput::Record { cid, wish } => self.record(cid, wish),
            VisitorOutput::Read(after) => {
                // Read when it is its turn in `next`, so that one stretch is on its way before the next is read.
                self.reading.begin(Arc::clone(&self.service), self.conversation.clone(), after);
                None
            }
            VisitorOutput::Typing(active) => {
                self.types(active);
                None
            }
            VisitorOutput::End(ending) => return Err(ending),
        })
    }

    /// Hands in what the visitor wishes. Frames are stored in the order in which they came, and answered in it.
    fn record(&mut self, cid: String, wish: Wish) -> Option<VisitorInput> {
        // No limit may stand before a ring.
        if matches!(wish, Wish::Tell { .. })
            && let Err(after_ms) = self.service.messages.take(self.visitor, self.source)
        {
            return Some(VisitorInput::Recorded(cid, Err(Refusal::RateLimited(after_ms))));
        }
        let (service, conversation, order) = (Arc::clone(&self.service), self.conversation.clone(), self.order.clone());
        let handed_in = async move {
            let recorded = service.conversations.record(&conversation, Sender::Visitor, &cid, wish, Some(order)).await;
            VisitorInput::Recorded(cid, recorded.map(|recorded| (recorded.seq, recorded.dup)))
        };
        let mut handed_in = handed_in.boxed();
        // Begun at once, so that the next frame comes after it.
        match (&mut handed_in).now_or_never() {
            Some(recorded) => Some(recorded),
            None => {
                self.records.push_back(handed_in);
                None
            }
        }
    }

    /// Follows the queue while the visitor waits in it.
    fn watch_floor(&mut self, frame: &ServerToVisitor) {
        let floor = match frame {
            ServerToVisitor::Welcome { floor, token, reset, .. } => {
                self.meter.welcomed(token.is_some(), *reset);
                floor.clone()
            }
            ServerToVisitor::Event(event) => {
                let before = if self.board.is_some() { Floor::Ringing } else { Floor::Bot };
                match before.clone().after(&event.body) {
                    floor if floor == before => return,
                    floor => floor,
                }
            }
            _ => return,
        };
        self.board = (floor == Floor::Ringing).then(|| {
            let mut board = self.service.queue.look();
            board.mark_changed();
            board
        });
    }

    fn types(&self, active: bool) {
        let typing = crate::line::Typing { author: Author::Visitor, active };
        self.service.wake.typing(&self.conversation, typing);
    }
}

impl Drop for VisitorDriver {
    fn drop(&mut self) {
        // What was handed in is stored all the same, and whoever listens must hear of it. At the very end nobody does.
        if let (false, Ok(runtime)) = (self.records.is_empty(), Handle::try_current()) {
            let records = std::mem::take(&mut self.records);
            runtime.spawn(records.for_each(|_| ready(())));
        }
        for output in self.line.gone() {
            if let VisitorOutput::Typing(active) = output {
                self.types(active);
            }
        }
        tracing::debug!(conversation = self.conversation, "a visitor is gone");
    }
}
