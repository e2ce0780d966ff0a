//! What a visitor sees, and the conversation behind it.
//!
//! [`state`] says what a conversation is and how it changes, with [`bot`] and [`log`] for what the bot and the backend
//! bring to it, [`mod@line`] for one line of it and [`words`] for how it is said; all pure and tested natively. The views show
//! it, one component a file, and only emit events.

pub mod bot;
pub mod line;
pub mod log;
pub mod state;
pub mod words;

#[cfg(target_arch = "wasm32")]
pub mod answer;
#[cfg(target_arch = "wasm32")]
pub mod choices;
#[cfg(target_arch = "wasm32")]
pub mod composer;
#[cfg(target_arch = "wasm32")]
pub mod contact;
#[cfg(target_arch = "wasm32")]
pub mod panel;
#[cfg(target_arch = "wasm32")]
pub mod status;
#[cfg(target_arch = "wasm32")]
pub mod transcript;
