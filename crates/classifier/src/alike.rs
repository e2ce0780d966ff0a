//! Entries too alike: phrasings of two entries that lie so near each other that messages will be taken for the wrong one.

use crate::{encoder::Encoder, faq::Faq, features::Features, message::Message, nearness::Nearness, sparse::Rows};
use std::collections::BTreeMap;

/// Two entries and what makes them alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    /// The id and a phrasing of each; of all their phrasings these two are the nearest.
    pub phrasings: [(String, String); 2],
    /// The cosine between the two phrasings, at most 1.
    pub similarity: f32,
}

/// The pairs of entries with phrasings at least as near as `least` (a cosine), the nearest first.
pub fn alike(encoder: &Encoder, faq: &Faq, least: f32) -> Vec<Alike> {
    let phrasings: Vec<(usize, &str)> = faq
        .entries
        .iter()
        .enumerate()
        .flat_map(|(place, entry)| entry.phrasings().map(move |text| (place, text)))
        .collect();
    let texts: Vec<Message> = phrasings.iter().map(|(_, text)| Message::read(text)).collect();
    let features = Features::fit(encoder, texts.iter());
    let mut rows = Rows::default();
    for text in &texts {
        rows.push(&features.row(text));
    }
    let nearness = Nearness::to(&rows, features.width());
    let mut nearest: BTreeMap<(usize, usize), (f32, usize, usize)> = BTreeMap::new();
    for (one, row) in rows.iter().enumerate() {
        for (other, similarity) in nearness.cosines(row).into_iter().enumerate().take(one) {
            let (entry, earlier) = (phrasings[one].0, phrasings[other].0);
            if entry != earlier && similarity >= least {
                let best = nearest.entry((earlier, entry)).or_insert((similarity, other, one));
                if similarity > best.0 {
                    *best = (similarity, other, one);
                }
            }
        }
    }
    let named = |text: usize| (faq.entries[phrasings[text].0].id.clone(), phrasings[text].1.to_owned());
    let mut pairs: Vec<Alike> = nearest
        .into_values()
        .map(|(similarity, one, other)| Alike { phrasings: [named(one), named(other)], similarity })
        .collect();
    pairs.sort_by(|one, other| other.similarity.total_cmp(&one.similarity));
    pairs
}
