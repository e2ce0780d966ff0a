//! Where training starts: each piece as the teacher sees it by itself, in fewer dimensions, the frequent ones shorter
//! (as model2vec does it; the weights are those of Arora et al. 2017).

use crate::{random::Random, teacher::unit};
use candle_core::{Device, Tensor};

/// Rows [pieces, 384] to rows of `dimensions` along their principal axes, scaled by how rare each piece is; and the axes
/// [384, dimensions].
pub(crate) fn rows(
    vectors: &Tensor,
    frequencies: &[f32],
    dimensions: usize,
    random: &mut Random,
) -> anyhow::Result<(Tensor, Tensor)> {
    let mean = vectors.mean_keepdim(0)?;
    let centred = vectors.broadcast_sub(&mean)?;
    let covariance = (centred.t()?.matmul(&centred)? / vectors.dim(0)? as f64)?;
    let width = covariance.dim(0)?;
    let axes: Vec<f32> = (0..width * dimensions).map(|_| random.normal()).collect();
    let mut axes = Tensor::from_vec(axes, (width, dimensions), &Device::Cpu)?;
    for _ in 0..40 {
        axes = orthonormal(&covariance.matmul(&axes)?)?;
    }
    let rows = unit(&centred.matmul(&axes)?)?;
    Ok((weighted(&rows, frequencies)?, axes))
}

/// Rows by chance, scaled likewise.
pub(crate) fn random(frequencies: &[f32], dimensions: usize, random: &mut Random) -> anyhow::Result<Tensor> {
    let spread = (dimensions as f32).sqrt();
    let values: Vec<f32> = (0..frequencies.len() * dimensions).map(|_| random.normal() / spread).collect();
    weighted(&Tensor::from_vec(values, (frequencies.len(), dimensions), &Device::Cpu)?, frequencies)
}

fn weighted(rows: &Tensor, frequencies: &[f32]) -> anyhow::Result<Tensor> {
    const COMMON: f32 = 1e-3;
    let total: f32 = frequencies.iter().sum();
    let weights: Vec<f32> = frequencies.iter().map(|frequency| COMMON / (COMMON + frequency / total)).collect();
    Ok(rows.broadcast_mul(&Tensor::from_vec(weights, (frequencies.len(), 1), &Device::Cpu)?)?)
}

/// Columns made orthogonal to those before them and of unit length (Gram-Schmidt).
fn orthonormal(columns: &Tensor) -> anyhow::Result<Tensor> {
    let mut rows = columns.t()?.to_vec2::<f32>()?;
    for place in 0..rows.len() {
        let (done, rest) = rows.split_at_mut(place);
        let row = &mut rest[0];
        for other in done {
            let along: f32 = row.iter().zip(other.iter()).map(|(one, other)| one * other).sum();
            row.iter_mut().zip(other.iter()).for_each(|(value, other)| *value -= along * other);
        }
        let length = row.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-12);
        row.iter_mut().for_each(|value| *value /= length);
    }
    let (count, width) = (rows.len(), rows[0].len());
    Ok(Tensor::from_vec(rows.concat(), (count, width), &Device::Cpu)?.t()?.contiguous()?)
}
