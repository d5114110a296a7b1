//! What the recogniser's classes mean, and reading its answer: at each step the likeliest class, where repeats and blanks say where one
//! character ends (connectionist temporal classification, Graves et al., 2006).
//!
//! It knows thousands of Chinese characters. Documents here are in Latin letters, so we choose only among those, which also reads better.

use std::sync::OnceLock;

/// Between two characters.
const BLANK: usize = 0;

/// Classes of the recogniser, and how each is written.
pub(super) struct Alphabet(Vec<(usize, char)>);

/// What was read, and the mean of its characters' likelihoods, 0 to 1.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Decoded {
    pub text: String,
    pub score: f32,
}

impl Alphabet {
    /// Latin letters with and without accents, digits, punctuation and space.
    pub(super) fn text() -> &'static Self {
        static TEXT: OnceLock<Alphabet> = OnceLock::new();
        TEXT.get_or_init(|| Self::of(|c| matches!(c, ' '..='~' | '°' | 'À'..='ÿ')))
    }

    /// The characters of machine-readable zones (ICAO 9303-3, section 4.3).
    pub(super) fn mrz() -> &'static Self {
        static MRZ: OnceLock<Alphabet> = OnceLock::new();
        MRZ.get_or_init(|| Self::of(|c| matches!(c, 'A'..='Z' | '0'..='9' | '<')))
    }

    /// The classes whose characters are wanted. The wide forms that Chinese print has count as the narrow ones.
    fn of(wanted: impl Fn(char) -> bool) -> Self {
        let listed = include_str!(concat!(env!("MODELS"), "/text-characters.txt")).split('\n').filter_map(|line| line.chars().next());
        let classes = listed.chain([' ']).map(narrow).zip(BLANK + 1..);
        Self(classes.filter(|(c, _)| wanted(*c)).map(|(c, class)| (class, c)).collect())
    }

    /// Reads the recogniser's answer: `classes` likelihoods a step.
    pub(super) fn decode(&self, answer: &[f32], classes: usize) -> Decoded {
        let (mut text, mut sum, mut last) = (String::new(), 0.0, None);
        for step in answer.chunks_exact(classes) {
            let likely = self.0.iter().filter_map(|(class, c)| Some((*step.get(*class)?, Some(*c))));
            let (likelihood, best) = likely.fold((step[BLANK], None), |best, other| if other.0 > best.0 { other } else { best });
            if let Some(c) = best
                && best != last
            {
                text.push(c);
                sum += likelihood;
            }
            last = best;
        }
        let score = sum / text.chars().count().max(1) as f32;
        Decoded { text, score }
    }
}

/// The narrow form of a wide character.
fn narrow(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        '《' | '〈' => '<',
        '》' | '〉' => '>',
        '。' => '.',
        '、' => ',',
        '—' | '–' => '-',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps at which one of three classes is sure.
    fn steps(classes: &[usize]) -> Vec<f32> {
        classes.iter().flat_map(|class| (0..4).map(|i| if i == *class { 0.7 } else { 0.1 }).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn repeats_are_one_character_unless_a_blank_is_between() {
        let alphabet = Alphabet(vec![(1, 'A'), (2, 'B')]);
        for (classes, text) in [(vec![1, 1, 2], "AB"), (vec![1, 0, 1], "AA"), (vec![0, 0], ""), (vec![2, 2, 0, 2, 1], "BBA")] {
            assert_eq!(alphabet.decode(&steps(&classes), 4).text, text);
        }
        assert!((alphabet.decode(&steps(&[1, 2]), 4).score - 0.7).abs() < 1e-6);
        // Class 3 is not in this alphabet: the next best is taken, and the score says that it was unlikely.
        assert!(alphabet.decode(&steps(&[3]), 4).score < 0.2);
    }

    #[test]
    fn classes_are_those_of_the_list_then_space() {
        let has = |alphabet: &Alphabet, c| alphabet.0.iter().filter(|(_, other)| *other == c).count();
        assert_eq!((has(Alphabet::text(), ' '), has(Alphabet::text(), '7')), (2, 2));
        assert!(Alphabet::text().0.iter().any(|(class, c)| *class == 6_624 && *c == ' '));
        let mut mrz: Vec<char> = Alphabet::mrz().0.iter().map(|(_, c)| *c).collect();
        mrz.sort_unstable();
        mrz.dedup();
        assert_eq!(mrz.len(), 37);
    }
}
