//! The page around us: its settings, its storage, its styles and its events. The only door to web APIs beside the views.

pub mod announcer;
pub mod browser;
pub mod events;
pub mod identity;
pub mod parts;
pub mod settings;
pub mod storage;
pub mod stylesheet;
