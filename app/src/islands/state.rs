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
    /// The fields of the step that do not apply, because of the answers to other fields.
    pub idle: RwSignal<Vec<String>>,
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
            uploads: Uploads::new(),
            idle: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            trouble: RwSignal::new(String::new()),
        }
    }
}

/// The upload state of each field's file, and the picture of the last one that the server took. A bad file does not replace a good
/// one, so the picture stays while the next file is sent or refused.
#[derive(Clone, Copy)]
pub struct Uploads {
    sent: RwSignal<ByField<Sent>>,
    pictures: RwSignal<ByField<String>>,
}

impl Uploads {
    fn new() -> Self {
        Self { sent: RwSignal::new(ByField::default()), pictures: RwSignal::new(ByField::default()) }
    }

    /// A field's state. A view that reads it is rendered again when it changes.
    pub fn get(self, field: &str) -> Option<Sent> {
        self.sent.with(|all| all.get(field).cloned())
    }

    /// The address of a field's picture. A view that reads it is rendered again when it changes.
    pub fn picture(self, field: &str) -> Option<String> {
        self.pictures.with(|all| all.get(field).cloned())
    }
}

#[cfg(feature = "hydrate")]
impl Uploads {
    /// A field's state, for code outside a view.
    pub fn get_untracked(self, field: &str) -> Option<Sent> {
        self.sent.with_untracked(|all| all.get(field).cloned())
    }

    /// Whether the island uploaded a file for a field.
    pub fn has(self, field: &str) -> bool {
        self.pictures.with_untracked(|all| all.get(field).is_some())
    }

    /// Sets a field's state.
    pub fn set(self, field: &str, sent: Sent) {
        self.sent.update(|all| all.set(field, sent));
    }

    /// The server took a file. This is its picture; the one before is freed.
    pub fn saved(self, field: &str, picture: String) {
        self.pictures.update(|all| {
            if let Some(before) = all.get(field) {
                let _ = web_sys::Url::revoke_object_url(before);
            }
            all.set(field, picture);
        });
        self.set(field, Sent::Saved);
    }

    /// Forgets the file that was refused: the one before counts again.
    pub fn settle(self, field: &str) {
        if self.has(field) { self.set(field, Sent::Saved) } else { self.remove(field) }
    }

    /// Forgets a field's state.
    pub fn remove(self, field: &str) {
        self.sent.update(|all| all.remove(field));
    }
}
