//! The widget: what a shop's visitor downloads when they want to ask something.
//!
//! Reading order: [`widget`] (the conversation as pure state, and what is seen of it), [`answering`] (the FAQ and the
//! classifier), [`markdown`] and [`strings`] (what is said, and how it is read), and in the browser `page` (the page around
//! us), `live` (carries out effects) and this file's exports, which the loader (`public/shopbell.js`) calls.
//!
//! Invariants: nothing here writes an answer of its own; nothing is stored or sent before the visitor rings; text from
//! anywhere becomes text nodes only.

pub mod answering;
#[cfg(target_arch = "wasm32")]
pub mod live;
pub mod markdown;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod strings;
pub mod widget;

#[cfg(target_arch = "wasm32")]
pub mod exports;
