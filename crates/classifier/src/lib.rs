//! Text in, decision out: which of a shop's FAQ entries answers a visitor's message.
//!
//! Reading order: [`Faq`] (what the shop wrote), `message` (a text as words), `spelling` (misspelt
//! words), [`Encoder`] (what all shops share: words as vectors), `features` (a text as numbers), `head` (fitted to the FAQ), `tone` ("I want a person", sensitive matters, moods),
//! [`Classifier`] (all of it together), [`Decision`].
//!
//! Invariants: bytes in, values out; no file, network, clock or randomness; the same bits natively and in Wasm, for which
//! every sum runs in one fixed order and every `exp` and `ln` comes from the `libm` crate; no text makes it panic.

mod alike;
mod arithmetic;
mod classifier;
mod decision;
mod encoder;
mod faq;
mod features;
mod head;
mod language;
mod message;
mod nearness;
mod order;
mod pack;
mod spelling;
mod tone;

pub use alike::{Alike, Mistaken, alike, mistaken};
pub use classifier::{Classifier, FitError};
pub use decision::{Calibration, Candidate, Decision, Eagerness, Signals};
pub use encoder::{Encoder, EncoderError, Parts};
pub use faq::{Entry, Faq, FaqError, limits};
pub use language::LANGUAGES;
pub use message::pieces;
pub use tone::{LABELS, Sentiment, Topic, Trend, Weights};
