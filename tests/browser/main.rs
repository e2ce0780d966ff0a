//! The whole product in a real browser against the real backend. `cargo xtask test` builds what is served here and says
//! where it and the browser's driver are.
//!
//! Fixtures first: [`browser`] (a session of the browser), [`shop`] (the shop's pages and the backend, with their faults), [`wall`]
//! (what may stand before the backend),
//! [`visitor`] (the widget as a visitor uses it) and [`agent`] (the inbox as an agent does). Then the behaviours, one a test.

mod agent;
mod browser;
mod shop;
mod visitor;
mod wall;

mod answers;
mod before_intent;
mod classifier;
mod commands;
mod conversation;
mod customers;
mod hands;
mod human_button;
mod inbox;
mod keyboard;
mod looks;
mod screen_reader;
mod tabs;
mod whole_path;
