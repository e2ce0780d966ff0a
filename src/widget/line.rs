//! One line of the transcript, and what the visitor may press under it.

use protocol::{Author, EventBody, Message};

/// One line: a message, or a note of what happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The line's UUIDv7; the `cid` of its event once it is sent.
    pub id: String,
    /// What it says.
    pub body: EventBody,
    /// Its place in the backend's log, once stored there.
    pub seq: Option<u64>,
    /// How far it has come.
    pub delivery: Delivery,
    /// What may be pressed under it. Not kept across pages.
    pub choices: Vec<Choice>,
}

/// How far a line has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It has not left the page, and will not before the visitor rings.
    Here,
    /// On its way; kept and sent again until it is acknowledged.
    Sending,
    /// Stored by the backend.
    Sent,
    /// Refused by the backend; the visitor may try again.
    Failed,
}

/// Something to press under a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// "Was this it?" Yes.
    Right,
    /// "Was this it?" No; the next nearest entries are offered.
    Wrong(Vec<Near>),
    /// A question that may have been meant.
    Entry(Near),
    /// A person.
    Human,
}

/// An entry near to what was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// The entry's id.
    pub entry: String,
    /// Its question, as the shop wrote it.
    pub question: String,
}

impl Line {
    /// A line that has not left the page.
    pub fn here(id: String, body: EventBody) -> Self {
        Line { id, body, seq: None, delivery: Delivery::Here, choices: Vec::new() }
    }

    /// Who wrote it; notes of what happened are by [`Author::System`].
    pub fn author(&self) -> Author {
        match &self.body {
            EventBody::Message(message) => message.author,
            _ => Author::System,
        }
    }

    /// The message, when it is one.
    pub fn message(&self) -> Option<&Message> {
        match &self.body {
            EventBody::Message(message) => Some(message),
            _ => None,
        }
    }

    /// The text an agent is shown: with the questions the bot offered, because the visitor saw them too.
    pub fn told_text(&self) -> String {
        let mut text = self.message().map(|message| message.text.clone()).unwrap_or_default();
        for choice in &self.choices {
            if let Choice::Entry(near) = choice {
                text.push_str("\n- ");
                text.push_str(&near.question);
            }
        }
        text
    }
}
