//! Stores the encrypted files of uploads. An object's name is its artifact's id. The folder carries a mark of its installation, so that an
//! empty mount point or a foreign folder in its place is noticed before a file is written to it, or said to be lost.

use std::{
    io::{ErrorKind, Write as _},
    path::Path as FilePath,
    sync::Arc,
};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{GetResult, ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path};
use shared::ids::ArtifactId;
use uuid::Uuid;

use crate::ids::RowId as _;

/// The object that [`Storage::probe`] writes.
pub const PROBE: &str = "probe";
/// The file with the mark: one line that names the installation.
pub const MARK: &str = "installation";

/// Why a file cannot be read or stored.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no such object.
    #[error("the file is not in the storage")]
    Gone,
    /// The storage does not answer, or is full.
    #[error("the storage does not answer: {0}")]
    Unavailable(object_store::Error),
    /// The folder has no mark, or another installation's.
    #[error("the storage's folder is not this installation's; is its disk mounted?")]
    NotOurs,
}

/// Whose mark a folder carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// This installation's.
    Ours,
    /// None.
    Missing,
    /// Another installation's.
    Foreign,
}

impl From<object_store::Error> for StorageError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Gone,
            error => Self::Unavailable(error),
        }
    }
}

/// A stored object that is being read.
pub struct Object {
    /// Its bytes in total.
    pub size: u64,
    /// The pieces of its bytes, of any length.
    pub pieces: BoxStream<'static, Result<Bytes, StorageError>>,
}

/// Where files are stored.
#[derive(Clone, Debug)]
pub enum Storage {
    /// A folder on this machine.
    Folder {
        /// Its objects.
        objects: Arc<LocalFileSystem>,
        /// Its path.
        root: Arc<FilePath>,
        /// What its mark has to be.
        mark: Arc<str>,
    },
    /// This process's memory.
    #[cfg(test)]
    Memory(Arc<object_store::memory::InMemory>),
}

impl Storage {
    /// Stores files in this existing folder, once it carries this mark.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn folder(path: &FilePath, mark: &str) -> Result<Self, StorageError> {
        let objects = LocalFileSystem::new_with_prefix(path)?.with_automatic_cleanup(true);
        Ok(Self::Folder { objects: Arc::new(objects), root: path.into(), mark: mark.into() })
    }

    /// Whose mark the folder carries.
    ///
    /// # Errors
    /// If the folder is gone, or the mark cannot be read.
    pub async fn mark(&self) -> Result<Mark, StorageError> {
        match self {
            Self::Folder { root, mark, .. } => match tokio::fs::read(root.join(MARK)).await {
                Ok(found) if found.trim_ascii() == mark.as_bytes() => Ok(Mark::Ours),
                Ok(_) => Ok(Mark::Foreign),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    tokio::fs::metadata(root).await.map_err(unusable)?;
                    Ok(Mark::Missing)
                }
                Err(error) => Err(unusable(error)),
            },
            #[cfg(test)]
            Self::Memory(_) => Ok(Mark::Ours),
        }
    }

    /// Puts this installation's mark into the folder. It is on disk before this returns.
    ///
    /// # Errors
    /// If it cannot be written.
    pub async fn set_mark(&self) -> Result<(), StorageError> {
        match self {
            Self::Folder { root, mark, .. } => {
                let (root, line) = (root.clone(), format!("{mark}\n"));
                let written = tokio::task::spawn_blocking(move || write_whole(&root, MARK, line.as_bytes())).await;
                written.unwrap_or_else(|error| Err(error.into())).map_err(unusable)
            }
            #[cfg(test)]
            Self::Memory(_) => Ok(()),
        }
    }

    /// Whether there is any artifact's object.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`]
    pub async fn has_artifacts(&self) -> Result<bool, StorageError> {
        let mut artifacts = self.list().try_filter_map(|named| std::future::ready(Ok(named)));
        Ok(artifacts.try_next().await?.is_some())
    }

    /// Fails if the folder is gone or has no mark, such as one on a disk that is not mounted. A file is not lost then, and a new one
    /// would be written to the wrong disk.
    async fn require_root(&self) -> Result<(), StorageError> {
        match self.mark().await? {
            Mark::Ours => Ok(()),
            Mark::Missing | Mark::Foreign => Err(StorageError::NotOurs),
        }
    }

    fn objects(&self) -> &dyn ObjectStore {
        match self {
            Self::Folder { objects, .. } => &**objects,
            #[cfg(test)]
            Self::Memory(memory) => &**memory,
        }
    }

    /// Stores a file.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`]
    pub async fn put(&self, id: ArtifactId, bytes: Bytes) -> Result<(), StorageError> {
        self.require_root().await?;
        self.objects().put(&path(id), bytes.into()).await?;
        Ok(())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`StorageError::Gone`], [`StorageError::Unavailable`]
    pub async fn get(&self, id: ArtifactId) -> Result<Bytes, StorageError> {
        Ok(self.found(id).await?.bytes().await?)
    }

    /// Opens a file, to read it a piece at a time.
    ///
    /// # Errors
    /// [`StorageError::Gone`], [`StorageError::Unavailable`]
    pub async fn open(&self, id: ArtifactId) -> Result<Object, StorageError> {
        let found = self.found(id).await?;
        Ok(Object { size: found.meta.size, pieces: found.into_stream().map_err(StorageError::from).boxed() })
    }

    async fn found(&self, id: ArtifactId) -> Result<GetResult, StorageError> {
        let found = self.objects().get(&path(id)).await.map_err(StorageError::from);
        if matches!(found, Err(StorageError::Gone)) {
            self.require_root().await?;
        }
        found
    }

    /// Deletes a file. Succeeds if there is none.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`]
    pub async fn delete(&self, id: ArtifactId) -> Result<(), StorageError> {
        self.require_root().await?;
        match self.objects().delete(&path(id)).await.map_err(StorageError::from) {
            Err(StorageError::Gone) => {}
            done => done?,
        }
        // A process that died while it wrote the object left its first bytes under this name, which `list` leaves out.
        if let Self::Folder { root, .. } = self
            && let Err(error) = tokio::fs::remove_file(root.join(format!("{}#1", path(id)))).await
            && error.kind() != ErrorKind::NotFound
        {
            return Err(unusable(error));
        }
        Ok(())
    }

    /// Lists every object by its artifact's id; `None` if its name is not an id. Leaves out the mark, and the object that
    /// [`Storage::probe`] writes.
    pub fn list(&self) -> impl Stream<Item = Result<Option<ArtifactId>, StorageError>> + Send {
        let listed: BoxStream<'static, _> = self.objects().list(None);
        let named = listed.map_ok(|object| (![PROBE, MARK].contains(&object.location.as_ref())).then(|| id_of(&object.location))).map_err(StorageError::from);
        named.filter_map(|object| std::future::ready(object.transpose()))
    }

    /// Checks that files can be stored, by writing a small one.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`]
    pub async fn probe(&self) -> Result<(), StorageError> {
        self.require_root().await?;
        self.objects().put(&Path::from(PROBE), Bytes::from_static(b"ready\n").into()).await?;
        Ok(())
    }
}

/// Writes a file under another name first, so that it is never seen half.
fn write_whole(folder: &FilePath, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut unfinished = tempfile::NamedTempFile::new_in(folder)?;
    unfinished.write_all(bytes)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(folder.join(name)).map_err(|error| error.error)?;
    std::fs::File::open(folder)?.sync_all()
}

fn unusable(error: std::io::Error) -> StorageError {
    StorageError::Unavailable(object_store::Error::Generic { store: "folder", source: error.into() })
}

fn path(id: ArtifactId) -> Path {
    let name = id.uuid().simple().to_string();
    // 256 folders by the last two digits, which are random in a UUIDv7, so that no folder gets too many files.
    Path::from(format!("{}/{name}", &name[30..]))
}

fn id_of(path: &Path) -> Option<ArtifactId> {
    path.filename().and_then(|name| Uuid::try_parse(name).ok()).map(ArtifactId::from_uuid)
}

#[cfg(test)]
mod tests;
