//! What may be pressed under a line: "was this it?", the questions that may have been meant, a person.

use super::{
    line::{Choice, Line},
    state::{Conversation, Event},
};
use crate::{live::Live, strings};
use leptos::prelude::*;

/// The choices under a line.
pub fn choices(live: Live, conversation: &Conversation, line: &Line) -> Option<AnyView> {
    let Line { id, choices, .. } = line;
    if choices.is_empty() {
        return None;
    }
    let strings = &conversation.strings;
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
            let (id, choice) = (id.clone(), choice.clone());
            let chose = move |_| live.emit(Event::Chose(id.clone(), choice.clone()));
            view! { <button type="button" part="choice" on:click=chose>{label}</button> }
        })
        .collect();
    Some(view! { <div class="choices" role="group" aria-label=label><span>{asks}</span>{buttons}</div> }.into_any())
}
