//! The island's state, which every part of it gets: the page's data, the step on the screen, and the uploads.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    components::host::Sent,
    flow::{
        by_field::ByField,
        data::{FlowData, Shown},
    },
};

/// The island's state.
#[derive(Clone, Copy)]
pub struct FlowState {
    /// The page's data.
    pub data: StoredValue<Arc<FlowData>>,
    /// What is on the screen.
    pub shown: RwSignal<Shown>,
    /// The uploads.
    pub uploads: Uploads,
    /// The island is sending a step.
    pub busy: RwSignal<bool>,
    /// Why the step cannot be sent right now. Empty if it can.
    pub trouble: RwSignal<String>,
}

impl FlowState {
    /// The initial state.
    pub fn new(data: Arc<FlowData>) -> Self {
        let shown = Shown { step: data.step.clone(), answers: data.answers.clone(), errors: data.errors.clone() };
        Self {
            data: StoredValue::new(data),
            shown: RwSignal::new(shown),
            uploads: Uploads(RwSignal::new(ByField::default())),
            busy: RwSignal::new(false),
            trouble: RwSignal::new(String::new()),
        }
    }
}

/// The upload state of each field's file.
#[derive(Clone, Copy)]
pub struct Uploads(RwSignal<ByField<Sent>>);

impl Uploads {
    /// A field's state. A view that reads it is rendered again when it changes.
    pub fn get(self, field: &str) -> Option<Sent> {
        self.0.with(|all| all.get(field).cloned())
    }
}

#[cfg(feature = "hydrate")]
impl Uploads {
    /// A field's state, for code outside a view.
    pub fn get_untracked(self, field: &str) -> Option<Sent> {
        self.0.with_untracked(|all| all.get(field).cloned())
    }

    /// Sets a field's state.
    pub fn set(self, field: &str, sent: Sent) {
        self.0.update(|all| all.set(field, sent));
    }
}
