//! The panel's content: the disclosure first, then transcript, status and composer.

use super::{composer::Composer, status::StatusLine, transcript::Transcript};
use crate::{live::Live, strings};
use leptos::prelude::*;
use protocol::Floor;

/// Everything between the panel's frame and its edge.
#[component]
pub fn Panel(
    /// The conversation.
    live: Live,
) -> impl IntoView {
    let conversation = live.conversation();
    let automated = live.settings().disclosure.clone();
    let disclosure = move || {
        conversation.with(|conversation| match conversation.floor() {
            Floor::Bot {} | Floor::Closed {} => automated.clone(),
            Floor::Ringing {} => conversation.strings.say(strings::DISCLOSURE_RINGING),
            Floor::Human { agent } => conversation.strings.say_with(strings::DISCLOSURE_HUMAN, &agent),
        })
    };
    let again = live.clone();
    let online = window_event_listener(leptos::ev::online, move |_| again.retry_now());
    let again = live.clone();
    let visible = window_event_listener(leptos::ev::pageshow, move |_| again.retry_now());
    let again = live.clone();
    let focused = window_event_listener(leptos::ev::focus, move |_| again.retry_now());
    on_cleanup(move || {
        online.remove();
        visible.remove();
        focused.remove();
    });
    view! {
        <p part="disclosure" id="disclosure">{disclosure}</p>
        <Transcript live=live.clone()/>
        <StatusLine live=live.clone()/>
        <Composer live=live/>
    }
}
