//! The head of a step: which step of how many it is, and what it is about.

use leptos::prelude::*;
use shared::flow::Step;

use crate::words::{FlowWords, fill, isolated};

/// The head of step number `at` of `of`.
#[component]
pub fn StepHead(step: Step, at: usize, of: usize, words: FlowWords) -> impl IntoView {
    let position = fill(words.step_of(), &[("at", &at.to_string()), ("of", &of.to_string())]);
    view! {
        <div class="steps">
            <p>{position.clone()}</p>
            <progress max=of.to_string() value=at.to_string() aria-label=position></progress>
        </div>
        <div class="lead">
            <h1 tabindex="-1">{isolated(&step.title)}</h1>
            {step.text.map(|text| view! { <p>{isolated(&text)}</p> })}
        </div>
    }
}
