//! Chance that repeats itself: SplitMix64 from a fixed seed, so that training gives the same encoder each time.

/// A stream of numbers that look random.
pub(crate) struct Random(u64);

impl Random {
    /// The stream of a seed.
    pub(crate) fn from_seed(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A number from 0 up to 1.
    pub(crate) fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// A number around 0 with standard deviation 1, near enough to normal: the sum of twelve uniform ones.
    pub(crate) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.share()).sum::<f32>() - 6.0
    }

    /// The first `count` items in a random order, or all of them.
    pub(crate) fn draw<T: Copy>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut items = from.to_vec();
        let count = count.min(items.len());
        for place in 0..count {
            let other = place + self.below(items.len() - place);
            items.swap(place, other);
        }
        items.truncate(count);
        items
    }
}
