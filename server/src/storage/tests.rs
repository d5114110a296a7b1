//! A folder that is gone, empty or another one loses nothing, and deleting leaves nothing of an object.

use super::*;

fn id() -> ArtifactId {
    crate::clock::Ambient::system().id()
}

async fn marked(folder: &FilePath) -> Storage {
    let storage = Storage::folder(folder, "0123456789abcdef").unwrap();
    storage.set_mark().await.unwrap();
    storage
}

/// A disk that was unmounted leaves an empty folder; another disk may be mounted in its place.
#[tokio::test]
async fn a_folder_with_no_mark_or_a_foreign_one_is_not_read_or_written() {
    let (ours, others) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, away) = (ours.path().join("artifacts"), ours.path().join("away"));
    std::fs::create_dir(&root).unwrap();
    let (storage, id) = (marked(&root).await, id());
    storage.put(id, Bytes::from_static(b"sealed")).await.unwrap();
    assert!(storage.has_artifacts().await.unwrap());
    std::fs::rename(&root, &away).unwrap();
    std::fs::create_dir(&root).unwrap();
    for (mark, found) in [(None, Mark::Missing), (Some("fedcba9876543210\n"), Mark::Foreign), (Some(""), Mark::Foreign)] {
        if let Some(mark) = mark {
            std::fs::write(root.join(MARK), mark).unwrap();
        }
        assert_eq!(storage.mark().await.unwrap(), found);
        assert!(matches!(storage.get(id).await, Err(StorageError::NotOurs)), "{found:?}: the file is not lost");
        assert!(matches!(storage.put(id, Bytes::new()).await, Err(StorageError::NotOurs)), "{found:?}");
        assert!(storage.delete(id).await.is_err() && storage.probe().await.is_err() && !storage.has_artifacts().await.unwrap());
    }
    std::fs::rename(&root, others.path().join("empty")).unwrap();
    std::fs::rename(&away, &root).unwrap();
    assert_eq!(storage.get(id).await.unwrap(), Bytes::from_static(b"sealed"));
}

#[tokio::test]
async fn deleting_an_object_deletes_what_a_process_that_died_left_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, id) = (marked(folder.path()).await, id());
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
    let (storage, id) = (marked(&root).await, id());
    storage.put(id, Bytes::from_static(b"sealed")).await.unwrap();
    std::fs::rename(&root, folder.path().join("away")).unwrap();
    assert!(matches!(storage.get(id).await, Err(StorageError::Unavailable(_))));
    assert!(matches!(storage.put(id, Bytes::new()).await, Err(StorageError::Unavailable(_))));
    assert!(storage.delete(id).await.is_err() && storage.probe().await.is_err() && !root.exists());
    std::fs::rename(folder.path().join("away"), &root).unwrap();
    assert_eq!(storage.get(id).await.unwrap(), Bytes::from_static(b"sealed"));
}
