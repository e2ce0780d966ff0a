//! What the visitor is called, and whether the shop says so.

use crate::{strings::ENGLISH, visitor::Visitor};
use leptos::prelude::*;

/// Name, e-mail address and the mark, as text nodes.
#[component]
pub fn VisitorName(
    /// The visitor.
    visitor: Visitor,
) -> impl IntoView {
    let Visitor { name, email, is_confirmed } = visitor;
    view! {
        <bdi class="visitor">{name}</bdi>
        " "
        {email.map(|email| view! { <bdi class="email">{email}</bdi>" " })}
        {is_confirmed.then(|| view! { <span class="confirmed">{ENGLISH.confirmed}</span>" " })}
    }
}
