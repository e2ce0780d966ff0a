//! The head: multinomial logistic regression from a text's features to the FAQ's entries, fitted by accelerated gradient
//! descent on candle tensors.
//!
//! The weights are kept by text: what each text of the FAQ says for and against each entry. A message's logits are then its
//! cosines to the texts times these weights, and a step of the descent needs nothing but the cosines between the texts.

use crate::sparse::{Gram, add, matrix, numbers};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Device, Layout, Result, Shape, Tensor};

/// Unit rows are stretched by this much, which sets how sharp the softmax can get.
const STRETCH: f32 = 10.0;
/// L2 penalty on the weights.
const DECAY: f32 = 1e-3;
/// Steps of the descent: more gained nothing on 40 entries, and half a point on 150.
const STEPS: u32 = 30;

/// Fitted weights.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// [texts, entries], text after text.
    weights: Vec<f32>,
    entries: usize,
}

/// What the head learns from.
pub(crate) struct Lessons<'a> {
    /// How alike the texts are.
    pub(crate) gram: Gram<'a>,
    /// The entry each text belongs to.
    pub(crate) labels: &'a [usize],
    /// How much each text counts.
    pub(crate) shares: &'a [f32],
    /// How many entries there are.
    pub(crate) entries: usize,
}

impl Head {
    /// Fits the weights.
    pub(crate) fn fit(lessons: &Lessons<'_>) -> Result<Head> {
        let &Lessons { ref gram, labels, shares, entries } = lessons;
        if entries == 0 {
            return Ok(Head { weights: vec![], entries });
        }
        let total = shares.iter().sum::<f32>().max(1e-6);
        let residual = Residual { labels, shares, total };
        let step = Step { rate: 1.0 / (curvature(gram, shares, total)? + DECAY) };
        let mut weights = Tensor::from_vec(vec![0f32; labels.len() * entries], (labels.len(), entries), &Device::Cpu)?;
        let mut ahead = weights.clone();
        for turn in 0..STEPS {
            let slope = ahead.apply_op1_no_bwd(gram)?.apply_op1_no_bwd(&residual)?;
            let next = ahead.apply_op2_no_bwd(&slope, &step)?;
            // Nesterov's schedule: the later, the more of the last step is kept.
            ahead = next.apply_op2_no_bwd(&weights, &Onwards { momentum: turn as f32 / (turn + 3) as f32 })?;
            weights = next;
        }
        Ok(Head { weights: numbers(&weights)?, entries })
    }

    /// The logit of every entry for a message with these cosines to the texts.
    pub(crate) fn logits(&self, cosines: &[f32]) -> Vec<f32> {
        let mut logits = vec![0.0; self.entries];
        if self.entries > 0 {
            for (cosine, weights) in cosines.iter().zip(self.weights.chunks_exact(self.entries)) {
                add(STRETCH * cosine, weights, &mut logits);
            }
        }
        logits
    }
}

/// An upper bound of the loss's curvature, from the largest eigenvalue of the texts' cosines (power iteration).
fn curvature(gram: &Gram<'_>, shares: &[f32], total: f32) -> Result<f32> {
    const ITERATIONS: usize = 8;
    let mut direction: Vec<f32> = shares.to_vec();
    let mut largest = 0f32;
    for _ in 0..ITERATIONS {
        let length = direction.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-12);
        let unit = direction.iter().map(|value| value / length).collect();
        let along = Tensor::from_vec(unit, (shares.len(), 1), &Device::Cpu)?.apply_op1_no_bwd(gram)?;
        direction = numbers(&along)?;
        direction.iter_mut().zip(shares).for_each(|(value, share)| *value *= share / total);
        largest = direction.iter().map(|value| value * value).sum::<f32>().sqrt();
    }
    // The iteration comes from below; softmax's own curvature is at most a half.
    Ok(1.1 * 0.5 * largest * STRETCH * STRETCH)
}

/// From logits [texts, entries] before the stretch to the loss's slope along them.
struct Residual<'a> {
    labels: &'a [usize],
    shares: &'a [f32],
    /// The sum of all shares.
    total: f32,
}

impl CustomOp1 for Residual<'_> {
    fn name(&self) -> &'static str {
        "residual"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (logits, rows, entries) = matrix(storage, layout)?;
        let mut residuals = vec![0f32; logits.len()];
        let texts = logits.chunks_exact(entries).zip(self.labels.iter().zip(self.shares));
        for (residual, (logits, (&label, share))) in residuals.chunks_exact_mut(entries).zip(texts) {
            let highest = logits.iter().fold(f32::NEG_INFINITY, |highest, &logit| highest.max(logit));
            for (residual, logit) in residual.iter_mut().zip(logits) {
                *residual = libm::expf((logit - highest) * STRETCH);
            }
            let scale = STRETCH * share / self.total;
            let sum: f32 = residual.iter().sum();
            residual.iter_mut().for_each(|residual| *residual *= scale / sum);
            residual[label] -= scale;
        }
        Ok((CpuStorage::F32(residuals), (rows, entries).into()))
    }
}

/// `weights - rate x (slope + decay x weights)`.
struct Step {
    rate: f32,
}

impl CustomOp2 for Step {
    fn name(&self) -> &'static str {
        "step"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        pairwise((s1, l1), (s2, l2), |weight, slope| weight - self.rate * (slope + DECAY * weight))
    }
}

/// `now + momentum x (now - before)`.
struct Onwards {
    momentum: f32,
}

impl CustomOp2 for Onwards {
    fn name(&self) -> &'static str {
        "onwards"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        pairwise((s1, l1), (s2, l2), |now, before| now + self.momentum * (now - before))
    }
}

/// Two matrices of one shape, number by number.
fn pairwise(
    first: (&CpuStorage, &Layout),
    second: (&CpuStorage, &Layout),
    combine: impl Fn(f32, f32) -> f32,
) -> Result<(CpuStorage, Shape)> {
    let (first, rows, columns) = matrix(first.0, first.1)?;
    let (second, ..) = matrix(second.0, second.1)?;
    let combined = first.iter().zip(second).map(|(&first, &second)| combine(first, second)).collect();
    Ok((CpuStorage::F32(combined), (rows, columns).into()))
}
