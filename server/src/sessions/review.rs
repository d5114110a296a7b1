//! What operators do with a session: decide, and reveal what the customer entered. Both write an audit row that names the operator.

use shared::risk::Decision;

use super::{
    keys,
    transition::{self, Lifecycle, Transition, TransitionError},
};
use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    ids::{OperatorId, SessionRef},
    kit::Kit,
    model::Review,
    sealed,
    store::{self, StoreError},
    vault::{self, Key, Unsealable},
};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// A reason has 1 to 500 characters. The only control characters allowed are line breaks and tabs.
    #[error("a reason has 1 to {MAX_REASON} characters, without control characters")]
    BadReason,
    /// There is no such session.
    #[error("there is no such session")]
    NotFound,
    /// The session is not COMPLETED.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(ReviewError);

/// Replaces a session's decision. The status stays COMPLETED, and the event `session.reviewed` commits in the same transaction.
///
/// `after` is the number of the newest review that the operator saw.
///
/// # Errors
/// [`ReviewError::BadReason`]; [`ReviewError::Transition`] if the session is not COMPLETED; a conflict if there is a newer review
/// than `after`.
pub async fn decide(
    kit: &Kit,
    lifecycle: &Lifecycle,
    session: SessionRef,
    decision: Decision,
    reason: &str,
    after: Option<i64>,
    by: OperatorId,
) -> Result<(), ReviewError> {
    let reason = reason.trim();
    // A textarea sends line breaks and tabs, and no other control characters.
    let is_plain = reason.chars().all(|c| !c.is_control() || matches!(c, '\r' | '\n' | '\t'));
    if reason.is_empty() || reason.chars().count() > MAX_REASON || !is_plain {
        return Err(ReviewError::BadReason);
    }
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    let held = transition::hold_to_settle(&mut tx, session, None).await?.ok_or(ReviewError::NotFound)?;
    let number = store::reviews::newest(tx.db().await?, session).await? + 1;
    if after.is_some_and(|after| after != number - 1) {
        return Err(StoreError::Conflict.into());
    }
    let key = keys::session_key(kit, &held.0)?;
    lifecycle.change(kit, &mut tx, held, Transition::Review { decision, number }, Actor::Operator(by), now).await?;
    let reason = kit.vault.seal(&key, &sealed::review_reason(session, number), reason.as_bytes());
    store::reviews::insert(&mut tx, session, &Review { number, operator: by, decision, reason, at: now }).await?;
    Ok(tx.commit().await?)
}

/// Decrypts the reason of a review.
///
/// # Errors
/// If it cannot be decrypted.
pub fn reason(session: SessionRef, key: &Key, review: &Review) -> Result<String, Unsealable> {
    vault::open_text(key, &sealed::review_reason(session, review.number), &review.reason)
}

/// Why nothing was revealed.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// There is no such session.
    #[error("there is no such session")]
    NotFound,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the audit row for an operator who looks at what the customer entered. Call it before showing that.
///
/// # Errors
/// [`RevealError::NotFound`]
pub async fn reveal(kit: &Kit, session: SessionRef, by: OperatorId) -> Result<(), RevealError> {
    let mut tx = kit.store.write().await?;
    store::sessions::by_ref(tx.db().await?, session).await?.ok_or(RevealError::NotFound)?;
    tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), Actor::Operator(by), Act::SessionRevealed(session))).await?;
    Ok(tx.commit().await?)
}
