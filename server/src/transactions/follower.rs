//! Settles the transactions that wait for a session when it ends, in the session's own transaction, and again when an operator decides on a
//! session that needed a review.

use futures::future::BoxFuture;
use shared::{
    risk::Decision,
    rule::{OnExpired, TransactionStatus},
    session::SessionState,
};

use super::{
    announce::Named,
    keys,
    settle::{self, Change},
};
use crate::{
    actor::Actor,
    failure::Failure,
    ids::RowId as _,
    kill,
    kit::Kit,
    model::{self, By, ChangeKind, Reason, Session, Stored},
    sessions::follower::{FollowError, Follower},
    store::{self, Damaged, StoreError, Tx},
};

/// The follower that settles what waits for a session.
pub struct SettleTransactions;

impl Follower for SettleTransactions {
    fn name(&self) -> &'static str {
        "settle transactions"
    }

    /// True: a settlement that fails for a reason of its own, or in part, is made up for later. The session goes on.
    fn can_wait(&self) -> bool {
        true
    }

    fn concerns<'a>(&'a self, tx: &'a mut Tx, session: &'a Session, kind: ChangeKind) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move { Ok(kind != ChangeKind::Submitted && store::step_ups::is_one(tx.db().await?, session.r#ref).await?) })
    }

    fn follow<'a>(&'a self, kit: &'a Kit, tx: &'a mut Tx, session: &'a Session, change: model::Change) -> BoxFuture<'a, Result<(), FollowError>> {
        Box::pin(async move {
            let damaged = settle_all(kit, tx, session, change).await.map_err(|error| match error {
                Failure::Store(error) if !error.is_damage() => FollowError::Store(error),
                other => FollowError::Own(other.to_string()),
            })?;
            damaged.map_or(Ok(()), |damaged| Err(FollowError::Partly(format!("the row {} of {} is damaged", damaged.id, damaged.table))))
        })
    }
}

/// Settles what waits for a session. Returns a transaction whose row is damaged: it keeps no other one waiting.
async fn settle_all(kit: &Kit, tx: &mut Tx, session: &Session, change: model::Change) -> Result<Option<Damaged>, Failure> {
    let waiting = store::transactions::of_session(tx.db().await?, &kit.vault, session.r#ref).await?;
    let (mut sound, mut damaged): (Vec<Stored>, Vec<Damaged>) = (Vec::new(), Vec::new());
    for stored in waiting {
        match stored {
            Ok(stored) => sound.push(stored),
            Err(row) => damaged.push(row),
        }
    }
    let Some(first) = sound.first() else { return Ok(damaged.pop()) };
    let customer = store::customers::by_id(tx.db().await?, first.customer).await?.ok_or(crate::vault::Unsealable)?;
    let key = keys::customer_key(kit, &customer)?;
    let named = Named { customer: &customer, key: &key, session: Some(session) };
    for stored in sound {
        if let Some((to, reason)) = outcome(session, &stored).filter(|_| !stored.state.status.is_final()) {
            if keys::details(&key, &stored).is_err() {
                damaged.push(Damaged { table: "transactions", id: stored.r#ref.row() });
                continue;
            }
            let change = Change { to, by: By::Session, reason, at: change.at };
            settle::change(kit, tx, &stored, &named, change, Actor::System).await?;
            kill::point("transactions.settled_one");
        }
    }
    Ok(damaged.pop())
}

/// What the end of a session makes of a transaction that waits for it; `None` if the session is still open.
fn outcome(session: &Session, of: &Stored) -> Option<(TransactionStatus, Reason)> {
    Some(match &session.state {
        SessionState::Completed { outcome, .. } => match outcome.decision {
            Decision::Approved => (TransactionStatus::Approved, Reason::SessionApproved),
            Decision::Rejected => (TransactionStatus::Blocked, Reason::SessionRejected),
            Decision::Review => (TransactionStatus::Review, Reason::SessionReview),
        },
        SessionState::Expired { .. } => {
            let to = match of.on_expired.unwrap_or_default() {
                OnExpired::Block => TransactionStatus::Blocked,
                OnExpired::Review => TransactionStatus::Review,
                OnExpired::Release => TransactionStatus::Approved,
            };
            (to, Reason::SessionExpired)
        }
        SessionState::Pending { .. } | SessionState::Processing { .. } => return None,
    })
}
