//! Opens the storage, and binds its folder to the installation by a mark. Without it an empty mount point in the folder's place would look
//! like a storage that has lost every file.

use crate::{
    config::{Config, WrongSetting},
    error::CommandError,
    storage::{MARK, Mark, Storage, StorageError},
    store::{self, Store},
    vault::Vault,
};

/// The fact that the folder carries its mark.
const FACT: &str = "storage_mark";

fn refused(config: &Config, reason: impl Into<String>) -> WrongSetting {
    WrongSetting::new("FLOW_ARTIFACTS_URL", config.artifacts_dir.display().to_string(), reason)
}

fn unusable(config: &Config, error: &StorageError) -> WrongSetting {
    refused(config, error.to_string())
}

/// Opens the storage that the settings name.
pub fn open_storage(config: &Config, vault: &Vault) -> Result<Storage, WrongSetting> {
    Storage::folder(&config.artifacts_dir, vault.fingerprint()).map_err(|error| unusable(config, &error))
}

/// Checks that the storage is the installation's own, and changes nothing. A folder without a mark is taken for that of an installation
/// from before marks if it has files, or if the database knows of none.
///
/// # Errors
/// A sentence that says how to go on.
pub async fn check_storage(config: &Config, store: &Store, storage: &Storage, vault: &Vault) -> Result<(), CommandError> {
    let line = vault.fingerprint();
    match storage.mark().await.map_err(|error| unusable(config, &error))? {
        Mark::Ours => Ok(()),
        Mark::Missing if store.key_fingerprint().await?.is_none() => Ok(()),
        Mark::Missing if store.fact(FACT).await?.is_none() && may_be_ours(store, storage).await? => Ok(()),
        Mark::Missing => {
            let reason = format!(
                "lacks this installation's file \"{MARK}\": its disk may not be mounted, or it is not the folder with the installation's \
                 files; allowed is that folder. If the files are lost for good, put the line {line} into that file to go on without them"
            );
            Err(refused(config, reason).into())
        }
        Mark::Foreign => {
            let reason = format!("belongs to another installation, as its file \"{MARK}\" says; allowed is the folder where that file has the line {line}");
            Err(refused(config, reason).into())
        }
    }
}

/// Puts the mark into a folder that has none, after [`check_storage`], and remembers that it has one.
///
/// # Errors
/// If one of them cannot be written.
pub async fn bind_storage(config: &Config, store: &Store, storage: &Storage) -> Result<(), CommandError> {
    let failed = |error: StorageError| unusable(config, &error);
    if storage.mark().await.map_err(failed)? != Mark::Ours {
        storage.set_mark().await.map_err(failed)?;
    }
    let mut tx = store.write().await?;
    tx.note_once(FACT, "set").await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a folder without a mark can be the installation's.
async fn may_be_ours(store: &Store, storage: &Storage) -> Result<bool, CommandError> {
    if !store::artifacts::any(&mut *store.read().await?).await? {
        return Ok(true);
    }
    storage.has_artifacts().await.map_err(|error| CommandError::Failed(error.to_string()))
}
