//! The one live region: says every new message, whole, with who wrote it, and what went wrong.

use crate::effects::Live;
use leptos::prelude::*;

/// A region only screen readers perceive. Additions are read out in turn; nothing else on the page is live.
#[component]
pub fn Announcer(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let announcements = Memo::new(move |_| live.inbox().with(|inbox| inbox.announcements.clone()));
    view! {
        <div class="announcer unseen" aria-live="polite" aria-relevant="additions">
            <For each=move || announcements.get() key=|(number, _)| *number let((_, text))>
                <p>{text}</p>
            </For>
        </div>
    }
}
