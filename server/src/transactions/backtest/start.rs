//! Starts a backtest, and asks for its end.

use std::sync::{Arc, atomic::AtomicU64};

use shared::rule::Rule;

use super::period::Period;
use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    ids::{BacktestId, Lease},
    kit::Kit,
    model::{Backtest, BacktestStatus},
    rules::{self, RuleError},
    store::{self, StoreError},
};

/// How long a run counts as under way after it said so last, in seconds.
pub(super) const LEASE_SECONDS: i64 = 20;

/// Why a backtest was not started, found or cancelled.
#[derive(Debug, thiserror::Error)]
pub enum BacktestError {
    /// The draft is refused.
    #[error(transparent)]
    Draft(#[from] RuleError),
    /// Another one is running.
    #[error("another backtest is running; there is one at a time")]
    Busy,
    /// There is no such backtest.
    #[error("there is no such backtest")]
    Unknown,
    /// It has ended.
    #[error("the backtest has ended")]
    HasEnded,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(BacktestError);

/// A backtest that has begun.
#[derive(Clone)]
pub struct Running {
    /// Its row.
    pub id: BacktestId,
    pub(super) lease: Lease,
    pub(super) rule: Arc<Rule>,
    pub(super) period: Period,
    /// How many transactions there are.
    pub whole: u64,
    /// How many it went through.
    pub done: Arc<AtomicU64>,
}

/// Starts a backtest of a draft. The caller [runs](run) it.
///
/// # Errors
/// Every fault of the draft; [`BacktestError::Busy`]. Then nothing was written.
pub async fn start(kit: &Kit, json: &str, by: Actor) -> Result<Running, BacktestError> {
    // A version that is imported from here on is not in force at any moment up to the end of the period.
    let now = kit.ambient.now();
    let mut db = kit.store.read().await?;
    let rule = rules::draft(&mut db, json).await?;
    let active = rules::last_active(kit, &mut db, &rule.name).await?;
    let whole = store::past::count(&mut db).await?;
    drop(db);
    let lease = kit.ambient.id();
    let backtest = Backtest {
        id: kit.ambient.id(),
        definition: serde_json::to_string(&rule).expect("texts and numbers serialise"),
        against: active.map(|active| active.version),
        operator: if let Actor::Operator(operator) = by { Some(operator) } else { None },
        status: BacktestStatus::Running,
        lease,
        lease_until: now.plus_seconds(LEASE_SECONDS),
        whole,
        done: 0,
        started_at: now,
        cancelled_at: None,
        ended_at: None,
        result: None,
    };
    let mut tx = kit.store.write().await?;
    store::backtests::make_room(&mut tx, now).await?;
    match store::backtests::insert(&mut tx, &backtest).await {
        Err(StoreError::Conflict) => return Err(BacktestError::Busy),
        other => other?,
    }
    tx.audit(Entry::new(&kit.ambient, now, by, Act::BacktestStarted(backtest.id))).await?;
    match tx.commit().await {
        Err(StoreError::Conflict) => return Err(BacktestError::Busy),
        other => other?,
    }
    let period = Period { active, end: now };
    Ok(Running { id: backtest.id, lease, rule: Arc::new(rule), period, whole, done: Arc::default() })
}

/// Asks for the end of a backtest that is running. It ends within a second.
///
/// # Errors
/// [`BacktestError::Unknown`]; [`BacktestError::HasEnded`]
pub async fn cancel(kit: &Kit, id: BacktestId, by: Actor) -> Result<(), BacktestError> {
    let mut tx = kit.store.write().await?;
    let now = kit.ambient.now();
    if !store::backtests::cancel(&mut tx, id, now).await? {
        let is_known = store::backtests::by_id(tx.db().await?, id).await?.is_some();
        return Err(if is_known { BacktestError::HasEnded } else { BacktestError::Unknown });
    }
    tx.audit(Entry::new(&kit.ambient, now, by, Act::BacktestCancelled(id))).await?;
    Ok(tx.commit().await?)
}
