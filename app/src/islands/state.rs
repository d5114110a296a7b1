//! The island's state, which every part of it gets: the page's data, the step on the screen, and the uploads.

use std::sync::Arc;

use leptos::prelude::*;
use shared::by_field::ByField;

use crate::{
    components::host::Sent,
    flow::data::{FlowData, Shown},
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
            uploads: Uploads(RwSignal::new(Files::default())),
            busy: RwSignal::new(false),
            trouble: RwSignal::new(String::new()),
        }
    }
}

/// The upload state of each field's file, and the picture of the last one that the server took. A bad file does not replace a good
/// one, so the picture stays while the next file is sent or refused.
#[derive(Clone, Copy)]
pub struct Uploads(RwSignal<Files>);

#[derive(Default)]
struct Files {
    sent: ByField<Sent>,
    pictures: ByField<String>,
}

impl Uploads {
    /// A field's state. A view that reads it is rendered again when it changes.
    pub fn get(self, field: &str) -> Option<Sent> {
        self.0.with(|files| files.sent.get(field).cloned())
    }

    /// The address of a field's picture. A view that reads it is rendered again when it changes.
    pub fn picture(self, field: &str) -> Option<String> {
        self.0.with(|files| files.pictures.get(field).cloned())
    }
}

#[cfg(feature = "hydrate")]
impl Uploads {
    /// A field's state, for code outside a view.
    pub fn get_untracked(self, field: &str) -> Option<Sent> {
        self.0.with_untracked(|files| files.sent.get(field).cloned())
    }

    /// Whether the island uploaded a file for a field.
    pub fn has(self, field: &str) -> bool {
        self.0.with_untracked(|files| files.pictures.get(field).is_some())
    }

    /// Sets a field's state. `None`: forgets it.
    pub fn set(self, field: &str, sent: Option<Sent>) {
        self.change(field, sent, None);
    }

    /// The server took a file. This is its picture; the one before is freed.
    pub fn saved(self, field: &str, picture: String) {
        self.change(field, Some(Sent::Saved), Some(picture));
    }

    fn change(self, field: &str, sent: Option<Sent>, picture: Option<String>) {
        self.0.update(|files| {
            files.sent.remove(field);
            if let Some(sent) = sent {
                files.sent.set(field, sent);
            }
            if let Some(picture) = picture {
                if let Some(before) = files.pictures.get(field) {
                    let _ = web_sys::Url::revoke_object_url(before);
                }
                files.pictures.set(field, picture);
            }
        });
    }
}
