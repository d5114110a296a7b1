//! What the inspection found out about a file, sealed beside its row.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::api::FileWarning;

use super::keys::{unwrap, wrapping_key};
use crate::{
    failure::Failure,
    inspect::{Clues, Print},
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
    /// SHA-256 of the bytes as stored, hexadecimal. None where the flow does not look for duplicates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<String>,
    /// What it looks like. None where the flow does not look for duplicates, for a PDF, and where there is too little to see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) print: Option<Print>,
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
    pub(super) fn open_with(key: &Key, artifact: &Artifact) -> Result<Self, Unsealable> {
        serde_json::from_slice(&vault::open(key, &sealed::artifact_facts(artifact.id), &artifact.facts)?).map_err(|_| Unsealable)
    }
}

/// What the content of a file is known by.
pub(super) fn content_of(stored: &[u8]) -> String {
    Sha256::digest(stored).iter().map(|byte| format!("{byte:02x}")).collect()
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
