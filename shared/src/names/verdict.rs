//! What comparing two names found: the same name, the same name written differently, a name that may have been misread, or another one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A way in which the same name is written differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Writing {
    /// Initials, or short forms with a dot: `J. P. Silva`, `Fco. Javier`.
    Abbreviated,
    /// One of the two has further names.
    Missing,
    /// The surname comes first in one of the two.
    Order,
    /// `da`, `de`, `von` are left out, or are others.
    Particles,
    /// The parts are split in another way: `Vanderberg`, `van der Berg`.
    Spaced,
    /// `Júnior`, `Filho` is abbreviated or left out.
    Suffix,
    /// `ü` is written `ue`, or in another way of ICAO 9303-3 section 6.
    Transliterated,
    /// The machine-readable zone has no room for all of it.
    Truncated,
}

/// What comparing two names found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same name. Case, accents, hyphens and apostrophes do not matter.
    Same,
    /// The same name, written differently.
    Written {
        /// How it is written differently.
        ways: BTreeSet<Writing>,
        /// The names that only one of the two has, as they are written there.
        left_out: Vec<String>,
    },
    /// Names that differ in one or two letters that are easily misread or written in two ways: `Luiz Souza`, `Luis Sousa`.
    Near {
        /// How many letters differ, 1 or 2.
        letters: usize,
        /// How else they are written differently.
        ways: BTreeSet<Writing>,
    },
    /// Two names, or too little to compare.
    Different {
        /// The parts that only the entered name has, as they are written.
        entered: Vec<String>,
        /// The parts that only the read name has.
        read: Vec<String>,
    },
}

impl Verdict {
    /// Whether it is the same name, however it is written. A check must not hold a difference of writing against anybody.
    pub const fn is_same(&self) -> bool {
        matches!(self, Self::Same | Self::Written { .. })
    }
}
