//! Puts the keyboard's focus where the state wants it.

use crate::state::Spot;
use gloo_timers::callback::Timeout;
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

/// The ids of what can be focused; the views give them.
pub(crate) mod id {
    pub(crate) const NAME: &str = "name";
    pub(crate) const PASSWORD: &str = "password";
    pub(crate) const QUEUE: &str = "queue-heading";
    pub(crate) const CONVERSATION: &str = "conversation-heading";
    pub(crate) const COMPOSER: &str = "composer";
    pub(crate) const CLAIM: &str = "claim";
    pub(crate) const GIVE: &str = "give";
    pub(crate) const CHOICES: &str = "choices";
    pub(crate) const CONFIRM_TAKE_BACK: &str = "confirm-take-back";
    pub(crate) const CLOSE: &str = "close";
    pub(crate) const CONFIRM_CLOSE: &str = "confirm-close";

    /// A conversation's entry in the queue.
    pub(crate) fn queue_item(conversation: &str) -> String {
        format!("queue-item-{conversation}")
    }

    /// The button that takes back the message at this `seq`.
    pub(crate) fn take_back(seq: u64) -> String {
        format!("take-back-{seq}")
    }
}

/// Puts the focus on `spot`, once the views have caught up with the state.
pub(crate) fn put(spot: Spot) {
    Timeout::new(0, move || now(&spot)).forget();
}

/// The same if what had the focus is gone by then.
pub(crate) fn put_if_lost(spot: Spot) {
    Timeout::new(0, move || {
        let document = document();
        let lost = document.active_element().is_none_or(|element| Some(element) == document.body().map(Into::into));
        if lost {
            now(&spot);
        }
    })
    .forget();
}

fn now(spot: &Spot) {
    let item;
    let candidates: &[&str] = match spot {
        Spot::Name => &[id::NAME],
        Spot::Password => &[id::PASSWORD],
        Spot::Queue => &[id::QUEUE],
        Spot::QueueItem(conversation) => {
            item = id::queue_item(conversation);
            &[&item, id::QUEUE]
        }
        Spot::Conversation => &[id::COMPOSER, id::CLAIM, id::CONVERSATION],
        Spot::Give => &[id::GIVE],
        Spot::Choices => &[id::CHOICES],
        Spot::TakeBack(seq) => {
            item = id::take_back(*seq);
            &[&item, id::CONVERSATION]
        }
        Spot::ConfirmTakeBack => &[id::CONFIRM_TAKE_BACK],
        Spot::Close => &[id::CLOSE],
        Spot::ConfirmClose => &[id::CONFIRM_CLOSE],
    };
    let found = candidates.iter().find_map(|id| document().get_element_by_id(id));
    let Some(element) = found else { return };
    if let Some(field) = element.dyn_ref::<HtmlInputElement>() {
        // What was typed is probably to be replaced.
        field.select();
    }
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // An element that cannot be focused stays as it is; there is nothing better to do.
        let _ = element.focus();
    }
}
