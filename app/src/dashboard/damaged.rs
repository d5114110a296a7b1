//! The line of a row that the server could not read. A list shows it in its place and goes on, so that one damaged row hides no other.

use leptos::prelude::*;

use crate::words::dashboard::DashboardWords;

/// A damaged row, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged(pub String);

/// A row of a list, or the line of a damaged one.
pub type Line<T> = Result<T, Damaged>;

/// That a row is damaged, and which one.
#[component]
pub fn DamagedText(damaged: Damaged, words: &'static DashboardWords) -> impl IntoView {
    view! { <span class="damaged">{words.records.row_damaged}" "<span class="mono">{damaged.0}</span></span> }
}

/// The same as a row of a table.
#[component]
pub fn DamagedRow(damaged: Damaged, columns: u8, words: &'static DashboardWords) -> impl IntoView {
    view! { <tr><td class="wide" colspan=columns.to_string()><DamagedText damaged words /></td></tr> }
}
