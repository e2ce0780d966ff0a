//! Counts for whoever runs the service, told as OpenMetrics text on a listener of their own. Never a text, a name or an id:
//! every label's values are few and ours.

mod listener;
mod meter;

pub(crate) use listener::{count_refusal, serve};
pub(crate) use meter::{LineMeter, Outgoing};

use crate::{board::Tally, line::Ending};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};
use protocol::{Author, ErrorCode, Event, EventBody, ServerToVisitor};
use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

/// Upper ends of the buckets for storing, in seconds: a fast disk, a slow one, and one that makes people wait.
const STORE_SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// Upper ends of the buckets for writes in one commit, up to the most there may be.
const BATCH_WRITES: [f64; 11] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0];
/// Upper ends of the buckets for waiting on a person, in seconds.
const CLAIM_SECONDS: [f64; 11] = [5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0];

/// Label names and values.
type Labels<const N: usize> = [(&'static str, &'static str); N];

/// A refusal over HTTP, as the response carries it to [`count_refusal`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    pub(crate) code: ErrorCode,
    /// The store was the cause.
    pub(crate) store_failed: bool,
}

/// Whose line it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side {
    Visitor,
    Agent,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Side::Visitor => "visitor",
            Side::Agent => "agent",
        }
    }
}

/// What a line goes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    WebSocket,
    /// Server-sent events, and posts the other way.
    Stream,
    /// Long polling, and posts the other way: a line is open for as long as a poll waits.
    Poll,
}

impl Transport {
    fn word(self) -> &'static str {
        match self {
            Transport::WebSocket => "websocket",
            Transport::Stream => "stream",
            Transport::Poll => "poll",
        }
    }
}

/// Which limit was reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// One visitor's messages.
    Visitor,
    /// Those from one address.
    Address,
    /// Those from the pages of one site.
    Site,
    /// Failed log-ins for one name from one address.
    LogIn,
    /// Failed log-ins from one address.
    LogInAddress,
}

/// Every count of one service. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Metrics(Arc<Families>);

/// The counts by name; their meanings stand where they are registered.
#[derive(Debug)]
struct Families {
    registry: Registry,
    connections: Family<Labels<2>, Gauge>,
    frames: Family<Labels<2>, Counter>,
    slow_consumers_cut: Family<Labels<1>, Counter>,
    visitors_welcomed: Family<Labels<1>, Counter>,
    refusals: Family<[(&'static str, String); 1], Counter>,
    rate_limited: Family<Labels<1>, Counter>,
    messages_stored: Family<Labels<1>, Counter>,
    floor_changes: Family<Labels<1>, Counter>,
    duplicates: Counter,
    record: Histogram,
    commit: Histogram,
    batch_writes: Histogram,
    store_errors: Counter,
    bus_messages: Family<Labels<1>, Counter>,
    bus_failures: Counter,
    bus_connected: Gauge,
    ringing: Gauge,
    oldest_ring: Gauge<f64, AtomicU64>,
    agents_available: Gauge,
    open: Gauge,
    ring_to_claim: Histogram,
    log_ins: Family<Labels<1>, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut families = Families {
            registry: Registry::with_prefix("shopbell"),
            connections: Family::default(),
            frames: Family::default(),
            slow_consumers_cut: Family::default(),
            visitors_welcomed: Family::default(),
            refusals: Family::default(),
            rate_limited: Family::default(),
            messages_stored: Family::default(),
            floor_changes: Family::default(),
            duplicates: Counter::default(),
            record: Histogram::new(STORE_SECONDS),
            commit: Histogram::new(STORE_SECONDS),
            batch_writes: Histogram::new(BATCH_WRITES),
            store_errors: Counter::default(),
            bus_messages: Family::default(),
            bus_failures: Counter::default(),
            bus_connected: Gauge::default(),
            ringing: Gauge::default(),
            oldest_ring: Gauge::default(),
            agents_available: Gauge::default(),
            open: Gauge::default(),
            ring_to_claim: Histogram::new(CLAIM_SECONDS),
            log_ins: Family::default(),
        };
        families.register();
        families.begin_at_zero();
        Metrics(Arc::new(families))
    }
}

impl Families {
    /// Gives every count its name and its meaning.
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("build", "The version that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("connections", "Lines open now", self.connections.clone());
        registry.register("frames", "Frames that came in and went out", self.frames.clone());
        let help = "Lines cut because the other side read too slowly";
        registry.register("slow_consumers_cut", help, self.slow_consumers_cut.clone());
        let help = "Visitors let in: new, back to go on where they were, or reset to be told anew";
        registry.register("visitors_welcomed", help, self.visitors_welcomed.clone());
        let help = "Refusals over HTTP and on lines, by the code told";
        registry.register("refusals", help, self.refusals.clone());
        registry.register("rate_limited", "Asked for too often, by the limit reached", self.rate_limited.clone());
        registry.register("messages_stored", "Messages stored, by author", self.messages_stored.clone());
        let help = "Rings, claims, transfers, hand-backs and closings stored";
        registry.register("floor_changes", help, self.floor_changes.clone());
        let help = "Frames and notes answered from what was stored before";
        registry.register("duplicates", help, self.duplicates.clone());
        let help = "From asking the store until the commit, the wait for a turn included";
        registry.register_with_unit("record", help, Unit::Seconds, self.record.clone());
        let help = "One transaction with all the writes that had gathered, from its beginning until it is on disk";
        registry.register_with_unit("commit", help, Unit::Seconds, self.commit.clone());
        registry.register("batch_writes", "Writes in one such transaction", self.batch_writes.clone());
        registry.register("store_errors", "Reads and writes that the store failed", self.store_errors.clone());
        let help = "Messages to and from other nodes, each with what had gathered in some milliseconds";
        registry.register("bus_messages", help, self.bus_messages.clone());
        registry.register(
            "bus_failures",
            "Times the connection to the bus was lost or not made",
            self.bus_failures.clone(),
        );
        let help = "1 while other nodes can be heard, else 0; 0 where there is no bus";
        registry.register("bus_connected", help, self.bus_connected.clone());
        registry.register("ringing", "Conversations that wait for a person", self.ringing.clone());
        let help = "How long the first of them has waited; 0 when none waits";
        registry.register_with_unit("oldest_ring", help, Unit::Seconds, self.oldest_ring.clone());
        registry.register(
            "agents_available",
            "Agents who take conversations now, at whichever node",
            self.agents_available.clone(),
        );
        let help = "1 while the shop is open by its opening hours, or keeps none; else 0";
        registry.register("open", help, self.open.clone());
        let help = "From a ring to its claim, for claims made at this process";
        registry.register_with_unit("ring_to_claim", help, Unit::Seconds, self.ring_to_claim.clone());
        registry.register("log_ins", "Log-ins with a right and with a wrong name or password", self.log_ins.clone());
    }

    /// Makes what may be alerted on appear before it first happens: a count that begins at 1 has not grown.
    fn begin_at_zero(&self) {
        for limit in [Limit::Visitor, Limit::Address, Limit::Site, Limit::LogIn, Limit::LogInAddress] {
            self.rate_limited(limit);
        }
        for direction in ["in", "out"] {
            self.bus_messages.get_or_create_owned(&[("direction", direction)]);
        }
        for outcome in ["failed", "succeeded"] {
            self.log_ins.get_or_create_owned(&[("outcome", outcome)]);
        }
        for code in [ErrorCode::OriginNotAllowed, ErrorCode::Unauthorized, ErrorCode::Unavailable] {
            self.refusals(code);
        }
        for way in ["new", "back", "reset"] {
            self.visitors_welcomed.get_or_create_owned(&[("way", way)]);
        }
        for side in [Side::Visitor, Side::Agent] {
            self.slow_consumers_cut.get_or_create_owned(&[("side", side.word())]);
        }
    }

    fn refusals(&self, code: ErrorCode) -> Counter {
        // As it stands on the wire; a code without fields is a JSON string.
        let word = serde_json::to_string(&code).unwrap_or_default();
        self.refusals.get_or_create_owned(&[("code", word.trim_matches('"').to_owned())])
    }

    fn frames(&self, side: Side, direction: &'static str) -> Counter {
        self.frames.get_or_create_owned(&[("side", side.word()), ("direction", direction)])
    }

    fn rate_limited(&self, limit: Limit) -> Counter {
        let word = match limit {
            Limit::Visitor => "visitor",
            Limit::Address => "address",
            Limit::Site => "site",
            Limit::LogIn => "log_in",
            Limit::LogInAddress => "log_in_address",
        };
        self.rate_limited.get_or_create_owned(&[("limit", word)])
    }
}

impl Metrics {
    /// Counts a line as open until the result is dropped.
    pub(crate) fn line(&self, side: Side, transport: Transport) -> LineMeter {
        LineMeter::new(self, side, transport)
    }

    /// A visitor was let in: new here, or back, perhaps to be told anew.
    fn visitor_welcomed(&self, new: bool, reset: bool) {
        let way = match (new, reset) {
            (true, _) => "new",
            (false, true) => "reset",
            (false, false) => "back",
        };
        self.0.visitors_welcomed.get_or_create(&[("way", way)]).inc();
    }

    /// Somebody was told this code.
    pub(crate) fn refused(&self, code: ErrorCode) {
        self.0.refusals(code).inc();
    }

    /// A line has ended, perhaps by a refusal.
    pub(crate) fn ended(&self, ending: &Ending) {
        if let Ending::Refused(error, _) = ending {
            self.refused(error.code);
        }
    }

    /// A line was cut, because the other side does not read.
    pub(crate) fn cut_slow(&self, side: Side) {
        self.0.slow_consumers_cut.get_or_create(&[("side", side.word())]).inc();
    }

    /// So many frames were posted, and answered so.
    pub(crate) fn posted(&self, frames: usize, answers: &[ServerToVisitor]) {
        self.0.frames(Side::Visitor, "in").inc_by(frames as u64);
        self.0.frames(Side::Visitor, "out").inc_by(answers.len() as u64);
        answers.iter().filter_map(Outgoing::refusal).for_each(|code| self.refused(code));
    }

    /// The count of those who reach this limit.
    pub(crate) fn limit(&self, limit: Limit) -> Counter {
        self.0.rate_limited(limit)
    }

    /// These events were stored.
    pub(crate) fn stored(&self, events: &[Event]) {
        for event in events {
            match &event.body {
                EventBody::Message(message) => self.message_stored(message.author),
                EventBody::Rang => self.floor_changed("ring"),
                EventBody::Claimed { .. } => self.floor_changed("claim"),
                EventBody::Transferred { .. } => self.floor_changed("transfer"),
                EventBody::HandedBack { .. } => self.floor_changed("hand_back"),
                EventBody::Closed { .. } => self.floor_changed("close"),
                EventBody::Edited { .. } | EventBody::Unknown => {}
            }
        }
    }

    /// So many texts were left at the door, and the bell rung.
    pub(crate) fn stored_at_door(&self, texts: usize) {
        self.floor_changed("ring");
        for _ in 0..texts {
            self.message_stored(Author::Visitor);
        }
    }

    fn message_stored(&self, author: Author) {
        let author = match author {
            Author::Visitor => "visitor",
            Author::Bot => "bot",
            Author::Human => "human",
            Author::System => "system",
        };
        self.0.messages_stored.get_or_create(&[("author", author)]).inc();
    }

    fn floor_changed(&self, to: &'static str) {
        self.0.floor_changes.get_or_create(&[("change", to)]).inc();
    }

    /// What was sent again was answered again.
    pub(crate) fn duplicate_answered(&self) {
        self.0.duplicates.inc();
    }

    /// The store took so long to answer a wish.
    pub(crate) fn recorded(&self, took: Duration) {
        self.0.record.observe(took.as_secs_f64());
    }

    /// So many writes were committed at once, which took so long.
    pub(crate) fn committed(&self, writes: usize, took: Duration) {
        self.0.batch_writes.observe(writes as f64);
        self.0.commit.observe(took.as_secs_f64());
    }

    /// A read or a write failed.
    pub(crate) fn store_failed(&self) {
        self.0.store_errors.inc();
    }

    /// A message went to the other nodes.
    pub(crate) fn told_other_nodes(&self) {
        self.0.bus_messages.get_or_create(&[("direction", "out")]).inc();
    }

    /// A message came from another node.
    pub(crate) fn heard_another_node(&self) {
        self.0.bus_messages.get_or_create(&[("direction", "in")]).inc();
    }

    /// Other nodes can be heard.
    pub(crate) fn bus_connected(&self) {
        self.0.bus_connected.set(1);
    }

    /// Other nodes cannot be heard, or could not for a moment.
    pub(crate) fn bus_failed(&self) {
        self.0.bus_connected.set(0);
        self.0.bus_failures.inc();
    }

    /// A ring was answered after so long.
    pub(crate) fn claimed(&self, waited: Duration) {
        self.0.ring_to_claim.observe(waited.as_secs_f64());
    }

    /// A name and password were right, or were not.
    pub(crate) fn logged_in(&self, right: bool) {
        let outcome = if right { "succeeded" } else { "failed" };
        self.0.log_ins.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// Everything as OpenMetrics text, with the queue as it stands now.
    pub(crate) fn text(&self, tally: &Tally) -> Result<String, std::fmt::Error> {
        self.0.ringing.set(i64::try_from(tally.ringing).unwrap_or(i64::MAX));
        self.0.oldest_ring.set(tally.oldest_ring.as_secs_f64());
        self.0.agents_available.set(i64::from(tally.agents));
        self.0.open.set(i64::from(tally.is_open));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}
