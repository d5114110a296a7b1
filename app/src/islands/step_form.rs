//! One step as a real form. Its action, method and encoding are right at every moment, so that the browser can post it by itself
//! whatever happens to the script.

use leptos::{ev::Event, prelude::*};
use shared::flow::Field;

#[cfg(feature = "hydrate")]
use crate::islands::{browser, submit, uploads};
use crate::{
    components::{
        error_summary::ErrorSummary,
        field::FieldView,
        host::{Host, Sent},
        ids::FORM,
        photo::{Photographed, Tips},
        step_head::StepHead,
    },
    flow::data::{CHANGE, Shown},
    islands::state::FlowState,
    words::takes_photo,
};

/// The form of a step. For a REVIEW it is only the button: the server draws the answers above it.
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
            submit::submit(&event, state, step.clone());
            #[cfg(not(feature = "hydrate"))]
            let _ = (&event, state, &step);
        }
    };
    let head = (!data.is_review(&step.id)).then(|| {
        let photographed = Photographed::of(step.r#type);
        let has_photo = step.fields.iter().any(takes_photo);
        let fields = step.fields.clone().into_iter().map(|field| {
            let value = shown.answers.get(&field.name).cloned().unwrap_or_default();
            let elsewhere = value.is_empty() && data.elsewhere.contains(&field.name);
            let error = shown.errors.iter().find(|error| error.field == field.name).cloned();
            let when = data.words.when_asked(&field, &data.steps);
            view! {
                <FieldView field when photographed value elsewhere error words=data.words.clone() host=state />
            }
        });
        view! {
            <main class="step">
                <StepHead step=step.clone() at=at + 1 of=data.steps.len() words=data.words.clone() />
                <ErrorSummary step=step.clone() errors=shown.errors.clone() words=data.words.clone() />
                {has_photo.then(|| view! { <Tips photographed words=data.words.clone() /> })}
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

#[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "these events only happen in the browser"))]
impl Host for FlowState {
    fn sent(self, field: &str) -> Option<Sent> {
        self.uploads.get(field)
    }

    fn picture(self, field: &str) -> Option<String> {
        self.uploads.picture(field)
    }

    fn chosen(self, event: &Event, field: &Field) {
        #[cfg(feature = "hydrate")]
        uploads::chosen(event, field, self);
    }

    fn typed_cpf(self, event: &Event, text: &str) {
        #[cfg(feature = "hydrate")]
        browser::mask_cpf(event, text);
    }
}
