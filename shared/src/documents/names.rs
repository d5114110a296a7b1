//! Finds what can be the holder's name on a side.

use super::{
    found::{NameFound, NameSource},
    label::{Page, Piece, spells, squeezed, words},
    model::{Documents, Label},
};

/// The most names that are taken from lines without a label.
const MOST_UNLABELLED: usize = 12;
/// The most letters of a name.
const LONGEST: usize = 90;

/// What can be the holder's name, the likeliest first. Lines without a label are only taken where no line has one.
pub(super) fn names_on(page: &Page<'_>, documents: &Documents) -> Vec<NameFound> {
    let heads: Vec<String> = documents.heads.iter().map(|head| squeezed(head)).collect();
    let likely: Vec<&Piece> = page.pieces.iter().filter(|piece| is_like_name(&piece.text)).collect();
    let of = |label: Label| likely.iter().copied().filter(move |piece| page.label(piece) == Some(label)).collect::<Vec<_>>();
    let mut found = Vec::new();
    let (surnames, given) = (joined(&of(Label::Surname)), joined(&of(Label::GivenNames)));
    if let (Some(surname), Some(given)) = (surnames.first(), given.first()) {
        found.push(NameFound { text: format!("{} {}", given.text, surname.text), line: given.line, source: NameSource::Parts });
    }
    // A surname with its label and the rest under "name" is one of the ways in which passports are labelled.
    let full = joined(&of(Label::FullName));
    if let (Some(surname), Some(name), true) = (surnames.first(), full.first(), given.is_empty()) {
        found.push(NameFound { text: format!("{} {}", name.text, surname.text), line: name.line, source: NameSource::Parts });
    }
    found.extend(full.into_iter().map(|name| NameFound { source: NameSource::Labelled, ..name }).filter(has_two_words));
    if found.is_empty() {
        let free = likely.iter().filter(|piece| page.label(piece).is_none() && !is_head(&piece.text, &heads));
        found.extend(free.map(|piece| named(piece)).filter(has_two_words).take(MOST_UNLABELLED));
    }
    found
}

fn named(piece: &Piece) -> NameFound {
    NameFound { text: piece.text.clone(), line: piece.line, source: NameSource::Unlabelled }
}

/// Each piece, and before it the piece joined with its second line, if it has one.
fn joined(pieces: &[&Piece]) -> Vec<NameFound> {
    let mut found = Vec::new();
    for piece in pieces {
        if pieces.iter().any(|before| piece.line != before.line && piece.area.continues(&before.area)) {
            continue;
        }
        if let Some(second) = pieces.iter().find(|second| second.line != piece.line && second.area.continues(&piece.area)) {
            found.push(NameFound { text: format!("{} {}", piece.text, second.text), ..named(piece) });
        }
        found.push(named(piece));
    }
    found
}

fn has_two_words(name: &NameFound) -> bool {
    words(&name.text).iter().filter(|word| word.letters.len() > 1).count() >= 2
}

/// Whether a text can be a name: letters, with few digits that were misread.
fn is_like_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let others = text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !"'’.-,`´".contains(*c)).count();
    (2..=LONGEST).contains(&letters) && digits * 6 <= letters && others == 0
}

/// Whether a text has words of a document's head.
fn is_head(text: &str, heads: &[String]) -> bool {
    let words = words(text);
    (0..words.len()).any(|at| heads.iter().any(|head| spells(&words[at..], head).is_some()))
}
