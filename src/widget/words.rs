//! The conversation in words: who wrote a line, what a note says, what the live region announces.

use super::{line::Line, state::Conversation};
use crate::{markdown, strings};
use protocol::{Author, EventBody};

impl Conversation {
    /// A line as the live region says it: who, then the whole text.
    pub fn spoken(&self, line: &Line) -> String {
        match line.message() {
            // Only the shop's answers have marks; people's asterisks are their own.
            Some(message) if message.author == Author::Bot => {
                format!("{}: {}", self.who(line), markdown::plain(&message.text))
            }
            Some(message) => format!("{}: {}", self.who(line), message.text),
            None => self.note(line),
        }
    }

    /// Who wrote a line, in words.
    pub fn who(&self, line: &Line) -> String {
        let name = line.message().and_then(|message| message.name.clone());
        match (line.author(), name) {
            (Author::Human, Some(name)) => name,
            (Author::Human, None) => self.strings.say(strings::WHO_HUMAN),
            (Author::Bot, _) => self.strings.say(strings::WHO_BOT),
            (Author::Visitor, _) => self.strings.say(strings::WHO_VISITOR),
            (Author::System, _) => self.strings.say(strings::WHO_SYSTEM),
        }
    }

    /// What happened, in words; empty for messages.
    pub fn note(&self, line: &Line) -> String {
        match &line.body {
            EventBody::Message(_) | EventBody::Edited { .. } | EventBody::Unknown => String::new(),
            EventBody::Rang => self.strings.say(strings::RANG),
            EventBody::Transferred { to: None, .. } => self.strings.say(strings::WAITING),
            EventBody::Claimed { agent } | EventBody::Transferred { to: Some(agent), .. } => {
                self.strings.say_with(strings::CLAIMED, agent)
            }
            EventBody::HandedBack { agent } => self.strings.say_with(strings::HANDED_BACK, agent),
            EventBody::Closed { agent } => self.strings.say_with(strings::CLOSED, agent),
        }
    }
}
