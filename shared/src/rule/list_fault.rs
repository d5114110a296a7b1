//! What can be wrong with an entry of a list: one fault for each sentence, so that pages say it in the reader's language.

use serde::{Deserialize, Serialize};

use super::list::ListKind;

/// The most characters of an entry's note.
pub const MOST_NOTE: usize = 1_000;

/// What is wrong with a line of a list's file, or with an entry that is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ListFault {
    /// The first line does not name the columns.
    #[error("the first line names the columns: value,note,from,until; the last three may be absent")]
    Header,
    /// It has more or fewer columns than the first line names.
    #[error("{found} columns; the first line names {named}")]
    Columns {
        /// How many it has.
        found: usize,
        /// How many the first line names.
        named: usize,
    },
    /// This column has no time.
    #[error("{0}: a time is written as in RFC 3339, such as 2026-11-30T12:00:00Z")]
    Time(String),
    /// It has no value.
    #[error("there is no value")]
    NoValue,
    /// A quotation mark is not closed.
    #[error("a quotation mark is not closed")]
    Quote,
    /// The value is none of the list's kind.
    #[error("{}", .0.form())]
    Value(ListKind),
    /// It ends before it begins.
    #[error("it ends before it begins")]
    Ends,
    /// The note is too long.
    #[error("the note has more than {MOST_NOTE} characters")]
    Note,
    /// There are more than so many entries of the value.
    #[error("more than {0} entries of this value")]
    Often(usize),
    /// The value stands twice.
    #[error("the value stands twice")]
    Twice,
}
