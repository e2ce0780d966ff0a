//! A visitor's line: the frames of `protocol::visitor`, from `hello` to the end of the connection.

use crate::{
    decision::{Sender, Wish},
    error::Error,
    hello::{Arrival, arrive, resume_after},
    origin::require_listed,
    queue::Board,
    service::Service,
    socket::{self, Ending, Inbound, Socket, Upgraded, read_frame},
    store::StoreError,
    tail::{Heard, Tail},
    wake::Typing,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use futures_util::FutureExt;
use protocol::{Author, ErrorCode, Limits, PROTOCOL, ServerToVisitor, VisitorFrame, WireError, limits};
use std::{future::ready, sync::Arc};
use tokio::sync::watch;

/// `GET /v1/visitor`: a WebSocket, for pages of the shops only.
pub(crate) async fn connect(State(service): State<Arc<Service>>, request: Request) -> Result<Response, Error> {
    require_listed(&service.origins, request.headers())?;
    let hang_up = service.hang_up.clone();
    socket::upgrade(request, limits::VISITOR_FRAME_BYTES, &hang_up, |socket| {
        async move {
            match greet(socket, service).await {
                Ok(mut line) => line.carry(socket).await,
                Err(ending) => ending,
            }
        }
        .boxed()
    })
}

/// Takes the `hello` and answers it.
async fn greet(socket: &mut Socket<Upgraded>, service: Arc<Service>) -> Result<Line, Ending> {
    let VisitorFrame::Hello { protocol, token, conversation, resume } = socket.first().await? else {
        return Err(socket::hello_expected());
    };
    if protocol != PROTOCOL {
        return Err(socket::unsupported());
    }
    let named_conversation = conversation.is_some();
    let arrival = arrive(&service.store, token, conversation).await.map_err(|cause| {
        tracing::error!(%cause, "a visitor was not let in");
        socket::unavailable()
    })?;
    let Some(Arrival { visitor, conversation, token }) = arrival else {
        return Err(socket::unauthorized("The token or the conversation is not known here; say hello without them."));
    };
    let mut tail = Tail::listen(&service.wake, &conversation);
    let standing = service.store.standing(&conversation).await.map_err(unread)?;
    let Some(standing) = standing else { return Err(socket::unavailable()) };
    let epoch = service.store.epoch().to_owned();
    let (held, reset) = resume_after(&epoch, standing.head, named_conversation, resume);
    tail.follow(held, standing.head);
    tracing::info!(conversation, new = token.is_some(), "a visitor is here");
    socket.push(&ServerToVisitor::Welcome {
        protocol: PROTOCOL.to_owned(),
        token,
        conversation,
        epoch,
        head: standing.head,
        reset,
        floor: standing.floor,
        limits: Limits::visitor(),
    });
    let board = service.queue.look();
    Ok(Line { service, visitor, tail, board, typing: false, told_wait: None })
}

/// A welcomed visitor's line.
struct Line {
    service: Arc<Service>,
    visitor: i64,
    tail: Tail,
    board: watch::Receiver<Board>,
    /// The visitor is writing.
    typing: bool,
    /// The last place and number of agents told.
    told_wait: Option<(u32, u32)>,
}

impl Line {
    /// Carries frames both ways until the line ends.
    async fn carry(&mut self, socket: &mut Socket<Upgraded>) -> Ending {
        self.tell_wait(socket);
        loop {
            let may_tell = self.tail.is_behind() && socket.has_room();
            let told = tokio::select! {
                inbound = socket.next() => self.inbound(socket, inbound).await,
                heard = self.tail.heard() => {
                    // What the visitor writes in another tab is no news to the visitor.
                    if let Heard::Typing(Typing { author, active }) = heard && author != Author::Visitor {
                        socket.push(&ServerToVisitor::Typing { author, active });
                    }
                    Ok(())
                }
                () = ready(()), if may_tell => self.tell_log(socket).await.map_err(unread),
                _ = self.board.changed() => {
                    self.tell_wait(socket);
                    Ok(())
                }
            };
            if let Err(ending) = told {
                return ending;
            }
        }
    }

    async fn inbound(&mut self, socket: &mut Socket<Upgraded>, inbound: Inbound) -> Result<(), Ending> {
        match inbound {
            Inbound::Text(text) => match read_frame(&text) {
                Ok(frame) => self.frame(socket, frame).await,
                Err(error) => socket.push(&ServerToVisitor::Error(error)),
            },
            Inbound::Binary => socket.push(&ServerToVisitor::Error(socket::binary())),
            Inbound::TooLarge => return Err(socket::too_large()),
            Inbound::BeatDue => {
                socket.push(&ServerToVisitor::Beat);
                self.tail.look_again();
            }
            Inbound::Room => {}
            Inbound::Lost => return Err(Ending::Lost),
        }
        Ok(())
    }

    async fn frame(&mut self, socket: &mut Socket<Upgraded>, frame: VisitorFrame) {
        let (cid, wish) = match frame {
            VisitorFrame::Beat => return,
            VisitorFrame::Typing { active } => return self.typing(active),
            VisitorFrame::Hello { .. } => {
                return socket.push(&ServerToVisitor::Error(socket::said_hello_already()));
            }
            // No limit may stand before a ring.
            VisitorFrame::Human { cid } => (cid, Wish::Ring),
            VisitorFrame::Send { cid, author, text, entry } => {
                if let Err(after_ms) = self.service.messages.take(&self.visitor) {
                    let message = "Too many messages; send this one again after `retry_after_ms`.";
                    let mut error = WireError::new(ErrorCode::RateLimited, message).for_cid(cid);
                    error.retry_after_ms = Some(after_ms);
                    return socket.push(&ServerToVisitor::Error(error));
                }
                (cid, Wish::Tell { author, text, entry })
            }
        };
        let conversation = self.tail.conversation();
        match self.service.conversations.record(conversation, &Sender::Visitor, &cid, &wish).await {
            Ok(recorded) => socket.push(&ServerToVisitor::Ack { cid, seq: recorded.seq, dup: recorded.dup }),
            Err(refusal) => socket.push(&ServerToVisitor::Error(refusal.for_cid(cid))),
        }
    }

    /// Passes on that the visitor is writing, or has stopped.
    fn typing(&mut self, active: bool) {
        if active || self.typing {
            self.typing = active;
            self.service.wake.typing(self.tail.conversation(), Typing { author: Author::Visitor, active });
        }
    }

    /// Tells the next stretch of the log.
    async fn tell_log(&mut self, socket: &mut Socket<Upgraded>) -> Result<(), StoreError> {
        let stretch = self.tail.read(&self.service.store).await?;
        if !stretch.replay.is_empty() {
            socket.push(&ServerToVisitor::Replay(stretch.replay));
        }
        for event in stretch.live {
            socket.push(&ServerToVisitor::Event(event));
        }
        Ok(())
    }

    /// While ringing: tells how the wait stands, when it stands differently.
    fn tell_wait(&mut self, socket: &mut Socket<Upgraded>) {
        let wait = self.board.borrow_and_update().wait_of(self.tail.conversation());
        if wait != self.told_wait
            && let Some((position, agents)) = wait
        {
            socket.push(&ServerToVisitor::Queue { position, agents });
        }
        self.told_wait = wait;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.typing(false);
        tracing::info!(conversation = self.tail.conversation(), "a visitor is gone");
    }
}

/// The log could not be read; the client comes back and asks again.
fn unread(cause: StoreError) -> Ending {
    tracing::error!(%cause, "a log was not read");
    socket::unavailable()
}
