//! Files without a row: an upload that was refused or cut off after its file was written, or a replaced file whose deletion
//! failed. They are deleted once they are an hour old, which no upload can last.

use futures::TryStreamExt as _;
use object_store::{ObjectStore as _, ObjectStoreExt as _};
use tracing::info;
use uuid::Uuid;

use super::ArtifactError;
use crate::{app::App, store};

const AGE_SECONDS: i64 = 3_600;

/// Deletes files without a row that are older than an hour. Answers how many.
///
/// # Errors
/// Where the storage or the store does not answer.
pub async fn sweep(app: &App) -> Result<usize, ArtifactError> {
    let oldest_kept = app.ambient.now().plus_seconds(-AGE_SECONDS).0;
    let mut files = app.objects.list(None);
    let mut deleted = 0;
    while let Some(file) = files.try_next().await? {
        if file.last_modified.timestamp_micros() > oldest_kept {
            continue;
        }
        let Some(id) = file.location.filename().and_then(|name| Uuid::try_parse(name).ok()) else { continue };
        let known = {
            let mut db = app.store.read().await?;
            store::artifacts::exists(&mut db, id).await?
        };
        if !known {
            app.objects.delete(&file.location).await?;
            deleted += 1;
        }
    }
    if deleted > 0 {
        info!(deleted, "files without a row were deleted");
    }
    Ok(deleted)
}
