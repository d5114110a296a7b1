//! The island `Flow`: the customer's whole way through the steps. The server draws the current step from the same props; in
//! the browser it renders the steps of `/public`, sends files as they are chosen, saves each step and completes the session.

use std::collections::BTreeMap;

use leptos::{either::Either, prelude::*};
use shared::{api::PublicSession, problem::FieldFault};

use crate::{
    flow::{status::StatusView, step_form::StepForm},
    islands::uploads::Uploads,
    words::FlowWords,
};

/// What is on the screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The step; the status where there is none of this id.
    pub step: String,
    /// What was typed or saved, by field.
    pub answers: BTreeMap<String, String>,
    /// Fields that another device answered.
    pub elsewhere: Vec<String>,
    /// What is wrong.
    pub errors: Vec<FieldFault>,
}

/// What the island knows, handed to its parts.
#[derive(Clone, Copy)]
pub struct FlowState {
    /// The session id.
    pub id: StoredValue<String>,
    /// What stays on every address of the flow, with its `?`; often empty.
    pub query: StoredValue<String>,
    /// What `/public` said last.
    pub session: StoredValue<PublicSession>,
    /// The words of the page's language.
    pub words: StoredValue<FlowWords>,
    /// What is on the screen.
    pub shown: RwSignal<Shown>,
    /// The files on their way.
    pub uploads: Uploads,
    /// A step is being sent.
    pub busy: RwSignal<bool>,
    /// The network does not answer.
    pub lost: RwSignal<bool>,
}

impl FlowState {
    /// The address of a step, or of the session where there is none.
    pub fn address(&self, step: Option<&str>) -> String {
        let (id, query) = (self.id.get_value(), self.query.get_value());
        step.map_or_else(|| format!("/verify/{id}{query}"), |step| format!("/verify/{id}/{step}{query}"))
    }
}

/// The customer's way through the flow.
#[island]
pub fn Flow(
    id: String,
    query: String,
    session: PublicSession,
    step: String,
    answers: BTreeMap<String, String>,
    elsewhere: Vec<String>,
    errors: Vec<FieldFault>,
    words: FlowWords,
) -> impl IntoView {
    let state = FlowState {
        id: StoredValue::new(id),
        query: StoredValue::new(query),
        session: StoredValue::new(session),
        words: StoredValue::new(words),
        shown: RwSignal::new(Shown { step, answers, elsewhere, errors }),
        uploads: Uploads::new(),
        busy: RwSignal::new(false),
        lost: RwSignal::new(false),
    };
    #[cfg(feature = "hydrate")]
    crate::islands::browser::take_over(state);
    view! {
        <div class="flow" translate="no">
            {move || {
                let shown = state.shown.get();
                let session = state.session.get_value();
                match session.step(&shown.step).cloned() {
                    None => Either::Left(view! { <StatusView session words=state.words.get_value() /> }),
                    Some(step) => Either::Right(view! { <StepForm state step shown /> }),
                }
            }}
        </div>
    }
}
