//! Splits lists into pages. Each page links to the next one by the id of its last row, so that no row is lost or repeated while rows are
//! added.

use app::dashboard::parts::Rows;

use crate::ids::RowId;

/// Rows of a page of a list.
const PAGE: usize = 50;

/// How many rows to read: one more than a page, to know whether there is another.
pub fn limit() -> i64 {
    i64::try_from(PAGE + 1).unwrap_or(i64::MAX)
}

/// Cuts rows to one page. If there are more rows, returns the id of the last one on this page.
pub fn next<T, I: RowId>(found: &mut Vec<T>, id: impl Fn(&T) -> I) -> Option<String> {
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    found.last().filter(|_| more).map(|last| id(last).row())
}

/// A page of the list at this address. `found` has up to [`limit`] rows, newest first.
pub fn paged<T, I: RowId, R>(address: &str, before: Option<I>, mut found: Vec<T>, id: impl Fn(&T) -> I, row: impl FnMut(T) -> R) -> Rows<R> {
    let older = next(&mut found, id).map(|last| format!("{address}?before={last}"));
    Rows { rows: found.into_iter().map(row).collect(), older, newest: before.map(|_| address.to_owned()) }
}
