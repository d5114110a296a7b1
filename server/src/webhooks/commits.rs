//! Commits results and claims while the claimed deliveries are already being sent, so that a webhook does not wait for the disk. If such a
//! commit fails, its deliveries are sent again, as after a crash. Until one has succeeded, deliveries then wait for their commit: a full
//! disk must not send an event each second.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{sync::Mutex, task::JoinHandle};
use tracing::warn;

use super::record::Batch;
use crate::{
    kill,
    kit::Kit,
    store::{StoreError, Tx},
};

/// The commits of the job: one at a time.
#[derive(Default)]
pub struct Commits {
    last: Mutex<Option<JoinHandle<()>>>,
    has_failed: Arc<AtomicBool>,
}

impl Commits {
    /// Waits until the last commit has ended.
    pub async fn ended(&self) {
        if let Some(last) = self.last.lock().await.take() {
            // A panic has ended it too.
            let _ = last.await;
        }
    }

    /// Begins a commit. Waits for it if the one before failed.
    ///
    /// # Errors
    /// If it waited, and the database refuses.
    pub async fn begin(&self, kit: &Kit, tx: Tx, batch: Batch) -> Result<(), StoreError> {
        if self.has_failed.load(Ordering::Relaxed) {
            if let Err(error) = commit(tx, &batch).await {
                batch.write_apart(kit).await;
                return Err(error);
            }
            self.has_failed.store(false, Ordering::Relaxed);
            return Ok(());
        }
        let (kit, has_failed) = (kit.clone(), Arc::clone(&self.has_failed));
        let committing = tokio::spawn(async move {
            if let Err(error) = commit(tx, &batch).await {
                has_failed.store(true, Ordering::Relaxed);
                warn!(%error, "deliveries could not be claimed while they are sent; they are sent again");
                batch.write_apart(&kit).await;
            }
        });
        *self.last.lock().await = Some(committing);
        Ok(())
    }
}

async fn commit(tx: Tx, batch: &Batch) -> Result<(), StoreError> {
    if !batch.is_empty() {
        kill::point("webhook.before_commit");
    }
    tx.commit().await?;
    if !batch.is_empty() {
        kill::point("webhook.recorded");
    }
    Ok(())
}
