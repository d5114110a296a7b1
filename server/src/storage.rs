//! Stores the encrypted files of uploads. An object's name is its artifact's id.

use std::{io::ErrorKind, path::Path as FilePath, sync::Arc};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{GetResult, ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path};
use shared::ids::ArtifactId;
use uuid::Uuid;

use crate::ids::RowId as _;

/// The object that [`Storage::probe`] writes.
const PROBE: &str = "probe";

/// Why a file cannot be read or stored.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no such object.
    #[error("the file is not in the storage")]
    Gone,
    /// The storage does not answer, or is full.
    #[error("the storage does not answer: {0}")]
    Unavailable(object_store::Error),
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
    },
    /// This process's memory.
    #[cfg(test)]
    Memory(Arc<object_store::memory::InMemory>),
}

impl Storage {
    /// Stores files in this existing folder.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn folder(path: &FilePath) -> Result<Self, StorageError> {
        let objects = LocalFileSystem::new_with_prefix(path)?.with_automatic_cleanup(true);
        Ok(Self::Folder { objects: Arc::new(objects), root: path.into() })
    }

    /// Fails if the folder is gone, such as one on a disk that is not mounted. A file is not lost then, and a new one would be written
    /// to the wrong disk.
    async fn require_root(&self) -> Result<(), StorageError> {
        match self {
            Self::Folder { root, .. } => match tokio::fs::metadata(root).await {
                Ok(found) if found.is_dir() => Ok(()),
                Ok(_) => Err(unusable(ErrorKind::NotADirectory.into())),
                Err(error) => Err(unusable(error)),
            },
            #[cfg(test)]
            Self::Memory(_) => Ok(()),
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

    /// Lists every object by its artifact's id; `None` if its name is not an id. Leaves out the object that [`Storage::probe`] writes.
    pub fn list(&self) -> impl Stream<Item = Result<Option<ArtifactId>, StorageError>> + Send {
        let listed: BoxStream<'static, _> = self.objects().list(None);
        let named = listed.map_ok(|object| (object.location.as_ref() != PROBE).then(|| id_of(&object.location))).map_err(StorageError::from);
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
mod tests {
    use super::*;

    fn id() -> ArtifactId {
        crate::clock::Ambient::system().id()
    }

    #[tokio::test]
    async fn deleting_an_object_deletes_what_a_process_that_died_left_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (storage, id) = (Storage::folder(folder.path()).unwrap(), id());
        let left = folder.path().join(format!("{}#1", path(id)));
        std::fs::create_dir_all(left.parent().unwrap()).unwrap();
        std::fs::write(&left, "half of it").unwrap();
        storage.delete(id).await.unwrap();
        assert!(!left.exists());
    }

    #[tokio::test]
    async fn without_its_folder_nothing_is_lost_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("artifacts");
        std::fs::create_dir(&root).unwrap();
        let (storage, id) = (Storage::folder(&root).unwrap(), id());
        storage.put(id, Bytes::from_static(b"sealed")).await.unwrap();
        std::fs::rename(&root, folder.path().join("away")).unwrap();
        assert!(matches!(storage.get(id).await, Err(StorageError::Unavailable(_))));
        assert!(matches!(storage.put(id, Bytes::new()).await, Err(StorageError::Unavailable(_))));
        assert!(storage.delete(id).await.is_err() && storage.probe().await.is_err() && !root.exists());
        std::fs::rename(folder.path().join("away"), &root).unwrap();
        assert_eq!(storage.get(id).await.unwrap(), Bytes::from_static(b"sealed"));
    }
}
