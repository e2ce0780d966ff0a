//! The head: multinomial logistic regression from a text's features to the FAQ's entries, fitted by accelerated gradient
//! descent on candle tensors.
//!
//! The weights are kept by text: what each text of the FAQ says for and against an entry. A message's logits are then its
//! cosines to the texts times these weights. Each text speaks only about the entries that are nearest to it; in a small FAQ
//! those are all. The work of a step grows with the number of texts and not with its square.

use crate::{
    features::Row,
    nearness::{Nearness, dot},
    order::by_score,
};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Device, Error, Layout, Result, Shape, Storage, Tensor};

/// Unit rows are stretched by this much, which sets how sharp the softmax can get.
const STRETCH: f32 = 10.0;
/// L2 penalty on the weights.
const DECAY: f32 = 1e-3;
/// Steps of the descent: 30 gained nothing on 40, 77 and 150 entries.
const STEPS: u32 = 20;
/// Entries that a text speaks about, its own among them: all gained nothing over these on 77 and 150 entries.
const ENTRIES: usize = 48;
/// Entries whose sums are held at once, which bounds the memory that a large FAQ needs.
const BLOCK: usize = 64;

/// Fitted weights.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    /// For each text the entries that it speaks about.
    about: Vec<u32>,
    /// [texts, entries spoken about], text after text, in steps of [`STEP`].
    weights: Vec<i16>,
    /// Entries in all.
    entries: usize,
}

/// Weights are rounded to this, so that a fitted head can be kept in few bytes and is the same to the last bit.
const STEP: f32 = 1.0 / 4_096.0;

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
        let width = entries.min(ENTRIES);
        if width == 0 {
            return Ok(Head::default());
        }
        let product = Product { rows, columns, about: spoken_about(lessons, width), entries };
        let total = shares.iter().sum::<f32>().max(1e-6);
        let residual = Residual { shares, total };
        let rate = boldness(entries) / (curvature(lessons, total)? + DECAY);
        let step = Blend { one: 1.0 - rate * DECAY, other: -rate };
        let mut weights = Tensor::from_vec(vec![0f32; labels.len() * width], (labels.len(), width), &Device::Cpu)?;
        let mut ahead = weights.clone();
        for turn in 0..STEPS {
            let slope = ahead.apply_op1_no_bwd(&product)?.apply_op1_no_bwd(&residual)?;
            let next = ahead.apply_op2_no_bwd(&slope, &step)?;
            // Nesterov's schedule: the later, the more of the last step is kept.
            let momentum = turn as f32 / (turn + 3) as f32;
            ahead = next.apply_op2_no_bwd(&weights, &Blend { one: 1.0 + momentum, other: -momentum })?;
            weights = next;
        }
        let weights = numbers(&weights)?.into_iter().map(|weight| (weight / STEP).round() as i16).collect();
        Ok(Head { about: product.about, weights, entries })
    }

    /// The entries spoken about (u16), then the weights (i16), for [`Head::from_bytes`].
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let about = self.about.iter().flat_map(|&entry| (entry as u16).to_le_bytes());
        about.chain(self.weights.iter().flat_map(|weight| weight.to_le_bytes())).collect()
    }

    /// A head for so many texts and entries; `None` if it is not one for them.
    pub(crate) fn from_bytes(bytes: &[u8], texts: usize, entries: usize) -> Option<Head> {
        let count = texts * entries.min(ENTRIES);
        let (pairs, []) = bytes.as_chunks::<2>() else { return None };
        let (about, weights) = pairs.split_at_checked(count).filter(|(_, weights)| weights.len() == count)?;
        let about: Vec<u32> = about.iter().map(|&entry| u16::from_le_bytes(entry).into()).collect();
        let weights = weights.iter().map(|&weight| i16::from_le_bytes(weight)).collect();
        about.iter().all(|&entry| (entry as usize) < entries).then_some(Head { about, weights, entries })
    }

    /// The logit of every entry for a message with these cosines to the texts.
    pub(crate) fn logits(&self, cosines: &[f32]) -> Vec<f32> {
        let mut logits = vec![0.0; self.entries];
        let width = self.weights.len() / cosines.len().max(1);
        for (text, cosine) in cosines.iter().enumerate() {
            let spoken = text * width..(text + 1) * width;
            for (&entry, &weight) in self.about[spoken.clone()].iter().zip(&self.weights[spoken]) {
                logits[entry as usize] += STRETCH * STEP * cosine * f32::from(weight);
            }
        }
        logits
    }
}

/// For each text the entries it speaks about: its own, then those whose texts together are nearest to it.
fn spoken_about(lessons: &Lessons<'_>, width: usize) -> Vec<u32> {
    let &Lessons { rows, columns, labels, entries, .. } = lessons;
    let mut sums = vec![Row::default(); entries];
    for (row, &label) in rows.iter().zip(labels) {
        let sum = &mut sums[label as usize];
        sum.dense.resize(row.dense.len(), 0.0);
        add(1.0, &row.dense, &mut sum.dense);
        sum.sparse.extend_from_slice(&row.sparse);
    }
    let entries = Nearness::to(&sums, columns);
    let mut about = Vec::new();
    for (row, &label) in rows.iter().zip(labels) {
        let nearest = by_score(&entries.cosines(row)).into_iter().map(|entry| entry as u32);
        about.push(label);
        about.extend(nearest.filter(|entry| *entry != label).take(width - 1));
    }
    about
}

/// From weights [texts, entries spoken about] to logits of the same shape, before the stretch: the sum of the rows of the texts
/// that speak about an entry, each times its weight, and then each row's product with these sums.
struct Product<'a> {
    rows: &'a [Row],
    columns: usize,
    /// For each text the entries it speaks about, its own first.
    about: Vec<u32>,
    entries: usize,
}

impl CustomOp1 for Product<'_> {
    fn name(&self) -> &'static str {
        "product"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (weights, texts, width) = matrix(storage, layout)?;
        let mut logits = vec![0f32; weights.len()];
        let length = self.rows.first().map_or(0, |row| row.dense.len());
        let mut dense = vec![0f32; BLOCK * length];
        let mut sparse = vec![0f32; BLOCK * self.columns];
        for start in (0..self.entries).step_by(BLOCK) {
            dense.fill(0.0);
            sparse.fill(0.0);
            let spoken = || {
                self.about.iter().enumerate().filter_map(|(at, &entry)| {
                    let place = (entry as usize).checked_sub(start).filter(|place| *place < BLOCK)?;
                    Some((at, place, &self.rows[at / width]))
                })
            };
            for (at, place, row) in spoken() {
                let weight = weights[at];
                add(weight, &row.dense, &mut dense[place * length..]);
                let sums = &mut sparse[place * self.columns..][..self.columns];
                for &(column, value) in &row.sparse {
                    sums[column as usize] += weight * value;
                }
            }
            for (at, place, row) in spoken() {
                let sums = &sparse[place * self.columns..][..self.columns];
                let grams: f32 = row.sparse.iter().map(|&(column, value)| value * sums[column as usize]).sum();
                logits[at] = dot(&row.dense, &dense[place * length..][..length]) + grams;
            }
        }
        Ok((CpuStorage::F32(logits), (texts, width).into()))
    }
}

/// Adds `factor x values` to `sums`.
fn add(factor: f32, values: &[f32], sums: &mut [f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

/// An upper bound of the loss's curvature, from the largest eigenvalue of the texts' cosines (power iteration).
fn curvature(lessons: &Lessons<'_>, total: f32) -> Result<f32> {
    const ITERATIONS: usize = 8;
    let &Lessons { rows, columns, shares, .. } = lessons;
    let product = Product { rows, columns, about: vec![0; rows.len()], entries: 1 };
    let mut direction: Vec<f32> = shares.to_vec();
    let mut largest = 0f32;
    for _ in 0..ITERATIONS {
        let length = direction.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-12);
        let unit = direction.iter().map(|value| value / length).collect();
        let along = Tensor::from_vec(unit, (rows.len(), 1), &Device::Cpu)?.apply_op1_no_bwd(&product)?;
        direction = numbers(&along)?;
        direction.iter_mut().zip(shares).for_each(|(value, share)| *value *= share / total);
        largest = direction.iter().map(|value| value * value).sum::<f32>().sqrt();
    }
    // The iteration comes from below; softmax's own curvature is at most a half.
    Ok(1.1 * 0.5 * largest * STRETCH * STRETCH)
}

/// How much longer steps may be than the curvature's bound allows. The bound is that of two entries neck and neck; with many
/// entries the softmax is flatter, and five times the step got as far in 20 steps as one in 120.
fn boldness(entries: usize) -> f32 {
    (entries as f32 / 8.0).clamp(1.0, 5.0)
}

/// From logits [texts, entries spoken about] before the stretch to the loss's slope along them.
struct Residual<'a> {
    shares: &'a [f32],
    /// The sum of all shares.
    total: f32,
}

impl CustomOp1 for Residual<'_> {
    fn name(&self) -> &'static str {
        "residual"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (logits, rows, width) = matrix(storage, layout)?;
        let mut residuals = vec![0f32; logits.len()];
        let texts = logits.chunks_exact(width).zip(self.shares);
        for (residual, (logits, share)) in residuals.chunks_exact_mut(width).zip(texts) {
            let highest = logits.iter().fold(f32::NEG_INFINITY, |highest, &logit| highest.max(logit));
            for (residual, logit) in residual.iter_mut().zip(logits) {
                *residual = libm::expf((logit - highest) * STRETCH);
            }
            let scale = STRETCH * share / self.total;
            let sum: f32 = residual.iter().sum();
            residual.iter_mut().for_each(|residual| *residual *= scale / sum);
            // A text's own entry is the first that it speaks about.
            residual[0] -= scale;
        }
        Ok((CpuStorage::F32(residuals), (rows, width).into()))
    }
}

/// `one x first + other x second`, of two matrices of one shape.
struct Blend {
    one: f32,
    other: f32,
}

impl CustomOp2 for Blend {
    fn name(&self) -> &'static str {
        "blend"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (first, rows, columns) = matrix(s1, l1)?;
        let (second, ..) = matrix(s2, l2)?;
        let blended = first.iter().zip(second).map(|(first, second)| self.one * first + self.other * second).collect();
        Ok((CpuStorage::F32(blended), (rows, columns).into()))
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
