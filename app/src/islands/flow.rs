//! The island `Flow`: the step that is shown, taken over from the page. In the browser it renders the steps of `/public`, sends
//! files as they are chosen, saves each step and completes the session. What is only to be read, such as the answers on a
//! REVIEW and the status at the end, the server draws by itself.

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    flow::{Step, StepType},
    language::Language,
    problem::FieldFault,
};

use crate::{
    components::fresh::Fresh,
    flow::step_form::StepForm,
    islands::{by_field::ByField, uploads::Uploads},
    words::FlowWords,
};

/// What the island is drawn from, by the server and in the browser alike. It stands in the page as JSON, at [`DATA`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowData {
    /// The session id.
    pub id: String,
    /// What stays on every address of the flow, with its `?`; often empty.
    pub query: String,
    /// The step was opened from the REVIEW, and leads back to it.
    pub change: bool,
    /// The language of the texts.
    pub language: Language,
    /// The steps of `GET /public`.
    pub steps: Vec<Step>,
    /// The step that is shown.
    pub step: String,
    /// What was typed, over what this device saved, of all steps: going back and forward asks nothing.
    pub answers: ByField<String>,
    /// The fields that another device answered.
    pub elsewhere: Vec<String>,
    /// What was wrong with the last POST.
    pub errors: Vec<FieldFault>,
    /// The words of the language.
    pub words: FlowWords,
}

/// The id of the element that holds [`FlowData`].
pub const DATA: &str = "flow-data";
/// The id of the step's form, for buttons that stand outside it.
pub const FORM: &str = "step-form";

impl FlowData {
    /// The step of that id.
    pub fn find(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The step after that one.
    pub fn after(&self, id: &str) -> Option<&Step> {
        let at = self.steps.iter().position(|step| step.id == id)?;
        self.steps.get(at + 1)
    }

    /// Whether the server draws this step.
    pub fn is_review(&self, id: &str) -> bool {
        self.find(id).is_some_and(|step| step.r#type == StepType::Review)
    }

    /// The address of a step, or of the session where there is none.
    pub fn address(&self, step: Option<&str>) -> String {
        let (id, query) = (&self.id, &self.query);
        step.map_or_else(|| format!("/verify/{id}{query}"), |step| format!("/verify/{id}/{step}{query}"))
    }

    /// The same with one more part of the query, such as [`CHANGE`].
    pub fn address_with(&self, step: &str, more: &str) -> String {
        let joint = if self.query.is_empty() { '?' } else { '&' };
        format!("{}{joint}{more}", self.address(Some(step)))
    }
}

/// In an address: this step was opened from the REVIEW, and leads back to it.
pub const CHANGE: &str = "change=1";

/// What is on the screen.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The step.
    pub step: String,
    /// What was typed or saved, by field.
    pub answers: ByField<String>,
    /// What is wrong.
    pub errors: Vec<FieldFault>,
}

/// What the island knows, handed to its parts.
#[derive(Clone, Copy)]
pub struct FlowState {
    /// What it was drawn from.
    pub data: StoredValue<Arc<FlowData>>,
    /// What is on the screen.
    pub shown: RwSignal<Shown>,
    /// The files on their way.
    pub uploads: Uploads,
    /// A step is being sent.
    pub busy: RwSignal<bool>,
    /// What stands in the way of sending it; nothing where it is empty.
    pub trouble: RwSignal<String>,
}

/// The step that is shown.
#[island]
pub fn Flow() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    let data = crate::islands::browser::data();
    #[cfg(not(feature = "hydrate"))]
    let data = use_context::<Arc<FlowData>>().unwrap_or_default();
    let shown = Shown { step: data.step.clone(), answers: data.answers.clone(), errors: data.errors.clone() };
    let state = FlowState {
        data: StoredValue::new(data),
        shown: RwSignal::new(shown),
        uploads: Uploads::new(),
        busy: RwSignal::new(false),
        trouble: RwSignal::new(String::new()),
    };
    #[cfg(feature = "hydrate")]
    crate::islands::browser::take_over(state);
    view! {
        <div class="flow" translate="no">
            {move || Fresh(view! { <StepForm state shown=state.shown.get() /> })}
        </div>
    }
}
