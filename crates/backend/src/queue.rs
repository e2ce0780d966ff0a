//! Who waits, and who is there to answer: one board that every socket looks at, read from the store by one task.

use crate::{
    store::{Store, Waiting},
    wake::Wake,
};
use protocol::{ConversationSummary, Floor, limits};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

/// What hangs on the board now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    /// Ringing or with a person, oldest ring first.
    pub(crate) waiting: Arc<[Waiting]>,
    /// How many open lines each agent has; those with none are not in it.
    present: BTreeMap<String, usize>,
}

impl Board {
    /// This conversation's place among those that ring, counted from 1, and how many agents are there.
    pub(crate) fn wait_of(&self, conversation: &str) -> Option<(u32, u32)> {
        let mut ringing = self.waiting.iter().filter(|waiting| waiting.floor == Floor::Ringing);
        let before = ringing.position(|waiting| waiting.conversation == conversation)?;
        Some((u32::try_from(before + 1).unwrap_or(u32::MAX), u32::try_from(self.present.len()).unwrap_or(u32::MAX)))
    }

    /// The queue as agents see it now.
    pub(crate) fn summaries(&self) -> Vec<ConversationSummary> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let summary = |waiting: &Waiting| ConversationSummary {
            conversation: waiting.conversation.clone(),
            floor: waiting.floor.clone(),
            waiting_ms: now.saturating_sub(waiting.rang_at),
            head: waiting.head,
            preview: waiting.preview.clone(),
            unanswered: waiting.unanswered,
        };
        self.waiting.iter().map(summary).collect()
    }
}

/// Where the board hangs. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue(watch::Sender<Board>);

impl Queue {
    /// The board, and word of each change.
    pub(crate) fn look(&self) -> watch::Receiver<Board> {
        self.0.subscribe()
    }

    /// Counts one line of this agent as open until the result is dropped.
    pub(crate) fn arrive(&self, agent: &str) -> Present {
        self.0.send_modify(|board| *board.present.entry(agent.to_owned()).or_default() += 1);
        Present { queue: self.clone(), agent: agent.to_owned() }
    }

    /// Keeps the board true, for as long as the service runs. Reads anew at every wake, and now and then without one, so
    /// that a lost wake or another process's write shows a little later instead of never.
    pub(crate) async fn keep(&self, store: &Store, wake: &Wake) {
        let mut changed = wake.queue();
        let mut anyway = tokio::time::interval(Duration::from_millis(limits::HEARTBEAT_MS.into()));
        loop {
            tokio::select! {
                _ = changed.changed() => {}
                _ = anyway.tick() => {}
            }
            match store.queue().await {
                Ok(waiting) => {
                    self.0.send_if_modified(|board| {
                        let differs = *board.waiting != *waiting;
                        if differs {
                            board.waiting = waiting.into();
                        }
                        differs
                    });
                }
                Err(cause) => tracing::error!(%cause, "the queue was not read; it is tried again"),
            }
        }
    }
}

/// An agent's open line. Dropping it counts them as gone.
#[derive(Debug)]
pub(crate) struct Present {
    queue: Queue,
    agent: String,
}

impl Drop for Present {
    fn drop(&mut self) {
        self.queue.0.send_modify(|board| {
            if let Some(lines) = board.present.get_mut(&self.agent) {
                *lines -= 1;
                if *lines == 0 {
                    board.present.remove(&self.agent);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(conversation: &str, floor: Floor) -> Waiting {
        Waiting { conversation: conversation.into(), floor, rang_at: 0, head: 1, preview: String::new(), unanswered: 0 }
    }

    #[test]
    fn places_count_only_those_who_still_wait() {
        let board = Board {
            waiting: [
                waiting("with-ada", Floor::Human { agent: "Ada".into() }),
                waiting("first", Floor::Ringing),
                waiting("second", Floor::Ringing),
            ]
            .into(),
            present: BTreeMap::new(),
        };
        assert_eq!(board.wait_of("first"), Some((1, 0)));
        assert_eq!(board.wait_of("second"), Some((2, 0)));
        assert_eq!(board.wait_of("with-ada"), None);
        assert_eq!(board.wait_of("unheard-of"), None);
    }

    #[test]
    fn an_agent_with_two_lines_is_one_agent_until_both_are_gone() {
        let queue = Queue::default();
        let present = |queue: &Queue| queue.look().borrow().present.len();
        let (first, second) = (queue.arrive("Ada"), queue.arrive("Ada"));
        let other = queue.arrive("Grace");
        assert_eq!(present(&queue), 2);
        drop(first);
        assert_eq!(present(&queue), 2);
        drop(second);
        drop(other);
        assert_eq!(present(&queue), 0);
    }
}
