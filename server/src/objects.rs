//! Deletes objects from the storage. An object without an artifact has a row in `pending_objects`, from before it is written until after
//! it is deleted, so that a sweep finds it if the process dies in between. Only objects with such a row are deleted. A file without any
//! row is counted but not deleted, because it may belong to a newer database: this one may have been restored from a backup.

use futures::TryStreamExt as _;
use shared::{ids::ArtifactId, session::Timestamp};
use tracing::{info, warn};

use crate::{
    failure::Failure,
    kit::Kit,
    storage::StorageError,
    store::{self, StoreError, Tx},
};

/// How old a row must be before a sweep deletes its object. No upload takes so long.
const AGE_SECONDS: i64 = 3_600;
/// Objects that are deleted with one commit, and ids that one statement looks up.
const BATCH: usize = 500;

/// Why objects could not be swept or counted.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<StoreError> for ObjectsError {
    fn from(error: StoreError) -> Self {
        Self::Failure(error.into())
    }
}

/// Writes the row of an object, before the object itself is written.
///
/// # Errors
/// If the store does not answer.
pub async fn begin(kit: &Kit, id: ArtifactId) -> Result<(), Failure> {
    let mut tx = kit.store.write().await?;
    store::objects::insert(&mut tx, id, kit.ambient.now()).await?;
    Ok(tx.commit().await?)
}

/// Deletes an object's row, in the transaction that inserts its artifact. Refuses an object that a sweep may be about to delete:
/// one whose row is older than half of [`AGE_SECONDS`], so that the clocks of two processes may differ by the other half.
///
/// # Errors
/// A conflict if the row is too old or gone.
pub async fn keep(tx: &mut Tx, id: ArtifactId, now: Timestamp) -> Result<(), Failure> {
    Ok(store::objects::keep(tx, id, now.plus_seconds(-AGE_SECONDS / 2)).await?)
}

/// Writes rows for objects that are to be deleted, in the transaction that deletes their artifacts.
///
/// # Errors
/// If the store does not answer.
pub async fn discard(tx: &mut Tx, ids: &[ArtifactId], now: Timestamp) -> Result<(), Failure> {
    for id in ids {
        store::objects::insert(tx, *id, now).await?;
    }
    Ok(())
}

/// Deletes objects that were discarded, or whose upload did not commit. If that fails, a later sweep tries again.
pub async fn delete(kit: &Kit, ids: &[ArtifactId]) {
    if ids.is_empty() {
        return;
    }
    if let Err(error) = try_delete(kit, ids).await {
        warn!(%error, "files could not be deleted; a later sweep deletes them");
    }
}

/// Deletes what it can, and answers how many. An object that the storage does not delete keeps its row and delays no other.
async fn try_delete(kit: &Kit, ids: &[ArtifactId]) -> Result<usize, ObjectsError> {
    let mut deleted = Vec::new();
    let mut failed = None;
    for id in ids {
        match kit.storage.delete(*id).await {
            Ok(()) => deleted.push(*id),
            Err(error) => failed = Some(error),
        }
    }
    let mut tx = kit.store.write().await?;
    for id in &deleted {
        store::objects::remove(&mut tx, *id).await?;
    }
    tx.commit().await?;
    if let Some(error) = failed {
        warn!(%error, failed = ids.len() - deleted.len(), "files could not be deleted; a later sweep deletes them");
    }
    Ok(deleted.len())
}

/// Deletes objects whose rows are at least an hour old: their upload did not commit, or deleting them failed.
///
/// # Errors
/// If the store does not answer.
pub async fn sweep(kit: &Kit) -> Result<(), ObjectsError> {
    let before = kit.ambient.now().plus_seconds(-AGE_SECONDS);
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    loop {
        let old = store::objects::older_than(&mut *kit.store.read().await?, before, limit).await?;
        let deleted = if old.is_empty() { 0 } else { try_delete(kit, &old).await? };
        if deleted > 0 {
            info!(deleted, "files without an artifact were deleted");
        }
        if deleted < BATCH {
            return Ok(());
        }
    }
}

/// Counts the files that have no row, and logs their number.
///
/// # Errors
/// If the storage or the store does not answer.
pub async fn count_unknown(kit: &Kit) -> Result<usize, ObjectsError> {
    let mut unknown = 0;
    let mut batches = kit.storage.list().try_chunks(BATCH);
    while let Some(batch) = batches.try_next().await.map_err(|error| error.1)? {
        let named: Vec<ArtifactId> = batch.iter().copied().flatten().collect();
        let known = store::artifacts::count_known(&mut *kit.store.read().await?, &named).await?;
        unknown += batch.len() - usize::try_from(known).unwrap_or_default();
    }
    if unknown > 0 {
        warn!(unknown, "the storage has files that this database does not know; they are not deleted");
    }
    Ok(unknown)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::{ids::RowId as _, kit::testing};

    #[tokio::test]
    async fn only_objects_with_an_old_pending_row_are_deleted() {
        let (kit, _folder) = testing::kit().await;
        let ids: [ArtifactId; 3] = std::array::from_fn(|_| kit.ambient.id());
        let [unknown, young, old] = ids;
        for id in ids {
            kit.storage.put(id, Bytes::from_static(b"sealed")).await.unwrap();
        }
        begin(&kit, young).await.unwrap();
        let mut tx = kit.store.write().await.unwrap();
        discard(&mut tx, &[old], kit.ambient.now().plus_seconds(-AGE_SECONDS - 1)).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(count_unknown(&kit).await.unwrap(), 1);
        sweep(&kit).await.unwrap();
        assert!(kit.storage.get(unknown).await.is_ok(), "a file that no row knows stays");
        assert!(kit.storage.get(young).await.is_ok(), "an upload on its way stays");
        assert!(matches!(kit.storage.get(old).await, Err(StorageError::Gone)), "{}", old.row());
        delete(&kit, &[young]).await;
        assert_eq!(count_unknown(&kit).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn an_object_that_a_sweep_may_delete_is_not_kept() {
        let (kit, _folder) = testing::kit().await;
        let (id, now) = (kit.ambient.id(), kit.ambient.now());
        begin(&kit, id).await.unwrap();
        let mut tx = kit.store.write().await.unwrap();
        assert!(keep(&mut tx, id, now.plus_seconds(AGE_SECONDS)).await.is_err_and(|error| error.is_conflict()));
        keep(&mut tx, id, now).await.unwrap();
        assert!(keep(&mut tx, id, now).await.is_err(), "it was left to a row already");
    }

    #[tokio::test]
    async fn the_probe_is_no_unknown_file() {
        let (kit, _folder) = testing::kit().await;
        kit.storage.probe().await.unwrap();
        assert_eq!(count_unknown(&kit).await.unwrap(), 0);
    }
}
