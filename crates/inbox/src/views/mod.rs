//! What an agent sees, one component a file. Views show the inbox and emit events; nothing is decided here.

pub mod announcer;
pub mod bar;
pub mod choices;
pub mod claiming;
pub mod composer;
pub mod conversation;
pub mod desk;
pub mod log_in;
pub mod message;
pub mod own_message;
pub mod parting;
pub mod presence;
pub mod problem;
pub mod queue;
pub mod queue_item;
pub mod stored_at;
pub mod transcript;
pub mod visitor_name;

use crate::{access::Access, effects::Live, strings::ENGLISH};
use announcer::Announcer;
use desk::Desk;
use leptos::prelude::*;
use log_in::LogIn;

/// What stands on the page as a whole.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Loading,
    LogIn,
    Desk,
}

/// The whole page: the log-in or the desk, and the live region.
#[component]
pub fn Page(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let inbox = live.inbox();
    let shown = Memo::new(move |_| {
        inbox.with(|inbox| match inbox.access {
            Access::Asking => Shown::Loading,
            Access::Out { .. } => Shown::LogIn,
            Access::In(_) => Shown::Desk,
        })
    });
    view! {
        {move || match shown.get() {
            Shown::Loading => view! { <p class="loading">{ENGLISH.loading}</p> }.into_any(),
            Shown::LogIn => view! { <LogIn live/> }.into_any(),
            Shown::Desk => view! { <Desk live/> }.into_any(),
        }}
        <Announcer live/>
    }
}
