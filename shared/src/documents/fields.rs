//! What the text on a side of a document says of its holder.

use super::{
    cpfs::cpfs_in,
    days::days_on,
    found::{Fields, Found},
    label::Page,
    line::Line,
    model::{DocumentType, Documents, Label},
    names::names_on,
    numbers::numbers_on,
};
use crate::{cpf::Cpf, day::Day};

/// Finds what the text on a side says. `kind` is the type of the document, where it is known. Lines of a machine-readable zone are left to
/// [`crate::mrz`].
pub fn read_fields(lines: &[Line], kind: Option<&DocumentType>, documents: &Documents, today: Day) -> Fields {
    let lines: Vec<Line> = lines.iter().map(without_zone).collect();
    let page = Page::of(&lines, documents);
    Fields { cpfs: cpfs_on(&page), days: days_on(&page, today), names: names_on(&page, documents), numbers: numbers_on(&page, kind, today) }
}

/// The line, or an empty one in its place if it is one of a machine-readable zone.
fn without_zone(line: &Line) -> Line {
    let is_zone = line.text.contains("<<") || line.text.matches('<').count() >= 4;
    Line { text: if is_zone { String::new() } else { line.text.clone() }, area: line.area }
}

/// The CPFs, those with their label first. Eleven digits without points that are labelled as another number are no CPF, although one in a
/// hundred of them has its check digits.
fn cpfs_on(page: &Page<'_>) -> Vec<Found<Cpf>> {
    let mut found: Vec<Found<Cpf>> = Vec::new();
    for piece in &page.pieces {
        for at in cpfs_in(&piece.text) {
            let line = &page.lines[piece.line];
            let area = line.area.part(&line.text, piece.start + at.start, piece.start + at.end);
            let label = page.label_of(piece.line, piece.start + at.start, &area);
            let is_other = !at.is_formatted && matches!(label, Some(Label::DocumentNumber | Label::Other));
            let is_labelled = label == Some(Label::Cpf);
            match found.iter_mut().find(|other| other.value == at.cpf) {
                Some(other) => other.is_labelled |= is_labelled,
                None if is_other => {}
                None => found.push(Found { value: at.cpf, line: piece.line, is_labelled }),
            }
        }
    }
    found.sort_by_key(|cpf| !cpf.is_labelled);
    found
}
