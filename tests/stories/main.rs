//! What visitors and agents live through, without a browser.
//!
//! `page` is a widget without a page, for `bell` and `conversation` (the visitor with the bot, and ringing), `log` (word from the
//! backend) and `anything` (whatever happens); `orders` are given to the bot. `world` is a real backend with real sockets (`wire`), for `line`.

mod anything;
mod bell;
mod conversation;
mod line;
mod log;
mod orders;
mod page;
mod wire;
mod world;
