//! The one live region: says every new message, whole, with who wrote it.

use crate::live::Live;
use leptos::prelude::*;

/// A region only screen readers perceive. Additions are read out in turn; nothing else on the page is live.
#[component]
pub fn Announcer(
    /// The conversation.
    live: Live,
) -> impl IntoView {
    let announcements = live.announcements();
    view! {
        <div class="announcer" aria-live="polite" aria-relevant="additions">
            <For each=move || announcements.get() key=|(number, _)| *number let((_, text))>
                <p>{text}</p>
            </For>
        </div>
    }
}
