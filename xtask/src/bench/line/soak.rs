//! The soak: conversations between visitors and agents, each by the client's own line, over a network that fails every second
//! and a server that is killed now and then. At the end each log is read by a fresh client and compared with what was said.

use super::{
    client::{Door, Visitor, cid, said, text},
    drive::drive,
    proxy::{Fault, Proxy},
    server::Server,
    tally::{Account, Said, Tally},
};
use crate::command::tell;
use anyhow::{Context, bail};
use channel::{AgentLine, VisitorLine, agent_line, visitor_line};
use protocol::{Author, Event, ServerToVisitor};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, interval, sleep, timeout},
};

const CONVERSATIONS: usize = 50;
/// Both sides of every conversation say something once in this time.
const TURN: Duration = Duration::from_secs(1);
const FAULT_EVERY: Duration = Duration::from_secs(1);
/// The server is killed instead of every so many faults.
const KILL_EVERY: usize = 20;
/// How long everything may take to settle, once nothing fails any more.
const SETTLING: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(20);

pub(super) async fn measure(server: &mut Server, minutes: f64) -> anyhow::Result<Value> {
    let proxy = Proxy::start(server.address()).await?;
    let visitors = server.visitors();
    let through = (visitors.through(proxy.address), server.agents().await?.through(proxy.address));
    let mut lines = JoinSet::new();
    let mut pairs = Vec::new();
    for client in 0..CONVERSATIONS {
        pairs.push(Pair::meet(&through, client, &mut lines).await?);
    }
    let end = Instant::now() + Duration::from_secs_f64(minutes * 60.0);
    let ((), faults) = tokio::join!(talk(&mut pairs, end), fail(server, &proxy, end));
    let Faults { faults, kills } = faults?;
    let settling = Instant::now();
    while !pairs.iter().all(Pair::is_settled) && settling.elapsed() < SETTLING {
        sleep(PAUSE).await;
    }
    let settled_after = settling.elapsed();
    let mut tally = Tally::default();
    let (mut said, mut trouble) = (0, Vec::new());
    for (client, pair) in pairs.into_iter().enumerate() {
        let account = pair.account(&visitors, client, &mut trouble).await?;
        said += account.said.len();
        tally += account.tally();
    }
    trouble.truncate(10);
    tell(&format!(
        "{said} said, {tally:?}, {faults} faults, {kills} kills, settled after {settled_after:.1?} {trouble:?}"
    ));
    Ok(json!({
        "lost": tally.lost,
        "doubled": tally.doubled,
        "out_of_order": tally.out_of_order,
        "unsaid": tally.unsaid,
        "soak_minutes": minutes,
        "soak_conversations": CONVERSATIONS,
        "soak_said": said,
        "soak_faults": faults,
        "soak_kills": kills,
        "soak_settled_after_s": settled_after.as_secs_f64(),
        "soak_trouble": trouble,
    }))
}

/// Lets both sides of every conversation speak in turn until `end`, whether or not anybody is connected.
async fn talk(pairs: &mut [Pair], end: Instant) {
    let mut turn = interval(TURN / CONVERSATIONS as u32);
    for at in (0..CONVERSATIONS).cycle() {
        turn.tick().await;
        if Instant::now() >= end {
            return;
        }
        pairs[at].speak();
    }
}

struct Faults {
    faults: usize,
    kills: usize,
}

/// Lets something fail every second until `end`; afterwards the server runs.
async fn fail(server: &mut Server, proxy: &Proxy, end: Instant) -> anyhow::Result<Faults> {
    let mut every = interval(FAULT_EVERY);
    every.tick().await;
    let (mut faults, mut kills) = (0, 0);
    loop {
        every.tick().await;
        if Instant::now() >= end {
            return Ok(Faults { faults, kills });
        }
        faults += 1;
        if faults % KILL_EVERY == 0 {
            kills += 1;
            server.kill().await?;
            sleep(Duration::from_millis(fastrand::u64(0..2_000))).await;
            server.start_again().await?;
            continue;
        }
        let moment = Duration::from_millis(fastrand::u64(200..3_000));
        match fastrand::u8(0..6) {
            0 => proxy.fault(Fault::Cut, 1.0),
            1 => proxy.fault(Fault::Cut, 0.3),
            2 => proxy.fault(Fault::Tear, 1.0),
            3 => proxy.fault(Fault::Tear, 0.3),
            4 => proxy.fault(Fault::Stall(moment), 1.0),
            _ => proxy.fault(Fault::Stall(moment), 0.3),
        }
    }
}

/// One side of a conversation: its line, and what that has told.
struct Side<C> {
    commands: mpsc::UnboundedSender<C>,
    screen: Arc<Mutex<Screen>>,
}

/// What a page would show and know.
#[derive(Default)]
struct Screen {
    token: String,
    conversation: String,
    /// What was commanded and is not known to be stored.
    waiting: HashSet<String>,
    /// What is on the screen, in order.
    shown: Vec<Said>,
    /// Refusals and the like, none of which may happen.
    trouble: Vec<String>,
}

impl Screen {
    fn happened(&mut self, event: &Event) {
        self.waiting.remove(&event.cid);
        self.shown.extend(said(event));
    }
}

fn look(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<C> Side<C> {
    /// Commands what is to be acknowledged under a new id.
    fn command(&self, command: impl FnOnce(String) -> C) {
        let cid = cid();
        look(&self.screen).waiting.insert(cid.clone());
        // An error means that the line broke; then what was said is lost, and counted so.
        let _ = self.commands.send(command(cid));
    }

    /// Waits until everything commanded is known to be stored.
    async fn settled(&self) -> anyhow::Result<()> {
        let settled = async {
            while !look(&self.screen).waiting.is_empty() {
                sleep(PAUSE).await;
            }
        };
        timeout(SETTLING, settled).await.context("nothing is acknowledged")
    }
}

/// A visitor and an agent in conversation.
struct Pair {
    visitor: Side<visitor_line::Command>,
    agent: Side<agent_line::Command>,
    conversation: String,
    /// How often each has spoken.
    turns: usize,
}

impl Pair {
    /// Lets a visitor ring and an agent claim.
    async fn meet((visitors, agents): &(Door, Door), client: usize, lines: &mut JoinSet<()>) -> anyhow::Result<Pair> {
        let (commands, commanded) = mpsc::unbounded_channel();
        let screen = Arc::<Mutex<Screen>>::default();
        let visitor = Side { commands, screen: Arc::clone(&screen) };
        lines.spawn(drive(VisitorLine::default(), visitors.clone(), client, commanded, move |line, notice| {
            visitor_told(&mut look(&screen), line, notice)
        }));
        for begin in [visitor_line::Command::Loaded(Vec::new()), visitor_line::Command::Talk] {
            visitor.commands.send(begin).context("a visitor's line broke")?;
        }
        visitor.command(|cid| visitor_line::Command::Ring { cid });
        visitor.settled().await.context("while ringing")?;
        let conversation = look(&visitor.screen).conversation.clone();

        let (commands, commanded) = mpsc::unbounded_channel();
        let screen = Arc::<Mutex<Screen>>::default();
        let agent = Side { commands, screen: Arc::clone(&screen) };
        lines.spawn(drive(AgentLine::default(), agents.clone(), client, commanded, move |_, notice| {
            agent_told(&mut look(&screen), notice);
            None
        }));
        agent.commands.send(agent_line::Command::Follow).context("an agent's line broke")?;
        let watch = agent_line::Command::Watch { conversation: conversation.clone(), after: 0 };
        agent.commands.send(watch).context("an agent's line broke")?;
        // Sent when the line is live; until then it waits in the outbox.
        agent.command(|cid| agent_line::Command::Claim { conversation: conversation.clone(), cid });
        agent.settled().await.context("while claiming")?;
        Ok(Pair { visitor, agent, conversation, turns: 0 })
    }

    /// Both say one thing.
    fn speak(&mut self) {
        let text = text(self.turns);
        self.turns += 1;
        let conversation = self.conversation.clone();
        let reply = text.clone();
        let author = Author::Visitor;
        self.visitor.command(|cid| visitor_line::Command::Say { cid, author, text, entry: None });
        self.agent.command(|cid| agent_line::Command::Say { conversation, cid, text: reply });
    }

    /// Whether everything said is known to be stored, and is on both screens.
    fn is_settled(&self) -> bool {
        let is_settled = |screen: &Mutex<Screen>| {
            let screen = look(screen);
            screen.waiting.is_empty() && screen.shown.len() >= 2 * self.turns
        };
        is_settled(&self.visitor.screen) && is_settled(&self.agent.screen)
    }

    /// What became of the conversation; its log is read by a client that holds nothing.
    async fn account(self, door: &Door, client: usize, trouble: &mut Vec<String>) -> anyhow::Result<Account> {
        let (to_visitor, to_agent, token) = {
            let (mut visitor, mut agent) = (look(&self.visitor.screen), look(&self.agent.screen));
            trouble.append(&mut visitor.trouble);
            trouble.append(&mut agent.trouble);
            (std::mem::take(&mut visitor.shown), std::mem::take(&mut agent.shown), visitor.token.clone())
        };
        let said = (0..self.turns).flat_map(|turn| [(Author::Visitor, turn), (Author::Human, turn)]).collect();
        let log = timeout(SETTLING, read_log(door, client, &token, &self.conversation));
        let log = log.await.context("the log is not told to its end")?.context("while reading a log")?;
        Ok(Account { said, log, to_visitor, to_agent })
    }
}

/// The messages of a log from `seq` 1 on.
async fn read_log(door: &Door, client: usize, token: &str, conversation: &str) -> anyhow::Result<Vec<Said>> {
    let mut visitor = Visitor::again(door, client, token, conversation).await?;
    let (mut log, mut seq) = (Vec::new(), 0);
    while seq < visitor.head {
        let text = visitor.socket.next_but_beats().await?;
        let events = match serde_json::from_str(&text)? {
            ServerToVisitor::Replay(events) => events,
            ServerToVisitor::Event(event) => vec![event],
            _ => continue,
        };
        for event in events {
            if event.seq != seq + 1 {
                bail!("the log goes from {seq} to {}", event.seq);
            }
            seq = event.seq;
            log.extend(said(&event));
        }
    }
    Ok(log)
}

fn visitor_told(
    screen: &mut Screen,
    line: &VisitorLine,
    notice: visitor_line::Notice,
) -> Option<visitor_line::Command> {
    use visitor_line::Notice;
    match notice {
        // The page of this visitor stays open, so memory is a store as good as any.
        Notice::Store(_, Some(cid)) => return Some(visitor_line::Command::Stored(cid, true)),
        Notice::Happened(event) => screen.happened(&event),
        Notice::Acknowledged(cid, _) => {
            screen.waiting.remove(&cid);
        }
        Notice::Reset => screen.shown.clear(),
        Notice::Refused(error) => screen.trouble.push(format!("a visitor was refused: {error:?}")),
        Notice::Forgotten => screen.trouble.push("a visitor was forgotten".to_owned()),
        Notice::Status(channel::Status::Live) => {
            screen.token = line.token().unwrap_or_default().to_owned();
            screen.conversation = line.conversation().unwrap_or_default().to_owned();
        }
        Notice::Store(_, None)
        | Notice::Tell(_)
        | Notice::Kept(..)
        | Notice::Status(_)
        | Notice::Typing(..)
        | Notice::Queue { .. } => {}
    }
    None
}

fn agent_told(screen: &mut Screen, notice: agent_line::Notice) {
    use agent_line::Notice;
    match notice {
        Notice::Happened(_, event) => screen.happened(&event),
        Notice::Replayed(_, events) => events.iter().for_each(|event| screen.happened(event)),
        Notice::Acknowledged(cid, _) => {
            screen.waiting.remove(&cid);
        }
        Notice::Reset(_) | Notice::Replaced => screen.shown.clear(),
        Notice::Refused(error) => screen.trouble.push(format!("an agent was refused: {error:?}")),
        Notice::LoggedOut => screen.trouble.push("an agent was logged out".to_owned()),
        Notice::Status(_)
        | Notice::Welcome(..)
        | Notice::Queue(..)
        | Notice::Agents(_)
        | Notice::Typing(..)
        | Notice::NotWelcomed => {}
    }
}
