//! What may be pressed under a line: "was this it?", the questions that may have been meant, a person.

use super::{line::Choice, state::Event};
use crate::{live::Live, strings};
use leptos::prelude::*;

/// The choices under the line `id`.
pub fn choices(live: Live, id: &str, choices: &[Choice]) -> Option<AnyView> {
    if choices.is_empty() {
        return None;
    }
    let strings = live.conversation().with_untracked(|conversation| conversation.strings.clone());
    let asks = choices.contains(&Choice::Right).then(|| strings.say(strings::WAS_THIS_IT));
    let label = asks.clone();
    let buttons: Vec<_> = choices
        .iter()
        .map(|choice| {
            let label = match choice {
                Choice::Right => strings.say(strings::YES),
                Choice::Wrong(_) => strings.say(strings::NO),
                Choice::Entry(near) => near.question.clone(),
                Choice::Human => strings.say(strings::HUMAN),
            };
            let (id, choice) = (id.to_owned(), choice.clone());
            let chose = move |_| live.emit(Event::Chose(id.clone(), choice.clone()));
            view! { <button type="button" part="choice" on:click=chose>{label}</button> }
        })
        .collect();
    Some(view! { <div class="choices" role="group" aria-label=label><span>{asks}</span>{buttons}</div> }.into_any())
}
