//! Which pieces of texts the encoder knows: the most frequent words, rows of words and parts of words.

use std::collections::{BTreeMap, HashMap};

/// A text as the places of its pieces in the vocabulary; unknown ones are left out.
pub(crate) type Places = Vec<u32>;

/// The pieces, in ascending order, and how often each stands in the texts.
pub(crate) struct Vocabulary {
    pieces: Vec<(String, f32)>,
    places: HashMap<String, u32>,
}

/// How many pieces of each kind to keep, and how often each must stand in the texts to be kept.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) words: usize,
    pub(crate) rows: usize,
    pub(crate) parts: usize,
}

impl Vocabulary {
    /// Of weighted texts.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = (&'a str, f32)>, sizes: Sizes) -> Vocabulary {
        let mut counts: BTreeMap<String, f32> = BTreeMap::new();
        for (text, weight) in texts {
            for piece in classifier::pieces(text) {
                *counts.entry(piece).or_default() += weight;
            }
        }
        let mut kinds: [Vec<(String, f32)>; 3] = Default::default();
        for (piece, count) in counts {
            let kind = if piece.starts_with('-') { 2 } else { usize::from(piece.contains(' ')) };
            kinds[kind].push((piece, count));
        }
        let least = [3.0, 8.0, 8.0];
        let mut pieces: BTreeMap<String, f32> = BTreeMap::new();
        for ((mut kind, least), most) in kinds.into_iter().zip(least).zip([sizes.words, sizes.rows, sizes.parts]) {
            kind.sort_by(|one, next| next.1.total_cmp(&one.1).then_with(|| one.0.cmp(&next.0)));
            pieces.extend(kind.into_iter().take(most).filter(|(_, count)| *count >= least));
        }
        let pieces: Vec<(String, f32)> = pieces.into_iter().collect();
        let places = pieces.iter().enumerate().map(|(place, (piece, _))| (piece.clone(), place as u32)).collect();
        Vocabulary { pieces, places }
    }

    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    pub(crate) fn pieces(&self) -> &[(String, f32)] {
        &self.pieces
    }

    /// The places of a text's pieces.
    pub(crate) fn places(&self, text: &str) -> Places {
        classifier::pieces(text).iter().filter_map(|piece| self.places.get(piece).copied()).collect()
    }
}
