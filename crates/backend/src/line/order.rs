//! Keeps the messages of one line in order when the store fails in between: what was handed in behind a message that was not
//! stored is not stored either, until whoever hands in has heard of it and begins again with that message.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The order of one line. Clones go with what it hands in.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// How often a message of the line was not stored.
    failures: Arc<AtomicU64>,
    /// How many of them the line had heard of when this was handed in.
    heard: u64,
}

impl Order {
    /// The line has heard of every failure so far: what it hands in from here on may be stored.
    pub fn hear(&mut self) {
        self.heard = self.failures.load(Ordering::Acquire);
    }

    /// A message was not stored.
    pub fn fail(&self) {
        self.failures.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether a message before this one was not stored.
    pub fn is_broken(&self) -> bool {
        self.failures.load(Ordering::Acquire) != self.heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_in_before_the_failure_was_heard_of_is_broken_and_what_comes_after_is_not() {
        let mut line = Order::default();
        let (first, second) = (line.clone(), line.clone());
        assert!(!first.is_broken());
        first.fail();
        assert!(second.is_broken() && line.clone().is_broken());
        line.hear();
        assert!(second.is_broken(), "it stays behind the first");
        assert!(!line.clone().is_broken());
    }
}
