//! Reads a stored file: whole for a check, and a chunk at a time for the device that uploaded it and for operators, so that a slow reader
//! does not occupy memory.

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use shared::ids::ArtifactId;

use super::keys::{unwrap, wrapping_key};
use crate::{
    failure::Failure,
    ids::SessionRef,
    kit::Kit,
    model::{Artifact, Device, Session},
    sessions::{keys, open::Opened},
    storage::{Object, StorageError},
    store,
    vault::{self, CHUNK, CHUNK_OVERHEAD, Key, Unsealable},
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

/// A stored file that is read a chunk at a time.
pub struct FileStream {
    /// Its plain bytes in total, if it is whole.
    pub size: u64,
    /// Its chunks. Each is decrypted and authenticated when it is taken; the last one tells a whole file from one that was cut.
    pub chunks: BoxStream<'static, Result<Bytes, ReadError>>,
}

/// The bytes of a file with this key, as they are stored: without metadata.
///
/// # Errors
/// If the file is gone, cannot be decrypted, or the storage does not answer.
pub async fn read(kit: &Kit, key: &Key, artifact: &Artifact) -> Result<Vec<u8>, ReadError> {
    let sealed = kit.storage.get(artifact.id).await?;
    Ok(vault::open_file(key, &artifact.id.to_string(), &sealed)?)
}

/// The key of a file.
///
/// # Errors
/// If the store does not answer, or the key does not open.
pub async fn key(kit: &Kit, session_key: &Key, artifact: &Artifact) -> Result<Key, Failure> {
    let wrapping = wrapping_key(kit, &mut *kit.store.read().await?, session_key, artifact.customer).await?;
    Ok(unwrap(&wrapping, artifact)?)
}

/// The same, a chunk at a time. The first one is read at once, so that a file that is gone or has another key is an error here.
async fn open(kit: &Kit, session_key: &Key, artifact: &Artifact) -> Result<FileStream, ReadError> {
    let key = key(kit, session_key, artifact).await?;
    let object = kit.storage.open(artifact.id).await?;
    let size = vault::plain_size(object.size).map_err(Failure::from)?;
    let sealed = Sealed { key, file: artifact.id.to_string(), left: object.size, object, buffer: BytesMut::new(), number: 0 };
    let mut chunks = stream::try_unfold(sealed, |mut sealed| async move { Ok(sealed.next().await?.map(|chunk| (chunk, sealed))) }).boxed();
    let first = chunks.try_next().await?.unwrap_or_default();
    Ok(FileStream { size, chunks: stream::once(async { Ok(first) }).chain(chunks).boxed() })
}

/// A sealed file that is being read.
struct Sealed {
    key: Key,
    file: String,
    object: Object,
    /// The sealed bytes that are not decrypted yet.
    left: u64,
    buffer: BytesMut,
    /// The number of the next chunk.
    number: u64,
}

impl Sealed {
    /// Reads, authenticates and decrypts the next chunk; `None` after the last one.
    async fn next(&mut self) -> Result<Option<Bytes>, ReadError> {
        if self.left == 0 {
            return Ok(None);
        }
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(CHUNK + CHUNK_OVERHEAD);
        while self.buffer.len() < length {
            // The file became shorter while it was read.
            let Some(piece) = self.object.pieces.try_next().await? else { return Err(Failure::from(Unsealable).into()) };
            self.buffer.extend_from_slice(&piece);
        }
        let sealed = self.buffer.split_to(length);
        self.left -= length as u64;
        let plain = vault::open_chunk(&self.key, &self.file, self.number, self.left == 0, &sealed).map_err(Failure::from)?;
        self.number += 1;
        Ok(Some(plain.into()))
    }
}

/// A session's file, for the device that uploaded it, while the session is open.
///
/// # Errors
/// [`ReadError::NotFound`] in every other case.
pub async fn of_device(kit: &Kit, opened: &Opened, id: ArtifactId, device: Option<Device>) -> Result<(Artifact, FileStream), ReadError> {
    let artifacts = store::artifacts::of_session(&mut *kit.store.read().await?, &kit.vault, opened.session.r#ref).await?;
    let own = |artifact: &Artifact| artifact.id == id && device.is_some() && artifact.writer == device;
    let artifact = artifacts.into_iter().find(own).filter(|_| opened.require_open().is_ok()).ok_or(ReadError::NotFound)?;
    let file = open(kit, &opened.key, &artifact).await?;
    Ok((artifact, file))
}

/// A session's file, for operators who may see the session.
///
/// # Errors
/// [`ReadError::NotFound`] if this session has no file with this id.
pub async fn of_session(kit: &Kit, session: SessionRef, id: ArtifactId) -> Result<(Artifact, FileStream), ReadError> {
    let (session, artifacts): (Session, Vec<Artifact>) = {
        let mut db = kit.store.read().await?;
        (store::sessions::by_ref(&mut db, session).await?.ok_or(ReadError::NotFound)?, store::artifacts::of_session(&mut db, &kit.vault, session).await?)
    };
    let artifact = artifacts.into_iter().find(|artifact| artifact.id == id).ok_or(ReadError::NotFound)?;
    let file = open(kit, &keys::session_key(kit, &session)?, &artifact).await?;
    Ok((artifact, file))
}
