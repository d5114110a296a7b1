//! Splits a name into its parts, and knows what kind of part each is: a name, a particle such as `de`, or a suffix such as `Júnior`.

use crate::{
    letters::{Scheme, capitals, composed, is_mark, write},
    text::is_hidden,
};

/// The most parts of a name that are compared. The longest real ones have fewer, and the work grows with the square.
const MOST: usize = 24;

/// Small words of names, which documents and people leave out.
const PARTICLES: [&str; 36] = [
    "DA", "DE", "DO", "DAS", "DOS", "E", "DI", "DU", "DEL", "DELLA", "LA", "LAS", "LOS", "LE", "EL", "Y", "I", "VON", "VOM", "VAN", "VANDEN", "DER", "DEN",
    "DEM", "DET", "ZU", "ZUM", "ZUR", "TEN", "TER", "TE", "OP", "AF", "AV", "BIN", "IBN",
];

/// Words after a name that tell a son from his father: how each is written, and the one that stands for all of its writings.
const SUFFIXES: [(&str, &str); 12] = [
    ("JUNIOR", "JUNIOR"),
    ("JR", "JUNIOR"),
    ("JUN", "JUNIOR"),
    ("SENIOR", "SENIOR"),
    ("SR", "SENIOR"),
    ("FILHO", "FILHO"),
    ("FO", "FILHO"),
    ("NETO", "NETO"),
    ("NETTO", "NETO"),
    ("SOBRINHO", "SOBRINHO"),
    ("II", "II"),
    ("III", "III"),
];

/// What stands before a name and is none of it.
const TITLES: [&str; 5] = ["DR", "DRA", "PROF", "PROFA", "SRA"];

/// The kind of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A given name or a surname.
    Name,
    /// `de`, `von`.
    Particle,
    /// `Júnior`, `Filho`: the word that stands for its writings.
    Suffix(&'static str),
}

/// A part of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// As it is written.
    pub shown: String,
    /// In capital letters, by each [`Scheme`].
    pub forms: [String; 3],
    /// Whether a dot says that letters are left out, or only one letter is there.
    pub is_short: bool,
    /// What it is.
    pub kind: Kind,
}

/// The parts of a name, in the order given name, surname where a comma says which is which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub all: Vec<Part>,
    /// Whether the surname was written first, with a comma behind it.
    pub has_comma: bool,
}

/// Splits a name. Hyphens split, apostrophes join, digits are the letters that they were misread from.
pub(super) fn parts_of(name: &str) -> Parts {
    let mut all: Vec<Part> = Vec::new();
    let mut comma = None;
    let mut word = String::new();
    let end = |word: &mut String, is_short: bool, all: &mut Vec<Part>| {
        if !word.is_empty() && all.len() < MOST {
            all.push(Part::new(std::mem::take(word), is_short));
        }
        word.clear();
    };
    for c in name.chars() {
        match c {
            'ª' | 'º' if word.is_empty() => {
                if let Some(last) = all.last_mut().filter(|part| part.is_short) {
                    *last = Part::new(format!("{}{c}", last.shown), true);
                }
            }
            'ª' | 'º' => {
                word.push(c);
                end(&mut word, true, &mut all);
            }
            '.' => end(&mut word, true, &mut all),
            ',' => {
                end(&mut word, false, &mut all);
                comma = comma.or(Some(all.len()));
            }
            _ if "'’‘`´ʼ′".contains(c) || (is_hidden(c) && !c.is_whitespace()) => {}
            _ if c.is_alphanumeric() || is_mark(c) || c == '|' => word.push(c),
            _ => end(&mut word, false, &mut all),
        }
    }
    end(&mut word, false, &mut all);
    if all.len() > 1 && all[0].is_short && TITLES.contains(&all[0].forms[0].as_str()) {
        all.remove(0);
        comma = comma.map(|at| at.saturating_sub(1));
    }
    let comma = comma.filter(|at| *at > 0 && *at < all.len() && !matches!(all[*at].kind, Kind::Suffix(_)));
    if let Some(at) = comma {
        all.rotate_left(at);
    } else if let Some(first) = all.first_mut() {
        first.kind = Kind::Name;
    }
    Parts { all, has_comma: comma.is_some() }
}

impl Part {
    fn new(shown: String, is_short: bool) -> Self {
        let forms = [Scheme::Bare, Scheme::First, Scheme::Second].map(|scheme| form(&shown, scheme));
        let suffix = SUFFIXES.iter().find(|(written, _)| *written == forms[0]).map(|(_, stands)| Kind::Suffix(stands));
        let is_particle = !is_short && PARTICLES.contains(&forms[0].as_str());
        let is_short = (is_short && suffix.is_none()) || forms[0].chars().count() == 1;
        Self { shown, forms, is_short, kind: suffix.unwrap_or(if is_particle { Kind::Particle } else { Kind::Name }) }
    }

    /// Whether it is a given name or a surname.
    pub(super) fn is_name(&self) -> bool {
        self.kind == Kind::Name
    }
}

/// A word in capital letters.
fn form(word: &str, scheme: Scheme) -> String {
    // Among capitals, a small l is a capital I that was misread.
    let are_capitals = word.contains('l') && word.chars().all(|c| c == 'l' || !c.is_lowercase()) && word.chars().any(char::is_uppercase);
    let letters: Vec<char> = word.chars().map(|c| if are_capitals && c == 'l' { 'I' } else { letter_of(c) }).flat_map(capitals).collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if !is_mark(*letter) {
            write(letters.get(at + 1).and_then(|mark| composed(*letter, *mark)).unwrap_or(*letter), scheme, &mut out);
        }
    }
    out
}

/// The letter that a digit was misread from.
const fn letter_of(c: char) -> char {
    match c {
        '0' => 'O',
        '1' => 'I',
        '2' => 'Z',
        '4' => 'A',
        '5' => 'S',
        '6' => 'G',
        '8' => 'B',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(name: &str) -> Vec<String> {
        parts_of(name).all.into_iter().map(|part| part.forms[0].clone()).collect()
    }

    #[test]
    fn names_are_split() {
        for (name, parts) in [
            ("Anne-Marie D’Ávila", "ANNE MARIE DAVILA"),
            ("SILVA, João", "JOAO SILVA"),
            ("John Smith, Jr.", "JOHN SMITH JR"),
            ("J.R.R. Tolkien", "J R R TOLKIEN"),
            ("M.ª José", "MA JOSE"),
            ("Mª José", "MA JOSE"),
            ("CEClLIA Luiz", "CECILIA LUIZ"),
            (", ,", ""),
            ("O\u{200b}távio", "OTAVIO"),
        ] {
            assert_eq!(forms(name).join(" "), parts, "{name}");
        }
    }

    #[test]
    fn parts_have_kinds() {
        let kinds = |name: &str| parts_of(name).all.iter().map(|part| (part.kind, part.is_short)).collect::<Vec<_>>();
        assert_eq!(
            kinds("José E. de Sá Jr."),
            [(Kind::Name, false), (Kind::Name, true), (Kind::Particle, false), (Kind::Name, false), (Kind::Suffix("JUNIOR"), false)]
        );
        assert_eq!(kinds("Do Minh")[0].0, Kind::Name, "the first part is a name");
    }
}
