//! The head of a step: where one is, and what it is about.

use std::sync::Arc;

use leptos::prelude::*;
use shared::flow::Step;

use crate::{islands::flow::FlowData, words::fill};

/// The head of step `at` of `of`.
#[component]
pub fn StepHead(step: Step, at: usize, of: usize, data: Arc<FlowData>) -> impl IntoView {
    let position = fill(data.words.step_of(), &[("at", &at.to_string()), ("of", &of.to_string())]);
    view! {
        <div class="steps">
            <p>{position.clone()}</p>
            <progress max=of.to_string() value=at.to_string() aria-label=position></progress>
        </div>
        <div class="lead">
            <h1 tabindex="-1">{step.title}</h1>
            {step.text.map(|text| view! { <p>{text}</p> })}
        </div>
    }
}
