//! Who has the inbox open, and the switch that tells whether this agent takes conversations.

use crate::{
    effects::Live,
    state::Event,
    strings::{ENGLISH, fill},
};
use leptos::prelude::*;

const LIST: &str = "agents";

/// The switch, and how many agents are there; pressed, it says who.
#[component]
pub fn WhoIsThere(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let inbox = live.inbox();
    let takes = Memo::new(move |_| inbox.with(|inbox| !inbox.is_away));
    let agents = Memo::new(move |_| {
        inbox.with(|inbox| {
            let agents = inbox.agents.iter();
            agents.map(|agent| (agent.clone(), Some(&agent.name) == inbox.agent.as_ref())).collect::<Vec<_>>()
        })
    });
    let count = Memo::new(move |_| agents.with(Vec::len));
    view! {
        <button
            type="button"
            role="switch"
            id="taking"
            aria-checked=move || takes.get().to_string()
            on:click=move |_| live.emit(Event::AvailablePressed)
        >
            <span class="track" aria-hidden="true"></span>
            {ENGLISH.taking}
        </button>
        // The browser opens and closes it, also with Escape and a press beside it, and brings the focus back.
        <button type="button" id="who-is-there" popovertarget=LIST>
            {move || fill(ENGLISH.agents_here, "{count}", &count.get().to_string())}
        </button>
        <div id=LIST popover="auto" role="group" aria-labelledby="agents-heading">
            <h2 id="agents-heading">{ENGLISH.agents_heading}</h2>
            <ul role="list">
                <For each=move || agents.get() key=|(agent, _)| (agent.name.clone(), agent.available) let((agent, is_me))>
                    <li data-available=agent.available.to_string()>
                        <bdi>{agent.name}</bdi>
                        {is_me.then_some(format!(" {}", ENGLISH.agent_is_you))}
                        " "
                        <span class="state">{if agent.available { ENGLISH.available } else { ENGLISH.away }}</span>
                    </li>
                </For>
            </ul>
        </div>
    }
}
