//! From send to receipt at a steady pace: a visitor writes, and the message counts as received when its event arrives at the
//! other side.
//!
//! Agents sit at some of the conversations and the visitor's second page at the others. An agent's line is told the whole
//! queue whenever it changes, which it does with every message; two hundred agents at once would measure that alone.

use super::{
    client::{Door, LIMITED, Socket, Visitor, agent_at, message, said, written},
    report::median,
    schedule::Schedule,
    server::Server,
};
use crate::command::tell;
use anyhow::{Context, bail};
use futures_util::FutureExt;
use hdrhistogram::Histogram;
use protocol::{Event, ServerToAgent, ServerToVisitor};
use serde_json::{Value, json};
use std::{future::pending, time::Duration};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep_until, timeout_at},
};

/// The pace of the figure.
const SCHEDULE: Schedule = Schedule {
    per_second: 1_000,
    conversations: 200,
    warm_up: Duration::from_secs(2),
    round: Duration::from_secs(10),
    rounds: 3,
};
/// Conversations with an agent at the other side.
const AGENTS: usize = 20;
/// How long after the last message is due the last one may arrive.
const LATEST: Duration = Duration::from_secs(10);
/// Between the last client's arrival and the first message.
const SETTLING: Duration = Duration::from_millis(500);

pub(super) async fn measure(server: &Server) -> anyhow::Result<Value> {
    let heard = hear(&server.visitors(), Some(&server.agents().await?), AGENTS, SCHEDULE).await?;
    let of = |quantile| median(heard.rounds.iter().map(|round| milliseconds(round, quantile)).collect());
    tell(&format!("p50 {:.1} ms, p99 {:.1} ms", of(0.5), of(0.99)));
    Ok(json!({
        "p99_ms_at_1000": of(0.99),
        "p50_ms_at_1000": of(0.5),
        "p99_ms_at_1000_rounds": heard.rounds.iter().map(|round| milliseconds(round, 0.99)).collect::<Vec<_>>(),
        "p99_ms_at_1000_agents": milliseconds(&heard.by_agents, 0.99),
        "latency_unheard": heard.unheard,
        "latency_refused": heard.refused,
        "latency_conversations": SCHEDULE.conversations,
        "latency_agents": AGENTS,
        "latency_seconds": SCHEDULE.round.as_secs(),
    }))
}

/// What came of a schedule. Histograms count microseconds.
pub(super) struct Heard {
    /// Of each round, all receipts.
    pub(super) rounds: Vec<Histogram<u64>>,
    /// Those of agents, over all rounds.
    pub(super) by_agents: Histogram<u64>,
    /// Messages that did not arrive in time. They are counted as waited for to the end.
    pub(super) unheard: usize,
    /// Those of them that the server refused, because it could not keep up.
    pub(super) refused: usize,
}

/// Milliseconds of a quantile.
pub(super) fn milliseconds(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    histogram.value_at_quantile(quantile) as f64 / 1_000.0
}

/// What a client tells.
enum Word {
    /// This message arrived, at this moment, and whether at an agent's.
    Heard(usize, Instant, bool),
    /// A message was refused; it will not arrive.
    Refused,
}

/// Opens the conversations, at the first `agents` of which an agent listens, and writes as scheduled.
pub(super) async fn hear(
    visitors: &Door,
    agents_door: Option<&Door>,
    agents: usize,
    schedule: Schedule,
) -> anyhow::Result<Heard> {
    let mut writers = Vec::new();
    let mut listeners = Vec::new();
    for client in 0..schedule.conversations {
        let mut writer = Visitor::arrive(visitors, client).await?;
        writer.ring().await?;
        let listener = match agents_door.filter(|_| client < agents) {
            Some(door) => Listener::Agent(agent_at(door, client, &writer.conversation).await?),
            None => Listener::Page(Visitor::again(visitors, client, &writer.token, &writer.conversation).await?.socket),
        };
        writers.push(writer.socket);
        listeners.push(listener);
    }
    let start = Instant::now() + SETTLING;
    let (words, mut told) = mpsc::unbounded_channel();
    let mut clients = JoinSet::new();
    for (conversation, socket) in writers.into_iter().enumerate() {
        clients.spawn(write(socket, conversation, schedule, start, words.clone()));
    }
    for listener in listeners {
        clients.spawn(listen(listener, words.clone()));
    }
    drop(words);

    let mut tally = Tally::new(schedule)?;
    let latest = start + schedule.end() + LATEST;
    while tally.unheard > 0 {
        tokio::select! {
            word = timeout_at(latest, told.recv()) => match word {
                Ok(Some(Word::Heard(number, at, by_agent))) => tally.receipt(number, at - start, by_agent)?,
                Ok(Some(Word::Refused)) => tally.refused += 1,
                Ok(None) => bail!("every listener is gone"),
                Err(_) => break,
            },
            Some(ended) = clients.join_next() => {
                ended.context("a client broke")?.context("while messages were on their way")?;
            }
        }
    }
    tally.finish(latest - start)
}

/// The other side of a conversation.
enum Listener {
    Agent(Socket),
    /// Another page of the same visitor.
    Page(Socket),
}

/// Sends a conversation's messages when they are due, and goes on reading until it is dropped.
async fn write(
    mut socket: Socket,
    conversation: usize,
    schedule: Schedule,
    start: Instant,
    words: mpsc::UnboundedSender<Word>,
) -> anyhow::Result<()> {
    let mut numbers = schedule.of(conversation).peekable();
    loop {
        let due = numbers.peek().map(|number| start + schedule.due(*number));
        let due = due.map_or_else(|| pending().left_future(), |due| sleep_until(due).right_future());
        tokio::select! {
            // When both are possible, a message is not to wait for what there is to read.
            biased;
            () = due => {
                let number = numbers.next().context("no message is due")?;
                socket.send(written(&message(number))).await?;
            }
            text = socket.next() => {
                let text = text.context("the server hung up on a writer")?;
                if text.starts_with("{\"error\"") {
                    if text.contains("rate_limited") {
                        bail!("{LIMITED}");
                    }
                    // An error means that enough has been heard.
                    let _ = words.send(Word::Refused);
                }
                socket.answer_beat(&text).await?;
            }
        }
    }
}

/// Tells of each message that arrives.
async fn listen(listener: Listener, words: mpsc::UnboundedSender<Word>) -> anyhow::Result<()> {
    let (mut socket, by_agent) = match listener {
        Listener::Agent(socket) => (socket, true),
        Listener::Page(socket) => (socket, false),
    };
    loop {
        let text = socket.next_but_beats().await.context("while listening")?;
        let at = Instant::now();
        if !text.starts_with("{\"event\"") {
            continue;
        }
        let event: Event = if by_agent {
            let ServerToAgent::Event { event, .. } = serde_json::from_str(&text)? else { continue };
            event
        } else {
            let ServerToVisitor::Event(event) = serde_json::from_str(&text)? else { continue };
            event
        };
        if let Some((_, number)) = said(&event) {
            // An error means that enough has been heard.
            let _ = words.send(Word::Heard(number, at, by_agent));
        }
    }
}

/// Counts receipts.
struct Tally {
    schedule: Schedule,
    heard: Vec<bool>,
    unheard: usize,
    rounds: Vec<Histogram<u64>>,
    by_agents: Histogram<u64>,
    refused: usize,
}

impl Tally {
    fn new(schedule: Schedule) -> anyhow::Result<Tally> {
        let histogram = Histogram::<u64>::new(3).context("no histogram")?;
        Ok(Tally {
            schedule,
            heard: vec![false; schedule.messages()],
            unheard: schedule.messages(),
            rounds: vec![histogram.clone(); schedule.rounds],
            by_agents: histogram,
            refused: 0,
        })
    }

    /// Counts a message that arrived `at`, the first time it does.
    fn receipt(&mut self, number: usize, at: Duration, by_agent: bool) -> anyhow::Result<()> {
        let heard = self.heard.get_mut(number).context("a message that nobody sent")?;
        if !std::mem::replace(heard, true) {
            self.unheard -= 1;
            if let Some(round) = self.schedule.round_of(number) {
                let waited = self.schedule.waited(number, at);
                let waited = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
                self.rounds[round].record(waited)?;
                if by_agent {
                    self.by_agents.record(waited)?;
                }
            }
        }
        Ok(())
    }

    /// What has not arrived has been waited for until `end`.
    fn finish(mut self, end: Duration) -> anyhow::Result<Heard> {
        let unheard = self.unheard;
        for number in 0..self.heard.len() {
            self.receipt(number, end, false)?;
        }
        Ok(Heard { rounds: self.rounds, by_agents: self.by_agents, unheard, refused: self.refused })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Schedule = Schedule {
        per_second: 10,
        conversations: 2,
        warm_up: Duration::ZERO,
        round: Duration::from_secs(1),
        rounds: 1,
    };

    #[test]
    fn what_never_arrives_counts_as_waited_for_to_the_end() {
        let mut tally = Tally::new(SHORT).expect("a tally");
        for number in 0..9 {
            tally.receipt(number, SHORT.due(number) + Duration::from_millis(5), false).expect("counted");
        }
        let heard = tally.finish(Duration::from_millis(10_900)).expect("counted");
        assert_eq!(heard.unheard, 1);
        let [round] = &heard.rounds[..] else { panic!("one round") };
        assert_eq!(round.len(), 10);
        assert!((milliseconds(round, 0.5) - 5.0).abs() < 0.01);
        assert!((milliseconds(round, 1.0) - 10_000.0).abs() < 10.0);
    }

    #[test]
    fn a_message_that_arrives_twice_counts_once() {
        let mut tally = Tally::new(SHORT).expect("a tally");
        tally.receipt(3, Duration::from_secs(1), true).expect("counted");
        tally.receipt(3, Duration::from_secs(9), true).expect("counted");
        assert_eq!((tally.unheard, tally.by_agents.len()), (9, 1));
        assert!(tally.receipt(10, Duration::from_secs(1), false).is_err());
    }
}
