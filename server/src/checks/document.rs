//! What the checks of a document share: both sides of it as they were read, what the customer entered, and the details of a difference.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use shared::{
    day::Day,
    documents::{Area, DocumentField, DocumentType, Documents, Fields, Line, read_fields},
    flow::{Field, Meaning},
};
use vision::Quad;

use super::check::{CheckError, Submission};
use crate::model::{FoundReason, SeenText};

/// The time limit of a check that looks at two photos: as long as a worker may take for each.
pub const TRY: Duration = Duration::from_secs(40);

/// A side of the document, as it was read.
pub struct Read<'s> {
    /// The field with its photo.
    pub field: &'s Field,
    /// What is written on it.
    pub seen: Arc<SeenText>,
    /// What that says of its holder.
    pub fields: Fields,
}

/// The type of the document, if the customer chose one that we know.
pub fn kind(submission: &Submission) -> Option<&'static DocumentType> {
    submission.entered(Meaning::DocumentType).and_then(|(_, name)| Documents::known().named(name))
}

/// The day of the submission that is latest on earth: what passed before that passed everywhere.
pub fn today(submission: &Submission) -> Day {
    Day::latest_today(submission.submitted_at)
}

/// Each side of the document that has a photo, the front first, as far as it can be decoded.
///
/// # Errors
/// If a file or a worker does not answer.
pub async fn sides(submission: &Submission) -> Result<Vec<Read<'_>>, CheckError> {
    let mut sides = Vec::new();
    for meaning in [Meaning::DocumentFront, Meaning::DocumentBack] {
        let Some((field, artifact)) = submission.file(meaning) else { continue };
        let Some(seen) = submission.text(artifact).await? else { continue };
        let lines: Vec<Line> = seen.reading.lines.iter().map(|line| Line { text: line.text.clone(), area: area(&seen.upright(&line.quad)) }).collect();
        let fields = read_fields(&lines, kind(submission), Documents::known(), today(submission));
        sides.push(Read { field, seen, fields });
    }
    Ok(sides)
}

/// The upright box around these corners.
pub fn area(quad: &Quad) -> Area {
    let least = |of: fn(&vision::Point) -> f32| quad.iter().map(of).fold(f32::INFINITY, f32::min) as i32;
    let most = |of: fn(&vision::Point) -> f32| quad.iter().map(of).fold(f32::NEG_INFINITY, f32::max) as i32;
    Area { left: least(|p| p.x), top: least(|p| p.y), right: most(|p| p.x), bottom: most(|p| p.y) }
}

impl Read<'_> {
    /// The days on this side that a label says are this, each with the number of its line.
    pub fn days_of(&self, field: DocumentField) -> impl Iterator<Item = (Day, usize)> {
        self.fields.days.iter().filter(move |found| found.is == Some(field)).map(|found| (found.day, found.line))
    }

    /// Whether anything on this side says something of a holder.
    pub fn says_something(&self) -> bool {
        let Fields { cpfs, days, names, numbers } = &self.fields;
        let is_labelled_name = names.iter().any(|name| name.source != shared::documents::NameSource::Unlabelled);
        !cpfs.is_empty() || days.iter().any(|day| day.is.is_some()) || is_labelled_name || numbers.iter().any(|number| number.is_labelled)
    }

    /// A reason about what was entered, or about the photo where nothing was. Its details say what was read in which line of this side.
    pub fn differs(&self, code: &str, entered: Option<(&Field, &str)>, read: &str, line: Option<usize>) -> FoundReason {
        let place = line.and_then(|line| self.seen.reading.lines.get(line)).map(|line| self.seen.place(&line.quad));
        self.reason(code, entered, read, place.map(|place| json!([place])))
    }

    /// The same, with the places on the photo.
    pub fn reason(&self, code: &str, entered: Option<(&Field, &str)>, read: &str, places: Option<Value>) -> FoundReason {
        let mut details = json!({ "read": read, "seen": [{ "on": self.field.name, "at": places.unwrap_or_else(|| json!([])) }] });
        if let Some((_, entered)) = entered {
            details["entered"] = entered.into();
        }
        let field = entered.map_or(self.field, |(field, _)| field);
        FoundReason { code: code.to_owned(), field: Some(field.name.clone()), details: Some(details) }
    }
}
