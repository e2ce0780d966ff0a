//! What the classifier can decide about a message, and how sure it must be to do so.

use serde::Serialize;

/// From this confidence on an entry's answer is shown.
pub(crate) const ANSWER: f32 = 0.55;
/// From this confidence on it is asked which of the likeliest entries is meant.
pub(crate) const ASK: f32 = 0.25;
/// Between so many entries at most.
pub(crate) const CHOICES: usize = 3;

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
}

/// An entry that may be meant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// The entry's id.
    pub entry: String,
    /// How likely it is the right one, 0 to 1. Each entry is judged by itself, so they need not sum to 1.
    pub confidence: f32,
}

impl Decision {
    /// What follows from a ranking, best first.
    pub(crate) fn from_ranking(ranked: Vec<Candidate>) -> Decision {
        match ranked.first() {
            Some(best) if best.confidence >= ANSWER => {
                Decision::Answer { entry: best.entry.clone(), confidence: best.confidence }
            }
            Some(best) if best.confidence >= ASK => {
                let likeliest = ranked.into_iter().take(CHOICES);
                Decision::DidYouMean { entries: likeliest.map(|candidate| candidate.entry).collect() }
            }
            _ => Decision::Unknown {},
        }
    }
}

/// From an entry's score to the chance that it is the right one: a logistic curve, fitted on a shop's labelled messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calibration {
    bias: f32,
    per_score: f32,
    per_unknown_share: f32,
    per_log_words: f32,
}

impl Calibration {
    /// For scores to which the encoder's words contribute.
    pub(crate) const WITH_ENCODER: Calibration =
        Calibration { bias: -6.8, per_score: 0.665, per_unknown_share: -1.3, per_log_words: 0.96 };
    /// For scores from the FAQ's own words alone.
    pub(crate) const LEXICAL: Calibration =
        Calibration { bias: -6.0, per_score: 0.76, per_unknown_share: -1.1, per_log_words: 0.67 };

    /// The chance, 0 to 1. `unknown` of the message's `words` are known to neither shop nor encoder.
    pub(crate) fn confidence(self, score: f32, words: usize, unknown: usize) -> f32 {
        let share = unknown as f32 / words.max(1) as f32;
        let evidence = self.bias
            + self.per_score * score
            + self.per_unknown_share * share
            + self.per_log_words * libm::logf(1.0 + words as f32);
        1.0 / (1.0 + libm::expf(-evidence))
    }
}
