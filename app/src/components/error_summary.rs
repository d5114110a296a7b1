//! The list of everything that is wrong on the page, at its top. Each entry links to its field. Screen readers announce the list,
//! and it gets the focus.

use leptos::prelude::*;
use shared::{flow::Step, problem::FieldFault};

use crate::{
    components::ids,
    words::{FlowWords, fill},
};

/// The list, or nothing where nothing is wrong.
#[component]
pub fn ErrorSummary(step: Step, errors: Vec<FieldFault>, words: FlowWords) -> impl IntoView {
    let errors: Vec<FieldFault> = errors.into_iter().filter(|error| step.field(&error.field).is_some()).collect();
    let title = match errors.len() {
        1 => words.one_fault().to_owned(),
        n => fill(words.many_faults(), &[("n", &n.to_string())]),
    };
    (!errors.is_empty()).then(|| {
        let entries = errors.into_iter().filter_map(|error| {
            let field = step.field(&error.field)?;
            Some(view! { <li><a href=format!("#{}", ids::of_field(&field.name))>{words.fault(field, &error)}</a></li> })
        });
        view! {
            <div class="summary" role="alert" tabindex="-1">
                <h2>{title}</h2>
                <ul>{entries.collect_view()}</ul>
            </div>
        }
    })
}
