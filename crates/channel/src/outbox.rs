//! What was said but not yet acknowledged, in the order it was said.

/// Frames waiting for their acknowledgement, as they go over the line. Small, kept as long as the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox(Vec<Pending>);

/// The client-made id a frame is acknowledged by, and the frame, sent again on every new connection until then.
type Pending = (String, String);

impl Outbox {
    /// Adds a frame at the end. The same id is never added twice.
    pub fn add(&mut self, cid: &str, text: String) {
        if !self.contains(cid) {
            self.0.push((cid.to_owned(), text));
        }
    }

    /// Takes out what was acknowledged or refused; true when it was there.
    pub fn settle(&mut self, cid: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(waiting, _)| waiting != cid);
        self.0.len() != before
    }

    /// Whether a frame of this id still waits.
    pub fn contains(&self, cid: &str) -> bool {
        self.0.iter().any(|(waiting, _)| waiting == cid)
    }

    /// The waiting frames, oldest first.
    pub fn frames(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, text)| text.as_str())
    }
}
