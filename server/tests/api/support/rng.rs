//! A random number generator with a seed, so that every run can be repeated.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{now_ms, sha256};

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
#[derive(Clone, Debug)]
pub struct SeededRng(u64);

impl SeededRng {
    pub const fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("under a usize")
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A unique word of twenty letters and digits.
pub fn canary() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let unique = format!("{} {} {}", now_ms(), std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let seed = u64::from_str_radix(&sha256(unique.as_bytes())[..16], 16).expect("hexadecimal");
    let mut rng = SeededRng::from_seed(seed);
    let letters = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    (0..20).map(|_| char::from(*rng.one_of(letters))).collect()
}
