//! Reads backtests: how they stand, what they came to, and the transactions that they name.

use shared::{
    rule::{Evaluation, Rule},
    session::Timestamp,
};

use super::{super::keys, start::BacktestError};
use crate::{
    actor::{Act, Actor},
    failure::Failure,
    ids::{BacktestId, TransactionRef},
    kit::Kit,
    model::Backtest,
    sealed,
    store::{self, InconsistentRow, Listed, StoreError},
    vault::{self, Unsealable},
};

/// The backtests that are kept, the newest first.
///
/// # Errors
/// If the store does not answer.
pub async fn list(kit: &Kit) -> Result<Vec<Listed<Backtest>>, StoreError> {
    store::backtests::all(&mut *kit.store.read().await?).await
}

/// One backtest, as it stands.
///
/// # Errors
/// [`BacktestError::Unknown`]
pub async fn find(kit: &Kit, id: BacktestId) -> Result<Backtest, BacktestError> {
    store::backtests::by_id(&mut *kit.store.read().await?, id).await?.ok_or(BacktestError::Unknown)
}

/// The draft of a backtest.
///
/// # Errors
/// If the row is damaged.
pub fn draft(of: &Backtest) -> Result<Rule, Failure> {
    let damaged = InconsistentRow { table: "backtests", column: "definition", id: of.id.to_string() };
    Rule::stored(&of.definition).map_err(|_| StoreError::from(damaged).into())
}

/// A transaction that a result names.
#[derive(Debug)]
pub struct NamedTransaction {
    /// Its row.
    pub transaction: TransactionRef,
    /// The company's id.
    pub transaction_id: String,
    /// When it arrived.
    pub created_at: Timestamp,
    /// Whether the draft matched it.
    pub matched: bool,
    /// Whether the active version had matched it.
    pub recorded: bool,
    /// Why the draft matched it or not.
    pub evaluation: Evaluation,
}

/// The transactions that the result of a backtest names: those that differ first, then the newest. Writes an audit row.
///
/// # Errors
/// If the store does not answer, or something is damaged.
pub async fn named(kit: &Kit, of: &Backtest, draft: &Rule, by: Actor) -> Result<Vec<NamedTransaction>, Failure> {
    let mut named = Vec::new();
    let shown = store::backtests::shown(&mut *kit.store.read().await?, of.id).await?;
    if shown.is_empty() {
        return Ok(named);
    }
    kit.audit_read(by, Act::BacktestRead(of.id)).await?;
    let mut db = kit.store.read().await?;
    for one in shown {
        let customer = store::customers::by_id(&mut db, one.customer).await?.ok_or(Unsealable)?;
        let key = keys::customer_key(kit, &customer)?;
        let stored = store::transactions::by_ref(&mut db, &kit.vault, one.transaction).await?.ok_or(Unsealable)?;
        let json = vault::open(&key, &sealed::backtest_seen(of.id, one.transaction, one.customer), &one.seen)?;
        let evaluation = serde_json::from_slice(&json).ok().and_then(|json| draft.from_stored(&json));
        let damaged = || StoreError::from(InconsistentRow { table: "backtest_transactions", column: "seen", id: of.id.to_string() });
        named.push(NamedTransaction {
            transaction: one.transaction,
            transaction_id: keys::details(&key, &stored)?.transaction_id,
            created_at: one.created_at,
            matched: one.matched,
            recorded: one.recorded,
            evaluation: evaluation.ok_or_else(damaged)?,
        });
    }
    Ok(named)
}
