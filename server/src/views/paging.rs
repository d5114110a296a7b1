//! Splits lists into pages. Each page links to the next one by the id of its last row, so that no row is lost or repeated while rows are
//! added.

use app::dashboard::{
    damaged::Line,
    parts::{Newest, Rows},
};

use super::line;
use crate::{ids::RowId, store::Listed};

/// Rows of a page of a list.
const PAGE: usize = 50;

/// How many rows to read: one more than a page, to know whether there is another.
pub fn limit() -> i64 {
    one_more(PAGE)
}

/// How many rows to read for [`newest`]: one more than are shown, to know whether there are more.
pub fn one_more(most: usize) -> i64 {
    i64::try_from(most + 1).unwrap_or(i64::MAX)
}

/// The newest rows, at most `most`.
pub fn newest<T>(mut found: Vec<T>, most: usize) -> Newest<T> {
    let cut = (found.len() > most).then_some(most);
    found.truncate(most);
    Newest { rows: found, cut }
}

/// Cuts rows to one page. If there are more rows, returns the id of the last one on this page. The id of a damaged row may be damaged
/// itself; then it is the last id that can be read, and the next page shows the rows after it again.
pub fn next<T, I: RowId>(found: &mut Vec<Listed<T>>, id: impl Fn(&T) -> I) -> Option<String> {
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let read = |row: &Listed<T>| match row {
        Ok(row) => Some(id(row).row()),
        Err(damaged) => damaged.id.parse::<uuid::Uuid>().ok().map(|_| damaged.id.clone()),
    };
    found.iter().rev().find_map(read).filter(|_| more)
}

/// A page of the list at this address. `found` has up to [`limit`] rows, newest first.
pub fn paged<T, I: RowId, R>(address: &str, before: Option<I>, mut found: Vec<Listed<T>>, id: impl Fn(&T) -> I, mut row: impl FnMut(T) -> R) -> Rows<Line<R>> {
    let older = next(&mut found, id).map(|last| format!("{address}?before={last}"));
    let rows = found.into_iter().map(|found| found.map(&mut row).map_err(line));
    Rows { rows: rows.collect(), older, newest: before.map(|_| address.to_owned()) }
}
