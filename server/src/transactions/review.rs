//! An operator decides on a transaction in REVIEW, with a reason. It settles that one alone; its session keeps its decision.

use shared::rule::TransactionStatus;

use super::{
    announce::Named,
    keys,
    settle::{self, Change},
};
use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    ids::{OperatorId, TransactionRef},
    kit::Kit,
    model::{By, Reason, Stored},
    sealed,
    store::{self, StoreError},
    vault::{self, Key, Unsealable},
};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// A decision is APPROVED or BLOCKED.
    #[error("a decision is APPROVED or BLOCKED")]
    BadDecision,
    /// A reason has 1 to 500 characters. The only control characters allowed are line breaks and tabs.
    #[error("a reason has 1 to {MAX_REASON} characters, without control characters")]
    BadReason,
    /// There is no such transaction.
    #[error("there is no such transaction")]
    NotFound,
    /// The transaction is not in REVIEW.
    #[error("the transaction is not in REVIEW; it is {}", .0.as_str())]
    NotInReview(TransactionStatus),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(ReviewError);

/// Decides.
///
/// # Errors
/// As the variants say; then nothing was changed.
pub async fn decide(kit: &Kit, transaction: TransactionRef, decision: TransactionStatus, reason: &str, by: OperatorId) -> Result<(), ReviewError> {
    if !decision.is_final() {
        return Err(ReviewError::BadDecision);
    }
    let reason = reason.trim();
    let is_plain = reason.chars().all(|c| !c.is_control() || matches!(c, '\r' | '\n' | '\t'));
    if reason.is_empty() || reason.chars().count() > MAX_REASON || !is_plain {
        return Err(ReviewError::BadReason);
    }
    let mut tx = kit.store.write().await?;
    let found = store::transactions::by_ref(tx.db().await?, &kit.vault, transaction).await?.ok_or(ReviewError::NotFound)?;
    let customer = store::customers::hold(&mut tx, found.customer).await?.ok_or(Unsealable)?;
    // It may have changed before its customer's row was locked.
    let stored = store::transactions::by_ref(tx.db().await?, &kit.vault, transaction).await?.ok_or(ReviewError::NotFound)?;
    if stored.state.status != TransactionStatus::Review {
        return Err(ReviewError::NotInReview(stored.state.status));
    }
    let (now, key) = (kit.ambient.now(), keys::customer_key(kit, &customer)?);
    let named = Named { customer: &customer, key: &key, session: None };
    let change = Change { to: decision, by: By::Operator, reason: Reason::Operator, at: now };
    settle::change(kit, &mut tx, &stored, &named, change, Actor::Operator(by)).await?;
    let sealed = kit.vault.seal(&key, &sealed::transaction_reason(transaction, customer.id), reason.as_bytes());
    store::transactions::insert_review(&mut tx, transaction, by, &sealed, now).await?;
    tx.commit().await.map_err(|error: StoreError| error.into())
}

/// Decrypts the reason of a decision.
///
/// # Errors
/// If it cannot be decrypted.
pub fn reason(of: &Stored, key: &Key, sealed_reason: &[u8]) -> Result<String, Unsealable> {
    vault::open_text(key, &sealed::transaction_reason(of.r#ref, of.customer), sealed_reason)
}

/// Writes the audit row for an operator who looks at what is sealed of a transaction. Call it before showing that.
///
/// # Errors
/// [`ReviewError::NotFound`]
pub async fn reveal(kit: &Kit, transaction: TransactionRef, by: OperatorId) -> Result<(), ReviewError> {
    let mut tx = kit.store.write().await?;
    store::transactions::by_ref(tx.db().await?, &kit.vault, transaction).await?.ok_or(ReviewError::NotFound)?;
    tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), Actor::Operator(by), Act::TransactionRevealed(transaction))).await?;
    tx.commit().await.map_err(|error: StoreError| error.into())
}
