//! All of it together: fitted to a FAQ, it ranks the entries for a message and decides.

use crate::{
    decision::{Calibration, Candidate, Decision},
    encoder::Encoder,
    faq::Faq,
    features::Features,
    head::{Head, Lessons},
    message::Message,
    nearness::Nearness,
    person::{self, Wish},
    sparse::{Gram, Rows},
    spelling::Spelling,
};

/// How much an answer counts beside a question when the head is fitted.
const ANSWER_SHARE: f32 = 0.5;
/// What the cosine to the nearest phrasing of an entry adds to its logit: it tells what is out of scope better than logits.
const PER_PHRASING_COSINE: f32 = 8.0;
/// What the cosine to an entry's answer adds.
const PER_ANSWER_COSINE: f32 = 4.0;

/// Why a classifier cannot be fitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// Candle could not do the sums. Its own words are not kept: they can hold a backtrace, and what prints one costs the
    /// widget 24 kB before compression.
    #[error("the head could not be fitted; this is a fault of the program, please report it with the FAQ")]
    Head,
}

/// A classifier fitted to a FAQ.
#[derive(Clone, Debug)]
pub struct Classifier {
    ids: Vec<String>,
    spelling: Spelling,
    features: Features,
    head: Head,
    /// To the texts that the head was fitted on.
    nearness: Nearness,
    /// What each of those texts is.
    texts: Vec<Place>,
    calibration: Calibration,
}

/// Where in the FAQ a text stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    entry: usize,
    is_answer: bool,
}

impl Classifier {
    /// Fits a classifier to a FAQ: some ten milliseconds for 50 entries.
    ///
    /// Entries without an answer are fitted by their questions alone.
    ///
    /// # Errors
    /// Only where the program itself is at fault.
    pub fn fit(encoder: &Encoder, faq: &Faq) -> Result<Classifier, FitError> {
        let mut texts = Vec::new();
        let mut messages = Vec::new();
        for (entry, asked) in faq.entries.iter().enumerate() {
            let answer = Some(asked.answer.as_str()).filter(|answer| !answer.trim().is_empty());
            for (text, is_answer) in asked.phrasings().map(|text| (text, false)).chain(answer.map(|text| (text, true)))
            {
                texts.push(Place { entry, is_answer });
                messages.push(Message::read(text));
            }
        }
        let words = messages.iter().flat_map(Message::words).chain(person::vocabulary());
        let spelling = Spelling::learn(encoder, words);
        let features = Features::fit(encoder, messages.iter());
        let mut rows = Rows::default();
        for message in &messages {
            rows.push(&features.row(message));
        }
        let nearness = Nearness::to(&rows, features.width());
        let head = Head::fit(&Lessons {
            gram: Gram::of(&rows, features.width(), &nearness),
            labels: &texts.iter().map(|text| text.entry).collect::<Vec<usize>>(),
            shares: &texts.iter().map(|text| if text.is_answer { ANSWER_SHARE } else { 1.0 }).collect::<Vec<f32>>(),
            entries: faq.entries.len(),
        })
        .map_err(|_| FitError::Head)?;
        let ids = faq.entries.iter().map(|entry| entry.id.clone()).collect();
        let calibration = if encoder.knows_words() { Calibration::WITH_ENCODER } else { Calibration::LEXICAL };
        Ok(Classifier { ids, spelling, features, head, nearness, texts, calibration })
    }

    /// Every entry and how likely it is meant, the likeliest first.
    pub fn rank(&self, text: &str) -> Vec<Candidate> {
        self.weigh(&self.mended(&Message::read(text)))
    }

    /// What to do with a message.
    pub fn decide(&self, text: &str) -> Decision {
        let message = Message::read(text);
        let mended = self.mended(&message);
        if let Some(wish) = person::wish(&message).max(person::wish(&mended)) {
            return Decision::WantsHuman { outright: wish == Wish::Outright };
        }
        Decision::from_ranking(self.weigh(&mended))
    }

    fn mended(&self, message: &Message) -> Message {
        message.mended(|word| self.spelling.mend(word))
    }

    fn weigh(&self, message: &Message) -> Vec<Candidate> {
        let cosines = self.nearness.cosines(&self.features.row(message));
        let (mut phrasing, mut answer) = (vec![0f32; self.ids.len()], vec![0f32; self.ids.len()]);
        for (&cosine, place) in cosines.iter().zip(&self.texts) {
            let nearest = if place.is_answer { &mut answer } else { &mut phrasing };
            nearest[place.entry] = nearest[place.entry].max(cosine);
        }
        let unknown = message.words().filter(|word| !self.spelling.knows(word)).count();
        let words = message.words().count();
        let scores = self
            .head
            .logits(&cosines)
            .into_iter()
            .zip(phrasing)
            .zip(answer)
            .map(|((logit, phrasing), answer)| logit + PER_PHRASING_COSINE * phrasing + PER_ANSWER_COSINE * answer);
        let mut ranked: Vec<(f32, usize)> = scores.zip(0..).collect();
        // Equal scores keep the FAQ's order.
        ranked.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        ranked
            .into_iter()
            .map(|(score, entry)| Candidate {
                entry: self.ids[entry].clone(),
                confidence: self.calibration.confidence(score, words, unknown),
            })
            .collect()
    }
}
