//! Everybody comes back at once: 10,000 visitors, by their own line's rules, after the server was stopped and started again.

use super::{client::Door, drive::drive, server::Server};
use crate::command::tell;
use anyhow::{Context, bail};
use channel::{
    Status, VisitorLine,
    visitor_line::{Command, Notice},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};

const CLIENTS: usize = 10_000;
/// Clients that arrive at once at the beginning, which is no storm.
const ARRIVING: usize = 50;
/// How long they are connected before the server stops.
const CALM: Duration = Duration::from_secs(3);
/// Longer than this is no figure any more.
const LONGEST: Duration = Duration::from_secs(180);

pub(super) async fn measure(server: &mut Server) -> anyhow::Result<Value> {
    let mut crowd = Crowd::arrive(&server.visitors()).await?;
    tell(&format!("{CLIENTS} clients are connected"));
    sleep(CALM).await;
    let stopping = Instant::now();
    server.stop().await?;
    let stopped_after = stopping.elapsed();
    let listening = server.start_again().await?;
    let returned = crowd.come_back(stopping, listening + LONGEST).await?;
    let after = |share: f64| {
        let at = returned[((CLIENTS as f64 * share) as usize).clamp(1, CLIENTS) - 1];
        at.saturating_duration_since(listening).as_secs_f64()
    };
    tell(&format!("all are back after {:.1} s, half of them after {:.1} s", after(1.0), after(0.5)));
    Ok(json!({
        "storm_s": after(1.0),
        "storm_half_s": after(0.5),
        "storm_99_percent_s": after(0.99),
        "storm_clients": CLIENTS,
        "storm_stop_s": stopped_after.as_secs_f64(),
        "storm_down_s": listening.saturating_duration_since(stopping).as_secs_f64(),
    }))
}

/// What a client tells.
enum Told {
    /// Welcomed, in this conversation.
    Live { conversation: String },
    /// The server took it for somebody else, or for somebody who holds another log.
    Lost,
}

/// The clients, each with a line of its own.
struct Crowd {
    told: mpsc::UnboundedReceiver<(usize, Instant, Told)>,
    /// The conversation of each.
    conversations: Vec<String>,
    /// To keep the lines wanted.
    _commands: Vec<mpsc::UnboundedSender<Command>>,
    _lines: JoinSet<()>,
}

impl Crowd {
    /// Lets new visitors in, a few at a time.
    async fn arrive(door: &Door) -> anyhow::Result<Crowd> {
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut conversations = vec![String::new(); CLIENTS];
        let (mut commands, mut lines) = (Vec::new(), JoinSet::new());
        let mut welcomed = 0;
        while welcomed < CLIENTS {
            while commands.len() < CLIENTS.min(welcomed + ARRIVING) {
                let client = commands.len();
                let (command, commanded) = mpsc::unbounded_channel();
                for begin in [Command::Loaded(Vec::new()), Command::Talk, Command::Follow] {
                    command.send(begin).context("a client broke")?;
                }
                commands.push(command);
                let tell = tell.clone();
                lines.spawn(drive(VisitorLine::default(), door.clone(), client, commanded, move |line, notice| {
                    let word = match notice {
                        Notice::Status(Status::Live) => {
                            Told::Live { conversation: line.conversation().unwrap_or_default().to_owned() }
                        }
                        Notice::Forgotten | Notice::Reset => Told::Lost,
                        _ => return None,
                    };
                    // An error means that the measure is over.
                    let _ = tell.send((client, Instant::now(), word));
                    None
                }));
            }
            let word = timeout_at(Instant::now() + LONGEST, told.recv()).await.context("the clients do not get in")?;
            let (client, _, Told::Live { conversation }) = word.context("every client is gone")? else {
                bail!("a new visitor was taken for an old one");
            };
            // One that lost its connection meanwhile is told of again.
            welcomed += usize::from(conversations[client].is_empty());
            conversations[client] = conversation;
        }
        Ok(Crowd { told, conversations, _commands: commands, _lines: lines })
    }

    /// Waits until every client was welcomed again, after `since` and in its own conversation: when each was, in order.
    async fn come_back(&mut self, since: Instant, latest: Instant) -> anyhow::Result<Vec<Instant>> {
        let mut returned: Vec<Option<Instant>> = vec![None; CLIENTS];
        let mut away = CLIENTS;
        while away > 0 {
            let word = timeout_at(latest, self.told.recv()).await;
            let word = word.with_context(|| format!("{away} clients are not back after {LONGEST:?}"))?;
            let (client, at, told) = word.context("every client is gone")?;
            match told {
                Told::Live { conversation } if conversation == self.conversations[client] => {
                    if at >= since && returned[client].is_none() {
                        returned[client] = Some(at);
                        away -= 1;
                    }
                }
                Told::Live { .. } | Told::Lost => bail!("a client was not welcomed to its own conversation"),
            }
        }
        let mut returned: Vec<Instant> = returned.into_iter().flatten().collect();
        returned.sort_unstable();
        Ok(returned)
    }
}
