//! Who must look again. Wakes carry no data: whoever is woken reads the store from where they stopped.
//!
//! Typing is the one thing that is passed on here and nowhere kept.

use crate::tail::Heard;
use protocol::Author;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{broadcast, watch};

/// Typing notes held for a listener that is busy; older ones are dropped, for a newer one says more.
const TYPING_HELD: usize = 16;

/// Somebody is writing, or has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Typing {
    pub(crate) author: Author,
    pub(crate) active: bool,
}

/// The wakes of one process. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wake {
    /// Only conversations that somebody listens to.
    conversations: Arc<Mutex<HashMap<String, Channels>>>,
    queue: watch::Sender<()>,
    sessions: watch::Sender<()>,
}

#[derive(Debug)]
struct Channels {
    log: watch::Sender<()>,
    typing: broadcast::Sender<Typing>,
}

impl Wake {
    /// Listens to one conversation until the listener is dropped. Listen first, then read.
    pub(crate) fn listen(&self, conversation: &str) -> Listener {
        let mut conversations = self.conversations();
        let channels = conversations
            .entry(conversation.to_owned())
            .or_insert_with(|| Channels { log: watch::Sender::new(()), typing: broadcast::Sender::new(TYPING_HELD) });
        Listener {
            log: channels.log.subscribe(),
            typing: channels.typing.subscribe(),
            conversation: conversation.to_owned(),
            wake: self.clone(),
        }
    }

    /// The conversation's log has grown, and the queue may have changed with it.
    pub(crate) fn log_grew(&self, conversation: &str) {
        if let Some(channels) = self.conversations().get(conversation) {
            channels.log.send_replace(());
        }
        self.queue_changed();
    }

    /// The queue may have changed.
    pub(crate) fn queue_changed(&self) {
        self.queue.send_replace(());
    }

    /// Changes whenever the queue may have changed.
    pub(crate) fn queue(&self) -> watch::Receiver<()> {
        self.queue.subscribe()
    }

    /// A log-in has ended: every agent's socket must see whether it was its own.
    pub(crate) fn session_ended(&self) {
        self.sessions.send_replace(());
    }

    /// Changes whenever a log-in has ended.
    pub(crate) fn sessions(&self) -> watch::Receiver<()> {
        self.sessions.subscribe()
    }

    /// Passes typing on to whoever listens now.
    pub(crate) fn typing(&self, conversation: &str, typing: Typing) {
        if let Some(channels) = self.conversations().get(conversation) {
            // An error means that nobody listens, which is fine.
            let _ = channels.typing.send(typing);
        }
    }

    fn conversations(&self) -> MutexGuard<'_, HashMap<String, Channels>> {
        // Nothing under this lock can leave the map half changed.
        self.conversations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears of one conversation.
#[derive(Debug)]
pub(crate) struct Listener {
    log: watch::Receiver<()>,
    typing: broadcast::Receiver<Typing>,
    conversation: String,
    wake: Wake,
}

impl Listener {
    /// The next thing that happens. May be dropped and called again: nothing is lost by it.
    pub(crate) async fn heard(&mut self) -> Heard {
        loop {
            tokio::select! {
                // The senders live in `wake`, which this listener holds; an error cannot come, and would mean "look again".
                _ = self.log.changed() => return Heard::LogGrew,
                typing = self.typing.recv() => if let Ok(typing) = typing {
                    return Heard::Typing(typing);
                },
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut conversations = self.wake.conversations();
        if conversations.get(&self.conversation).is_some_and(|channels| channels.log.receiver_count() <= 1) {
            conversations.remove(&self.conversation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_hears_its_own_conversation_and_many_wakes_are_one() {
        let wake = Wake::default();
        let (mut mine, mut other) = (wake.listen("mine"), wake.listen("other"));
        wake.log_grew("mine");
        wake.log_grew("mine");
        let typing = Typing { author: Author::Visitor, active: true };
        wake.typing("other", typing);
        assert_eq!(mine.heard().await, Heard::LogGrew);
        assert_eq!(other.heard().await, Heard::Typing(typing));
        assert!(!mine.log.has_changed().expect("the sender lives"));
    }

    #[test]
    fn nothing_is_kept_of_a_conversation_nobody_listens_to() {
        let wake = Wake::default();
        let (first, second) = (wake.listen("c"), wake.listen("c"));
        drop(first);
        assert_eq!(wake.conversations().len(), 1);
        drop(second);
        wake.log_grew("c");
        assert_eq!(wake.conversations().len(), 0);
    }
}
