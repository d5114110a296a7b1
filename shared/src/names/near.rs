//! Whether two words differ only in one or two letters that a reader misreads, or that people write in two ways. Words that differ in
//! anything else are two names: `MARIA` and `MARIO` are one letter apart, and two people.

/// Letters that look alike in capital letters or in print, or that one name is written with.
const ALIKE: [&str; 26] = [
    "OQ", "OD", "OC", "QG", "CG", "IL", "IT", "IJ", "LT", "BR", "BE", "EF", "PR", "PF", "UV", "VY", "HN", "MN", "HM", "NW", "KX", "SZ", "IY", "VW", "CE", "CK",
];

/// One letter that is misread as two, or that one name is written with: `Vítor`, `Victor`; `Rafael`, `Raphael`.
const PAIRS: [(&str, &str); 9] = [("M", "RN"), ("W", "VV"), ("D", "CL"), ("U", "II"), ("N", "RI"), ("H", "LI"), ("F", "PH"), ("T", "CT"), ("T", "PT")];

/// The least letters of a word that may have lost one, or have two in the wrong order.
const LONG: usize = 5;
/// The least letters of a word in which any letter but the first and the last may be another.
const VERY_LONG: usize = 7;

/// The number of letters in which two different words differ, 1 or 2. `None` if they are two names.
pub(super) fn distance(one: &str, other: &str) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let shorter = one.len().min(other.len());
    if shorter < 3 || one.len().max(other.len()) - shorter > 2 {
        return None;
    }
    let most = if shorter < LONG { 1 } else { 2 };
    let words = Words { one: &one, other: &other, shorter };
    (1..=most).find(|budget| words.match_from(0, 0, *budget, false))
}

struct Words<'w> {
    one: &'w [char],
    other: &'w [char],
    shorter: usize,
}

impl Words<'_> {
    /// Whether the rest of both words is the same but for so many letters. Two wrong letters side by side are another name.
    fn match_from(&self, i: usize, j: usize, budget: usize, was_wrong: bool) -> bool {
        let (a, b) = (self.one.get(i), self.other.get(j));
        if a.is_none() && b.is_none() {
            return true;
        }
        if a.is_some() && a == b && self.match_from(i + 1, j + 1, budget, false) {
            return true;
        }
        if budget == 0 || was_wrong {
            return false;
        }
        let next = |more_i: usize, more_j: usize| self.match_from(i + more_i, j + more_j, budget - 1, true);
        (self.may_replace(i, j) && next(1, 1))
            || (Self::may_lose(self.one, i, self.shorter) && next(1, 0))
            || (Self::may_lose(self.other, j, self.shorter) && next(0, 1))
            || (self.is_swapped(i, j) && next(2, 2))
            || PAIRS.iter().any(|(single, double)| {
                (starts(self.one, i, single) && starts(self.other, j, double) && next(1, 2))
                    || (starts(self.one, i, double) && starts(self.other, j, single) && next(2, 1))
            })
    }

    fn may_replace(&self, i: usize, j: usize) -> bool {
        let (Some(a), Some(b)) = (self.one.get(i), self.other.get(j)) else { return false };
        let is_inside = i > 0 && j > 0 && i + 1 < self.one.len() && j + 1 < self.other.len();
        ALIKE.iter().any(|pair| pair.contains(*a) && pair.contains(*b)) || (is_inside && self.shorter >= VERY_LONG)
    }

    /// Whether this letter is easily lost: thin, silent, doubled, or the E of a written-out umlaut.
    fn may_lose(word: &[char], at: usize, shorter: usize) -> bool {
        let Some(letter) = word.get(at) else { return false };
        let before = at.checked_sub(1).and_then(|at| word.get(at));
        let umlaut = match (before, letter) {
            (Some('O' | 'U'), 'E') => true,
            (Some('A'), 'E') => word.get(at + 1..) != Some(&['L']),
            _ => false,
        };
        let is_doubled = before == Some(letter) || word.get(at + 1) == Some(letter);
        is_doubled || (shorter >= LONG && (matches!(letter, 'I' | 'L' | 'H') || umlaut))
    }

    fn is_swapped(&self, i: usize, j: usize) -> bool {
        let pair = |word: &[char], at: usize| word.get(at).copied().zip(word.get(at + 1).copied());
        self.shorter >= LONG && pair(self.one, i).zip(pair(self.other, j)).is_some_and(|((a, b), (c, d))| a == d && b == c && a != b)
    }
}

fn starts(word: &[char], at: usize, with: &str) -> bool {
    with.chars().enumerate().all(|(more, letter)| word.get(at + more) == Some(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misread_words_are_near_and_names_are_not() {
        for (one, other, expected) in [
            ("FERREIRA", "FERRFIRA", Some(1)),
            ("CAMPOS", "CARNPOS", Some(1)),
            ("TELLES", "TELES", Some(1)),
            ("MUELLER", "MULLER", Some(1)),
            ("JAEGER", "JAGER", Some(1)),
            ("OLIVIERA", "OLIVEIRA", Some(1)),
            ("LUIZ", "LUIS", Some(1)),
            ("VVILLIAM", "WILLIAN", Some(2)),
            ("MELO", "MELLO", Some(1)),
            ("VITOR", "VICTOR", Some(1)),
            ("SOFIA", "SOPHIA", Some(1)),
            ("MARIA", "MARIO", None),
            ("MARIANA", "MARINA", None),
            ("CRISTIANA", "CRISTINA", None),
            ("RAFAEL", "RAFAL", None),
            ("DANIEL", "DANIELA", None),
            ("LIMA", "LIRA", None),
            ("ANA", "ADA", None),
            ("SCHMIDT", "SCHMITZ", None),
        ] {
            assert_eq!((distance(one, other), distance(other, one)), (expected, expected), "{one} {other}");
        }
    }
}
