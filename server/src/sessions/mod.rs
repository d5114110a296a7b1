//! What happens to a session: it is created, opened, saved step by step, completed, or it expires. Each file is one of
//! these; no type of the web server comes this far.

pub mod complete;
pub mod consent;
pub mod create;
pub mod expire;
pub mod open;
pub mod review;
pub mod save;
pub mod show;
pub mod watch;

use std::collections::BTreeMap;

use shared::{
    answers::Answers,
    field_value::Answer,
    flow::Field,
    ids::ArtifactId,
    language::Language,
    problem::{FieldCode, FieldFault},
};

use crate::{
    app::App,
    flows::FlowError,
    model::{Artifact, Device, SessionRef},
    store::{self, Db, StoreError},
    vault::{self, Key, Place, Unsealable},
};

/// Why something could not be done with a session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No session that this id opens.
    #[error("there is no such session")]
    NotFound,
    /// Its time is up.
    #[error("the session has expired")]
    Expired,
    /// It was submitted before.
    #[error("the session is no longer open")]
    NotOpen,
    /// Its flow has no such step.
    #[error("the flow has no such step")]
    UnknownStep,
    /// The answers do not fit the flow.
    #[error("some answers need correcting")]
    Invalid {
        /// Every fault.
        faults: Vec<FieldFault>,
        /// The steps that hold one, in order.
        missing_steps: Vec<String>,
    },
    /// A return URL that the flow does not list.
    #[error("the flow lists no return URL \"{url}\"; allowed are: {allowed}")]
    ReturnUrl {
        /// What was asked for.
        url: String,
        /// The flow's own.
        allowed: String,
    },
    /// The flow it is pinned to.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value that does not open.
    #[error(transparent)]
    Sealed(#[from] Unsealable),
}

/// Who sends something, and in which language they see the flow.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// The device, where it is known.
    pub device: Option<Device>,
    /// The language of what it was shown.
    pub language: Language,
}

/// What was saved of a session.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// The values, normalised.
    pub answers: Answers,
    /// The device that wrote each, where it showed a cookie.
    pub writers: BTreeMap<String, Option<Device>>,
}

impl Saved {
    /// The values that this device wrote itself.
    pub fn of_device(&self, device: Option<Device>) -> Answers {
        let mine = |field: &String| device.is_some() && self.writers.get(field).is_some_and(|writer| *writer == device);
        self.answers.iter().filter(|(field, _)| mine(field)).map(|(field, answer)| (field.clone(), answer.clone())).collect()
    }
}

fn place<'a>(field: &'a str, key_of: &'a str) -> Place<'a> {
    Place { table: "answers", column: "value", row: field, key_of }
}

/// Reads what was saved.
pub(crate) async fn load_saved(db: &mut Db, session: SessionRef, key: &Key) -> Result<Saved, SessionError> {
    let mut saved = Saved::default();
    let key_of = session.to_string();
    for row in store::answers::of_session(db, session).await? {
        let plain = vault::open(key, place(&row.field, &key_of), &row.value)?;
        let answer = serde_json::from_slice(&plain).ok().and_then(Answer::from_json).ok_or(Unsealable)?;
        saved.writers.insert(row.field.clone(), row.writer);
        saved.answers.insert(row.field, answer);
    }
    Ok(saved)
}

/// Seals a value for its row.
pub(crate) fn seal_answer(app: &App, key: &Key, session: SessionRef, field: &str, answer: &Answer) -> Vec<u8> {
    app.vault.seal(key, place(field, &session.to_string()), answer.to_json().to_string().as_bytes())
}

/// Which artifact of this session a text names, by its id or its URL on the public URL, where the field takes its kind.
///
/// # Errors
/// Where it names none, or one of a kind that the field does not take.
pub(crate) fn find_artifact(field: &Field, text: &str, url_prefix: &str, artifacts: &[Artifact]) -> Result<ArtifactId, FieldCode> {
    let id: ArtifactId = text.strip_prefix(url_prefix).unwrap_or(text).parse().map_err(|_| FieldCode::NotYourArtifact)?;
    let artifact = artifacts.iter().find(|artifact| artifact.id == id).ok_or(FieldCode::NotYourArtifact)?;
    if field.accept.contains(&artifact.media_type) { Ok(id) } else { Err(FieldCode::WrongType) }
}
