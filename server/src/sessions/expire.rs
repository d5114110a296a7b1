//! Expiry: PENDING → EXPIRED once the time is up, with exactly one event. Reading never waits for this: past its time a
//! session reads as EXPIRED before any sweeper has come by.

use shared::event::{EventType, Told};
use tracing::{info, warn};

use super::SessionError;
use crate::{
    app::App,
    kill,
    model::SessionRef,
    store::{self, StoreError, Tx},
    webhooks,
};

/// Sessions expired in one round.
const BATCH: i64 = 200;

/// Expires sessions whose time is up, a batch of them. Says whether there may be more at once.
///
/// # Errors
/// Where the store does not answer.
pub async fn expire_overdue(app: &App) -> Result<bool, SessionError> {
    let overdue = {
        let mut db = app.store.read().await?;
        store::sessions::overdue(&mut db, app.ambient.now(), BATCH).await?
    };
    let full = i64::try_from(overdue.len()).is_ok_and(|looked_at| looked_at == BATCH);
    let mut done = 0;
    for session in overdue {
        match expire(app, session).await {
            Ok(()) => done += 1,
            // Another process, or the customer, was first.
            Err(SessionError::Store(StoreError::Conflict)) => {}
            Err(error) => warn!(session = %session, %error, "a session could not be expired; the next round tries again"),
        }
    }
    if done > 0 {
        app.event_written.notify_one();
    }
    Ok(full && done > 0)
}

/// Expires an open session now, on behalf of an operator.
///
/// # Errors
/// [`StoreError::Conflict`] where it is not PENDING or its time is up.
pub async fn expire_now(app: &App, r#ref: SessionRef, actor: &str) -> Result<(), SessionError> {
    let mut tx = app.store.write().await?;
    store::sessions::end_now(&mut tx, r#ref, app.ambient.now()).await?;
    expire_in(app, tx, r#ref, actor).await?;
    app.event_written.notify_one();
    Ok(())
}

async fn expire(app: &App, r#ref: SessionRef) -> Result<(), SessionError> {
    let tx = app.store.write().await?;
    expire_in(app, tx, r#ref, "system").await
}

async fn expire_in(app: &App, mut tx: Tx, r#ref: SessionRef, actor: &str) -> Result<(), SessionError> {
    let now = app.ambient.now();
    store::sessions::expire(&mut tx, r#ref, now).await?;
    let session = store::sessions::by_ref(&mut tx, r#ref).await?.ok_or(SessionError::NotFound)?;
    webhooks::emit(app, &mut tx, &session, EventType::SessionExpired, 1, Told::default()).await?;
    tx.audit(app.ambient.uuid(), now, actor, "session.expired", &r#ref.to_string()).await?;
    tx.commit().await?;
    kill::point("expire.after_commit");
    info!(session = %r#ref, "session expired");
    Ok(())
}
