//! Finds the dates on a side, and what each is by the label nearest to it.

use super::{
    found::DayFound,
    label::Page,
    model::{DocumentField, Label},
};
use crate::{
    dates::{Century, find},
    day::Day,
};

/// Every date, each with what it is, if a label near it says so.
pub(super) fn days_on(page: &Page<'_>, today: Day) -> Vec<DayFound> {
    let mut found = Vec::new();
    for piece in &page.pieces {
        let text = &page.lines[piece.line];
        // Where the date stands does not depend on its century, but the century depends on what it is.
        for date in find(&piece.text, Century::Past(today)) {
            let start = piece.start + date.start;
            let area = text.area.part(&text.text, start, piece.start + date.end);
            let is = match page.label_of(piece.line, start, &area) {
                Some(Label::BirthDate) => Some(DocumentField::BirthDate),
                Some(Label::Expiry) => Some(DocumentField::Expiry),
                Some(Label::Issued) => Some(DocumentField::Issued),
                _ => None,
            };
            let ahead = find(&piece.text, Century::Near(today)).into_iter().find(|other| other.start == date.start);
            let day = ahead.filter(|_| is == Some(DocumentField::Expiry)).map_or(date.day, |other| other.day);
            found.push(DayFound { day, is, line: piece.line });
        }
    }
    found
}
