//! What the visitor of a conversation is called: as the shop says, or else by the conversation's id.

use crate::{
    state::Inbox,
    strings::{ENGLISH, fill},
};
use protocol::Identity;

/// A visitor's name on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// What they are called.
    pub name: String,
    /// Their e-mail address, when it is not what they are called.
    pub email: Option<String>,
    /// Whether the shop says so.
    pub is_confirmed: bool,
}

impl Inbox {
    /// Who the visitor of this conversation is.
    pub fn visitor(&self, conversation: &str) -> Visitor {
        let told = self.summary(conversation).and_then(|summary| summary.identity.as_ref());
        let held = || self.dialogues.get(conversation).and_then(|dialogue| dialogue.identity.as_ref());
        told.or_else(held).map_or_else(|| unnamed(conversation), named)
    }
}

fn named(identity: &Identity) -> Visitor {
    let said =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (name, email) = match (said(&identity.name), said(&identity.email)) {
        (Some(name), email) => (name, email),
        (None, Some(email)) => (email, None),
        (None, None) => (fill(ENGLISH.customer_label, "{name}", &identity.id), None),
    };
    Visitor { name, email, is_confirmed: true }
}

/// A visitor of whom the shop says nothing is called by the last, random digits of the conversation's id.
fn unnamed(conversation: &str) -> Visitor {
    let from = conversation.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let name = fill(ENGLISH.visitor_label, "{name}", &conversation[from..].to_uppercase());
    Visitor { name, email: None, is_confirmed: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_are_called_by_the_last_digits_of_their_conversation() {
        for (conversation, label) in [("0198-77ab4f2a", "Visitor 4F2A"), ("c1", "Visitor C1"), ("", "Visitor ")] {
            assert_eq!(unnamed(conversation).name, label);
        }
    }

    #[test]
    fn a_visitor_the_shop_knows_is_called_by_name_else_address_else_number() {
        let called = |name: Option<&str>, email: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let visitor = named(&Identity { id: "4711".into(), name: own(name), email: own(email) });
            (visitor.name, visitor.email)
        };
        let address = "jo@shop.example";
        assert_eq!(called(Some("Jo"), Some(address)), ("Jo".into(), Some(address.into())));
        assert_eq!(called(Some("Jo"), None), ("Jo".into(), None));
        assert_eq!(called(Some(" "), Some(address)), (address.into(), None));
        assert_eq!(called(None, None), ("Customer 4711".into(), None));
    }
}
