//! All of it together: fitted to a FAQ, it ranks the entries for a message and decides.

use crate::{
    decision::{
        ASKED, CHOICES, Calibration, Candidate, Decision, Eagerness, IMPLIED, OUTRIGHT, PERSON_BESIDE_AN_ANSWER,
        SENSITIVE, SENSITIVE_BESIDE_AN_ANSWER, Signals,
    },
    encoder::{Embedded, Encoder},
    faq::Faq,
    features::{Features, Row, Text},
    head::{Head, Lessons},
    language,
    message::Message,
    nearness::Nearness,
    order::by_score,
    pack,
    spelling::Spelling,
    tone::{Sentiment, Tone},
};

/// How much an answer counts beside a question when the head is fitted.
const ANSWER_SHARE: f32 = 0.5;
/// What the cosine to the nearest phrasing of an entry adds to its logit: it tells what is out of scope better than logits.
const PER_PHRASING_COSINE: f32 = 4.0;
/// What the cosine to an entry's answer adds.
const PER_ANSWER_COSINE: f32 = 4.0;
/// A FAQ counts as having at least so many entries, those that it lacks with a score of 0: the calibration has not seen fewer.
const FEWEST: usize = 10;
/// From this cosine to the likeliest entry's phrasing on a message is that phrasing, and its chances are at least this.
const VERBATIM: f32 = 0.99;
/// A question within a message has at least so many words.
const QUESTION_WORDS: usize = 3;

/// Why a classifier cannot be fitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// Candle could not do the sums. Its own words are not kept: they can hold a backtrace, and what prints one costs the
    /// widget 24 kB before compression.
    #[error("the head could not be fitted; please report it with the FAQ")]
    Head,
}

/// A classifier fitted to a FAQ.
#[derive(Clone, Debug)]
pub struct Classifier {
    ids: Vec<String>,
    /// The FAQ's, as in HTML's `lang`, without a region.
    language: String,
    encoder: Encoder,
    spelling: Spelling,
    features: Features,
    head: Head,
    /// To the texts that the head was fitted on.
    nearness: Nearness,
    /// What each of those texts is.
    places: Vec<Place>,
    eagerness: Eagerness,
}

/// Where in the FAQ a text stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    entry: usize,
    is_answer: bool,
}

/// A message weighed against the FAQ.
struct Weighed {
    /// Score and entry, the highest first; equal scores keep the FAQ's order.
    ranked: Vec<(f32, usize)>,
    signals: Signals,
    /// The chances of the [`Calibration`].
    best: f32,
    three: f32,
    scope: f32,
}

impl Classifier {
    /// Fits a classifier to a FAQ, which takes time: `cargo xtask bench` tells how much for 50 and for 1,000 entries.
    ///
    /// Entries without an answer are fitted by their questions alone.
    ///
    /// # Errors
    /// Only where the program itself is at fault.
    pub fn fit(encoder: &Encoder, faq: &Faq) -> Result<Classifier, FitError> {
        let mut places = Vec::new();
        let mut messages = Vec::new();
        for (entry, asked) in faq.entries.iter().enumerate() {
            let answer = Some(asked.answer.as_str()).filter(|answer| !answer.trim().is_empty());
            for (text, is_answer) in asked.phrasings().map(|text| (text, false)).chain(answer.map(|text| (text, true)))
            {
                places.push(Place { entry, is_answer });
                messages.push(Message::read(text));
            }
        }
        let spelling = Spelling::learn(encoder, messages.iter().flat_map(Message::words));
        let read = |(message, place): (_, &Place)| Text {
            message,
            vector: encoder.embed(message).vector,
            is_answer: place.is_answer,
        };
        let texts: Vec<Text<'_>> = messages.iter().zip(&places).map(read).collect();
        let features = Features::fit(&texts);
        let rows: Vec<Row> = texts.into_iter().map(|text| features.row(text)).collect();
        let nearness = Nearness::to(&rows, features.width());
        let labels: Vec<u32> = places.iter().map(|place| place.entry as u32).collect();
        let head = match fitted_before(encoder, faq, labels.len()) {
            Some(head) => head,
            None => Head::fit(&Lessons {
                rows: &rows,
                columns: features.width(),
                labels: &labels,
                shares: &places
                    .iter()
                    .map(|place| if place.is_answer { ANSWER_SHARE } else { 1.0 })
                    .collect::<Vec<f32>>(),
                entries: faq.entries.len(),
            })
            .map_err(|_| FitError::Head)?,
        };
        let ids = faq.entries.iter().map(|entry| entry.id.clone()).collect();
        let language = faq.language.split('-').next().unwrap_or_default().to_owned();
        let (encoder, eagerness) = (encoder.clone(), Eagerness::default());
        Ok(Classifier { ids, language, encoder, spelling, features, head, nearness, places, eagerness })
    }

    /// What fitting came to, to be kept with the FAQ; see [`Faq::fitted`].
    pub fn fitted(&self, faq: &Faq) -> String {
        format!("{}:{}", pack::print_of(&self.encoder, faq), pack::to_base64(&self.head.to_bytes()))
    }

    /// The same, as eager to answer as the shop wants it.
    #[must_use]
    pub fn with_eagerness(self, eagerness: Eagerness) -> Classifier {
        Classifier { eagerness, ..self }
    }

    /// Every entry and how likely it is meant, the likeliest first.
    pub fn rank(&self, text: &str) -> Vec<Candidate> {
        let message = self.mended(&Message::read(text));
        self.candidates(&self.weighed(&message))
    }

    /// What to do with a message.
    pub fn decide(&self, text: &str) -> Decision {
        let message = self.mended(&Message::read(text));
        let embedded = self.encoder.embed(&message);
        let tone = self.encoder.tone(&embedded);
        let weighed = self.weigh(&message, &embedded, &tone);
        let candidates = self.candidates(&weighed);
        let sure = candidates.first().map_or(0.0, |best| best.confidence);
        let foreign = self.foreign(text).is_some();
        if let Some(decision) = for_people(&tone, sure, foreign) {
            return decision;
        }
        let least = self.eagerness.thresholds();
        match candidates.first() {
            Some(best) if best.confidence >= least.answer && weighed.scope >= least.in_scope => Decision::Answer {
                entry: best.entry.clone(),
                confidence: best.confidence,
                second: self.second(&message, &best.entry),
            },
            Some(_) if weighed.three >= least.ask && weighed.scope >= least.perhaps_in_scope => {
                let likeliest = candidates.into_iter().take(CHOICES);
                Decision::DidYouMean { entries: likeliest.map(|candidate| candidate.entry).collect() }
            }
            _ => Decision::Unknown {},
        }
    }

    /// How likely it is that the FAQ answers the message at all, whichever entry does.
    pub fn in_scope(&self, text: &str) -> f32 {
        let message = self.mended(&Message::read(text));
        self.weighed(&message).scope
    }

    /// The language that a message is in, where that is plainly another of [`crate::LANGUAGES`] than the FAQ's. It is decided
    /// about all the same, and badly.
    pub fn foreign(&self, text: &str) -> Option<&'static str> {
        language::language(&Message::read(text)).filter(|language| *language != self.language)
    }

    /// The mood of a message, from -1 (annoyed) to 1 (pleased).
    pub fn mood(&self, text: &str) -> f32 {
        self.encoder.tone(&self.encoder.embed(&self.mended(&Message::read(text)))).mood()
    }

    /// The same as a word.
    pub fn sentiment(&self, text: &str) -> Sentiment {
        Sentiment::of(self.mood(text))
    }

    /// How well a message fits the FAQ, and its likeliest three entries, for those who fit calibrations.
    pub fn signals(&self, text: &str) -> (Signals, Vec<String>) {
        let message = self.mended(&Message::read(text));
        let weighed = self.weighed(&message);
        let three = weighed.ranked.iter().take(CHOICES).map(|&(_, entry)| self.ids[entry].clone());
        (weighed.signals, three.collect())
    }

    /// What else a message that asks several things asks: the likeliest entry of its first clause that is sure enough of
    /// another one.
    fn second(&self, message: &Message, first: &str) -> Option<String> {
        if message.clauses.len() < 2 {
            return None;
        }
        let least = self.eagerness.thresholds();
        let asked = message.clauses.iter().filter(|clause| clause.len() >= QUESTION_WORDS);
        let mut sure = asked.filter_map(|clause| {
            let weighed = self.weighed(&Message { clauses: vec![clause.clone()] });
            let entry = &self.ids[weighed.ranked.first()?.1];
            (entry != first && weighed.best >= least.answer && weighed.scope >= least.in_scope).then(|| entry.clone())
        });
        sure.next()
    }

    fn mended(&self, message: &Message) -> Message {
        message.mended(|word| self.spelling.mend(word))
    }

    fn weighed(&self, message: &Message) -> Weighed {
        let embedded = self.encoder.embed(message);
        self.weigh(message, &embedded, &self.encoder.tone(&embedded))
    }

    fn weigh(&self, message: &Message, embedded: &Embedded, tone: &Tone) -> Weighed {
        let text = Text { message, vector: embedded.vector.clone(), is_answer: false };
        let cosines = self.nearness.cosines(&self.features.row(text));
        let (mut phrasing, mut answer) = (vec![0f32; self.ids.len()], vec![0f32; self.ids.len()]);
        for (&cosine, place) in cosines.whole.iter().zip(&self.places) {
            let nearest = if place.is_answer { &mut answer } else { &mut phrasing };
            nearest[place.entry] = nearest[place.entry].max(cosine);
        }
        let mut scores = self.head.logits(cosines.apart.into_iter().zip(self.places.iter().map(|place| place.entry)));
        for (score, (phrasing, answer)) in scores.iter_mut().zip(phrasing.iter().zip(&answer)) {
            *score += PER_PHRASING_COSINE * phrasing + PER_ANSWER_COSINE * answer;
        }
        let ranked: Vec<(f32, usize)> = by_score(&scores).into_iter().map(|entry| (scores[entry], entry)).collect();
        let words = message.words().count();
        let unknown = message.words().filter(|word| !self.spelling.knows(word)).count();
        let (best, entry) = ranked.first().copied().unwrap_or_default();
        let lacking = FEWEST.saturating_sub(ranked.len());
        let scores = ranked.iter().map(|(score, _)| *score).chain(std::iter::repeat_n(0.0, lacking));
        let share: f32 = scores.map(|score| libm::expf((score - best).min(0.0))).sum();
        let signals = Signals {
            values: [
                best,
                best - ranked.get(1).map_or(0.0, |second| second.0),
                1.0 / share.max(1.0),
                phrasing.get(entry).copied().unwrap_or_default(),
                answer.get(entry).copied().unwrap_or_default(),
                unknown as f32 / words.max(1) as f32,
                libm::logf(1.0 + words as f32),
                tone.none(),
                libm::logf(1.0 + self.ids.len().max(FEWEST) as f32),
                self.features.likeness(&embedded.vector),
            ],
        };
        let calibration = self.encoder.calibration();
        // Whoever asks in the FAQ's own words means what it says.
        let least = if signals.values[Signals::PHRASING] >= VERBATIM { VERBATIM } else { 0.0 };
        let [best, three, scope] = [calibration.best, calibration.three, calibration.scope]
            .map(|curve| Calibration::chance(&curve, &signals).max(least));
        Weighed { ranked, signals, best, three, scope }
    }

    /// The entries with their chances: the likeliest has that of the calibration, the others what their scores leave of it.
    fn candidates(&self, weighed: &Weighed) -> Vec<Candidate> {
        let Some(&(highest, _)) = weighed.ranked.first() else { return Vec::new() };
        let candidate = |&(score, entry): &(f32, usize)| Candidate {
            entry: self.ids[entry].clone(),
            confidence: weighed.best * libm::expf(score - highest),
        };
        weighed.ranked.iter().map(candidate).collect()
    }
}

/// The head that a FAQ brings, if it is one for this encoder and these entries.
fn fitted_before(encoder: &Encoder, faq: &Faq, texts: usize) -> Option<Head> {
    let (print, head) = faq.fitted.as_ref()?.split_once(':')?;
    if print != pack::print_of(encoder, faq) {
        return None;
    }
    Head::from_bytes(&pack::from_base64(head)?, texts, faq.entries.len())
}

/// What a message's tone decides by itself. The surer the FAQ's answer, the clearer the tone must be: a shop whose FAQ has an entry
/// about recalls wants questions about recalls answered.
fn for_people(tone: &Tone, sure: f32, foreign: bool) -> Option<Decision> {
    let clear = |chance: f32, least: f32, beside: f32| chance >= least + beside * sure * (1.0 - least);
    let (topic, sensitive) = tone.sensitive();
    let sensitive = clear(sensitive, SENSITIVE, SENSITIVE_BESIDE_AN_ANSWER);
    if sensitive && !foreign {
        return Some(Decision::Sensitive { topic });
    }
    let clear = |chance, least| clear(chance, least, PERSON_BESIDE_AN_ANSWER);
    // Rung for only when it is likelier said than meant; else a person is offered.
    let outright = clear(tone.asked(), OUTRIGHT) && tone.asked() > tone.implied();
    // Another language's words may look like this one's, as the German "die": what the matter is can't be told, but a person is
    // offered all the same.
    let wanted = sensitive || clear(tone.asked(), ASKED) || clear(tone.implied(), IMPLIED);
    wanted.then_some(Decision::WantsHuman { outright })
}
