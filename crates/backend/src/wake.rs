//! Who must look again. Whoever is woken reads the store from where they stopped, so a lost wake costs time and never a
//! message. Where this process has just stored an event, the wake carries it, which saves the reading.
//!
//! Typing is the one thing that is passed on here and nowhere kept.

use crate::{
    bus::{Note, Notes},
    line::Typing,
};
use protocol::Event;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{
    Notify,
    broadcast::{self, error::RecvError},
    watch,
};

/// Wakes held for a listener that is busy. One that misses some reads the store instead.
const HELD: usize = 8;

/// What a listener hears.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// The log has grown by this event, or by something unknown.
    Grew(Option<Arc<Event>>),
    /// Somebody is writing, or has stopped.
    Typing(Typing),
}

/// The wakes of one process, and word of them to the other nodes. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Wake {
    /// Only conversations that somebody listens to.
    conversations: Arc<Mutex<HashMap<String, Channel>>>,
    queue: watch::Sender<()>,
    sessions: watch::Sender<()>,
    missed: Arc<Notify>,
    notes: Notes,
}

/// A conversation that somebody listens to.
#[derive(Debug)]
struct Channel {
    heard: broadcast::Sender<Heard>,
    /// How far its log goes, as far as listeners were woken for it.
    head: u64,
}

impl Channel {
    fn tell(&self, heard: Heard) {
        // An error means that nobody listens, which is fine.
        let _ = self.heard.send(heard);
    }
}

impl Wake {
    pub(crate) fn new(notes: Notes) -> Self {
        Wake {
            conversations: Arc::default(),
            queue: watch::Sender::new(()),
            sessions: watch::Sender::new(()),
            missed: Arc::default(),
            notes,
        }
    }

    /// Listens to one conversation until the listener is dropped. Listen first, then read.
    pub(crate) fn listen(&self, conversation: &str) -> Listener {
        let mut conversations = self.conversations();
        let channel = conversations
            .entry(conversation.to_owned())
            .or_insert_with(|| Channel { heard: broadcast::Sender::new(HELD), head: 0 });
        Listener { heard: channel.heard.subscribe(), conversation: conversation.to_owned(), wake: self.clone() }
    }

    /// These events, one after the other, were added to the end of the log, and the queue may have changed with it.
    pub(crate) fn log_grew(&self, conversation: &str, events: Vec<Event>) {
        for event in events {
            self.pass_on(conversation, &Heard::Grew(Some(Arc::new(event))));
        }
        self.queue.send_replace(());
        self.notes.tell(Note::LogGrew(conversation.to_owned()));
    }

    /// The log may have grown without a word.
    fn look(&self, conversation: &str) {
        self.pass_on(conversation, &Heard::Grew(None));
    }

    /// The queue may have changed.
    pub(crate) fn queue_changed(&self) {
        self.queue.send_replace(());
        self.notes.tell(Note::QueueChanged);
    }

    /// Changes whenever the queue may have changed.
    pub(crate) fn queue(&self) -> watch::Receiver<()> {
        self.queue.subscribe()
    }

    /// A log-in has ended: every agent's socket must see whether it was its own.
    pub(crate) fn session_ended(&self) {
        self.sessions.send_replace(());
        self.notes.tell(Note::SessionEnded);
    }

    /// A log-in may have ended without a word.
    pub(crate) fn look_at_sessions(&self) {
        self.sessions.send_replace(());
    }

    /// Changes whenever a log-in has ended.
    pub(crate) fn sessions(&self) -> watch::Receiver<()> {
        self.sessions.subscribe()
    }

    /// Passes typing on to whoever listens now.
    pub(crate) fn typing(&self, conversation: &str, typing: Typing) {
        self.pass_on(conversation, &Heard::Typing(typing));
        self.notes.tell(Note::Typing(conversation.to_owned(), typing.author, typing.active));
    }

    /// Word from another node.
    pub(crate) fn heard_elsewhere(&self, note: Note) {
        match note {
            Note::LogGrew(conversation) => {
                self.look(&conversation);
                self.queue.send_replace(());
            }
            Note::QueueChanged => {
                self.queue.send_replace(());
            }
            Note::SessionEnded => {
                self.sessions.send_replace(());
            }
            Note::Typing(conversation, author, active) => {
                self.pass_on(&conversation, &Heard::Typing(Typing { author, active }));
            }
        }
    }

    /// Word from other nodes may have been lost.
    pub(crate) fn has_missed(&self) {
        self.missed.notify_one();
    }

    /// Resolves when word from other nodes may have been lost: somebody must look.
    pub(crate) async fn missed(&self) {
        self.missed.notified().await;
    }

    /// Every conversation that somebody listens to.
    pub(crate) fn listened_to(&self) -> Vec<String> {
        self.conversations().keys().cloned().collect()
    }

    /// The log is found to go so far: whoever listens looks, unless this is no news.
    pub(crate) fn reached(&self, conversation: &str, head: u64) {
        if let Some(channel) = self.conversations().get_mut(conversation)
            && head > channel.head
        {
            channel.head = head;
            channel.tell(Heard::Grew(None));
        }
    }

    /// Whether other nodes write to the same database.
    pub(crate) fn is_shared(&self) -> bool {
        self.notes.is_shared()
    }

    fn pass_on(&self, conversation: &str, heard: &Heard) {
        if let Some(channel) = self.conversations().get_mut(conversation) {
            if let Heard::Grew(Some(event)) = heard {
                channel.head = channel.head.max(event.seq);
            }
            channel.tell(heard.clone());
        }
    }

    fn conversations(&self) -> MutexGuard<'_, HashMap<String, Channel>> {
        // Nothing under this lock can leave the map half changed.
        self.conversations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears of one conversation.
#[derive(Debug)]
pub(crate) struct Listener {
    heard: broadcast::Receiver<Heard>,
    conversation: String,
    wake: Wake,
}

impl Listener {
    /// The next thing that happens. May be dropped and called again: nothing is lost by it.
    pub(crate) async fn heard(&mut self) -> Heard {
        match self.heard.recv().await {
            Ok(heard) => heard,
            // The sender lives in `wake`, which this listener holds; it cannot be gone, and would mean "look again".
            Err(RecvError::Lagged(_) | RecvError::Closed) => Heard::Grew(None),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut conversations = self.wake.conversations();
        if conversations.get(&self.conversation).is_some_and(|channel| channel.heard.receiver_count() <= 1) {
            conversations.remove(&self.conversation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Author, EventBody};

    fn event(seq: u64) -> Event {
        Event { seq, cid: seq.to_string(), at: 0, body: EventBody::Rang }
    }

    #[tokio::test]
    async fn a_listener_hears_its_own_conversation() {
        let wake = Wake::new(Notes::default());
        let (mut mine, mut other) = (wake.listen("mine"), wake.listen("other"));
        wake.log_grew("mine", vec![event(1)]);
        let typing = Typing { author: Author::Visitor, active: true };
        wake.typing("other", typing);
        assert_eq!(mine.heard().await, Heard::Grew(Some(Arc::new(event(1)))));
        assert_eq!(other.heard().await, Heard::Typing(typing));
    }

    #[tokio::test]
    async fn whoever_missed_some_is_told_to_look() {
        let wake = Wake::new(Notes::default());
        let mut listener = wake.listen("c");
        for seq in 1..=20 {
            wake.log_grew("c", vec![event(seq)]);
        }
        assert_eq!(listener.heard().await, Heard::Grew(None));
    }

    #[tokio::test]
    async fn whoever_listens_looks_at_what_is_found_to_be_new_and_at_nothing_else() {
        let wake = Wake::new(Notes::default());
        let mut listener = wake.listen("c");
        assert_eq!(wake.listened_to(), ["c"]);
        wake.log_grew("c", vec![event(1)]);
        assert_eq!(listener.heard().await, Heard::Grew(Some(Arc::new(event(1)))));
        wake.reached("c", 1);
        wake.reached("c", 3);
        wake.reached("c", 3);
        wake.log_grew("c", vec![event(4)]);
        assert_eq!(listener.heard().await, Heard::Grew(None));
        assert_eq!(listener.heard().await, Heard::Grew(Some(Arc::new(event(4)))));
    }

    #[test]
    fn nothing_is_kept_of_a_conversation_nobody_listens_to() {
        let wake = Wake::new(Notes::default());
        let (first, second) = (wake.listen("c"), wake.listen("c"));
        drop(first);
        assert_eq!(wake.conversations().len(), 1);
        drop(second);
        wake.log_grew("c", vec![event(1)]);
        assert_eq!(wake.conversations().len(), 0);
    }
}
