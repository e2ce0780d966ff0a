//! The two loops in which fitting and deciding spend their time.

/// The inner product, in eight sums side by side so that it can be done several numbers at a time.
pub(crate) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0f32; 8];
    let (ones, others) = (one.chunks_exact(8), other.chunks_exact(8));
    let rest: f32 = ones.remainder().iter().zip(others.remainder()).map(|(one, other)| one * other).sum();
    for (one, other) in ones.zip(others) {
        for lane in 0..8 {
            sums[lane] += one[lane] * other[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Adds `factor x values` to `sums`.
pub(crate) fn add(factor: f32, values: &[f32], sums: &mut [f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}
