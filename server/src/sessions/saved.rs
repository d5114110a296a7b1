//! The saved values of a session, each with the device that wrote it.

use std::collections::BTreeMap;

use shared::{answers::Answers, field_value::Answer, flow::Field, ids::ArtifactId, problem::FieldCode};

use crate::{
    failure::Failure,
    ids::SessionRef,
    kit::Kit,
    model::{Artifact, Device},
    sealed,
    store::{self, Db},
    vault::{self, Key, Unsealable},
};

/// The saved values of a session.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// The values, normalised.
    pub answers: Answers,
    /// By field, the device that wrote the value; `None` if it sent no cookie.
    pub writers: BTreeMap<String, Option<Device>>,
}

impl Saved {
    /// The values that this device wrote.
    pub fn of_device(&self, device: Option<Device>) -> Answers {
        let mine = |field: &String| device.is_some() && self.writers.get(field).is_some_and(|writer| *writer == device);
        self.answers.iter().filter(|(field, _)| mine(field)).map(|(field, answer)| (field.clone(), answer.clone())).collect()
    }
}

/// Reads and decrypts the saved values.
///
/// # Errors
/// If the store does not answer, or a value cannot be decrypted.
pub async fn load(db: &mut Db, session: SessionRef, key: &Key) -> Result<Saved, Failure> {
    let mut saved = Saved::default();
    for row in store::answers::of_session(db, session).await? {
        let plain = vault::open(key, &sealed::answer(session, &row.field), &row.value)?;
        let answer = serde_json::from_slice(&plain).ok().and_then(Answer::from_json).ok_or(Unsealable)?;
        saved.writers.insert(row.field.clone(), row.writer);
        saved.answers.insert(row.field, answer);
    }
    Ok(saved)
}

/// Encrypts a value for its row.
pub fn seal(kit: &Kit, key: &Key, session: SessionRef, field: &str, answer: &Answer) -> Vec<u8> {
    kit.vault.seal(key, &sealed::answer(session, field), answer.to_json().to_string().as_bytes())
}

/// The id of the artifact that a text names, by the artifact's id or by its full URL.
///
/// # Errors
/// [`FieldCode::NotYourArtifact`] if this session has no such artifact; [`FieldCode::WrongType`] if the field does not accept its
/// media type.
pub fn find_artifact(field: &Field, text: &str, url_prefix: &str, artifacts: &[Artifact]) -> Result<ArtifactId, FieldCode> {
    let id: ArtifactId = text.strip_prefix(url_prefix).unwrap_or(text).parse().map_err(|_| FieldCode::NotYourArtifact)?;
    let artifact = artifacts.iter().find(|artifact| artifact.id == id).ok_or(FieldCode::NotYourArtifact)?;
    if field.accept.contains(&artifact.media_type) { Ok(id) } else { Err(FieldCode::WrongType) }
}
