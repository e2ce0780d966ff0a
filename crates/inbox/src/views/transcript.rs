//! What was said so far, oldest first, scrolled to the newest.

use super::message::MessageLine;
use crate::{effects::Live, strings::ENGLISH};
use leptos::{html, prelude::*};

/// All lines of a conversation; one that says something else than before is drawn anew. The sheet turns the scrolling around: its zero is the end, so a browser stays there by
/// itself when lines come or the pane shrinks, and whoever reads further up is not torn away.
#[component]
pub fn Transcript(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
) -> impl IntoView {
    let lines = Memo::new(move |_| live.inbox().with(|inbox| inbox.lines(&conversation)));
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |before: Option<Option<String>>| {
        let just_said = lines.with(|lines| {
            let newest = lines.last().filter(|line| line.delivery.is_some());
            newest.map(|line| line.key.clone())
        });
        if just_said.is_some()
            && before.is_some_and(|before| before != just_said)
            && let Some(place) = place.get_untracked()
        {
            place.set_scroll_top(0);
        }
        just_said
    });
    view! {
        <div class="transcript" role="region" aria-label=ENGLISH.transcript tabindex="0" node_ref=place>
            <div class="lines">
                <For each=move || lines.get() key=Clone::clone let(line)>
                    <MessageLine live line/>
                </For>
            </div>
        </div>
    }
}
