//! Secrets that a page shows once, such as a new API key. A sealed cookie carries one to the page; we note its hash when the page shows it,
//! so that the same cookie shows nothing a second time, whichever process answers.

use sha2::{Digest as _, Sha256};
use shared::session::Timestamp;

use crate::{
    kit::Kit,
    store::{self, StoreError},
};

/// Notes that the secret in this sealed cookie is shown now. False if it was shown before.
///
/// # Errors
/// If the store does not answer; then it was not shown.
pub async fn show_once(kit: &Kit, sealed: &[u8], until: Timestamp) -> Result<bool, StoreError> {
    let hash: String = Sha256::digest(sealed).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut tx = kit.store.write().await?;
    let is_first = store::secrets::note_shown(&mut tx, &hash, until).await?;
    tx.commit().await?;
    Ok(is_first)
}

/// Deletes the notes of secrets whose cookies have expired.
///
/// # Errors
/// If the store does not answer.
pub async fn forget_secrets(kit: &Kit) -> Result<(), StoreError> {
    let mut tx = kit.store.write().await?;
    store::secrets::forget(&mut tx, kit.ambient.now()).await?;
    tx.commit().await
}
