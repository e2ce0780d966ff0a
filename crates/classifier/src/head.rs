//! The head: multinomial logistic regression from a text's features to the FAQ's entries, fitted by accelerated gradient
//! descent on candle tensors.
//!
//! The weights are kept by text: what each text of the FAQ says for and against an entry. A message's logits are then its
//! cosines to the texts times these weights. The texts of an entry speak only about the entries nearest to it; in a small FAQ
//! those are all. The work of a step grows with the number of texts and not with its square.

use crate::{
    arithmetic::{add, dot},
    features::Row,
    nearness::Nearness,
    order::by_score,
};
use candle_core::{CpuStorage, CustomOp1, Device, Error, Layout, Result, Shape, Storage, Tensor};

/// Unit rows are stretched by this much, which sets how sharp the softmax can get.
const STRETCH: f32 = 10.0;
/// L2 penalty on the weights.
const DECAY: f32 = 1e-3;
/// Weights are rounded to this, so that a fitted head can be kept in few bytes and is the same to the last bit.
const STEP: f32 = 1.0 / 4_096.0;
/// Entries that a text speaks about, its own among them: all gained nothing over these on 77 and 150 entries, and half as many
/// lost half a point.
const ENTRIES: usize = 48;
/// As many in a FAQ of a thousand entries and more, where time counts.
const ENTRIES_OF_MANY: usize = 24;

/// Fitted weights.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    /// For each entry those that its texts speak about, itself first.
    about: Vec<u32>,
    /// [texts, entries spoken about], text after text, in steps of [`STEP`].
    weights: Vec<i16>,
    /// Entries in all.
    entries: usize,
}

/// How many entries are spoken about in a FAQ of so many.
fn width(entries: usize) -> usize {
    entries.min(ENTRIES.min(ENTRIES_OF_MANY.max(ENTRIES_OF_MANY * 1_000 / entries.max(1))))
}

/// Steps of the descent: some ten do where entries have ten texts; where they have a hundred, twenty gain a point.
fn steps(texts: usize, entries: usize) -> u32 {
    (10 + texts / (10 * entries.max(1))).min(20) as u32
}

/// What the head learns from.
pub(crate) struct Lessons<'a> {
    /// The texts, of unit length.
    pub(crate) rows: &'a [Row],
    /// Columns that their n-grams have.
    pub(crate) columns: usize,
    /// The entry each text belongs to.
    pub(crate) labels: &'a [u32],
    /// How much each text counts.
    pub(crate) shares: &'a [f32],
    /// How many entries there are.
    pub(crate) entries: usize,
}

impl Head {
    /// Fits the weights.
    pub(crate) fn fit(lessons: &Lessons<'_>) -> Result<Head> {
        let &Lessons { rows, columns, labels, shares, entries } = lessons;
        let width = width(entries);
        if width == 0 {
            return Ok(Head::default());
        }
        let about = spoken_about(lessons, width);
        let product = Product { rows, columns, width, speakers: speakers(labels, &about, width) };
        let total = shares.iter().sum::<f32>().max(1e-6);
        let rate = boldness(entries) / (curvature(lessons, total) + DECAY);
        let descent = Descent { product, shares, total, rate };
        let mut weights = vec![0f32; labels.len() * width];
        let mut ahead = weights.clone();
        for turn in 0..steps(labels.len(), entries) {
            let ahead_of = Tensor::from_vec(ahead, (labels.len(), width), &Device::Cpu)?;
            let next = numbers(&ahead_of.apply_op1_no_bwd(&descent)?)?;
            // Nesterov's schedule: the later, the more of the last step is kept.
            let momentum = turn as f32 / (turn + 3) as f32;
            ahead = next.iter().zip(&weights).map(|(next, last)| next + momentum * (next - last)).collect();
            weights = next;
        }
        let weights = weights.into_iter().map(|weight| (weight / STEP).round() as i16).collect();
        Ok(Head { about, weights, entries })
    }

    /// The entries spoken about (u16), then the weights (i16), for [`Head::from_bytes`].
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let about = self.about.iter().flat_map(|&entry| (entry as u16).to_le_bytes());
        about.chain(self.weights.iter().flat_map(|weight| weight.to_le_bytes())).collect()
    }

    /// A head for so many texts and entries; `None` if it is not one for them.
    pub(crate) fn from_bytes(bytes: &[u8], texts: usize, entries: usize) -> Option<Head> {
        let width = width(entries);
        let (pairs, []) = bytes.as_chunks::<2>() else { return None };
        let (about, weights) = pairs.split_at_checked(entries * width)?;
        let about: Vec<u32> = about.iter().map(|&entry| u16::from_le_bytes(entry).into()).collect();
        let weights: Vec<i16> = weights.iter().map(|&weight| i16::from_le_bytes(weight)).collect();
        let fits = weights.len() == texts * width && about.iter().all(|&entry| (entry as usize) < entries);
        fits.then_some(Head { about, weights, entries })
    }

    /// The logit of every entry for a message with these cosines to the texts, each with its entry.
    pub(crate) fn logits(&self, cosines: impl Iterator<Item = (f32, usize)>) -> Vec<f32> {
        let mut logits = vec![0.0; self.entries];
        let width = width(self.entries).max(1);
        for (weights, (cosine, label)) in self.weights.chunks_exact(width).zip(cosines) {
            for (&entry, &weight) in self.about[label * width..].iter().zip(weights) {
                logits[entry as usize] += STRETCH * STEP * cosine * f32::from(weight);
            }
        }
        logits
    }
}

/// For each entry those that its texts speak about: itself, then those whose texts, summed, have the largest product with its own.
fn spoken_about(lessons: &Lessons<'_>, width: usize) -> Vec<u32> {
    let &Lessons { rows, columns, labels, entries, .. } = lessons;
    let mut sums = vec![Row::default(); entries];
    let mut grams = vec![0f32; columns];
    let mut rows = rows.iter();
    // The texts of an entry stand together.
    for same in labels.chunk_by(u32::eq) {
        let sum = &mut sums[same[0] as usize];
        for row in rows.by_ref().take(same.len()) {
            sum.apart.resize(row.apart.len(), 0.0);
            add(1.0, &row.apart, &mut sum.apart);
            row.sparse.iter().for_each(|&(column, value)| grams[column as usize] += value);
        }
        sum.sparse
            .extend((0u32..).zip(&grams).filter(|(_, value)| **value > 0.0).map(|(column, value)| (column, *value)));
        grams.fill(0.0);
    }
    let nearness = Nearness::to(&sums, columns);
    let mut about = Vec::new();
    for (sum, label) in sums.iter().zip(0..) {
        let nearest = by_score(&nearness.cosines(sum).apart).into_iter().map(|entry| entry as u32);
        about.push(label);
        about.extend(nearest.filter(|entry| *entry != label).take(width - 1));
    }
    about
}

/// Every weight of a matrix [texts, entries spoken about]: the entry it speaks about, and in the lower half its place; in the
/// entries' order.
fn speakers(labels: &[u32], about: &[u32], width: usize) -> Vec<u64> {
    let spoken = labels.iter().flat_map(|&label| &about[label as usize * width..][..width]);
    let mut speakers: Vec<u64> = spoken.zip(0u64..).map(|(&entry, place)| u64::from(entry) << 32 | place).collect();
    speakers.sort_unstable();
    speakers
}

/// From weights [texts, entries spoken about] to logits of the same shape, before the stretch: the sum of the rows of the texts
/// that speak about an entry, each times its weight, and then each row's product with these sums.
struct Product<'a> {
    rows: &'a [Row],
    columns: usize,
    width: usize,
    speakers: Vec<u64>,
}

impl Product<'_> {
    fn of(&self, weights: &[f32]) -> Vec<f32> {
        let mut logits = vec![0f32; weights.len()];
        let mut dense = vec![0f32; self.rows.first().map_or(0, |row| row.apart.len())];
        let mut sparse = vec![0f32; self.columns];
        for speakers in self.speakers.chunk_by(|one, next| one >> 32 == next >> 32) {
            dense.fill(0.0);
            sparse.fill(0.0);
            for &speaker in speakers {
                let at = speaker as u32 as usize;
                let (weight, row) = (weights[at], &self.rows[at / self.width]);
                add(weight, &row.apart, &mut dense);
                for &(column, value) in &row.sparse {
                    sparse[column as usize] += weight * value;
                }
            }
            for &speaker in speakers {
                let at = speaker as u32 as usize;
                let row = &self.rows[at / self.width];
                let grams: f32 = row.sparse.iter().map(|&(column, value)| value * sparse[column as usize]).sum();
                logits[at] = dot(&row.apart, &dense) + grams;
            }
        }
        logits
    }
}

/// An upper bound of the loss's curvature, from the largest eigenvalue of the texts' cosines (power iteration).
fn curvature(lessons: &Lessons<'_>, total: f32) -> f32 {
    const ITERATIONS: usize = 8;
    let &Lessons { rows, columns, shares, .. } = lessons;
    let product = Product { rows, columns, width: 1, speakers: (0..rows.len() as u64).collect() };
    let mut direction: Vec<f32> = shares.to_vec();
    let mut largest = 0f32;
    for _ in 0..ITERATIONS {
        let length = dot(&direction, &direction).sqrt().max(1e-12);
        let scales = shares.iter().map(|share| share / (total * length));
        direction = product.of(&direction).into_iter().zip(scales).map(|(value, scale)| value * scale).collect();
        largest = dot(&direction, &direction).sqrt();
    }
    // The iteration comes from below; softmax's own curvature is at most a half.
    1.1 * 0.5 * largest * STRETCH * STRETCH
}

/// How much longer steps may be than the curvature's bound allows. The bound is that of two entries neck and neck; with many
/// entries the softmax is flatter, and sixteen times the step still came down.
fn boldness(entries: usize) -> f32 {
    (entries as f32 / 8.0).clamp(1.0, 16.0)
}

/// A step down: from weights [texts, entries spoken about] to the next ones.
struct Descent<'a> {
    product: Product<'a>,
    shares: &'a [f32],
    /// The sum of all shares.
    total: f32,
    /// How long the step is.
    rate: f32,
}

impl CustomOp1 for Descent<'_> {
    fn name(&self) -> &'static str {
        "descent"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (weights, rows, width) = matrix(storage, layout)?;
        let mut next = self.product.of(weights);
        let texts = next.chunks_exact_mut(width).zip(weights.chunks_exact(width)).zip(self.shares);
        for ((logits, weights), share) in texts {
            let highest = logits.iter().fold(f32::NEG_INFINITY, |highest, &logit| highest.max(logit));
            logits.iter_mut().for_each(|logit| *logit = libm::expf((*logit - highest) * STRETCH));
            let sum: f32 = logits.iter().sum();
            let scale = self.rate * STRETCH * share / self.total;
            for (chance, weight) in logits.iter_mut().zip(weights) {
                *chance = weight * (1.0 - self.rate * DECAY) - scale * (*chance / sum);
            }
            // A text's own entry is the first that it speaks about.
            logits[0] += scale;
        }
        Ok((CpuStorage::F32(next), (rows, width).into()))
    }
}

/// The numbers of a contiguous matrix, how many rows it has, and how many to a row (at least 1).
fn matrix<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<(&'a [f32], usize, usize)> {
    match (storage, layout.contiguous_offsets(), layout.dims()) {
        (CpuStorage::F32(values), Some((start, end)), &[rows, columns]) if columns > 0 => {
            Ok((&values[start..end], rows, columns))
        }
        _ => Err(Error::Msg("the head works on contiguous f32 matrices only".to_owned())),
    }
}

/// The numbers of a contiguous matrix of a tensor's own, row after row. Candle's own ways to them come in every type of
/// number and copy what is not contiguous: code that the widget would have to carry.
fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => matrix(storage, layout).map(|(values, ..)| values.to_vec()),
        _ => Err(Error::Msg("the head works on the CPU only".to_owned())),
    }
}
