//! An agent's line: the frames of `protocol::agent`, from `hello` to the end of the connection or of the log-in.

use crate::{
    decision::{Sender, Wish},
    error::Error,
    origin::require_own,
    queue::{Board, Present},
    service::Service,
    session::signed_in,
    socket::{self, Ending, Inbound, Socket, Upgraded, read_frame},
    store::{SignedIn, StoreError, Waiting},
    tail::{Heard, Tail},
    wake::Typing,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use futures_util::FutureExt;
use protocol::{
    AgentFrame, AgentProfile, Author, ErrorCode, Floor, Limits, PROTOCOL, ServerToAgent, WireError, limits,
};
use std::{
    future::{pending, ready},
    sync::Arc,
};
use tokio::sync::watch;

/// `GET /v1/agent/line`: a WebSocket, for our own pages and agents who are logged in.
pub(crate) async fn connect(State(service): State<Arc<Service>>, request: Request) -> Result<Response, Error> {
    require_own(&service.public_url, request.headers())?;
    let sessions = service.wake.sessions();
    let agent = signed_in(&service, request.headers()).await?;
    let hang_up = service.hang_up.clone();
    socket::upgrade(request, limits::AGENT_FRAME_BYTES, &hang_up, |socket| {
        async move {
            match greet(socket, service, agent, sessions).await {
                Ok(mut line) => line.carry(socket).await,
                Err(ending) => ending,
            }
        }
        .boxed()
    })
}

/// Takes the `hello` and answers it.
async fn greet(
    socket: &mut Socket<Upgraded>,
    service: Arc<Service>,
    agent: SignedIn,
    sessions: watch::Receiver<()>,
) -> Result<Line, Ending> {
    let AgentFrame::Hello { protocol } = socket.first().await? else {
        return Err(socket::hello_expected());
    };
    if protocol != PROTOCOL {
        return Err(socket::unsupported());
    }
    socket.push(&ServerToAgent::Welcome {
        protocol: PROTOCOL.to_owned(),
        agent: AgentProfile { name: agent.name.clone() },
        limits: Limits::agent(),
    });
    tracing::info!(agent = agent.name, "an agent is here");
    let present = service.queue.arrive(&agent.name);
    let board = service.queue.look();
    Ok(Line { service, agent, sessions, board, told_queue: None, watched: None, typing_in: None, _present: present })
}

/// A welcomed agent's line.
struct Line {
    service: Arc<Service>,
    agent: SignedIn,
    sessions: watch::Receiver<()>,
    board: watch::Receiver<Board>,
    /// The queue last told.
    told_queue: Option<Arc<[Waiting]>>,
    /// The conversation on the screen.
    watched: Option<Tail>,
    /// The conversation that the agent is writing in.
    typing_in: Option<String>,
    _present: Present,
}

impl Line {
    /// Carries frames both ways until the line ends.
    async fn carry(&mut self, socket: &mut Socket<Upgraded>) -> Ending {
        self.tell_queue(socket);
        loop {
            let may_tell = self.watched.as_ref().is_some_and(Tail::is_behind) && socket.has_room();
            let told = tokio::select! {
                inbound = socket.next() => self.inbound(socket, inbound).await,
                (conversation, heard) = heard(&mut self.watched) => {
                    if let Heard::Typing(Typing { author: author @ Author::Visitor, active }) = heard {
                        socket.push(&ServerToAgent::Typing { conversation, author, active });
                    }
                    Ok(())
                }
                () = ready(()), if may_tell => self.tell_log(socket).await.map_err(unread),
                _ = self.board.changed() => {
                    self.tell_queue(socket);
                    Ok(())
                }
                _ = self.sessions.changed() => self.check_session().await,
            };
            if let Err(ending) = told {
                return ending;
            }
        }
    }

    async fn inbound(&mut self, socket: &mut Socket<Upgraded>, inbound: Inbound) -> Result<(), Ending> {
        match inbound {
            Inbound::Text(text) => match read_frame(&text) {
                Ok(frame) => return self.frame(socket, frame).await,
                Err(error) => socket.push(&ServerToAgent::Error(error)),
            },
            Inbound::Binary => socket.push(&ServerToAgent::Error(socket::binary())),
            Inbound::TooLarge => return Err(socket::too_large()),
            Inbound::BeatDue => {
                socket.push(&ServerToAgent::Beat);
                if let Some(tail) = &mut self.watched {
                    tail.look_again();
                }
                // A log-in may expire, or be ended by another process.
                return self.check_session().await;
            }
            Inbound::Room => {}
            Inbound::Lost => return Err(Ending::Lost),
        }
        Ok(())
    }

    async fn frame(&mut self, socket: &mut Socket<Upgraded>, frame: AgentFrame) -> Result<(), Ending> {
        let agent = self.agent.name.clone();
        let (conversation, cid, wish) = match frame {
            AgentFrame::Beat => return Ok(()),
            AgentFrame::Hello { .. } => {
                socket.push(&ServerToAgent::Error(socket::said_hello_already()));
                return Ok(());
            }
            AgentFrame::Watch { conversation, after } => {
                return self.watch(socket, conversation, after).await.map_err(unread);
            }
            AgentFrame::Typing { conversation, active } => {
                return self.typing(conversation, active).await.map_err(unread);
            }
            AgentFrame::Claim { conversation, cid } => (conversation, cid, Wish::Claim { agent }),
            AgentFrame::Send { conversation, cid, text } => (conversation, cid, Wish::Reply { agent, text }),
            AgentFrame::Close { conversation, cid } => (conversation, cid, Wish::Close { agent }),
        };
        let sender = Sender::Agent(self.agent.name.clone());
        match self.service.conversations.record(&conversation, &sender, &cid, &wish).await {
            Ok(recorded) => {
                socket.push(&ServerToAgent::Ack { conversation, cid, seq: recorded.seq, dup: recorded.dup });
            }
            Err(refusal) => socket.push(&ServerToAgent::Error(refusal.for_cid(cid))),
        }
        Ok(())
    }

    /// Follows another conversation from now on.
    async fn watch(
        &mut self,
        socket: &mut Socket<Upgraded>,
        conversation: String,
        after: u64,
    ) -> Result<(), StoreError> {
        let mut tail = Tail::listen(&self.service.wake, &conversation);
        let Some(standing) = self.service.store.standing(&conversation).await? else {
            let message = "There is no such conversation; take one from the queue.";
            socket.push(&ServerToAgent::Error(WireError::new(ErrorCode::NotFound, message)));
            return Ok(());
        };
        // Whoever holds more than there is holds another log: it is told anew.
        tail.follow(if after <= standing.head { after } else { 0 }, standing.head);
        if !tail.is_behind() {
            // Says that there was nothing to tell; otherwise the first stretch answers.
            socket.push(&ServerToAgent::Replay { conversation, events: Vec::new() });
        }
        self.watched = Some(tail);
        Ok(())
    }

    /// Passes on that the agent is writing, or has stopped. Only who has the floor is heard.
    async fn typing(&mut self, conversation: String, active: bool) -> Result<(), StoreError> {
        if self.typing_in.as_ref().is_some_and(|typing_in| !active || *typing_in != conversation) {
            self.stop_typing();
        }
        if active {
            let standing = self.service.store.standing(&conversation).await?;
            if standing.is_some_and(|standing| standing.floor == Floor::Human { agent: self.agent.name.clone() }) {
                self.service.wake.typing(&conversation, Typing { author: Author::Human, active: true });
                self.typing_in = Some(conversation);
            }
        }
        Ok(())
    }

    fn stop_typing(&mut self) {
        if let Some(conversation) = self.typing_in.take() {
            self.service.wake.typing(&conversation, Typing { author: Author::Human, active: false });
        }
    }

    /// Tells the next stretch of the watched log.
    async fn tell_log(&mut self, socket: &mut Socket<Upgraded>) -> Result<(), StoreError> {
        let Some(tail) = &mut self.watched else { return Ok(()) };
        let stretch = tail.read(&self.service.store).await?;
        let conversation = tail.conversation();
        if !stretch.replay.is_empty() {
            socket.push(&ServerToAgent::Replay { conversation: conversation.to_owned(), events: stretch.replay });
        }
        for event in stretch.live {
            socket.push(&ServerToAgent::Event { conversation: conversation.to_owned(), event });
        }
        Ok(())
    }

    /// Tells the queue, unless only the agents at it have changed.
    fn tell_queue(&mut self, socket: &mut Socket<Upgraded>) {
        let board = self.board.borrow_and_update();
        if self.told_queue.as_ref().is_none_or(|told| !Arc::ptr_eq(told, &board.waiting)) {
            self.told_queue = Some(Arc::clone(&board.waiting));
            socket.push(&ServerToAgent::Queue { conversations: board.summaries() });
        }
    }

    /// Ends the line when the log-in has ended.
    async fn check_session(&mut self) -> Result<(), Ending> {
        match self.service.store.session(&self.agent.token).await.map_err(unread)? {
            Some(_) => Ok(()),
            None => Err(socket::unauthorized("The log-in has ended; log in again.")),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop_typing();
        tracing::info!(agent = self.agent.name, "an agent is gone");
    }
}

/// What the watched conversation's tail hears; nothing while none is watched.
async fn heard(watched: &mut Option<Tail>) -> (String, Heard) {
    match watched {
        Some(tail) => {
            let heard = tail.heard().await;
            (tail.conversation().to_owned(), heard)
        }
        None => pending().await,
    }
}

/// Something could not be read; the inbox comes back and asks again.
fn unread(cause: StoreError) -> Ending {
    tracing::error!(%cause, "the store was not read");
    socket::unavailable()
}
