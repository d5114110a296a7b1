//! Chance that can be repeated: the same seed draws the same document on every machine.

/// SplitMix64 (Steele, Lea, Flood, 2014): good enough to draw with.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins anew from this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 up to, and without, `end`; 0 if that is 0.
    pub fn below(&mut self, end: u32) -> u32 {
        (self.next() % u64::from(end.max(1))) as u32
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (self.next() >> 40) as f32 / (1_u64 << 24) as f32 * (high - low)
    }

    /// About normal, with a mean of 0 and a deviation of 1: the sum of eight even numbers.
    pub fn normal(&mut self) -> f32 {
        let (a, b) = (self.next(), self.next());
        let parts = (0..4).flat_map(|i| [(a >> (16 * i)) & 0xFFFF, (b >> (16 * i)) & 0xFFFF]);
        // The sum has a mean of 4 and a variance of 8/12.
        (parts.map(|part| part as f32 / 65_536.0).sum::<f32>() - 4.0) * 1.2247
    }

    /// One of them; none of none.
    pub fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> Option<&'a T> {
        all.get(self.below(all.len() as u32) as usize).copied()
    }

    /// So many digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).filter_map(|_| char::from_digit(self.below(10), 10)).collect()
    }
}
