//! What the inspection found out about a file, sealed beside its row.

use serde::{Deserialize, Serialize};
use shared::api::FileWarning;

use super::{
    inspect::Clues,
    keys::{unwrap, wrapping_key},
};
use crate::{
    failure::Failure,
    kit::Kit,
    model::Artifact,
    sealed,
    sessions::open::Opened,
    vault::{self, Key, Unsealable},
};

/// What is known of a file. Stored encrypted in `artifacts.facts`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) sha256: String,
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    pub(super) clues: Clues,
    /// None in a file that an earlier version of the server stored.
    #[serde(default)]
    pub(super) warnings: Vec<FileWarning>,
}

impl Facts {
    /// The facts of a file whose key this key wraps.
    pub(super) fn open(wrapping: &Key, artifact: &Artifact) -> Result<Self, Unsealable> {
        let key = unwrap(wrapping, artifact)?;
        serde_json::from_slice(&vault::open(&key, &sealed::artifact_facts(artifact.id), &artifact.facts)?).map_err(|_| Unsealable)
    }
}

/// What an image's metadata told before it was removed.
///
/// # Errors
/// If the store does not answer, or the facts do not open.
pub async fn clues(kit: &Kit, session_key: &Key, artifact: &Artifact) -> Result<Clues, Failure> {
    let wrapping = wrapping_key(kit, &mut *kit.store.read().await?, session_key, artifact.customer).await?;
    Ok(Facts::open(&wrapping, artifact)?.clues)
}

/// What the customer should know of a file of this session, although it was taken.
///
/// # Errors
/// If the store does not answer, or the facts do not open.
pub async fn warnings(kit: &Kit, opened: &Opened, artifact: &Artifact) -> Result<Vec<FileWarning>, Failure> {
    let wrapping = wrapping_key(kit, &mut *kit.store.read().await?, &opened.key, artifact.customer).await?;
    Ok(Facts::open(&wrapping, artifact)?.warnings)
}
