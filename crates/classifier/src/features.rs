//! A text as numbers: the encoder's vector, as it is and apart from the FAQ's average, beside hashed word and character n-grams,
//! weighted by how rare they are in the FAQ.

use crate::{
    arithmetic::{add, dot},
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
    /// The average of the texts' vectors.
    mean: Vec<f32>,
}

/// A text to be made a row of.
pub(crate) struct Text<'a> {
    pub(crate) message: &'a Message,
    /// What the encoder makes of it.
    pub(crate) vector: Vec<f32>,
    /// An answer's words count, and not its n-grams of characters: answers are long, and these gained nothing.
    pub(crate) is_answer: bool,
}

/// A text in numbers, of unit length unless nothing in it is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// The encoder's vector.
    pub(crate) whole: Vec<f32>,
    /// What sets it apart from the FAQ's average, of the same length. The head learns in fewer steps from it; what is out of
    /// scope shows in the whole one.
    pub(crate) apart: Vec<f32>,
    /// Column and value of the n-grams that the FAQ has too.
    pub(crate) sparse: Vec<(u32, f32)>,
}

impl Features {
    /// Counts in how many of the texts each n-gram stands.
    pub(crate) fn fit(texts: &[Text<'_>]) -> Features {
        let mut found = vec![0u32; 2 * BUCKETS as usize];
        let mut mean = Vec::new();
        for text in texts {
            for (bucket, _) in counted(buckets(text)) {
                found[bucket as usize] += 1;
            }
            mean.resize(text.vector.len(), 0.0);
            add(1.0 / texts.len() as f32, &text.vector, &mut mean);
        }
        let mut width = 0u32;
        let mut columns = vec![UNSEEN; found.len()];
        let count = (1 + texts.len()) as f32;
        let rarity = found.iter().map(|&found| libm::logf(count / (1 + found) as f32) + 1.0).collect();
        for (bucket, _) in found.iter().enumerate().filter(|(_, found)| **found > 0) {
            columns[bucket] = width;
            width += 1;
        }
        Features { columns, rarity, width: width as usize, mean }
    }

    /// Columns that the n-grams have.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// How like the FAQ as a whole a vector is: the cosine to the average.
    pub(crate) fn likeness(&self, vector: &[f32]) -> f32 {
        dot(vector, &self.mean) / dot(&self.mean, &self.mean).sqrt().max(1e-6)
    }

    /// A text's row.
    pub(crate) fn row(&self, text: Text<'_>) -> Row {
        let grams = counted(buckets(&text));
        let mut apart = text.vector.clone();
        add(-1.0, &self.mean, &mut apart);
        let length = dot(&text.vector, &text.vector).sqrt() / dot(&apart, &apart).sqrt().max(1e-3);
        let mut row = Row { whole: text.vector, apart, sparse: Vec::new() };
        let characters = grams.partition_point(|&(bucket, _)| bucket < BUCKETS);
        for block in [&grams[..characters], &grams[characters..]] {
            self.push_block(block, &mut row.sparse);
        }
        let squares: f32 = row.sparse.iter().map(|(_, value)| value * value).sum();
        let scale = 1.0 / (squares + dot(&row.whole, &row.whole)).sqrt().max(1e-6);
        row.whole.iter_mut().for_each(|value| *value *= scale);
        row.apart.iter_mut().for_each(|value| *value *= scale * length);
        row.sparse.iter_mut().for_each(|(_, value)| *value *= scale);
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

/// The bucket of every n-gram in a text; those of words are below [`BUCKETS`].
fn buckets(text: &Text<'_>) -> Vec<u32> {
    let mut buckets = Vec::new();
    for clause in &text.message.clauses {
        for (place, word) in clause.iter().enumerate() {
            buckets.push(hash(word.bytes()) % BUCKETS);
            if let Some(next) = clause.get(place + 1) {
                buckets.push(hash(word.bytes().chain([b' ']).chain(next.bytes())) % BUCKETS);
            }
            if !text.is_answer {
                parts(word, GRAMS, |part| buckets.push(BUCKETS + hash(part.bytes()) % BUCKETS));
            }
        }
    }
    buckets
}

/// Each bucket once, in order, and how often it stood there.
fn counted(buckets: Vec<u32>) -> Vec<(u32, u32)> {
    let buckets = ascending(buckets.into_iter());
    buckets.chunk_by(u32::eq).map(|equal| (equal[0], equal.len() as u32)).collect()
}
