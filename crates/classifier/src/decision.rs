//! What the classifier can decide about a message, and how sure it must be to do so.

use crate::tone::Topic;
use serde::Serialize;

/// Between so many entries a visitor is asked to choose at most.
pub(crate) const CHOICES: usize = 3;
/// A person is rung for from this chance on that one is asked for.
pub(crate) const OUTRIGHT: f32 = 0.5;
/// A person is offered from this chance on that one is asked for, and from the next one on that one would be welcome.
pub(crate) const ASKED: f32 = 0.1;
pub(crate) const IMPLIED: f32 = 0.4;
/// From this chance on a matter is taken to be sensitive.
pub(crate) const SENSITIVE: f32 = 0.15;

/// How much of what is left to certainty these are raised by, where the FAQ's answer is certain: for persons, and for sensitive
/// matters.
pub(crate) const PERSON_BESIDE_AN_ANSWER: f32 = 0.85;
pub(crate) const SENSITIVE_BESIDE_AN_ANSWER: f32 = 0.55;

/// What to do with a visitor's message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// Show this entry's answer.
    Answer {
        /// The entry's id.
        entry: String,
        /// How likely it is the right one, 0 to 1.
        confidence: f32,
        /// Another entry to offer, where the message asks two things.
        #[serde(skip_serializing_if = "Option::is_none")]
        second: Option<String>,
    },
    /// Ask which of these was meant.
    DidYouMean {
        /// One to three entries' ids, the likeliest first.
        entries: Vec<String>,
    },
    /// Say that the shop's FAQ does not seem to answer this.
    Unknown {},
    /// The visitor wants a person.
    WantsHuman {
        /// Whether they say so. Else it only shows: they ask whether this is a machine, or are tired of it.
        outright: bool,
    },
    /// The matter needs a person's judgement; no machine should answer it.
    Sensitive {
        /// What it is about.
        topic: Topic,
    },
}

/// An entry that may be meant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// The entry's id.
    pub entry: String,
    /// How likely it is the right one, 0 to 1: the likeliest by the calibration, the others by what their scores leave of that.
    pub confidence: f32,
}

/// How readily the bot answers, the shop's one knob: the more eager, the more it answers and the more of that is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eagerness {
    /// Answers only what it is very sure of, and asks back less.
    Cautious,
    /// Answers what is likelier right than wrong, if the FAQ seems to have an answer.
    #[default]
    Balanced,
    /// Answers what may well be right.
    Eager,
}

impl Eagerness {
    /// Of its name: `cautious`, `balanced`, `eager`.
    pub fn named(name: &str) -> Option<Eagerness> {
        match name {
            "cautious" => Some(Eagerness::Cautious),
            "balanced" => Some(Eagerness::Balanced),
            "eager" => Some(Eagerness::Eager),
            _ => None,
        }
    }

    pub(crate) fn thresholds(self) -> Thresholds {
        match self {
            Eagerness::Cautious => Thresholds { answer: 0.75, in_scope: 0.9, ask: 0.4, perhaps_in_scope: 0.7 },
            Eagerness::Balanced => Thresholds { answer: 0.62, in_scope: 0.85, ask: 0.25, perhaps_in_scope: 0.6 },
            Eagerness::Eager => Thresholds { answer: 0.4, in_scope: 0.7, ask: 0.15, perhaps_in_scope: 0.4 },
        }
    }
}

/// What the bot must be sure of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    /// An entry's answer is shown from this confidence on,
    pub(crate) answer: f32,
    /// if it is this likely that the FAQ answers the message at all.
    pub(crate) in_scope: f32,
    /// From this chance on that the right entry is among the likeliest three, it is asked which of them is meant,
    pub(crate) ask: f32,
    /// if it is this likely that the FAQ answers the message at all.
    pub(crate) perhaps_in_scope: f32,
}

/// What is known of how well a message fits a FAQ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signals {
    /// In the order of [`Signals::NAMES`].
    pub values: [f32; Signals::COUNT],
}

impl Signals {
    /// How many there are.
    pub const COUNT: usize = 10;
    /// The place of the cosine to the likeliest entry's nearest phrasing.
    pub(crate) const PHRASING: usize = 3;
    /// What they are, for those who fit calibrations.
    pub const NAMES: [&'static str; Signals::COUNT] =
        ["score", "lead", "share", "phrasing", "answer", "unknown", "words", "none", "entries", "likeness"];
}

/// From signals to three chances: that the likeliest entry is right, that the right one is among the likeliest three, and that
/// the FAQ answers the message at all. Logistic curves, fitted on simulated shops from the catalogue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// The bias, then a weight for each signal: for the likeliest entry.
    pub best: [f32; 1 + Signals::COUNT],
    /// The same for the likeliest three.
    pub three: [f32; 1 + Signals::COUNT],
    /// The same for any entry at all.
    pub scope: [f32; 1 + Signals::COUNT],
}

impl Calibration {
    /// For scores from the FAQ's own words alone.
    pub(crate) const LEXICAL: Calibration = Calibration {
        best: [-6.0, 0.76, 0.0, 0.0, 0.0, 0.0, -1.1, 0.67, 0.0, 0.0, 0.0],
        three: [-5.0, 0.76, 0.0, 0.0, 0.0, 0.0, -1.1, 0.67, 0.0, 0.0, 0.0],
        scope: [-4.0, 0.76, 0.0, 0.0, 0.0, 0.0, -1.1, 0.67, 0.0, 0.0, 0.0],
    };

    /// Reads the `cali` section; `None` if it is damaged.
    pub(crate) fn read(bytes: &[u8]) -> Option<Calibration> {
        let mut calibration = Calibration::LEXICAL;
        let values = calibration.best.iter_mut().chain(&mut calibration.three).chain(&mut calibration.scope);
        let mut numbers = bytes.chunks_exact(4);
        for value in values {
            let number = numbers.next()?.first_chunk().map(|bytes| f32::from_le_bytes(*bytes))?;
            *value = Some(number).filter(|number| number.is_finite() && number.abs() < 1e6)?;
        }
        numbers.next().is_none().then_some(calibration)
    }

    /// The bytes of the section.
    pub fn pack(&self) -> Vec<u8> {
        self.best.iter().chain(&self.three).chain(&self.scope).flat_map(|value| value.to_le_bytes()).collect()
    }

    /// A chance, 0 to 1.
    pub(crate) fn chance(weights: &[f32; 1 + Signals::COUNT], signals: &Signals) -> f32 {
        let evidence =
            signals.values.iter().zip(&weights[1..]).fold(weights[0], |sum, (value, weight)| sum + value * weight);
        1.0 / (1.0 + libm::expf(-evidence))
    }
}
