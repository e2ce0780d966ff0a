//! Keeps the board true: one task reads it from the store, every socket looks at it.

use crate::{
    board::{Board, now_ms},
    hours::OpeningHours,
    metrics::Metrics,
    store::Store,
    wake::Wake,
};
use protocol::Presence;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{interval, sleep},
};
use uuid::Uuid;

/// The board is read at most so often: every message changes it a little.
const READ_EVERY: Duration = Duration::from_millis(100);
/// How often it is read without a word that it has changed: another process may have written.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Conversations that are looked at in one statement.
const LOOKED_AT_ONCE: usize = 1_000;
/// How often a node says again who is there; less than the store believes it.
const PRESENT_EVERY: Duration = Duration::from_secs(10);

/// Where the board hangs. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    board: watch::Sender<Board>,
    /// When the shop is open; always, when it keeps no hours.
    hours: Option<Arc<OpeningHours>>,
    /// The open lines of agents at this node: each with its agent's name, and whether they take conversations.
    here: Arc<Mutex<BTreeMap<u64, Presence>>>,
    /// Tells this node from others.
    node: Uuid,
    /// Counts lines.
    lines: Arc<AtomicU64>,
    /// Somebody at this node came, went, or changed their mind.
    changed: watch::Sender<()>,
}

impl Queue {
    /// An empty board of a shop with these hours.
    pub(crate) fn new(hours: Option<OpeningHours>) -> Self {
        Queue { hours: hours.map(Arc::new), node: Uuid::new_v4(), ..Queue::default() }
    }

    /// The board, and word of each change.
    pub(crate) fn look(&self) -> watch::Receiver<Board> {
        self.board.subscribe()
    }

    /// Counts one line of this agent as open until the result is dropped.
    pub(crate) fn arrive(&self, agent: &str) -> Present {
        let line = self.lines.fetch_add(1, Ordering::Relaxed);
        self.here().insert(line, Presence { name: agent.to_owned(), available: true });
        self.changed.send_replace(());
        Present { queue: self.clone(), line }
    }

    /// Keeps the board true, for as long as the service runs. Reads anew at every wake, and now and then without one, so
    /// that a lost wake or another process's write shows a little later instead of never.
    pub(crate) async fn keep(&self, store: &Store, wake: &Wake, metrics: &Metrics) {
        let (mut changed, mut here_changed) = (wake.queue(), self.changed.subscribe());
        let mut anyway = interval(LOOK_EVERY);
        let mut renew = interval(PRESENT_EVERY);
        loop {
            tokio::select! {
                _ = changed.changed() => {}
                _ = anyway.tick() => self.look_elsewhere(store, wake, metrics).await,
                () = wake.missed() => self.look_elsewhere(store, wake, metrics).await,
                _ = here_changed.changed() => {
                    self.say_who_is_here(store, wake, metrics).await;
                    wake.queue_changed();
                }
                _ = renew.tick(), if wake.is_shared() => self.say_who_is_here(store, wake, metrics).await,
            }
            changed.mark_unchanged();
            if let Err(cause) = self.read(store, wake).await {
                metrics.store_failed();
                tracing::error!(%cause, "the queue was not read; it is tried again");
            }
            sleep(READ_EVERY).await;
        }
    }

    /// Whether another process has stored anything or ended a log-in. Beside the only node, that is the command line, which
    /// writes only into conversations that wait or are with an agent.
    async fn look_elsewhere(&self, store: &Store, wake: &Wake, metrics: &Metrics) {
        wake.look_at_sessions();
        let waiting = Arc::clone(&self.board.borrow().waiting);
        let conversations = if wake.is_shared() {
            wake.listened_to()
        } else {
            waiting.iter().map(|waiting| waiting.conversation.clone()).collect()
        };
        for conversations in conversations.chunks(LOOKED_AT_ONCE) {
            match store.heads(conversations).await {
                Ok(heads) => heads.iter().for_each(|(conversation, head)| wake.reached(conversation, *head)),
                Err(cause) => {
                    metrics.store_failed();
                    tracing::error!(%cause, "it was not seen what others have stored; it is tried again");
                }
            }
        }
    }

    async fn read(&self, store: &Store, wake: &Wake) -> Result<(), crate::StoreError> {
        let waiting = store.queue().await?;
        let present = if wake.is_shared() { store.present().await? } else { self.present_here() };
        let now = now_ms();
        let opens_at = self.hours.as_ref().filter(|hours| !hours.is_open(now)).and_then(|hours| hours.opens_next(now));
        self.board.send_if_modified(|board| board.turn(waiting, present, opens_at, now));
        Ok(())
    }

    /// Other nodes find in the store who is here.
    pub(crate) async fn say_who_is_here(&self, store: &Store, wake: &Wake, metrics: &Metrics) {
        if wake.is_shared()
            && let Err(cause) = store.is_present(&self.node.to_string(), &self.present_here()).await
        {
            metrics.store_failed();
            tracing::error!(%cause, "other nodes were not told who is here; it is tried again");
        }
    }

    /// Everyone at this node, by name; available when they are on one of their lines.
    fn present_here(&self) -> Vec<Presence> {
        let mut agents = BTreeMap::new();
        for Presence { name, available } in self.here().values() {
            *agents.entry(name.clone()).or_insert(false) |= *available;
        }
        agents.into_iter().map(|(name, available)| Presence { name, available }).collect()
    }

    fn here(&self) -> MutexGuard<'_, BTreeMap<u64, Presence>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An agent's open line. Dropping it counts them as gone.
#[derive(Debug)]
pub(crate) struct Present {
    queue: Queue,
    line: u64,
}

impl Present {
    /// They take conversations from now on, or do not.
    pub(crate) fn is_available(&self, available: bool) {
        if let Some(presence) = self.queue.here().get_mut(&self.line) {
            presence.available = available;
        }
        self.queue.changed.send_replace(());
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.queue.here().remove(&self.line);
        self.queue.changed.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_with_two_lines_is_one_agent_until_both_are_gone() {
        let queue = Queue::default();
        let (first, second) = (queue.arrive("Ada"), queue.arrive("Ada"));
        let other = queue.arrive("Grace");
        other.is_available(false);
        first.is_available(false);
        let names =
            |queue: &Queue| queue.present_here().into_iter().map(|agent| (agent.name, agent.available)).collect();
        let there: Vec<(String, bool)> = names(&queue);
        assert_eq!(there, [("Ada".to_owned(), true), ("Grace".to_owned(), false)]);
        drop(second);
        let there: Vec<(String, bool)> = names(&queue);
        assert_eq!(there[0], ("Ada".to_owned(), false));
        drop((first, other));
        assert_eq!(queue.present_here(), []);
    }
}
