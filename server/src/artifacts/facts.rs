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
        Self::open_with(&unwrap(wrapping, artifact)?, artifact)
    }

    /// The facts of a file of this key.
    fn open_with(key: &Key, artifact: &Artifact) -> Result<Self, Unsealable> {
        serde_json::from_slice(&vault::open(key, &sealed::artifact_facts(artifact.id), &artifact.facts)?).map_err(|_| Unsealable)
    }
}

/// What the metadata of an image of this key told before it was removed.
///
/// # Errors
/// If the facts do not open.
pub fn clues(key: &Key, artifact: &Artifact) -> Result<Clues, Unsealable> {
    Ok(Facts::open_with(key, artifact)?.clues)
}

/// What the customer should know of a file of this session, although it was taken.
///
/// # Errors
/// If the store does not answer, or the facts do not open.
pub async fn warnings(kit: &Kit, opened: &Opened, artifact: &Artifact) -> Result<Vec<FileWarning>, Failure> {
    let wrapping = wrapping_key(kit, &mut *kit.store.read().await?, &opened.key, artifact.customer).await?;
    Ok(Facts::open(&wrapping, artifact)?.warnings)
}
