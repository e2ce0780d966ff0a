//! The catalogue: what visitors ask shops, topic by topic, read as numbered pieces.

use crate::vocabulary::{Places, Vocabulary};
use anyhow::Context;
use serde::{Deserialize, de::DeserializeOwned};
use std::{fs, path::Path};

/// A topic as it stands in the file.
#[derive(Clone, Deserialize)]
pub(crate) struct Topic {
    pub(crate) topic: String,
    /// What shops' FAQs say, in several shops' words.
    pub(crate) faq: Vec<Variant>,
    /// What visitors say.
    pub(crate) messages: Vec<Message>,
}

/// One shop's entry.
#[derive(Clone, Deserialize)]
pub(crate) struct Variant {
    pub(crate) question: String,
    pub(crate) examples: Vec<String>,
    pub(crate) answer: String,
}

/// One visitor's message.
#[derive(Clone, Deserialize)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) voice: String,
}

/// A message that no FAQ answers, or that only seems to be one.
#[derive(Clone, Deserialize)]
pub(crate) struct Other {
    pub(crate) label: String,
    pub(crate) topic: String,
    pub(crate) language: String,
    pub(crate) text: String,
    pub(crate) sentiment: String,
}

/// A topic in places.
pub(crate) struct Numbered {
    /// (question and examples, answer) of each variant.
    pub(crate) variants: Vec<(Vec<Places>, Places)>,
    pub(crate) messages: Vec<Places>,
}

/// Reads lines of JSON.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(place, line)| {
            serde_json::from_str(line).with_context(|| format!("{}, line {}", path.display(), place + 1))
        })
        .collect()
}

impl Topic {
    /// All its texts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let variants = self.faq.iter().flat_map(|variant| {
            [&variant.question, &variant.answer].into_iter().chain(&variant.examples).map(String::as_str)
        });
        variants.chain(self.messages.iter().map(|message| message.text.as_str()))
    }

    /// What is asked: questions and examples of the FAQs three times, and short messages too, since there are few; and all
    /// messages.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &str> {
        const TIMES: usize = 3;
        let phrasings = self.faq.iter().flat_map(|variant| std::iter::once(&variant.question).chain(&variant.examples));
        let terse = self.messages.iter().filter(|message| message.voice == "terse").map(|message| &message.text);
        let short: Vec<&String> = phrasings.chain(terse).collect();
        let short = short.into_iter().flat_map(|text| std::iter::repeat_n(text, TIMES)).map(String::as_str);
        short.chain(self.messages.iter().map(|message| message.text.as_str()))
    }

    /// The same in places.
    pub(crate) fn numbered(&self, vocabulary: &Vocabulary) -> Numbered {
        let variants = self.faq.iter().map(|variant| {
            let phrasings = std::iter::once(&variant.question).chain(&variant.examples);
            (phrasings.map(|text| vocabulary.places(text)).collect(), vocabulary.places(&variant.answer))
        });
        let messages = self.messages.iter().map(|message| vocabulary.places(&message.text));
        Numbered { variants: variants.collect(), messages: messages.collect() }
    }
}
