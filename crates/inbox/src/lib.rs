//! The agents' page: who waits, what was said, and the agent's answer.
//!
//! Reading order: [`state`] (what the inbox is and what can happen to it) with [`access`] (who is logged in), [`heard`] (what
//! the line tells) and [`actions`] (what the agent does), [`dialogue`] (one conversation), [`problem`], [`waiting`] and
//! [`strings`] (the words); and in the browser `effects` (carries out what is to be done) and `views` (what is seen).
//!
//! Invariants: everything but `effects` and `views` is pure; text from anywhere becomes text nodes only.

pub mod access;
pub mod actions;
pub mod dialogue;
pub mod heard;
pub mod problem;
pub mod state;
pub mod strings;
pub mod waiting;
