//! What the bot says: the shop's own words, a question back, or that it does not know.

use super::{
    line::{Choice, Line, Near},
    state::{Answers, Conversation, Detail, Effect, also, said_by},
};
use crate::{answering::Reply, strings};
use protocol::Author;

impl Conversation {
    pub(super) fn ask_bot(&mut self, id: String, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let Some(text) = self.line(&id).and_then(Line::message).map(|message| message.text.clone()) else {
            return Vec::new();
        };
        match self.answers {
            Answers::Loading => {
                self.unanswered.push(id);
                Vec::new()
            }
            Answers::Ready => vec![Effect::Classify(id, text)],
            Answers::Missing => self.bot_says(strings::NO_ANSWERS, vec![Choice::Human], new_id),
        }
    }

    pub(super) fn replied(&mut self, to: &str, reply: Reply, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        // The visitor rang meanwhile: the bot is silent, and the message was told as part of the story.
        if self.floor().is_with_people() || self.line(to).is_none() {
            return Vec::new();
        }
        match reply {
            Reply::Answer { entry, text, confidence, near, second } => {
                let detail = vec![("entry", entry.clone().into()), ("confidence", Detail::Number(confidence))];
                let mut choices = vec![Choice::Right, Choice::Wrong(near)];
                choices.extend(second.map(Choice::Entry));
                if self.has_answered(&entry) {
                    // The same answer once more was not what they needed.
                    choices.push(Choice::Human);
                }
                let mut effects = vec![Effect::Tell("answer", detail)];
                also(&mut effects, self.bot_adds(text, Some(entry), choices, new_id));
                effects
            }
            Reply::DidYouMean(near) => self.offer(strings::DID_YOU_MEAN, near, new_id),
            Reply::Unknown => self.bot_says(strings::UNKNOWN, vec![Choice::Human], new_id),
            Reply::Sensitive => self.bot_says(strings::SENSITIVE, vec![Choice::Human], new_id),
            Reply::WantsHuman { outright: true } => self.rang(new_id),
            // Nobody asked: what was said stays on the page until the visitor says yes.
            Reply::WantsHuman { outright: false } => self.bot_says(strings::OFFER_HUMAN, vec![Choice::Human], new_id),
        }
    }

    pub(super) fn chose(&mut self, line: &str, choice: Choice, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let Some(chosen) = self.lines.iter_mut().find(|candidate| candidate.id == line) else { return Vec::new() };
        if choice == Choice::Human {
            // What was offered stays, to be told with the story.
            return self.rang(new_id);
        }
        chosen.choices.clear();
        if self.floor().is_with_people() {
            // The bot is silent; a question that is pressed is one to the person.
            let Choice::Entry(near) = choice else { return Vec::new() };
            return self.said(&near.question, new_id);
        }
        let mut effects = match choice {
            Choice::Right => self.bot_says(strings::GLAD, Vec::new(), new_id),
            Choice::Wrong(near) if near.is_empty() => self.bot_says(strings::SORRY, vec![Choice::Human], new_id),
            Choice::Wrong(near) => self.offer(strings::SORRY_NEAR, near, new_id),
            Choice::Entry(Near { entry, question }) => {
                let id = new_id();
                self.lines.push(Line::here(id.clone(), said_by(Author::Visitor, question.clone(), None)));
                let message = vec![("author", "visitor".into()), ("text", question.into())];
                vec![Effect::Tell("message", message), Effect::Quote(id, entry)]
            }
            Choice::Human => self.rang(new_id),
        };
        // What was pressed is gone, and the focus with it.
        effects.push(Effect::FocusTranscript);
        effects
    }

    /// Says once that another language than the FAQ's is hard to understand.
    pub(super) fn is_foreign(&mut self, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let said = self.strings.say(strings::OTHER_LANGUAGE);
        if self.floor().is_with_people()
            || self.lines.iter().any(|line| line.message().is_some_and(|message| message.text == said))
        {
            return Vec::new();
        }
        self.bot_says(strings::OTHER_LANGUAGE, Vec::new(), new_id)
    }

    /// Whether the bot has given an entry's answer already.
    fn has_answered(&self, entry: &str) -> bool {
        self.lines.iter().any(|line| line.message().is_some_and(|message| message.entry.as_deref() == Some(entry)))
    }

    fn offer(&mut self, lead: strings::Text, near: Vec<Near>, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
        let mut choices: Vec<Choice> = near.into_iter().map(Choice::Entry).collect();
        choices.push(Choice::Human);
        self.bot_says(lead, choices, new_id)
    }

    fn bot_says(
        &mut self,
        text: strings::Text,
        choices: Vec<Choice>,
        new_id: &mut dyn FnMut() -> String,
    ) -> Vec<Effect> {
        let text = self.strings.say(text);
        self.bot_adds(text, None, choices, new_id)
    }

    fn bot_adds(
        &mut self,
        text: String,
        entry: Option<String>,
        choices: Vec<Choice>,
        new_id: &mut dyn FnMut() -> String,
    ) -> Vec<Effect> {
        let mut line = Line::here(new_id(), said_by(Author::Bot, text.clone(), entry));
        line.choices = choices;
        let mut spoken = self.spoken(&line);
        for choice in &line.choices {
            if let Choice::Entry(near) = choice {
                spoken.push('\n');
                spoken.push_str(&near.question);
            }
        }
        self.lines.push(line);
        let message = Effect::Tell("message", vec![("author", "bot".into()), ("text", text.into())]);
        vec![Effect::Announce(spoken), message]
    }
}
