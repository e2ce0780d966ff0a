//! Following one log: what was told, what is still to tell. Whatever the order of wakes and readings, the log is told from
//! where it was left, in order and without holes.

use protocol::{Event, EventBody, limits};

/// Bytes of text in one stretch of the log. Leaves room in the outbound queue, whatever the messages.
const STRETCH_BYTES: usize = limits::OUTBOUND_BYTES / 4;

/// A log, followed from some `seq` on.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    /// The last `seq` told.
    told: u64,
    /// The head when following began: up to it the log is a replay.
    replay_to: u64,
    /// The log may hold more than was told.
    behind: bool,
    /// It is being read.
    reading: bool,
}

/// The next events of a log, in order and without holes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Those that were there when following began.
    pub replay: Vec<Event>,
    /// Those that came since.
    pub live: Vec<Event>,
}

impl Follower {
    /// Follows from after `told`; what is stored up to `head` is a replay.
    pub fn from(told: u64, head: u64) -> Self {
        Follower { told, replay_to: head, behind: told < head, reading: false }
    }

    /// The log may have grown.
    pub fn look(&mut self) {
        self.behind = true;
    }

    /// The log has grown by this event. Hands it back when it is the very next one to tell; else the log must be read.
    pub fn grew(&mut self, event: Event) -> Option<Event> {
        if event.seq <= self.told {
            return None;
        }
        if self.behind || self.reading || event.seq != self.told + 1 {
            self.behind = true;
            return None;
        }
        self.told = event.seq;
        Some(event)
    }

    /// After which `seq` to read now; [`Follower::read`] must follow.
    pub fn wants(&mut self) -> Option<u64> {
        if !self.behind || self.reading {
            return None;
        }
        self.behind = false;
        self.reading = true;
        Some(self.told)
    }

    /// Takes what was read: the next events, at most [`limits::REPLAY_EVENTS`].
    pub fn read(&mut self, mut events: Vec<Event>) -> Stretch {
        let read = events.len();
        let mut bytes = 0;
        // The first one goes in any case, or the log would never go on.
        let fitting = events.iter().position(|event| {
            let fits = bytes <= STRETCH_BYTES;
            bytes += text_bytes(event);
            !fits
        });
        events.truncate(fitting.unwrap_or(read));
        self.reading = false;
        self.behind |= events.len() < read || read >= limits::REPLAY_EVENTS;
        self.told = events.last().map_or(self.told, |event| event.seq);
        let live = events.split_off(events.partition_point(|event| event.seq <= self.replay_to));
        Stretch { replay: events, live }
    }
}

fn text_bytes(event: &Event) -> usize {
    match &event.body {
        EventBody::Message(message) => message.text.len(),
        EventBody::Edited { text, .. } => text.len(),
        _ => 0,
    }
}
