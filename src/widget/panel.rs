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
    let automated = live.disclosure();
    let disclosure = move || {
        live.look(|conversation| match conversation.floor() {
            Floor::Bot | Floor::Closed => automated.clone(),
            Floor::Ringing if conversation.ring_is_stored() => conversation.strings.say(strings::DISCLOSURE_RINGING),
            Floor::Ringing => conversation.strings.say(strings::RANG),
            Floor::Human { agent } => conversation.strings.say_with(strings::DISCLOSURE_HUMAN, &agent),
        })
    };
    view! {
        <p part="disclosure" id="disclosure">{disclosure}</p>
        <Transcript live/>
        <StatusLine live/>
        <Composer live/>
    }
}
