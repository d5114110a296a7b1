//! The list of everything that is wrong on the page, at its top. Each entry links to its field. The list gets the focus, which makes
//! screen readers read it. It is no live region, because they would read it twice.

use leptos::prelude::*;
use shared::{flow::Step, problem::FieldFault};

use crate::{
    components::ids,
    words::{FlowWords, fill},
};

/// The heading of the list for so many faults.
pub fn heading(faults: usize, words: &FlowWords) -> String {
    match faults {
        1 => words.one_fault().to_owned(),
        n => fill(words.many_faults(), &[("n", &n.to_string())]),
    }
}

/// The list, or nothing where nothing is wrong.
#[component]
pub fn ErrorSummary(step: Step, errors: Vec<FieldFault>, words: FlowWords) -> impl IntoView {
    let errors: Vec<FieldFault> = errors.into_iter().filter(|error| step.field(&error.field).is_some()).collect();
    let title = heading(errors.len(), &words);
    (!errors.is_empty()).then(|| {
        let entries = errors.into_iter().filter_map(|error| {
            let field = step.field(&error.field)?;
            Some(view! { <li id=ids::of_entry(&field.name)><a href=format!("#{}", ids::of_field(&field.name))>{words.fault(field, &error)}</a></li> })
        });
        view! {
            <div class="summary" role="group" aria-labelledby=ids::FAULTS tabindex="-1">
                <h2 id=ids::FAULTS>{title}</h2>
                <ul>{entries.collect_view()}</ul>
            </div>
        }
    })
}
