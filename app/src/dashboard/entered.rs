//! What the customer entered, step by step, and what they agreed to.

use leptos::prelude::*;
use shared::language::Language;

use super::parts::Time;
use crate::words::{dashboard::DashboardWords, fill, isolated};

/// What was entered on one step.
#[derive(Clone, Debug)]
pub struct InputStep {
    /// The step's title.
    pub title: String,
    /// Each field's label, and its value: masked, or revealed.
    pub fields: Vec<(String, String)>,
}

/// A box that was ticked.
#[derive(Clone, Debug)]
pub struct ConsentRow {
    /// The field's label.
    pub field: String,
    /// The text's language.
    pub language: Language,
    /// When.
    pub at: String,
    /// SHA-256 of the text, hexadecimal.
    pub sha256: String,
}

/// What the customer entered, by step, and what they agreed to.
#[component]
pub fn Entered(steps: Vec<InputStep>, consents: Vec<ConsentRow>, revealed: bool, words: &'static DashboardWords) -> impl IntoView {
    let nothing = steps.is_empty() && consents.is_empty();
    let steps = steps.into_iter().map(|step| {
        let fields = step.fields.into_iter().map(|(label, value)| view! { <div><dt><bdi>{label}</bdi></dt><dd><bdi>{value}</bdi></dd></div> });
        view! {
            <h3><bdi>{step.title}</bdi></h3>
            <dl class="facts">{fields.collect_view()}</dl>
        }
    });
    let agreed = consents.into_iter().map(|consent| {
        let what = fill(words.consent, &[("field", &isolated(&consent.field)), ("language", consent.language.own_name())]);
        view! { <li>{what}" · "<Time at=consent.at />" · "<span class="mono quiet">"SHA-256 "{consent.sha256}</span></li> }
    });
    let agreed: Vec<_> = agreed.collect();
    view! {
        {revealed.then(|| view! { <p class="revealed" role="status" tabindex="-1" autofocus>{words.revealed}</p> })}
        {nothing.then(|| view! { <p class="quiet">{words.nothing_entered}</p> })}
        {steps.collect_view()}
        {(!agreed.is_empty()).then(|| view! {
            <h3>{words.consents}</h3>
            <ul class="lines">{agreed}</ul>
        })}
    }
}
