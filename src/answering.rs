//! The shop's FAQ and the classifier together: a visitor's message in, a reply in the shop's words out.

use crate::widget::line::Near;
use classifier::{Classifier, Decision, Eagerness, Encoder, Faq};

/// How many near questions are offered when an answer was not it.
const NEAR: usize = 3;

/// What the bot may reply. It never writes an answer of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// An entry's answer, as the shop wrote it.
    Answer {
        /// The entry's id.
        entry: String,
        /// The answer, in the FAQ's small Markdown.
        text: String,
        /// How likely the entry is right, 0 to 1.
        confidence: f32,
        /// What else it may have been, nearest first.
        near: Vec<Near>,
        /// What the visitor asked beside it.
        second: Option<Near>,
    },
    /// It may be one of these.
    DidYouMean(Vec<Near>),
    /// The shop's FAQ does not seem to say.
    Unknown,
    /// The matter needs a person's judgement: nothing is answered, and a person is offered.
    Sensitive,
    /// The visitor asks for a person outright, or seems to want one.
    WantsHuman {
        /// Whether they ask outright.
        outright: bool,
    },
}

/// A FAQ ready to answer from.
pub struct Answering {
    faq: Faq,
    classifier: Classifier,
}

impl Answering {
    /// Fits the classifier to a FAQ (JSON) with the bytes of an encoder file; without bytes it goes by the FAQ's words alone.
    /// `eagerness` is the shop's knob by name; a name that is none is the middle.
    ///
    /// # Errors
    /// A sentence for the page's console, when either cannot be read.
    pub fn new(faq: &str, encoder: &[u8], eagerness: &str) -> Result<Self, String> {
        let faq = Faq::from_json(faq).map_err(|error| format!("the FAQ: {error}"))?;
        let encoder = if encoder.is_empty() {
            Encoder::default()
        } else {
            Encoder::from_bytes(encoder).map_err(|error| format!("the encoder: {error}"))?
        };
        let classifier = Classifier::fit(&encoder, &faq).map_err(|error| format!("the FAQ: {error}"))?;
        let classifier = classifier.with_eagerness(Eagerness::named(eagerness).unwrap_or_default());
        Ok(Answering { faq, classifier })
    }

    /// What to reply to `text`.
    pub fn reply(&self, text: &str) -> Reply {
        match self.classifier.decide(text) {
            Decision::Answer { entry, confidence, second } => {
                let mut near = self.classifier.rank(text);
                near.retain(|candidate| candidate.entry != entry);
                near.truncate(NEAR);
                self.answer(&entry, confidence, near.into_iter().map(|candidate| candidate.entry), second)
            }
            Decision::DidYouMean { entries } => Reply::DidYouMean(self.near(entries)),
            Decision::Unknown {} => Reply::Unknown,
            Decision::Sensitive { .. } => Reply::Sensitive,
            Decision::WantsHuman { outright } => Reply::WantsHuman { outright },
        }
    }

    /// The answer of an entry the visitor chose.
    pub fn quote(&self, entry: &str) -> Reply {
        self.answer(entry, 1.0, std::iter::empty(), None)
    }

    /// Whether a message is plainly in another language than the FAQ.
    pub fn is_foreign(&self, text: &str) -> bool {
        self.classifier.foreign(text).is_some()
    }

    fn answer(
        &self,
        id: &str,
        confidence: f32,
        near: impl IntoIterator<Item = String>,
        second: Option<String>,
    ) -> Reply {
        match self.faq.entries.iter().find(|entry| entry.id == id) {
            Some(entry) => Reply::Answer {
                entry: entry.id.clone(),
                text: entry.answer.clone(),
                confidence,
                near: self.near(near),
                second: self.near(second).pop(),
            },
            None => Reply::Unknown,
        }
    }

    fn near(&self, ids: impl IntoIterator<Item = String>) -> Vec<Near> {
        ids.into_iter()
            .filter_map(|id| self.faq.entries.iter().find(|entry| entry.id == id))
            .map(|entry| Near { entry: entry.id.clone(), question: entry.question.clone() })
            .collect()
    }
}
