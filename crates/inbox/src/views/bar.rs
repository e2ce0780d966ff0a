//! The bar at the top: how the connection stands, who is there, whose inbox it is, the way out.

use super::presence::WhoIsThere;
use crate::{access::Access, effects::Live, state::Event, strings::ENGLISH};
use channel::Status;
use leptos::prelude::*;

/// The page's header.
#[component]
pub fn Bar(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let inbox = live.inbox();
    let status = Memo::new(move |_| inbox.with(|inbox| inbox.status));
    let name = Memo::new(move |_| {
        inbox.with(|inbox| match &inbox.access {
            Access::In(name) => name.clone(),
            _ => String::new(),
        })
    });
    let words = move || match status.get() {
        Status::Live => ENGLISH.connected,
        Status::Idle | Status::Connecting => ENGLISH.connecting,
        Status::Reconnecting => ENGLISH.reconnecting,
        Status::Unreachable => ENGLISH.unreachable,
    };
    let is_lost = Memo::new(move |_| matches!(status.get(), Status::Reconnecting | Status::Unreachable));
    view! {
        <header class="bar">
            <h1>{ENGLISH.title}</h1>
            <p class="connection" data-live=move || (status.get() == Status::Live).to_string()>
                <span class="lamp" aria-hidden="true"></span>
                <span class="words">{words}</span>
            </p>
            <Show when=move || is_lost.get()>
                <button type="button" id="try-now" on:click=move |_| live.emit(Event::ReconnectPressed)>
                    {ENGLISH.try_now}
                </button>
            </Show>
            <WhoIsThere live/>
            <p class="agent">
                <span class="label">{ENGLISH.logged_in_as}</span>
                " "
                <bdi>{move || name.get()}</bdi>
            </p>
            <button type="button" id="log-out" on:click=move |_| live.emit(Event::LogOutPressed)>
                {ENGLISH.log_out}
            </button>
        </header>
    }
}
