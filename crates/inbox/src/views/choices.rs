//! To whom a conversation can be given: the other agents who are there, and the queue.

use super::parting::keep_on_escape;
use crate::{effects::Live, focus::id, parting::Next, state::Event, strings::ENGLISH};
use leptos::prelude::*;

const QUESTION: &str = "give-question";

/// A button for each of them, those who take conversations first.
#[component]
pub fn Choices(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let others = Memo::new(move |_| live.inbox().with(|inbox| inbox.others()));
    let is_alone = Memo::new(move |_| others.with(Vec::is_empty));
    view! {
        // The focus comes here, not to an answer: whoever is about to press Enter must not hit another agent when one leaves.
        <div
            class="asked"
            id=id::CHOICES
            role="group"
            tabindex="-1"
            aria-labelledby=QUESTION
            on:keydown=move |event| keep_on_escape(live, &event)
        >
            <span id=QUESTION>{ENGLISH.give_question}</span>
            {move || is_alone.get().then(|| view! { <p class="alone">{ENGLISH.give_nobody}</p> })}
            <For each=move || others.get() key=|agent| (agent.name.clone(), agent.available) let(agent)>
                {
                    let (name, next) = (agent.name.clone(), Next::Agent(agent.name));
                    view! {
                        <button
                            type="button"
                            class="agent"
                            data-available=agent.available.to_string()
                            on:click=move |_| live.emit(Event::Given(next.clone()))
                        >
                            <bdi>{name}</bdi>
                            {(!agent.available).then(|| view! { " " <span class="state">{ENGLISH.away}</span> })}
                        </button>
                    }
                }
            </For>
            <button type="button" id="give-to-queue" on:click=move |_| live.emit(Event::Given(Next::Queue))>
                {ENGLISH.give_to_queue}
            </button>
            <button type="button" id="give-keep" on:click=move |_| live.emit(Event::Kept)>
                {ENGLISH.give_keep}
            </button>
        </div>
    }
}
