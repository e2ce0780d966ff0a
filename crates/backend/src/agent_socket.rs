//! An agent's line over a WebSocket: does what the pure line wants done.

use crate::{
    board::Board,
    decision::Sender,
    error::Error,
    line::{AgentInput, AgentLine, AgentOutput, Ending, Typing, binary, too_large, unavailable},
    metrics::{LineMeter, Side, Transport},
    origin::require_own,
    queue::Present,
    reading::Reading,
    service::Service,
    session::signed_in,
    socket::{self, Inbound, Socket, Upgraded, read_frame},
    store::{SignedIn, Waiting},
    wake::{Heard, Listener},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use futures_util::FutureExt;
use protocol::{Author, Presence, limits};
use std::{collections::VecDeque, future::pending, sync::Arc};
use tokio::sync::watch;

/// `GET /v1/agent/line`: a WebSocket, for our own pages and agents who are logged in.
pub(crate) async fn connect(State(service): State<Arc<Service>>, request: Request) -> Result<Response, Error> {
    require_own(&service.public_url, request.headers())?;
    let sessions = service.wake.sessions();
    let agent = signed_in(&service, request.headers()).await?;
    socket::upgrade(request, limits::AGENT_FRAME_BYTES, &Arc::clone(&service), Side::Agent, |socket| {
        async move {
            let mut driver = Box::new(Driver::new(service, agent, sessions));
            match socket.first().await {
                Ok(first) => driver.carry(socket, AgentInput::Frame(first)).await,
                Err(ending) => ending,
            }
        }
        .boxed()
    })
}

/// An agent's line and what it needs.
struct Driver {
    service: Arc<Service>,
    meter: LineMeter,
    agent: SignedIn,
    line: AgentLine,
    sessions: watch::Receiver<()>,
    board: watch::Receiver<Board>,
    /// The queue last told.
    told_queue: Option<Arc<[Waiting]>>,
    /// The agents last told.
    told_agents: Option<Arc<[Presence]>>,
    listener: Option<Listener>,
    present: Option<Present>,
    /// This conversation's log is to be read after this `seq`.
    reading: Reading,
}

impl Driver {
    fn new(service: Arc<Service>, agent: SignedIn, sessions: watch::Receiver<()>) -> Self {
        let line = AgentLine::new(agent.name.clone(), agent.role, service.store.epoch().to_owned());
        let board = service.queue.look();
        let meter = service.metrics.line(Side::Agent, Transport::WebSocket);
        Driver {
            service,
            meter,
            agent,
            line,
            sessions,
            board,
            told_queue: None,
            told_agents: None,
            listener: None,
            present: None,
            reading: Reading::default(),
        }
    }

    /// Carries frames both ways until the line ends.
    async fn carry(&mut self, socket: &mut Socket<Upgraded>, first: AgentInput) -> Ending {
        let mut input = Some(first);
        loop {
            if let Some(input) = input.take()
                && let Err(ending) = self.take(socket, input).await
            {
                return ending;
            }
            let has_room = socket.has_room();
            if !has_room && let Err(ending) = self.take(socket, AgentInput::Room(false)).await {
                return ending;
            }
            input = tokio::select! {
                inbound = socket.next(true) => match inbound {
                    Inbound::Text(text) => Some(AgentInput::Frame(read_frame(&text))),
                    Inbound::Binary => Some(AgentInput::Frame(Err(binary()))),
                    Inbound::TooLarge => return too_large(),
                    Inbound::BeatDue => Some(AgentInput::BeatDue),
                    Inbound::Room => Some(AgentInput::Room(true)),
                    Inbound::Lost => return Ending::Lost,
                },
                (conversation, events) = self.reading.done() => Some(AgentInput::Read(conversation, events)),
                heard = heard(&mut self.listener) => Some(match heard {
                    Heard::Grew(event) => AgentInput::Grew(event.map(Arc::unwrap_or_clone)),
                    Heard::Typing(typing) => AgentInput::Typing(typing),
                }),
                // Without room it waits, and is told as it is by then.
                _ = self.board.changed(), if has_room && self.present.is_some() => {
                    if let Err(ending) = self.tell_board(socket).await {
                        return ending;
                    }
                    None
                }
                _ = self.sessions.changed() => self.check_log_in().await,
            };
        }
    }

    async fn take(&mut self, socket: &mut Socket<Upgraded>, input: AgentInput) -> Result<(), Ending> {
        if matches!(input, AgentInput::Frame(_)) {
            self.meter.came_in();
        }
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for output in self.line.on(input) {
                inputs.extend(self.act(socket, output).await?);
            }
        }
        Ok(())
    }

    async fn act(&mut self, socket: &mut Socket<Upgraded>, output: AgentOutput) -> Result<Option<AgentInput>, Ending> {
        let service = &self.service;
        Ok(match output {
            AgentOutput::Push(frame) => {
                self.meter.goes_out(&frame);
                socket.push(&frame);
                None
            }
            AgentOutput::Present(available) => {
                match &self.present {
                    Some(present) => present.is_available(available),
                    None => {
                        tracing::info!(agent = self.agent.name, "an agent is here");
                        self.present = Some(service.queue.arrive(&self.agent.name));
                        self.board.mark_changed();
                    }
                }
                None
            }
            AgentOutput::Listen(conversation) => {
                self.listener = Some(service.wake.listen(&conversation));
                None
            }
            AgentOutput::Stand(conversation) => {
                let standing = service.store.standing(&conversation).await.map_err(|cause| service.unread(&cause))?;
                Some(AgentInput::Stands(conversation, standing.map(|standing| (standing.head, standing.floor))))
            }
            AgentOutput::Viewed(conversation) => {
                audit(service, &self.agent.name, "viewed", &conversation).await;
                None
            }
            AgentOutput::Read(conversation, after) => {
                // Read when it is its turn, so that one stretch is on its way before the next is read.
                self.reading.begin(Arc::clone(service), conversation, after);
                None
            }
            AgentOutput::Record { conversation, cid, wish } => {
                let (service, sender) = (Arc::clone(service), Sender::Agent(self.agent.name.clone()));
                // A task of its own: what is stored is told even when the line ends meanwhile.
                let recording = tokio::spawn(async move {
                    let recorded = service.conversations.record(&conversation, sender, &cid, wish, None).await;
                    let recorded = recorded.map(|recorded| (recorded.seq, recorded.dup));
                    AgentInput::Recorded { conversation, cid, recorded }
                });
                Some(recording.await.map_err(|_| unavailable())?)
            }
            AgentOutput::Typing(conversation, active) => {
                service.wake.typing(&conversation, Typing { author: Author::Human, active });
                None
            }
            AgentOutput::End(ending) => return Err(ending),
        })
    }

    /// Tells of the queue and of who is there what has changed.
    async fn tell_board(&mut self, socket: &mut Socket<Upgraded>) -> Result<(), Ending> {
        let (waiting, present, (conversations, more)) = {
            let board = self.board.borrow_and_update();
            (Arc::clone(&board.waiting), Arc::clone(&board.present), board.queue_of(&self.agent.name))
        };
        if self.told_queue.as_ref().is_none_or(|told| !Arc::ptr_eq(told, &waiting)) {
            self.told_queue = Some(waiting);
            self.take(socket, AgentInput::Queue(conversations, more)).await?;
        }
        if self.told_agents.as_ref().is_none_or(|told| !Arc::ptr_eq(told, &present)) {
            self.take(socket, AgentInput::Agents(present.to_vec())).await?;
            self.told_agents = Some(present);
        }
        Ok(())
    }

    /// Whether the log-in has ended. While that cannot be read it holds; it is looked at again soon.
    async fn check_log_in(&mut self) -> Option<AgentInput> {
        match self.service.store.session(&self.agent.token).await {
            Ok(session) => session.is_none().then_some(AgentInput::LoggedOut),
            Err(cause) => {
                self.service.metrics.store_failed();
                tracing::error!(%cause, "it was not seen whether a log-in still holds");
                None
            }
        }
    }
}

async fn audit(service: &Service, agent: &str, action: &str, conversation: &str) {
    if let Err(cause) = service.store.audit(agent, action, conversation).await {
        service.metrics.store_failed();
        tracing::error!(%cause, action, conversation, "the audit log was not written");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        for output in self.line.gone() {
            if let AgentOutput::Typing(conversation, active) = output {
                self.service.wake.typing(&conversation, Typing { author: Author::Human, active });
            }
        }
        tracing::info!(agent = self.agent.name, "an agent is gone");
    }
}

/// What is heard of the watched conversation; nothing while none is watched.
async fn heard(listener: &mut Option<Listener>) -> Heard {
    match listener {
        Some(listener) => listener.heard().await,
        None => pending().await,
    }
}
