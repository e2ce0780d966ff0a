//! Text in, decision out: which of a shop's FAQ entries answers a visitor's message.
//!
//! Reading order: [`Faq`] (what the shop wrote), `message` (a text as words), `person` ("I want a person"), `spelling` (misspelt
//! words), [`Encoder`] (what all shops share: words as vectors), `features` (a text as numbers), `head` (fitted to the FAQ),
//! [`Classifier`] (all of it together), [`Decision`].
//!
//! Invariants: bytes in, values out; no file, network, clock or randomness; the same bits natively and in Wasm, for which
//! every sum runs in one fixed order and every `exp` and `ln` comes from the `libm` crate; no text makes it panic.

mod alike;
mod classifier;
mod decision;
mod encoder;
mod faq;
mod features;
mod head;
mod message;
mod nearness;
mod person;
mod sparse;
mod spelling;

pub use alike::{Alike, alike};
pub use classifier::{Classifier, FitError};
pub use decision::{Candidate, Decision};
pub use encoder::{Encoder, EncoderError};
pub use faq::{Entry, Faq, FaqError, limits};
pub use message::words;
