//! One step as a real form. Whatever happens to the script, its action, method and encoding are right at every moment, so
//! that the browser's own way of posting it always works.

use leptos::prelude::*;
use shared::flow::Step;

use crate::{
    components::{error_summary::ErrorSummary, field::FieldView, footer::Footer},
    islands::flow::{FlowState, Shown},
    words::fill,
};

/// The form of the step that is shown.
#[component]
pub fn StepForm(state: FlowState, step: Step, shown: Shown) -> impl IntoView {
    let (session, words) = (state.session.get_value(), state.words.get_value());
    let (at, of) = (session.number(&step.id), session.steps.len());
    let last = session.after(&step.id).is_none();
    let position = fill(&words.step_of, &[("at", &at.to_string()), ("of", &of.to_string())]);
    let action = state.address(Some(&step.id));
    let submit = {
        let step = step.clone();
        move |event: leptos::ev::SubmitEvent| {
            #[cfg(feature = "hydrate")]
            crate::islands::submit::submit(&event, state, step.clone());
            #[cfg(not(feature = "hydrate"))]
            let _ = (&event, state, &step);
        }
    };
    let fields = step.fields.clone().into_iter().map(|field| {
        let value = shown.answers.get(&field.name).cloned().unwrap_or_default();
        let elsewhere = shown.elsewhere.contains(&field.name);
        let error = shown.errors.iter().find(|error| error.field == field.name).cloned();
        view! {
            <FieldView field step_type=step.r#type value elsewhere error state />
        }
    });
    let (go_on, sending) = (if last { words.submit.clone() } else { words.go_on.clone() }, words.sending.clone());
    let lost = words.connection_lost.clone();
    view! {
        <form class="sheet" action=action method="post" enctype="multipart/form-data" novalidate on:submit=submit>
            <main class="step">
                <div class="steps">
                    <p>{position.clone()}</p>
                    <progress max=of.to_string() value=at.to_string() aria-label=position></progress>
                </div>
                <div class="lead">
                    <h1 tabindex="-1">{step.title.clone()}</h1>
                    {step.text.clone().map(|text| view! { <p>{text}</p> })}
                </div>
                <ErrorSummary step=step.clone() errors=shown.errors.clone() words=words.clone() />
                {fields.collect_view()}
            </main>
            <div class="actions">
                <p class="lost" role="alert">{move || state.lost.get().then(|| lost.clone())}</p>
                <button class="button primary" aria-disabled=move || state.busy.get().then_some("true")>
                    {move || if state.busy.get() { sending.clone() } else { go_on.clone() }}
                </button>
            </div>
            <Footer branding=session.branding current=session.locale words=words switch=true />
        </form>
    }
}
