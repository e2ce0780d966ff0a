//! Sorting, all by way of one kind of number: each kind that is sorted adds some 2 kB to the widget, before compression. Words
//! are told apart by their hashes.

/// The places of scores, the highest score first; equal ones in their order.
pub(crate) fn by_score(scores: &[f32]) -> Vec<usize> {
    let mut keys: Vec<u64> =
        scores.iter().zip(0u64..).map(|(&score, place)| u64::from(!rising(score)) << 32 | place).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| (key & u64::from(u32::MAX)) as usize).collect()
}

/// Numbers in ascending order.
pub(crate) fn ascending(numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut keys: Vec<u64> = numbers.map(u64::from).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u32).collect()
}

/// FNV-1a, with its high bits folded into the low ones that the modulus keeps.
pub(crate) fn hash(bytes: impl Iterator<Item = u8>) -> u32 {
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash ^ (hash >> 15)
}

/// Bits that rise with the number they stand for, as `total_cmp` has it.
fn rising(number: f32) -> u32 {
    let bits = number.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_ranked_from_the_highest_and_equal_ones_in_their_order() {
        assert_eq!(by_score(&[0.5, -1.0, 2.0, 0.5, -3.0, 0.0]), [2, 0, 3, 5, 1, 4]);
        assert_eq!(by_score(&[]), [0usize; 0]);
        assert_eq!(ascending([3, 1, 2].into_iter()), [1, 2, 3]);
    }
}
