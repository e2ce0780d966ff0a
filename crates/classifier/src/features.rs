//! A text as numbers: the encoder's vector beside hashed word and character n-grams, weighted by how rare they are in the FAQ.

use crate::{
    message::{Message, parts},
    order::{ascending, hash},
};

/// Buckets for the n-grams of words, and as many for those of characters.
const BUCKETS: u32 = 32_768;
/// Lengths of the character n-grams, which stay within words.
const GRAMS: std::ops::RangeInclusive<usize> = 2..=5;
/// How much the n-grams count beside the encoder's vector, whose length is 1.
const LEXICAL_WEIGHT: f32 = 1.0;
/// A bucket that no text of the FAQ fell into.
const UNSEEN: u32 = u32::MAX;

/// How texts become rows, fitted on a FAQ's texts.
#[derive(Clone, Debug)]
pub(crate) struct Features {
    /// The column of each bucket, or [`UNSEEN`].
    columns: Vec<u32>,
    /// How rare each bucket is: the weight of its n-grams.
    rarity: Vec<f32>,
    /// Columns that the buckets have.
    width: usize,
}

/// A text in numbers, of unit length unless nothing in it is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// The encoder's vector.
    pub(crate) dense: Vec<f32>,
    /// Column and value of the n-grams that the FAQ has too.
    pub(crate) sparse: Vec<(u32, f32)>,
}

impl Features {
    /// Counts in how many of the texts each n-gram stands.
    pub(crate) fn fit<'a>(texts: impl Iterator<Item = &'a Message>) -> Features {
        let mut count = 0u32;
        let mut found = vec![0u32; 2 * BUCKETS as usize];
        for text in texts {
            count += 1;
            for (bucket, _) in counted(buckets(text)) {
                found[bucket as usize] += 1;
            }
        }
        let mut width = 0u32;
        let mut columns = vec![UNSEEN; found.len()];
        let rarity = found.iter().map(|&found| libm::logf((1 + count) as f32 / (1 + found) as f32) + 1.0).collect();
        for (bucket, _) in found.iter().enumerate().filter(|(_, found)| **found > 0) {
            columns[bucket] = width;
            width += 1;
        }
        Features { columns, rarity, width: width as usize }
    }

    /// Columns that the n-grams have.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// A text's row, from its words and what the encoder makes of them.
    pub(crate) fn row(&self, text: &Message, vector: Vec<f32>) -> Row {
        let mut row = Row { dense: vector, sparse: Vec::new() };
        let grams = counted(buckets(text));
        let characters = grams.partition_point(|&(bucket, _)| bucket < BUCKETS);
        for block in [&grams[..characters], &grams[characters..]] {
            self.push_block(block, &mut row.sparse);
        }
        let squares = row.dense.iter().chain(row.sparse.iter().map(|(_, value)| value)).map(|value| value * value);
        let length = squares.sum::<f32>().sqrt();
        if length > 0.0 {
            row.dense
                .iter_mut()
                .chain(row.sparse.iter_mut().map(|(_, value)| value))
                .for_each(|value| *value /= length);
        }
        row
    }

    /// Adds n-grams of one kind, scaled so that together they have the length due to them.
    fn push_block(&self, grams: &[(u32, u32)], row: &mut Vec<(u32, f32)>) {
        let start = row.len();
        let mut squares = 0.0;
        for &(bucket, count) in grams {
            let frequency = 1.0 + libm::logf(count as f32);
            let weight = frequency * self.rarity[bucket as usize];
            // What the FAQ never says counts as well: it makes a text less like any in the FAQ.
            squares += weight * weight;
            if self.columns[bucket as usize] != UNSEEN {
                row.push((self.columns[bucket as usize], weight));
            }
        }
        let scale = LEXICAL_WEIGHT * std::f32::consts::FRAC_1_SQRT_2 / f32::max(squares, 1e-12).sqrt();
        for (_, value) in &mut row[start..] {
            *value *= scale;
        }
    }
}

/// The bucket of every n-gram in a text, words first.
fn buckets(text: &Message) -> Vec<u32> {
    let mut buckets = Vec::new();
    for clause in &text.clauses {
        for (place, word) in clause.iter().enumerate() {
            buckets.push(hash(word.bytes()) % BUCKETS);
            if let Some(next) = clause.get(place + 1) {
                buckets.push(hash(word.bytes().chain([b' ']).chain(next.bytes())) % BUCKETS);
            }
            parts(word, GRAMS, |part| buckets.push(BUCKETS + hash(part.bytes()) % BUCKETS));
        }
    }
    buckets
}

/// Each bucket once, in order, and how often it stood there.
fn counted(buckets: Vec<u32>) -> Vec<(u32, u32)> {
    let buckets = ascending(buckets.into_iter());
    buckets.chunk_by(u32::eq).map(|equal| (equal[0], equal.len() as u32)).collect()
}
