//! The agents' page: who waits, what was said, and the agent's answer.
//!
//! Reading order: [`state`] (what the inbox is and what can happen to it) with [`access`] (who is logged in), [`heard`] (what
//! the line tells) and [`actions`] (what the agent does), [`dialogue`] (one conversation), [`lines`] (its transcript),
//! [`problem`], [`waiting`] and [`strings`] (the words); and in the browser `effects` (carries out what is to be done) with
//! `session` (the log-in over HTTP) and `focus`, `views` (what is seen), and `exports` (where `public/start.js` comes in).
//!
//! Invariants: what exists outside the browser is pure; text from anywhere becomes text nodes only.

pub mod access;
pub mod actions;
pub mod dialogue;
pub mod heard;
pub mod lines;
pub mod problem;
pub mod state;
pub mod strings;
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
