//! The shop's other way to reach a person: a mail address, a phone number or a page.

use crate::{live::Live, strings};
use leptos::prelude::*;

/// "You can also reach us here: …"
#[component]
pub fn Contact(
    /// `mailto:`, `tel:` or a page's address; the loader has let nothing else through.
    address: String,
    /// The conversation.
    live: Live,
) -> impl IntoView {
    let (lead, page) = live.glance(|it| (it.strings.say(strings::CONTACT_LEAD), it.strings.say(strings::CONTACT_PAGE)));
    let label = match address.split_once(':') {
        Some(("mailto" | "tel", rest)) => rest.split('?').next().unwrap_or(rest).to_owned(),
        _ => page,
    };
    view! { <p class="contact">{lead} " " <a href=address>{label}</a></p> }
}
