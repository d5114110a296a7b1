//! Searches stored data for secrets: texts, and every window of 32 bytes of a file, as plain bytes, in hexadecimal or in
//! base64, at any offset.
//!
//! It decodes the data instead of encoding the secrets, so that one pass finds all of them.

use std::collections::BTreeSet;

/// A window of a file, long enough that no other data contains it by chance.
const WINDOW: usize = 32;
/// The number of bytes that the index compares first.
const START: usize = 8;
/// The shortest run of letters to decode.
const RUN: usize = 12;
/// The number of bits of the coarse filter.
const COARSE: u32 = 24;

/// The secrets to search for.
pub struct Search {
    sources: Vec<(String, Vec<u8>)>,
    /// First bytes, source, and offset in the source, sorted before the first search.
    starts: Vec<(u64, u32, u32)>,
    coarse: Vec<u64>,
}

impl Search {
    /// Searches for these texts and files, each with its name.
    pub fn new<'a>(texts: impl IntoIterator<Item = (&'a str, Vec<u8>)>, files: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Self {
        let mut search = Self { sources: Vec::new(), starts: Vec::new(), coarse: vec![0; 1 << (COARSE - 6)] };
        for (what, text) in texts {
            assert!(text.len() >= START, "{what} is too short to search for");
            search.add(what, &text, 0..1);
        }
        for (what, file) in files {
            search.add(what, &file, 0..file.len() - WINDOW);
        }
        search.starts.sort_unstable();
        search
    }

    fn add(&mut self, what: &str, bytes: &[u8], offsets: std::ops::Range<usize>) {
        let source = u32::try_from(self.sources.len()).expect("a few sources");
        let is_file = offsets.len() > 1;
        for at in offsets {
            // Skip runs of one byte and tables that every file of this kind contains.
            let is_distinctive = !is_file || bytes[at..at + WINDOW].iter().collect::<BTreeSet<_>>().len() >= WINDOW / 2;
            if is_distinctive {
                let start = start(&bytes[at..]);
                self.starts.push((start, source, u32::try_from(at).expect("a small file")));
                let bit = coarse(start);
                self.coarse[bit / 64] |= 1 << (bit % 64);
            }
        }
        self.sources.push((what.to_owned(), bytes.to_vec()));
    }

    /// The names of the secrets that these bytes contain in any encoding.
    pub fn found_in(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.look(bytes, &mut found);
        // PostgreSQL writes bytes as hexadecimal, which may contain hexadecimal or base64 again.
        from_hex(bytes, &mut |plain| {
            self.look(plain, &mut found);
            from_hex(plain, &mut |plain| self.look(plain, &mut found));
            from_base64(plain, &mut |plain| self.look(plain, &mut found));
        });
        from_base64(bytes, &mut |plain| {
            self.look(plain, &mut found);
            from_hex(plain, &mut |plain| self.look(plain, &mut found));
        });
        found
    }

    /// Expects none of the secrets in any of these.
    #[track_caller]
    pub fn assert_absent_from(&self, stored: &[(String, Vec<u8>)]) {
        for (name, bytes) in stored {
            let found = self.found_in(bytes);
            assert!(found.is_empty(), "{found:?} in {name}");
        }
    }

    fn look<'a>(&'a self, bytes: &[u8], found: &mut BTreeSet<&'a str>) {
        for (at, window) in bytes.windows(START).enumerate() {
            let start = start(window);
            let bit = coarse(start);
            if self.coarse[bit / 64] >> (bit % 64) & 1 == 0 {
                continue;
            }
            let first = self.starts.partition_point(|known| known.0 < start);
            for (_, source, offset) in self.starts[first..].iter().take_while(|known| known.0 == start) {
                let (what, whole) = &self.sources[*source as usize];
                let wanted = &whole[*offset as usize..];
                let length = if self.is_text(*source) { wanted.len() } else { WINDOW };
                if bytes[at..].starts_with(&wanted[..length]) {
                    found.insert(what);
                }
            }
        }
    }

    /// Whether the source is a text, which is searched for as a whole.
    fn is_text(&self, source: u32) -> bool {
        self.sources[source as usize].1.len() < 4 * WINDOW
    }
}

fn start(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes[..START].try_into().expect("eight bytes"))
}

fn coarse(start: u64) -> usize {
    usize::try_from(start.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - COARSE)).expect("24 bits")
}

/// Decodes every run of hexadecimal digits, from its first and from its second digit.
fn from_hex(bytes: &[u8], each: &mut impl FnMut(&[u8])) {
    let digit = |letter: &u8| char::from(*letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    for run in bytes.split(|letter| !letter.is_ascii_hexdigit()).filter(|run| run.len() >= RUN) {
        let digits: Vec<u8> = run.iter().filter_map(digit).collect();
        for skipped in 0..2 {
            let plain: Vec<u8> = digits[skipped..].chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
            each(&plain);
        }
    }
}

/// Decodes every run of base64, standard or URL-safe, from each of its first four letters.
fn from_base64(bytes: &[u8], each: &mut impl FnMut(&[u8])) {
    let value = |letter: &u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    for run in bytes.split(|letter| value(letter).is_none()).filter(|run| run.len() >= RUN) {
        let values: Vec<u8> = run.iter().filter_map(value).collect();
        for skipped in 0..4 {
            let plain: Vec<u8> = values[skipped..].chunks(4).filter(|four| four.len() > 1).flat_map(three).collect();
            each(&plain);
        }
    }
}

/// Decodes up to four letters of base64.
fn three(four: &[u8]) -> Vec<u8> {
    let whole = four.iter().fold(0_u32, |all, value| all << 6 | u32::from(*value)) << (6 * (4 - four.len()));
    whole.to_be_bytes()[1..four.len()].to_vec()
}
