//! The table of word vectors in training: texts as unit vectors, and the way back from their gradients to the words.

use super::{catalogue::Places, random::Random, vocabulary::Vocabulary};

/// Word vectors, row after row.
pub(crate) struct Table {
    pub(crate) dimensions: usize,
    pub(crate) values: Vec<f32>,
}

/// A text's vector at unit length, and how long it was.
pub(crate) struct Unit {
    pub(crate) vector: Vec<f32>,
    length: f32,
}

impl Table {
    /// A table to start from: directions at random, the commoner a word the shorter its vector.
    pub(crate) fn start(vocabulary: &Vocabulary, dimensions: usize, random: &mut Random) -> Table {
        /// Words of this share of all words get half the length.
        const COMMON: f32 = 1e-3;
        /// The length of a rare word's vector; longer ones carry their chance directions to the end.
        const LENGTH: f32 = 0.3;
        let total: f32 = (0..vocabulary.len() as u32).map(|place| vocabulary.count(place) as f32).sum();
        let mut values = Vec::with_capacity(vocabulary.len() * dimensions);
        for place in 0..vocabulary.len() as u32 {
            let length = LENGTH * COMMON / (COMMON + vocabulary.count(place) as f32 / total);
            values.extend((0..dimensions).map(|_| length * random.normal() / (dimensions as f32).sqrt()));
        }
        Table { dimensions, values }
    }

    /// A word's vector.
    pub(crate) fn row(&self, place: u32) -> &[f32] {
        &self.values[place as usize * self.dimensions..][..self.dimensions]
    }

    /// A text's vector.
    pub(crate) fn unit(&self, text: &Places) -> Unit {
        let mut vector = vec![0f32; self.dimensions];
        for &place in text {
            for (sum, value) in vector.iter_mut().zip(self.row(place)) {
                *sum += value;
            }
        }
        let length = dot(&vector, &vector).sqrt().max(1e-6);
        vector.iter_mut().for_each(|value| *value /= length);
        Unit { vector, length }
    }

    /// Adds to `gradient`, which is as long as the table, what a gradient on a text's unit vector means for its words.
    pub(crate) fn trace(&self, text: &Places, unit: &Unit, on_unit: &[f32], gradient: &mut [f32]) {
        let along = dot(&unit.vector, on_unit);
        let on_sum: Vec<f32> =
            unit.vector.iter().zip(on_unit).map(|(value, slope)| (slope - along * value) / unit.length).collect();
        for &place in text {
            let row = &mut gradient[place as usize * self.dimensions..][..self.dimensions];
            row.iter_mut().zip(&on_sum).for_each(|(sum, slope)| *sum += slope);
        }
    }
}

/// The sum of the products.
pub(crate) fn dot(one: &[f32], other: &[f32]) -> f32 {
    // Eight sums side by side let the compiler use wide registers, and keep one order everywhere.
    let mut sums = [0f32; 8];
    let (wide, rest) = one.as_chunks::<8>();
    let (other_wide, other_rest) = other.as_chunks::<8>();
    for (one, other) in wide.iter().zip(other_wide) {
        for lane in 0..8 {
            sums[lane] += one[lane] * other[lane];
        }
    }
    sums.iter().sum::<f32>() + rest.iter().zip(other_rest).map(|(one, other)| one * other).sum::<f32>()
}
