//! What was found in the text of a document, each with the line in which it stands.

use super::model::DocumentField;
use crate::{cpf::Cpf, day::Day};

/// A value, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// The number of its line, from 0.
    pub line: usize,
    /// Whether a label near it says what it is.
    pub is_labelled: bool,
}

/// A date, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayFound {
    /// The day.
    pub day: Day,
    /// Date of birth, expiry or issue, if a label near it says so.
    pub is: Option<DocumentField>,
    /// The number of its line, from 0.
    pub line: usize,
}

/// How a name was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameSource {
    /// Surnames and given names have labels of their own. The text has the given names first.
    Parts,
    /// A label says that it is the name.
    Labelled,
    /// No label does, and it only looks like a name.
    Unlabelled,
}

/// What can be a holder's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameFound {
    /// As it is written.
    pub text: String,
    /// The number of its first line, from 0.
    pub line: usize,
    /// How it was found.
    pub source: NameSource,
}

/// What was found on a side, each kind from the likeliest on.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// CPFs whose check digits hold.
    pub cpfs: Vec<Found<Cpf>>,
    /// Days that exist.
    pub days: Vec<DayFound>,
    /// What can be the name.
    pub names: Vec<NameFound>,
    /// What can be the document's number: only letters and digits.
    pub numbers: Vec<Found<String>>,
}

impl Fields {
    /// The days that a label says are this.
    pub fn days_of(&self, field: DocumentField) -> impl Iterator<Item = Day> {
        self.days.iter().filter(move |found| found.is == Some(field)).map(|found| found.day)
    }
}
