//! Word between the nodes of one service: who should look again. It may lose everything and costs time then, never a message,
//! because the database alone is the truth and every node also looks now and then by itself.
//!
//! What a node has to say is gathered for a few milliseconds and said at once, outside of any transaction: a NOTIFY inside the
//! transaction that stores a message makes every commit wait for every other one.

mod nats;
mod postgres;

use crate::{metrics::Metrics, store::Store, wake::Wake};
use protocol::Author;
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, str::FromStr, time::Duration};
use tokio::{sync::mpsc, time::sleep};
use uuid::Uuid;

/// Notes that may wait to be said; what is beyond is not said, and found by looking.
const WAITING: usize = 4_096;
/// How long notes are gathered.
const GATHER: Duration = Duration::from_millis(5);
/// Notes in one message, which keeps it under Postgres' 8,000 bytes.
const TOGETHER: usize = 100;
/// How long to wait before connecting to the bus again.
const RECONNECT: Duration = Duration::from_secs(1);

/// How the nodes hear of each other.
#[derive(Clone, PartialEq, Eq)]
pub enum BusAddress {
    /// LISTEN and NOTIFY on the database itself.
    Postgres,
    /// A NATS server.
    Nats(String),
}

/// An address that is no bus.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no bus; write `postgres`, or the address of a NATS server such as nats://127.0.0.1:4222")]
pub struct UnreadableBus(String);

impl FromStr for BusAddress {
    type Err = UnreadableBus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "postgres" => Ok(BusAddress::Postgres),
            _ if text.starts_with("nats://") => Ok(BusAddress::Nats(text.to_owned())),
            _ => Err(UnreadableBus(text.to_owned())),
        }
    }
}

impl std::fmt::Debug for BusAddress {
    /// Without user and password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BusAddress::Postgres => formatter.write_str("postgres"),
            BusAddress::Nats(address) => {
                let place = address.rsplit_once('@').map_or(address.trim_start_matches("nats://"), |(_, place)| place);
                write!(formatter, "nats://{place}")
            }
        }
    }
}

/// Something that the other nodes should hear.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Note {
    /// This conversation's log has grown.
    LogGrew(String),
    /// The queue, or who is there, may have changed.
    QueueChanged,
    /// A log-in has ended.
    SessionEnded,
    /// Somebody in this conversation is writing, or has stopped.
    Typing(String, Author, bool),
}

/// What goes over the bus.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    /// The node that says it, which need not hear it.
    from: Uuid,
    notes: Vec<Note>,
}

/// Where notes are left. Without other nodes they go nowhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Option<mpsc::Sender<Note>>);

impl Notes {
    /// Notes that are said on the bus, and where they come out.
    pub(crate) fn shared() -> (Notes, mpsc::Receiver<Note>) {
        let (notes, waiting) = mpsc::channel(WAITING);
        (Notes(Some(notes)), waiting)
    }

    pub(crate) fn tell(&self, note: Note) {
        if let Some(notes) = &self.0 {
            // Whoever would have heard it looks by themselves.
            let _ = notes.try_send(note);
        }
    }

    pub(crate) fn is_shared(&self) -> bool {
        self.0.is_some()
    }
}

/// This node, for whatever carries word of it. Clones share it.
#[derive(Clone)]
struct Node {
    /// Tells its own words from others'.
    id: Uuid,
    wake: Wake,
    metrics: Metrics,
}

/// Carries notes both ways for as long as the service runs, among the nodes on the database of this epoch: others may use the
/// same NATS server.
pub(crate) async fn carry(
    address: BusAddress,
    database: String,
    store: Store,
    wake: Wake,
    mut notes: mpsc::Receiver<Note>,
) {
    let node = Node { id: Uuid::new_v4(), wake, metrics: store.metrics().clone() };
    loop {
        let ended = match &address {
            BusAddress::Postgres => {
                postgres::carry(&database, &node, &mut notes).await.map_err(|cause| cause.to_string())
            }
            BusAddress::Nats(address) => {
                let subject = format!("shopbell.{}", store.epoch());
                nats::carry(address, subject, &node, &mut notes).await.map_err(|cause| cause.to_string())
            }
        };
        if let Err(cause) = ended {
            node.metrics.bus_failed();
            tracing::warn!(bus = ?address, %cause, "the bus is gone; nodes look by themselves until it is back");
        }
        sleep(RECONNECT).await;
        // What was said meanwhile was not heard.
        node.wake.has_missed();
    }
}

impl Node {
    /// Passes on what another node said. What cannot be read was said by another version, and is found by looking.
    fn hear(&self, message: &[u8]) {
        if let Ok(Message { from, notes }) = serde_json::from_slice(message)
            && from != self.id
        {
            self.metrics.heard_another_node();
            for note in notes {
                self.wake.heard_elsewhere(note);
            }
        }
    }
}

/// The next messages to say: what has gathered, each note once.
async fn gathered(from: Uuid, notes: &mut mpsc::Receiver<Note>) -> Option<Vec<String>> {
    let mut together = HashSet::from([notes.recv().await?]);
    sleep(GATHER).await;
    while let Ok(note) = notes.try_recv() {
        together.insert(note);
    }
    let together: Vec<Note> = together.into_iter().collect();
    let message = |notes: &[Note]| serde_json::to_string(&Message { from, notes: notes.to_vec() });
    together.chunks(TOGETHER).map(message).collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_is_read_from_its_address_and_shown_without_its_password() {
        assert_eq!("postgres".parse::<BusAddress>().expect("a bus"), BusAddress::Postgres);
        let nats: BusAddress = "nats://bell:secret@bus.example:4222".parse().expect("a bus");
        assert_eq!(format!("{nats:?}"), "nats://bus.example:4222");
        assert!("redis://bus.example".parse::<BusAddress>().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_noted_meanwhile_is_said_at_once_and_once() {
        let (notes, mut waiting) = Notes::shared();
        for _ in 0..250 {
            notes.tell(Note::LogGrew("c1".into()));
        }
        notes.tell(Note::QueueChanged);
        let messages = gathered(Uuid::nil(), &mut waiting).await.expect("messages");
        assert_eq!(messages.len(), 1);
        let Message { notes, .. } = serde_json::from_str(&messages[0]).expect("a message");
        assert_eq!(notes.len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn no_message_is_too_long_for_postgres() {
        let (notes, mut waiting) = Notes::shared();
        for _ in 0..1_000 {
            notes.tell(Note::LogGrew(Uuid::now_v7().to_string()));
        }
        let messages = gathered(Uuid::nil(), &mut waiting).await.expect("messages");
        assert_eq!(messages.len(), 10);
        assert!(messages.iter().all(|message| message.len() < 8_000));
    }
}
