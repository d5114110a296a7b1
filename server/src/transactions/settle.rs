//! Changes the status of a transaction that is held. No other file does. A transaction whose status is final never changes again.

use shared::{rule::TransactionStatus, session::Timestamp};

use super::announce::{Named, announce, audit};
use crate::{
    actor::Actor,
    failure::Failure,
    kit::Kit,
    model::{By, Entry, Reason, Stored},
    store::{self, Tx},
};

/// A change of a held transaction.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// What it becomes.
    pub to: TransactionStatus,
    /// Who says so.
    pub by: By,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

/// Changes a held transaction, with its event and its audit row. Its customer's row is locked.
///
/// # Errors
/// [`store::StoreError::Conflict`] if its status changed meanwhile.
pub async fn change(kit: &Kit, tx: &mut Tx, stored: &Stored, named: &Named<'_>, change: Change, actor: Actor) -> Result<Stored, Failure> {
    let Change { to, by, reason, at } = change;
    let from = stored.state.status;
    if from.is_final() || from == to {
        return Ok(stored.clone());
    }
    let mut changed = stored.clone();
    changed.state.status = to;
    let after = match to {
        TransactionStatus::Blocked => store::customers::arrivals(tx.db().await?, stored.customer).await?,
        _ => None,
    };
    changed.state.history.push(Entry { status: to, at, by, reason, after });
    changed.state.settled_at = to.is_final().then_some(at);
    store::transactions::change(tx, &kit.vault, from, &changed).await?;
    if to == TransactionStatus::Blocked {
        store::tallies::block(tx, &changed).await?;
    }
    announce(kit, tx, &changed, named, reason, at).await?;
    audit(kit, tx, &changed, actor, at).await?;
    Ok(changed)
}
