//! The transcript, line by line: who said what, in words, and how far it has come.

use crate::{
    dialogue::Delivery,
    state::Inbox,
    strings::{ENGLISH, fill},
};
use protocol::{Author, Event, EventBody, Message};

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Tells it from the other lines. What is said here keeps its key when it comes back in the log.
    pub key: String,
    /// Who wrote it; notes of what happened are by [`Author::System`].
    pub author: Author,
    /// Whether this agent wrote it.
    pub is_mine: bool,
    /// Who wrote it, in words.
    pub who: String,
    /// What it says.
    pub text: String,
    /// The FAQ entry the bot quotes.
    pub entry: Option<String>,
    /// When the backend stored it, in milliseconds since the Unix epoch.
    pub at: Option<u64>,
    /// How far it has come, while the log does not show it.
    pub delivery: Option<Delivery>,
}

/// A name for a visitor who gave none: the last, random digits of the conversation's id.
pub fn visitor_label(conversation: &str) -> String {
    let from = conversation.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    fill(ENGLISH.visitor_label, "{name}", &conversation[from..].to_uppercase())
}

impl Inbox {
    /// The transcript of this conversation: its log, then what was said here and is not in it yet.
    pub fn lines(&self, conversation: &str) -> Vec<Line> {
        let Some(dialogue) = self.dialogues.get(conversation) else { return Vec::new() };
        let logged = dialogue.log.iter().map(|event| self.line(event));
        let pending = dialogue.pending.iter().map(|pending| Line {
            key: pending.cid.clone(),
            author: Author::Human,
            is_mine: true,
            who: ENGLISH.you.to_owned(),
            text: pending.text.clone(),
            entry: None,
            at: None,
            delivery: Some(pending.delivery.clone()),
        });
        logged.chain(pending).collect()
    }

    fn line(&self, event: &Event) -> Line {
        let note = |text: String| Line {
            key: event.seq.to_string(),
            author: Author::System,
            is_mine: false,
            who: ENGLISH.system.to_owned(),
            text,
            entry: None,
            at: Some(event.at),
            delivery: None,
        };
        let by = |agent: &str, mine: &str, other: &str| {
            if self.is_me(agent) { mine.to_owned() } else { fill(other, "{name}", agent) }
        };
        match &event.body {
            EventBody::Rang => note(ENGLISH.visitor_rang.to_owned()),
            EventBody::Claimed { agent } => note(by(agent, ENGLISH.you_claimed, ENGLISH.name_claimed)),
            EventBody::Transferred { agent, to: None } => note(by(agent, ENGLISH.you_released, ENGLISH.name_released)),
            EventBody::Transferred { agent, to: Some(to) } => {
                let text = by(agent, ENGLISH.you_transferred, ENGLISH.name_transferred);
                note(fill(&text, "{to}", if self.is_me(to) { ENGLISH.to_you } else { to }))
            }
            EventBody::HandedBack { agent } => note(by(agent, ENGLISH.you_handed_back, ENGLISH.name_handed_back)),
            EventBody::Edited { agent, text, .. } if text.is_empty() => {
                note(by(agent, ENGLISH.you_took_back, ENGLISH.name_took_back))
            }
            EventBody::Edited { agent, text, .. } => {
                note(fill(&by(agent, ENGLISH.you_edited, ENGLISH.name_edited), "{text}", text))
            }
            EventBody::Closed { agent } => note(by(agent, ENGLISH.you_closed, ENGLISH.name_closed)),
            EventBody::Message(Message { author, text, name, entry }) => {
                let name = name.as_deref().unwrap_or_default();
                let is_mine = *author == Author::Human && self.is_me(name);
                let who = match author {
                    Author::Bot => ENGLISH.bot.to_owned(),
                    Author::Visitor => ENGLISH.visitor.to_owned(),
                    Author::System => ENGLISH.system.to_owned(),
                    Author::Human if is_mine => ENGLISH.you.to_owned(),
                    Author::Human => fill(ENGLISH.agent, "{name}", name).trim_end().to_owned(),
                };
                // Ids are made by whoever writes: only those of agents are sure not to be a visitor's doing.
                let key = if *author == Author::Human { event.cid.clone() } else { event.seq.to_string() };
                Line { key, author: *author, is_mine, who, entry: entry.clone(), ..note(text.clone()) }
            }
        }
    }

    fn is_me(&self, agent: &str) -> bool {
        self.agent.as_deref() == Some(agent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_are_called_by_the_last_digits_of_their_conversation() {
        for (conversation, label) in [("0198-77ab4f2a", "Visitor 4F2A"), ("c1", "Visitor C1"), ("", "Visitor ")] {
            assert_eq!(visitor_label(conversation), label);
        }
    }
}
