//! Promises that can be broken on purpose, so that the tests can show that they would notice. Nothing but a test sets one:
//! there is no flag and no environment variable for it.

/// A promise that is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// The same frame sent again is stored again.
    NoDeduplication,
    /// A log is read first and listened to after.
    ReadBeforeListening,
    /// A frame is acknowledged before it is on disk.
    AckBeforeCommit,
}
