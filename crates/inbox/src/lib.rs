//! The agents' page: who waits, what was said, and the agent's answer.
//!
//! Reading order: [`state`] (what the inbox is and what can happen to it) with [`access`] (who is logged in), [`heard`] (what
//! the line tells), [`actions`] (what the agent does) with [`parting`] (how they give a conversation away) and [`editing`] (how
//! they change what they said), [`presence`] (who else is there), [`dialogue`] (one conversation), [`standing`] (what may be done
//! with it now), [`visitor`] (whose it is), [`lines`] (its transcript), [`problem`], [`waiting`] and [`strings`] (the words); and
//! in the browser `effects` (carries out what is to be done) with `session` (the log-in over HTTP) and `focus`, `views` (what is
//! seen), and `exports` (where `public/start.js` comes in).
//!
//! Invariants: what exists outside the browser is pure; text from anywhere becomes text nodes only.

pub mod access;
pub mod actions;
pub mod dialogue;
pub mod editing;
pub mod heard;
pub mod lines;
pub mod parting;
pub mod presence;
pub mod problem;
pub mod standing;
pub mod state;
pub mod strings;
pub mod visitor;
pub mod waiting;

#[cfg(target_arch = "wasm32")]
pub mod effects;
#[cfg(target_arch = "wasm32")]
mod focus;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
pub mod views;

#[cfg(target_arch = "wasm32")]
mod exports;
