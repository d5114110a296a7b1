//! Reads a stored file: for a check, for the device that uploaded it, and for an operator.

use shared::ids::ArtifactId;

use super::keys::{unwrap, wrapping_key};
use crate::{
    failure::Failure,
    ids::SessionRef,
    kit::Kit,
    model::{Artifact, Device, Session},
    sessions::{keys, open::Opened},
    storage::StorageError,
    store,
    vault::{self, Key},
};

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file, or the caller may not see it.
    #[error("there is no such file")]
    NotFound,
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(ReadError);

impl ReadError {
    /// Whether the file is lost or damaged, so that another try cannot help.
    pub const fn is_lost(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Gone) | Self::Failure(Failure::Sealed(_)))
    }
}

/// The bytes of a file as they are stored: without metadata.
///
/// # Errors
/// If the file is gone, cannot be decrypted, or the storage does not answer.
pub async fn read(kit: &Kit, session_key: &Key, artifact: &Artifact) -> Result<Vec<u8>, ReadError> {
    let wrapping = wrapping_key(kit, &mut *kit.store.read().await?, session_key, artifact.customer).await?;
    let key = unwrap(&wrapping, artifact)?;
    let sealed = kit.storage.get(artifact.id).await?;
    Ok(vault::open_file(&key, &artifact.id.to_string(), &sealed)?)
}

/// A session's file, for the device that uploaded it, while the session is open.
///
/// # Errors
/// [`ReadError::NotFound`] in every other case.
pub async fn of_device(kit: &Kit, opened: &Opened, id: ArtifactId, device: Option<Device>) -> Result<(Artifact, Vec<u8>), ReadError> {
    let artifacts = store::artifacts::of_session(&mut *kit.store.read().await?, &kit.vault, opened.session.r#ref).await?;
    let own = |artifact: &Artifact| artifact.id == id && device.is_some() && artifact.writer == device;
    let artifact = artifacts.into_iter().find(own).filter(|_| opened.require_open().is_ok()).ok_or(ReadError::NotFound)?;
    let bytes = read(kit, &opened.key, &artifact).await?;
    Ok((artifact, bytes))
}

/// A session's file, for operators who may see the session.
///
/// # Errors
/// [`ReadError::NotFound`] if this session has no file with this id.
pub async fn of_session(kit: &Kit, session: SessionRef, id: ArtifactId) -> Result<(Artifact, Vec<u8>), ReadError> {
    let (session, artifacts): (Session, Vec<Artifact>) = {
        let mut db = kit.store.read().await?;
        (store::sessions::by_ref(&mut db, session).await?.ok_or(ReadError::NotFound)?, store::artifacts::of_session(&mut db, &kit.vault, session).await?)
    };
    let artifact = artifacts.into_iter().find(|artifact| artifact.id == id).ok_or(ReadError::NotFound)?;
    let bytes = read(kit, &keys::session_key(kit, &session)?, &artifact).await?;
    Ok((artifact, bytes))
}
