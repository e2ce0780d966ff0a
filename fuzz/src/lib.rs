//! What the targets share: a conversation among the pure ends of its lines ([`conversation`]), what stands between a client's
//! line and the network ([`driver`]), and what holds for every decision of a classifier (`decisions`).
//!
//! The backend's ends of the line, the FAQ and its Markdown are taken in by path: they need nothing of the crates around them.

pub mod conversation;
#[cfg(feature = "classifier")]
pub mod decisions;
pub mod driver;

/// The pure part of the service.
#[allow(dead_code, unused_imports, reason = "the rest of the service is not here")]
#[path = "../../crates/backend/src"]
pub mod service {
    pub mod decision;
    pub mod line;
}
// They name each other so.
pub use service::{decision, line};

#[path = "../../crates/classifier/src/faq.rs"]
pub mod faq;
#[path = "../../src/markdown.rs"]
pub mod markdown;
