//! One step as a real form. Whatever happens to the script, its action, method and encoding are right at every moment, so
//! that the browser's own way of posting it always works.

use leptos::prelude::*;
use shared::flow::FieldType;

use crate::{
    components::{
        error_summary::ErrorSummary,
        field::FieldView,
        photo::{Photographed, Tips},
        step_head::StepHead,
    },
    islands::flow::{CHANGE, FORM, FlowState, Shown},
};

/// The form of the step that is shown. Of a REVIEW it is the button alone: the server draws the rest above it.
#[component]
pub fn StepForm(state: FlowState, shown: Shown) -> impl IntoView {
    let data = state.data.get_value();
    let at = data.steps.iter().position(|step| step.id == shown.step).unwrap_or_default();
    let step = data.steps.get(at).cloned().unwrap_or_default();
    let last = at + 1 == data.steps.len();
    let action = if data.change { data.address_with(&step.id, CHANGE) } else { data.address(Some(&step.id)) };
    let submit = {
        let step = step.clone();
        move |event: leptos::ev::SubmitEvent| {
            #[cfg(feature = "hydrate")]
            crate::islands::submit::submit(&event, state, step.clone());
            #[cfg(not(feature = "hydrate"))]
            let _ = (&event, state, &step);
        }
    };
    let head = (!data.is_review(&step.id)).then(|| {
        let photographed = Photographed::of(step.r#type);
        let has_photo = step.fields.iter().any(|field| field.r#type == FieldType::Artifact);
        let fields = step.fields.clone().into_iter().map(|field| {
            let value = shown.answers.get(&field.name).cloned().unwrap_or_default();
            let elsewhere = value.is_empty() && data.elsewhere.contains(&field.name);
            let error = shown.errors.iter().find(|error| error.field == field.name).cloned();
            let others = step.fields.clone();
            view! {
                <FieldView field others photographed value elsewhere error state />
            }
        });
        view! {
            <main class="step">
                <StepHead step=step.clone() at=at + 1 of=data.steps.len() data=data.clone() />
                <ErrorSummary step=step.clone() errors=shown.errors.clone() data=data.clone() />
                {has_photo.then(|| view! { <Tips photographed data=data.clone() /> })}
                {fields.collect_view()}
            </main>
        }
    });
    let (go_on, sending) = (if last { data.words.submit() } else { data.words.go_on() }.to_owned(), data.words.sending().to_owned());
    view! {
        <form id=FORM class="sheet" action=action method="post" enctype="multipart/form-data" novalidate on:submit=submit>
            {head}
            <div class="actions">
                <p class="lost" role="alert">{move || Some(state.trouble.get()).filter(|trouble| !trouble.is_empty())}</p>
                <button class="button primary" aria-disabled=move || state.busy.get().then_some("true")>
                    {move || if state.busy.get() { sending.clone() } else { go_on.clone() }}
                </button>
            </div>
        </form>
    }
}
