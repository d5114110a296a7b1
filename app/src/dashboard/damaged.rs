//! The line of a row that the server could not read. A list shows it in its place and goes on, so that one damaged row hides no other.
//! And the page in place of a record whose own row is damaged.

use leptos::prelude::*;

use super::layout::{DashboardPage, Viewer};
use crate::{
    components::layout::Site,
    words::dashboard::{DashboardWords, words},
};

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

/// In place of the page of a record that the server could not read. `record` is its table and id, `fault` is what the log says.
#[component]
pub fn DamagedPage(site: Site, viewer: Viewer, record: String, fault: String, back: String) -> impl IntoView {
    let words = words(viewer.language);
    let records = words.records;
    view! {
        <DashboardPage site viewer title=records.damaged_title>
            <h1>{records.damaged_title}</h1>
            <section class="card body">
                <p>{records.damaged_text}</p>
                <dl class="facts">
                    <div><dt>{records.damaged_record}</dt><dd class="mono">{record}</dd></div>
                    <div><dt>{records.damaged_fault}</dt><dd class="mono" lang="en">{fault}</dd></div>
                </dl>
                <p>{records.damaged_help}</p>
            </section>
            <p><a href=back>{words.back}</a></p>
        </DashboardPage>
    }
}
