//! The shop's FAQ: the only words the bot may say, read from JSON and held to its limits.

use serde::Deserialize;

/// How large a FAQ may be. Lengths are in characters (Unicode scalar values).
pub mod limits {
    /// Entries in a FAQ.
    pub const ENTRIES: usize = 2_000;
    /// Examples in one entry.
    pub const EXAMPLES: usize = 500;
    /// Characters in an id.
    pub const ID_CHARS: usize = 100;
    /// Characters in a question or an example.
    pub const QUESTION_CHARS: usize = 500;
    /// Characters in an answer.
    pub const ANSWER_CHARS: usize = 4_000;
    /// Characters in the name of a language.
    pub const LANGUAGE_CHARS: usize = 35;
}

/// A shop's FAQ.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faq {
    /// The language of its texts, as in HTML's `lang`: `en`, `de`.
    pub language: String,
    /// What visitors ask, in the shop's order.
    pub entries: Vec<Entry>,
    /// A head fitted beforehand, which spares the browser the work: what tells encoder and entries from others, a colon, and
    /// the head's bytes in base64 (RFC 4648, without padding). With another encoder or other entries it is of no use, and the
    /// head is fitted as ever.
    #[serde(default)]
    pub fitted: Option<String>,
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name it goes by in decisions and in the page; unique.
    pub id: String,
    /// The question as the shop puts it; shown to visitors.
    pub question: String,
    /// Other ways to ask it; may be absent.
    #[serde(default)]
    pub examples: Vec<String>,
    /// The answer, in the small Markdown that the widget renders.
    pub answer: String,
}

/// Why a FAQ cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaqError {
    /// Not JSON, or not of a FAQ's shape.
    #[error(
        "{0}; a FAQ looks like {{\"language\": \"en\", \"entries\": [{{\"id\", \"question\", \"examples\": [], \"answer\"}}]}}"
    )]
    Json(#[from] serde_json::Error),
    /// No language is given.
    #[error("\"language\" must name a language in at most {} characters, such as \"en\"", limits::LANGUAGE_CHARS)]
    Language,
    /// There are too many entries.
    #[error("{count} entries are too many; keep to {} by joining those with the same answer", limits::ENTRIES)]
    TooManyEntries {
        /// How many there are.
        count: usize,
    },
    /// Two entries have one id.
    #[error("two entries have the id \"{id}\"; rename one of them")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A text is empty.
    #[error("entry {number} (\"{id}\") has an empty {field}; write one or remove it")]
    Empty {
        /// Which entry, from 1.
        number: usize,
        /// Its id, which may be what is empty.
        id: String,
        /// Which field.
        field: &'static str,
    },
    /// A text is too long.
    #[error("entry {number} (\"{id}\") has a {field} of {chars} characters; shorten it to {most}")]
    TooLong {
        /// Which entry, from 1.
        number: usize,
        /// Its id.
        id: String,
        /// Which field.
        field: &'static str,
        /// Its length.
        chars: usize,
        /// How long it may be.
        most: usize,
    },
    /// An entry has too many examples.
    #[error("entry {number} (\"{id}\") has {count} examples; keep the {} that differ most", limits::EXAMPLES)]
    TooManyExamples {
        /// Which entry, from 1.
        number: usize,
        /// Its id.
        id: String,
        /// How many there are.
        count: usize,
    },
}

impl Faq {
    /// Reads a FAQ from JSON and checks it.
    ///
    /// # Errors
    /// Not JSON, a missing or unknown field, an id given twice, an empty text, or anything beyond [`limits`].
    pub fn from_json(json: &str) -> Result<Faq, FaqError> {
        let faq: Faq = serde_json::from_str(json)?;
        faq.check()?;
        Ok(faq)
    }

    /// Checks what the JSON's shape cannot say.
    fn check(&self) -> Result<(), FaqError> {
        let language = self.language.trim();
        if language.is_empty() || language.chars().count() > limits::LANGUAGE_CHARS {
            return Err(FaqError::Language);
        }
        if self.entries.len() > limits::ENTRIES {
            return Err(FaqError::TooManyEntries { count: self.entries.len() });
        }
        for (index, entry) in self.entries.iter().enumerate() {
            entry.check(index + 1)?;
        }
        for (place, entry) in self.entries.iter().enumerate() {
            if self.entries[..place].iter().any(|other| other.id == entry.id) {
                return Err(FaqError::DuplicateId { id: entry.id.clone() });
            }
        }
        Ok(())
    }
}

impl Entry {
    /// The question, then the examples.
    pub fn phrasings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.question.as_str()).chain(self.examples.iter().map(String::as_str))
    }

    fn check(&self, number: usize) -> Result<(), FaqError> {
        let id = || self.id.chars().take(limits::ID_CHARS).collect();
        if self.examples.len() > limits::EXAMPLES {
            return Err(FaqError::TooManyExamples { number, id: id(), count: self.examples.len() });
        }
        let examples = self.examples.iter().map(|example| ("example", example, limits::QUESTION_CHARS));
        let texts = [
            ("id", &self.id, limits::ID_CHARS),
            ("question", &self.question, limits::QUESTION_CHARS),
            ("answer", &self.answer, limits::ANSWER_CHARS),
        ];
        for (field, text, most) in texts.into_iter().chain(examples) {
            if text.trim().is_empty() {
                return Err(FaqError::Empty { number, id: id(), field });
            }
            let chars = text.chars().count();
            if chars > most {
                return Err(FaqError::TooLong { number, id: id(), field, chars, most });
            }
        }
        Ok(())
    }
}
