//! What a text's vector and pieces tell beside what it is about: that a person is wanted, that the matter is sensitive, the
//! visitor's mood, and that no shop's FAQ would answer it. One logistic regression each, kept in the encoder's file.
//!
//! The `head` section holds, for each of [`LABELS`] in order, a bias (f32), two scales (f32 each) and the vector's weights in
//! steps of the first scale (i8); then, in ascending order, the place of a piece among the words (u16), a label (u8), and the
//! piece's weight for it in steps of the label's second scale (i8). An empty section says nothing of any text.

use crate::order::ascending;
use serde::Serialize;

/// What is told, in the order of the encoder's file.
pub const LABELS: [&str; 17] = [
    "asked",
    "implied",
    "payment",
    "safety",
    "medical",
    "self_harm",
    "complaint",
    "bereavement",
    "harassment",
    "minors",
    "discrimination",
    "data_breach",
    "legal",
    "negative",
    "positive",
    "none",
    "sensitive",
];
pub(crate) const COUNT: usize = LABELS.len();
pub(crate) const ASKED: usize = 0;
pub(crate) const IMPLIED: usize = 1;
/// The first of [`Topic::ALL`].
const SENSITIVE: usize = 2;
const NEGATIVE: usize = 13;
const POSITIVE: usize = 14;
const NONE: usize = 15;
const ANY: usize = 16;

/// A matter that needs a person's judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topic {
    /// Fraud, strangers' charges, disputes with the bank.
    Payment,
    /// Goods that burn, leak or hurt.
    Safety,
    /// Illness, medicine, reactions to goods.
    Medical,
    /// Thoughts of hurting oneself.
    SelfHarm,
    /// A formal complaint.
    Complaint,
    /// Somebody has died.
    Bereavement,
    /// Threats, stalking, indecency.
    Harassment,
    /// Children and what is not for them.
    Minors,
    /// Unequal treatment.
    Discrimination,
    /// Personal data in the wrong hands.
    DataBreach,
    /// Courts, lawyers, the law.
    Legal,
}

impl Topic {
    /// In the order of the encoder's file.
    pub const ALL: [Topic; 11] = [
        Topic::Payment,
        Topic::Safety,
        Topic::Medical,
        Topic::SelfHarm,
        Topic::Complaint,
        Topic::Bereavement,
        Topic::Harassment,
        Topic::Minors,
        Topic::Discrimination,
        Topic::DataBreach,
        Topic::Legal,
    ];
}

/// A visitor's mood, as far as a message shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sentiment {
    /// Annoyed, disappointed, worried.
    Negative,
    /// Neither.
    Neutral,
    /// Pleased, thankful.
    Positive,
}

/// What a message tells beside what it is about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tone {
    /// The log odds of each label.
    odds: [f32; COUNT],
}

impl Tone {
    /// The chance that a person is asked for outright, 0 to 1.
    pub(crate) fn asked(&self) -> f32 {
        chance(self.odds[ASKED])
    }

    /// The chance that it only shows that a person would be welcome.
    pub(crate) fn implied(&self) -> f32 {
        chance(self.odds[IMPLIED])
    }

    /// The likeliest sensitive topic, and the chance that the matter is sensitive, by the mean of the topic's log odds and
    /// those of any topic, which errs less than either.
    pub(crate) fn sensitive(&self) -> (Topic, f32) {
        let mut likeliest = (Topic::ALL[0], f32::NEG_INFINITY);
        for (topic, &odds) in Topic::ALL.iter().zip(&self.odds[SENSITIVE..]) {
            if odds > likeliest.1 {
                likeliest = (*topic, odds);
            }
        }
        (likeliest.0, chance((likeliest.1 + self.odds[ANY]) / 2.0))
    }

    /// The log odds that no shop's FAQ answers it.
    pub(crate) fn none(&self) -> f32 {
        self.odds[NONE].clamp(-8.0, 8.0)
    }

    /// The mood, from -1 to 1.
    pub(crate) fn mood(&self) -> f32 {
        chance(self.odds[POSITIVE]) - chance(self.odds[NEGATIVE])
    }
}

impl Sentiment {
    /// How far from 0 a mood must be to be told.
    const CLEAR: f32 = 0.35;

    /// Of a mood from -1 to 1.
    pub(crate) fn of(mood: f32) -> Sentiment {
        if mood < -Self::CLEAR {
            Sentiment::Negative
        } else if mood > Self::CLEAR {
            Sentiment::Positive
        } else {
            Sentiment::Neutral
        }
    }
}

/// How a visitor's mood goes over a conversation: a running mean in which the last messages count most.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trend {
    level: f32,
    messages: u32,
}

impl Trend {
    /// What the newest message counts beside all before it.
    const NEWEST: f32 = 0.4;

    /// Takes in the next message's mood, from -1 to 1, as [`crate::Classifier::mood`] tells it.
    pub fn take(&mut self, mood: f32) {
        self.level = if self.messages == 0 { mood } else { self.level + Self::NEWEST * (mood - self.level) };
        self.messages = self.messages.saturating_add(1);
    }

    /// The mood by now.
    pub fn now(&self) -> Sentiment {
        Sentiment::of(self.level)
    }
}

fn chance(odds: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-odds))
}

/// What a label goes by.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// The log odds of a text that says nothing.
    pub bias: f32,
    /// What each number of the vector adds.
    pub vector: Vec<f32>,
    /// What single pieces add: their places in the order of their bytes, ascending, and weights.
    pub pieces: Vec<(u16, f32)>,
}

/// The weights of all labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heads {
    /// [labels, 1 + dimensions]: bias and weights.
    dense: Vec<f32>,
    /// For each label the scale of what pieces add.
    scales: Vec<f32>,
    /// The section's piece (two bytes), label and steps of the label's scale; in ascending order of pieces.
    pieces: Vec<[u8; 4]>,
}

impl Heads {
    /// Reads a section, for vectors of so many numbers; `None` if it is damaged.
    pub(crate) fn read(mut bytes: &[u8], dimensions: usize) -> Option<Heads> {
        let mut heads = Heads::default();
        if bytes.is_empty() {
            return Some(heads);
        }
        for _ in 0..COUNT {
            let (bias, rest) = float(bytes)?;
            let (scale, rest) = float(rest)?;
            let (of_pieces, rest) = float(rest)?;
            heads.scales.push(of_pieces);
            let (steps, rest) = rest.split_at_checked(dimensions)?;
            heads.dense.push(bias);
            heads.dense.extend(steps.iter().map(|&step| scale * f32::from(step.cast_signed())));
            bytes = rest;
        }
        let (pieces, []) = bytes.as_chunks::<4>() else { return None };
        heads.pieces = pieces.to_vec();
        let sound = pieces.is_sorted_by_key(piece_of) && pieces.iter().all(|piece| usize::from(piece[2]) < COUNT);
        sound.then_some(heads)
    }

    /// Packs a section.
    pub(crate) fn pack(labels: &[Weights]) -> Vec<u8> {
        let scale = |values: &mut dyn Iterator<Item = f32>| {
            values.fold(1e-9f32, |largest, value| largest.max(value.abs())) / f32::from(i8::MAX)
        };
        let step = |value: f32, scale: f32| ((value / scale).round() as i8).to_le_bytes()[0];
        let mut bytes = Vec::new();
        let mut all = Vec::new();
        for (label, Weights { bias, vector, pieces }) in labels.iter().enumerate() {
            let of_vector = scale(&mut vector.iter().copied());
            let of_pieces = scale(&mut pieces.iter().map(|piece| piece.1));
            bytes.extend([*bias, of_vector, of_pieces].iter().flat_map(|value| value.to_le_bytes()));
            bytes.extend(vector.iter().map(|&weight| step(weight, of_vector)));
            all.extend(pieces.iter().map(|&(piece, weight)| (piece, label as u8, step(weight, of_pieces))));
        }
        all.sort_unstable();
        for (piece, label, step) in all {
            bytes.extend(piece.to_le_bytes().into_iter().chain([label, step]));
        }
        bytes
    }

    /// What a text tells, by its vector and the places of its pieces.
    pub(crate) fn tone(&self, vector: &[f32], places: &[u32]) -> Tone {
        let mut odds = [-8.0; COUNT];
        if !self.dense.is_empty() {
            for (odds, weights) in odds.iter_mut().zip(self.dense.chunks_exact(1 + vector.len())) {
                *odds = weights[0] + weights[1..].iter().zip(vector).map(|(weight, value)| weight * value).sum::<f32>();
            }
            let mut places = ascending(places.iter().copied());
            places.dedup();
            for place in places {
                let from = self.pieces.partition_point(|piece| piece_of(piece) < place);
                for piece in self.pieces[from..].iter().take_while(|piece| piece_of(piece) == place) {
                    let label = usize::from(piece[2]);
                    odds[label] += self.scales[label] * f32::from(piece[3].cast_signed());
                }
            }
        }
        Tone { odds }
    }
}

fn piece_of(piece: &[u8; 4]) -> u32 {
    u16::from_le_bytes([piece[0], piece[1]]).into()
}

fn float(bytes: &[u8]) -> Option<(f32, &[u8])> {
    let (value, rest) = bytes.split_first_chunk::<4>()?;
    Some(f32::from_le_bytes(*value)).filter(|value| value.is_finite() && value.abs() < 1e6).map(|value| (value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_follows_the_last_messages() {
        let mut trend = Trend::default();
        assert_eq!(trend.now(), Sentiment::Neutral);
        trend.take(0.9);
        assert_eq!(trend.now(), Sentiment::Positive);
        for _ in 0..4 {
            trend.take(-0.9);
        }
        assert_eq!(trend.now(), Sentiment::Negative);
    }

    #[test]
    fn heads_are_read_as_they_were_packed_but_for_rounding() {
        let mut labels = vec![Weights { bias: -3.0, vector: vec![0.0, 0.0], pieces: vec![] }; COUNT];
        labels[ASKED] = Weights { bias: 0.5, vector: vec![1.0, -2.0], pieces: vec![(7, 4.0)] };
        let bytes = Heads::pack(&labels);
        let heads = Heads::read(&bytes, 2).expect("it was packed");
        let tone = heads.tone(&[0.6, 0.8], &[7, 7, 9]);
        assert!((tone.odds[ASKED] - (0.5 + 0.6 - 1.6 + 4.0)).abs() < 0.03, "{tone:?}");
        assert!(Heads::read(&bytes[..bytes.len() - 1], 2).is_none());
        assert!(Heads::read(&[], 2).is_some());
    }
}
