//! The catalogue: what visitors ask shops, topic by topic, read as numbered words.

use super::vocabulary::Vocabulary;
use anyhow::Context;
use serde::Deserialize;
use std::{fs, path::Path};

/// A topic as it stands in the file.
#[derive(Deserialize)]
pub(crate) struct Topic {
    /// What shops' FAQs say, in several shops' words.
    pub(crate) faq: Vec<Variant>,
    /// What visitors say.
    pub(crate) messages: Vec<Message>,
}

/// One shop's entry.
#[derive(Deserialize)]
pub(crate) struct Variant {
    pub(crate) question: String,
    pub(crate) examples: Vec<String>,
    pub(crate) answer: String,
}

/// One visitor's message.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) text: String,
}

/// A text as the places of its words in the vocabulary; unknown ones are left out.
pub(crate) type Places = Vec<u32>;

/// A topic in places.
pub(crate) struct Numbered {
    /// (question and examples, answer) of each variant.
    pub(crate) variants: Vec<(Vec<Places>, Places)>,
    pub(crate) messages: Vec<Places>,
}

/// Reads the catalogue of one language.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Topic>> {
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
