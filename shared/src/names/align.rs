//! Lays two names side by side at the least cost: which part is which, which are written differently, and which are left over.

use std::collections::BTreeSet;

use super::{
    near::distance,
    part::{Kind, Part},
    verdict::Writing,
};

/// The most parts that are written as one: `van der Berg`, `Vanderberg`.
const MOST_JOINED: usize = 4;
/// What it costs to leave out a particle, a suffix or a name.
const LEFT_OUT: [u32; 3] = [1, 3, 10];
/// What a misread letter costs. Two of them cost less than two names that are left over.
const MISREAD: u32 = 6;

/// Two names side by side.
#[derive(Clone, Debug, Default)]
pub(super) struct Aligned {
    /// How far apart they are.
    pub cost: u32,
    /// How they are written differently.
    pub ways: BTreeSet<Writing>,
    /// The entered names without a counterpart, by their numbers.
    pub only_entered: Vec<usize>,
    /// The read names without a counterpart.
    pub only_read: Vec<usize>,
    /// Letters that differ.
    pub misread: usize,
    /// How many names have a counterpart.
    pub matched: usize,
    /// How many of them have all their letters.
    pub whole: usize,
    /// Whether each has a suffix that the other does not have.
    pub suffixes_differ: bool,
}

/// One step through both names.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many parts of one are so many of the other.
    Match { entered: usize, read: usize, how: How },
    /// A part of the entered name has no counterpart.
    OnlyEntered,
    /// A part of the read name has none.
    OnlyRead,
}

/// In which way two parts are the same.
#[derive(Clone, Copy, Debug)]
enum How {
    Exactly,
    Written(Writing),
    Misread(usize),
}

impl How {
    const fn cost(self) -> u32 {
        match self {
            Self::Exactly => 0,
            Self::Written(Writing::Transliterated | Writing::Spaced | Writing::Suffix) => 1,
            Self::Written(_) => 2,
            Self::Misread(letters) => MISREAD * letters as u32,
        }
    }
}

/// Lays two names side by side. `is_cut` says that the read name may have been cut to fit its field.
pub(super) fn align(entered: &[Part], read: &[Part], is_cut: bool) -> Aligned {
    let width = read.len() + 1;
    let mut best: Vec<(u32, Option<Step>)> = vec![(0, None); (entered.len() + 1) * width];
    for i in (0..=entered.len()).rev() {
        for j in (0..=read.len()).rev() {
            let rest = |more_i: usize, more_j: usize| best[(i + more_i) * width + j + more_j].0;
            let least = steps(&entered[i..], &read[j..], is_cut)
                .map(|step| match step {
                    Step::Match { entered, read, how } => (how.cost() + rest(entered, read), Some(step)),
                    Step::OnlyEntered => (left_out(&entered[i]) + rest(1, 0), Some(step)),
                    Step::OnlyRead => (left_out(&read[j]) + rest(0, 1), Some(step)),
                })
                .min_by_key(|(cost, _)| *cost);
            best[i * width + j] = least.unwrap_or_default();
        }
    }
    let mut aligned = Aligned { cost: best[0].0, ..Aligned::default() };
    let (mut i, mut j) = (0, 0);
    let mut suffixes = (false, false);
    while let Some(step) = best[i * width + j].1 {
        match step {
            Step::Match { entered: more_i, read: more_j, how } => {
                aligned.note(how, &entered[i..i + more_i], &read[j..j + more_j]);
                (i, j) = (i + more_i, j + more_j);
            }
            Step::OnlyEntered => {
                aligned.leave_out(&entered[i], is_cut).then(|| aligned.only_entered.push(i));
                suffixes.0 |= matches!(entered[i].kind, Kind::Suffix(_));
                i += 1;
            }
            Step::OnlyRead => {
                aligned.leave_out(&read[j], false).then(|| aligned.only_read.push(j));
                suffixes.1 |= matches!(read[j].kind, Kind::Suffix(_));
                j += 1;
            }
        }
    }
    aligned.suffixes_differ = suffixes == (true, true);
    aligned
}

impl Aligned {
    fn note(&mut self, how: How, entered: &[Part], read: &[Part]) {
        let count = |parts: &[Part]| parts.iter().filter(|part| part.is_name()).count();
        let names = count(entered).max(count(read));
        self.matched += names;
        match how {
            How::Exactly => {}
            How::Written(way) => {
                self.ways.insert(way);
            }
            How::Misread(letters) => self.misread += letters,
        }
        let are_whole = !matches!(how, How::Written(Writing::Abbreviated | Writing::Truncated)) && entered.iter().chain(read).any(|part| !part.is_short);
        self.whole += if are_whole { names } else { 0 };
    }

    /// Notes a part without a counterpart. Whether it is a name.
    fn leave_out(&mut self, part: &Part, is_cut: bool) -> bool {
        self.ways.insert(match part.kind {
            Kind::Particle => Writing::Particles,
            Kind::Suffix(_) => Writing::Suffix,
            Kind::Name if is_cut => Writing::Truncated,
            Kind::Name => Writing::Missing,
        });
        part.is_name()
    }
}

const fn left_out(part: &Part) -> u32 {
    match part.kind {
        Kind::Particle => LEFT_OUT[0],
        Kind::Suffix(_) => LEFT_OUT[1],
        Kind::Name => LEFT_OUT[2],
    }
}

/// Every step that is possible where these parts are left.
fn steps(entered: &[Part], read: &[Part], is_cut: bool) -> impl Iterator<Item = Step> {
    let mut all = Vec::new();
    if let (Some(one), Some(other)) = (entered.first(), read.first()) {
        all.extend(compare(one, other, is_cut).map(|how| Step::Match { entered: 1, read: 1, how }));
        let how = How::Written(Writing::Spaced);
        all.extend((2..=MOST_JOINED.min(entered.len())).filter(|n| is_joined(&entered[..*n], other)).map(|n| Step::Match { entered: n, read: 1, how }));
        all.extend((2..=MOST_JOINED.min(read.len())).filter(|n| is_joined(&read[..*n], one)).map(|n| Step::Match { entered: 1, read: n, how }));
    }
    all.extend((!entered.is_empty()).then_some(Step::OnlyEntered));
    all.extend((!read.is_empty()).then_some(Step::OnlyRead));
    all.into_iter()
}

/// In which way two parts are the same, if they are.
fn compare(entered: &Part, read: &Part, is_cut: bool) -> Option<How> {
    if entered.forms[0] == read.forms[0] {
        return Some(How::Exactly);
    }
    if let (Kind::Suffix(one), Kind::Suffix(other)) = (entered.kind, read.kind) {
        return (one == other).then_some(How::Written(Writing::Suffix));
    }
    if entered.forms.iter().any(|form| read.forms.contains(form)) {
        return Some(How::Written(Writing::Transliterated));
    }
    if !entered.is_name() && !read.is_name() {
        return None;
    }
    if is_cut && entered.forms.iter().any(|form| form.starts_with(&read.forms[0])) {
        return Some(How::Written(Writing::Truncated));
    }
    if is_short_for(entered, read) || is_short_for(read, entered) {
        return Some(How::Written(Writing::Abbreviated));
    }
    let pairs = entered.forms.iter().flat_map(|one| read.forms.iter().map(move |other| (one, other)));
    pairs.filter_map(|(one, other)| distance(one, other)).min().map(How::Misread)
}

/// Whether the first is an initial of the second, or an abbreviation such as `Fco.` for `Francisco`.
fn is_short_for(short: &Part, long: &Part) -> bool {
    let (letters, long) = (&short.forms[0], &long.forms[0]);
    let mut rest = long.chars();
    let is_first = letters.chars().next() == long.chars().next();
    short.is_short && is_first && letters.len() < long.len() && letters.len() <= 4 && letters.chars().all(|letter| rest.any(|c| c == letter))
}

/// Whether several parts are one, written without the spaces.
fn is_joined(several: &[Part], one: &Part) -> bool {
    (0..3).any(|scheme| {
        let mut rest = Some(one.forms[scheme].as_str());
        for part in several {
            rest = rest.and_then(|rest| rest.strip_prefix(part.forms[scheme].as_str()));
        }
        rest == Some("")
    })
}
