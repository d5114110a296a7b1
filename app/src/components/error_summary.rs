//! Every fault of the page, first, each a link to its field: announced by screen readers and given the focus.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{flow::Step, problem::FieldFault};

use crate::{
    components::field::element_id,
    islands::flow::FlowData,
    words::{FlowWords, fill},
};

/// The summary; nothing where there is no fault.
#[component]
pub fn ErrorSummary(step: Step, errors: Vec<FieldFault>, data: Arc<FlowData>) -> impl IntoView {
    let errors: Vec<FieldFault> = errors.into_iter().filter(|error| step.field(&error.field).is_some()).collect();
    let title = match errors.len() {
        1 => data.words.one_fault().to_owned(),
        n => fill(data.words.many_faults(), &[("n", &n.to_string())]),
    };
    (!errors.is_empty()).then(|| {
        let entries = errors.into_iter().filter_map(|error| {
            let field = step.field(&error.field)?;
            Some(view! { <li><a href=format!("#{}", element_id(&field.name))>{message(field, &error, &data.words)}</a></li> })
        });
        view! {
            <div class="summary" role="alert" tabindex="-1">
                <h2>{title}</h2>
                <ul>{entries.collect_view()}</ul>
            </div>
        }
    })
}

/// A fault as the customer reads it. Where the server said why a file was refused, that; else what to do.
pub fn message(field: &shared::flow::Field, error: &FieldFault, words: &FlowWords) -> String {
    match error.message.strip_prefix(FILE_REFUSED) {
        Some(problem) => words.file_refused(field, problem),
        None => words.fault(field, error.code),
    }
}

/// Before a problem code in [`FieldFault::message`]: this fault is about a file that was refused for that reason.
pub const FILE_REFUSED: &str = "file:";
