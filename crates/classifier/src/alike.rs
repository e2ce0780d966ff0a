//! What a FAQ's owner should look at: entries with phrasings too alike, and phrasings that would be taken for another entry's
//! if they were not in the FAQ themselves.

use crate::{
    encoder::Encoder,
    faq::Faq,
    features::{Features, Row, Text},
    message::Message,
    nearness::Nearness,
};
use std::collections::BTreeMap;

/// How much the nearness of an answer counts beside that of a phrasing.
const ANSWER_SHARE: f32 = 0.5;

/// Two entries and what makes them alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    /// The id and a phrasing of each; of all their phrasings these two are the nearest.
    pub phrasings: [(String, String); 2],
    /// The cosine between the two phrasings, at most 1.
    pub similarity: f32,
}

/// A phrasing that, asked by a visitor without standing in the FAQ, would be taken for another entry (leave-one-out).
#[derive(Clone, Debug, PartialEq)]
pub struct Mistaken {
    /// The id of its entry.
    pub entry: String,
    /// The phrasing.
    pub phrasing: String,
    /// The id of the entry it would be taken for.
    pub taken_for: String,
    /// By how much the other entry is nearer, as a difference of cosines.
    pub by: f32,
}

/// The texts of a FAQ, ready to be compared.
struct Texts<'a> {
    faq: &'a Faq,
    /// Entry, text, whether it is the answer.
    texts: Vec<(usize, &'a str, bool)>,
    rows: Vec<Row>,
    nearness: Nearness,
}

impl<'a> Texts<'a> {
    fn of(encoder: &Encoder, faq: &'a Faq) -> Texts<'a> {
        let mut texts = Vec::new();
        for (place, entry) in faq.entries.iter().enumerate() {
            texts.extend(entry.phrasings().map(|text| (place, text, false)));
            texts.push((place, entry.answer.as_str(), true));
        }
        let messages: Vec<Message> = texts.iter().map(|(_, text, _)| Message::read(text)).collect();
        let read = |(message, &(.., is_answer)): (_, &(usize, &str, bool))| Text {
            message,
            vector: encoder.embed(message).vector,
            is_answer,
        };
        let read: Vec<Text<'_>> = messages.iter().zip(&texts).map(read).collect();
        let features = Features::fit(&read);
        let rows: Vec<Row> = read.into_iter().map(|text| features.row(text)).collect();
        let nearness = Nearness::to(&rows, features.width());
        Texts { faq, texts, rows, nearness }
    }

    fn named(&self, text: usize) -> (String, String) {
        (self.faq.entries[self.texts[text].0].id.clone(), self.texts[text].1.to_owned())
    }
}

/// The pairs of entries with phrasings at least as near as `least` (a cosine), the nearest first.
pub fn alike(encoder: &Encoder, faq: &Faq, least: f32) -> Vec<Alike> {
    let texts = Texts::of(encoder, faq);
    let mut nearest: BTreeMap<(usize, usize), (f32, usize, usize)> = BTreeMap::new();
    for (one, row) in texts.rows.iter().enumerate() {
        for (other, similarity) in texts.nearness.cosines(row).whole.into_iter().enumerate().take(one) {
            let ((entry, _, is_answer), (earlier, _, was_answer)) = (texts.texts[one], texts.texts[other]);
            if entry != earlier && !is_answer && !was_answer && similarity >= least {
                let best = nearest.entry((earlier, entry)).or_insert((similarity, other, one));
                if similarity > best.0 {
                    *best = (similarity, other, one);
                }
            }
        }
    }
    let mut pairs: Vec<Alike> = nearest
        .into_values()
        .map(|(similarity, one, other)| Alike { phrasings: [texts.named(one), texts.named(other)], similarity })
        .collect();
    pairs.sort_by(|one, other| other.similarity.total_cmp(&one.similarity));
    pairs
}

/// The phrasings that would be taken for another entry, the clearest first. An entry counts as near as its nearest phrasing
/// (the one in question left out) and half its answer.
pub fn mistaken(encoder: &Encoder, faq: &Faq) -> Vec<Mistaken> {
    let texts = Texts::of(encoder, faq);
    let mut found = Vec::new();
    for (place, row) in texts.rows.iter().enumerate().filter(|&(place, _)| !texts.texts[place].2) {
        let mut scores = vec![[0f32; 2]; faq.entries.len()];
        for (other, cosine) in
            texts.nearness.cosines(row).whole.into_iter().enumerate().filter(|&(other, _)| other != place)
        {
            let (entry, _, is_answer) = texts.texts[other];
            let nearest = &mut scores[entry][usize::from(is_answer)];
            *nearest = nearest.max(cosine);
        }
        let score = |entry: usize| scores[entry][0] + ANSWER_SHARE * scores[entry][1];
        let own = texts.texts[place].0;
        let other =
            (0..scores.len()).filter(|entry| *entry != own).max_by(|&one, &other| score(one).total_cmp(&score(other)));
        if let Some(other) = other.filter(|&other| score(other) > score(own)) {
            let (entry, phrasing) = texts.named(place);
            let taken_for = faq.entries[other].id.clone();
            found.push(Mistaken { entry, phrasing, taken_for, by: score(other) - score(own) });
        }
    }
    found.sort_by(|one, other| other.by.total_cmp(&one.by));
    found
}
