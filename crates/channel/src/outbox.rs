//! What was said but not yet acknowledged, in the order it was said.

use serde::{Deserialize, Serialize};

/// Frames waiting for their acknowledgement. Small, kept whole in the page's storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outbox<F>(Vec<Pending<F>>);

/// One frame and the id it is acknowledged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending<F> {
    /// The client-made id.
    pub cid: String,
    /// The frame, sent again on every new connection until it is acknowledged or refused.
    pub frame: F,
}

impl<F> Default for Outbox<F> {
    fn default() -> Self {
        Outbox(Vec::new())
    }
}

impl<F> Outbox<F> {
    /// Adds a frame at the end. The same id is never added twice.
    pub fn add(&mut self, cid: &str, frame: F) {
        if !self.contains(cid) {
            self.0.push(Pending { cid: cid.to_owned(), frame });
        }
    }

    /// Takes out what was acknowledged or refused; true when it was there.
    pub fn settle(&mut self, cid: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|pending| pending.cid != cid);
        self.0.len() != before
    }

    /// Whether a frame of this id still waits.
    pub fn contains(&self, cid: &str) -> bool {
        self.0.iter().any(|pending| pending.cid == cid)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The waiting frames, oldest first.
    pub fn frames(&self) -> impl Iterator<Item = &F> {
        self.0.iter().map(|pending| &pending.frame)
    }
}
