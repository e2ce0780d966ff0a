//! The open conversation: its heading, what was said, and what the agent may do now.

use super::{
    claiming::Claiming, composer::Composer, parting::PartingButtons, transcript::Transcript, visitor_name::VisitorName,
};
use crate::{effects::Live, focus::id, standing::May, state::Event, strings::ENGLISH};
use leptos::prelude::*;

/// The pane of one conversation.
#[component]
pub fn Conversation(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
) -> impl IntoView {
    let inbox = live.inbox();
    let id = StoredValue::new(conversation.clone());
    let standing = Memo::new(move |_| inbox.with(|inbox| id.with_value(|id| inbox.standing(id))));
    // Each its own: other words must not take the button away from under the focus.
    let may = Memo::new(move |_| standing.with(|(may, _)| *may));
    let why = Memo::new(move |_| standing.with(|(_, why)| why.clone()));
    let visitor = Memo::new(move |_| inbox.with(|inbox| id.with_value(|id| inbox.visitor(id))));
    let writes = Memo::new(move |_| inbox.with(|inbox| id.with_value(|id| inbox.visitor_writes(id))));
    view! {
        <section class="conversation" aria-labelledby=id::CONVERSATION>
            <div class="top">
                <button type="button" class="back" on:click=move |_| live.emit(Event::Left)>
                    <span class="arrow" aria-hidden="true"></span>
                    <span class="unseen">{ENGLISH.back}</span>
                </button>
                <h2 id=id::CONVERSATION tabindex="-1">
                    <span class="unseen">{ENGLISH.conversation}": "</span>
                    {move || view! { <VisitorName visitor=visitor.get()/> }}
                </h2>
                <Show when=move || may.get() == May::Write>
                    <PartingButtons live conversation=id.get_value()/>
                </Show>
            </div>
            <Transcript live conversation/>
            // Always there, so that nothing jumps when the visitor begins to write.
            <p class="typing">{move || writes.get().then_some(ENGLISH.visitor_writes)}</p>
            <div class="bottom">
                {move || match may.get() {
                    May::Write => view! { <Composer live conversation=id.get_value()/> }.into_any(),
                    May::Look => view! { <p class="why">{move || why.get()}</p> }.into_any(),
                    may => view! { <Claiming live conversation=id.get_value() may why/> }.into_any(),
                }}
            </div>
        </section>
    }
}
