//! What a visitor's line keeps beyond the page, as keys and texts: who we are, the log as it came in, the outbox.
//!
//! Texts stay as they went over the line, so that what is read back goes the same way as what comes in live. Keys sort in the
//! order in which things happened. Tabs that share a store share a conversation.

/// A key and its text. As a change, an empty text takes out every key that begins so.
pub type Record = (String, String);

/// The key of who the visitor is here.
pub(crate) const IDENTITY: &str = "y";
/// What begins the keys of frames with events, by the last event's `seq`.
pub(crate) const EVENTS: &str = "e";
/// What begins the keys of frames that wait, by a count and their `cid`.
pub(crate) const WAITING: &str = "o";
/// What begins the keys of frames that were refused, by their `cid`.
pub(crate) const REFUSED: &str = "x";

/// How many digits a count has in a key.
const DIGITS: usize = 12;

/// The key of a count, with more behind it.
pub(crate) fn key(kind: &str, count: u64, rest: &str) -> String {
    format!("{kind}{count:0DIGITS$}{rest}")
}

/// What [`key`] was made of, behind the kind; nothing for a key of another make.
pub(crate) fn read(rest: &str) -> Option<(u64, &str)> {
    let (count, rest) = rest.split_at_checked(DIGITS)?;
    Some((count.parse().ok()?, rest))
}
