//! Finds the labels in lines, and says which label a value has. Readers lose the spaces and misread a letter now and then, so labels are
//! compared by their letters, and a long one may have one of them wrong.

use super::{
    line::{Area, Line},
    model::{Documents, Label},
};
use crate::{letters::folded, names::is_misread};

/// The least letters of a label of which one may be wrong.
const LONG: usize = 7;

/// A word of a line: its letters, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub letters: String,
    pub start: usize,
    pub end: usize,
}

/// The words of a text, in capital letters without accents.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(Word { letters: folded(&text[from..at]), start: from, end: at });
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// How many of these words, from the first on, have the letters of a phrase. `None` if they have others.
pub(super) fn spells(words: &[Word], phrase: &str) -> Option<usize> {
    let mut spelled = String::new();
    for (at, word) in words.iter().enumerate() {
        spelled.push_str(&word.letters);
        if spelled == phrase || (phrase.len() >= LONG && spelled.len() + 1 >= phrase.len() && is_misread(&spelled, phrase)) {
            return Some(at + 1);
        }
        if spelled.len() > phrase.len() {
            break;
        }
    }
    None
}

/// The letters of a phrase, without its spaces.
pub(super) fn squeezed(phrase: &str) -> String {
    phrase.split(' ').collect()
}

/// A label in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    label: Label,
    line: usize,
    start: usize,
    end: usize,
    area: Area,
    /// Whether a value stands behind it in its line, so that no other line has it.
    has_value: bool,
}

/// What stands between the labels of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub text: String,
    pub line: usize,
    /// Where it begins in its line, in bytes.
    pub start: usize,
    pub area: Area,
}

/// The lines of a side, split into labels and values.
#[derive(Debug)]
pub(super) struct Page<'l> {
    pub lines: &'l [Line],
    marks: Vec<Mark>,
    pub pieces: Vec<Piece>,
}

impl<'l> Page<'l> {
    /// Splits lines into labels and values.
    pub(super) fn of(lines: &'l [Line], documents: &Documents) -> Self {
        let all = documents.labels.iter().flat_map(|(label, phrases)| phrases.iter().map(|phrase| (squeezed(phrase), *label)));
        let mut phrases: Vec<(String, Label)> = all.collect();
        phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
        let mut page = Self { lines, marks: Vec::new(), pieces: Vec::new() };
        for number in 0..lines.len() {
            page.split(number, &phrases);
        }
        page
    }

    fn split(&mut self, number: usize, phrases: &[(String, Label)]) {
        let Line { text, area } = &self.lines[number];
        let words = words(text);
        let mut at = 0;
        let mut value_from = 0;
        while at < words.len() {
            let found = phrases.iter().find_map(|(phrase, label)| spells(&words[at..], phrase).map(|used| (used, *label)));
            let Some((used, label)) = found else {
                at += 1;
                continue;
            };
            let (start, end) = (words[at].start, words[at + used - 1].end);
            self.add_piece(number, value_from, start);
            self.marks.push(Mark { label, line: number, start, end, area: area.part(text, start, end), has_value: false });
            (at, value_from) = (at + used, end);
        }
        self.add_piece(number, value_from, text.len());
    }

    fn add_piece(&mut self, number: usize, from: usize, to: usize) {
        let Line { text, area } = &self.lines[number];
        let is_edge = |c: char| !c.is_alphanumeric() && c != '<';
        let piece = &text[from..to];
        let start = from + piece.len() - piece.trim_start_matches(is_edge).len();
        let value = text[start.min(to)..to].trim_end_matches(|c: char| is_edge(c) && c != '.');
        if value.is_empty() {
            return;
        }
        if let Some(mark) = self.marks.last_mut().filter(|mark| mark.line == number) {
            mark.has_value = true;
        }
        self.pieces.push(Piece { text: value.to_owned(), line: number, start, area: area.part(text, start, start + value.len()) });
    }

    /// What the nearest label says a value is: one before it in its line, or else one to its left or above it that has no value in its line.
    pub(super) fn label_of(&self, line: usize, start: usize, area: &Area) -> Option<Label> {
        if let Some(mark) = self.marks.iter().rev().find(|mark| mark.line == line && mark.end <= start) {
            return Some(mark.label);
        }
        let open = self.marks.iter().filter(|mark| mark.line != line && !mark.has_value);
        let near = open.filter_map(|mark| Some((area.distance_from(&mark.area)?, mark.label)));
        near.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, label)| label)
    }

    /// What the nearest label says a piece is.
    pub(super) fn label(&self, piece: &Piece) -> Option<Label> {
        self.label_of(piece.line, piece.start, &piece.area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_spelled_with_or_without_spaces() {
        for (line, phrase, expected) in [
            ("Data de Nascimento 17", "DATADENASCIMENTO", Some(3)),
            ("DATADENASCIMENTO", "DATADENASCIMENTO", Some(1)),
            ("DATA DE NASC1MENTO", "DATADENASCIMENTO", Some(3)),
            ("DATA DE NASCLMENTO", "DATADENASCIMENTO", Some(3)),
            ("NOME", "NOME", Some(1)),
            ("NOHE", "NOME", None),
            ("NOMES", "NOME", None),
            ("Nº REGISTRO", "NOREGISTRO", Some(2)),
        ] {
            assert_eq!(spells(&words(line), phrase), expected, "{line}");
        }
    }

    #[test]
    fn a_line_is_labels_and_values() {
        let lines = [Line { text: "Nome / Name: Ana Lima  CPF 529.982.247-25".to_owned(), area: Area { left: 0, top: 0, right: 400, bottom: 20 } }];
        let page = Page::of(&lines, Documents::known());
        let pieces: Vec<_> = page.pieces.iter().map(|piece| (piece.text.as_str(), page.label(piece))).collect();
        assert_eq!(pieces, [("Ana Lima", Some(Label::FullName)), ("529.982.247-25", Some(Label::Cpf))]);
    }
}
