//! Following one log: what was told, what is still to tell, and the wakes in between. Shared by both kinds of line.

use crate::{
    store::{Store, StoreError},
    wake::{Listener, Typing, Wake},
};
use protocol::{Event, EventBody, limits};

/// Bytes of text in one stretch of the log. Leaves room in the outbound queue, whatever the messages.
const STRETCH_BYTES: usize = limits::OUTBOUND_BYTES / 4;

/// A log, followed from some `seq` on.
#[derive(Debug)]
pub(crate) struct Tail {
    conversation: String,
    listener: Listener,
    /// The last `seq` told.
    told: u64,
    /// The head when following began: up to it the log is a replay.
    replay_to: u64,
    /// The log may hold more than was told.
    behind: bool,
}

/// The next events of a log, in order and without holes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Those that were there when following began.
    pub(crate) replay: Vec<Event>,
    /// Those that came since.
    pub(crate) live: Vec<Event>,
}

/// What a tail heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The log has grown: [`Tail::is_behind`].
    LogGrew,
    /// Somebody is writing, or has stopped.
    Typing(Typing),
}

impl Tail {
    /// Listens to a conversation. Call this first and read where it stands after: what is stored in between is then in the
    /// reading or in a wake, or in both.
    pub(crate) fn listen(wake: &Wake, conversation: &str) -> Self {
        let listener = wake.listen(conversation);
        Tail { conversation: conversation.to_owned(), listener, told: 0, replay_to: 0, behind: false }
    }

    /// Follows from after `told`; what is stored up to `head` is a replay.
    pub(crate) fn follow(&mut self, told: u64, head: u64) {
        self.told = told;
        self.replay_to = head;
        self.behind = told < head;
    }

    pub(crate) fn conversation(&self) -> &str {
        &self.conversation
    }

    /// The next thing that happens. May be dropped and called again.
    pub(crate) async fn heard(&mut self) -> Heard {
        let heard = self.listener.heard().await;
        self.behind |= heard == Heard::LogGrew;
        heard
    }

    /// Looks again, although no wake came.
    pub(crate) fn look_again(&mut self) {
        self.behind = true;
    }

    /// Whether there may be more to tell.
    pub(crate) fn is_behind(&self) -> bool {
        self.behind
    }

    /// Reads the next stretch to tell.
    pub(crate) async fn read(&mut self, store: &Store) -> Result<Stretch, StoreError> {
        let mut events = store.events_after(&self.conversation, self.told, limits::REPLAY_EVENTS).await?;
        let read = events.len();
        let mut bytes = 0;
        // The first one goes in any case, or the log would never go on.
        let fitting = events.iter().position(|event| {
            let fits = bytes <= STRETCH_BYTES;
            bytes += text_bytes(event);
            !fits
        });
        events.truncate(fitting.unwrap_or(read));
        self.behind = events.len() < read || read == limits::REPLAY_EVENTS;
        self.told = events.last().map_or(self.told, |event| event.seq);
        let live = events.split_off(events.partition_point(|event| event.seq <= self.replay_to));
        Ok(Stretch { replay: events, live })
    }
}

fn text_bytes(event: &Event) -> usize {
    match &event.body {
        EventBody::Message(message) => message.text.len(),
        EventBody::Rang | EventBody::Claimed { .. } | EventBody::Closed { .. } => 0,
    }
}
