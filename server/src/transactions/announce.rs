//! Writes the event of a transaction to the outbox, and its audit row.

use shared::{
    event::{EventType, TransactionEvent},
    rule::TransactionStatus,
    session::Timestamp,
};

use super::keys;
use crate::{
    actor::{Act, Actor, Entry},
    customers,
    failure::Failure,
    kit::Kit,
    model::{Customer, Reason, Session, Stored, Subject},
    outbox::{self, About},
    sessions::keys as session_keys,
    store::{self, Tx},
    vault::Key,
};

/// Those whom an event names, already opened.
pub struct Named<'a> {
    /// The customer.
    pub customer: &'a Customer,
    /// The customer's data key.
    pub key: &'a Key,
    /// The session that the transaction waits or waited for, if the caller has it.
    pub session: Option<&'a Session>,
}

/// Writes the event of a transaction's present status. An APPROVED that nobody waited for has none.
///
/// # Errors
/// If the event was written before, or the store does not answer.
pub async fn announce(kit: &Kit, tx: &mut Tx, of: &Stored, named: &Named<'_>, reason: Reason, at: Timestamp) -> Result<(), Failure> {
    let was_held = of.state.history.iter().any(|entry| !entry.status.is_final());
    let event_type = match of.state.status {
        TransactionStatus::Review | TransactionStatus::AwaitingUser => EventType::TransactionHeld,
        TransactionStatus::Blocked => EventType::TransactionBlocked,
        TransactionStatus::Approved if was_held => EventType::TransactionReleased,
        TransactionStatus::Approved => return Ok(()),
    };
    let session_id = session_id(kit, tx, of, named).await?;
    let details = keys::details(named.key, of)?;
    let customer_id = customers::reference(kit, named.customer)?;
    // Each entry into a held status is another occurrence; a final one is the only one.
    let occurrence = if of.state.status.is_final() { 1 } else { held_entries(of) };
    let about = About { subject: Subject::Transaction(of.r#ref), key: named.key, occurrence, at };
    let payload = |sequence| TransactionEvent {
        event_type,
        transaction_id: &details.transaction_id,
        status: of.state.status.as_str(),
        customer_id: &customer_id,
        risk_score: of.risk_score,
        session_id: session_id.as_deref(),
        rule: of.decided_by.as_deref(),
        reason: reason.as_str(),
        sequence,
    };
    outbox::emit(kit, tx, about, payload).await
}

fn held_entries(of: &Stored) -> i64 {
    let held = of.state.history.iter().filter(|entry| !entry.status.is_final() && entry.reason != Reason::ReturnUrl).count();
    i64::try_from(held).unwrap_or(i64::MAX)
}

async fn session_id(kit: &Kit, tx: &mut Tx, of: &Stored, named: &Named<'_>) -> Result<Option<String>, Failure> {
    let Some(session_ref) = of.state.session else { return Ok(None) };
    let read;
    let session = match named.session {
        Some(session) => session,
        None => {
            read = store::sessions::by_ref(tx.db().await?, session_ref).await?.ok_or(crate::vault::Unsealable)?;
            &read
        }
    };
    let id = session_keys::session_id(session, &session_keys::session_key(kit, session)?)?;
    Ok(Some(id.expose().to_owned()))
}

/// Writes the audit row of a transaction's present status.
///
/// # Errors
/// If the store does not answer.
pub async fn audit(kit: &Kit, tx: &mut Tx, of: &Stored, by: Actor, at: Timestamp) -> Result<(), Failure> {
    let act = match of.state.status {
        TransactionStatus::Approved if of.state.history.len() == 1 => Act::TransactionApproved(of.r#ref),
        TransactionStatus::Approved => Act::TransactionReleased(of.r#ref),
        TransactionStatus::Blocked => Act::TransactionBlocked(of.r#ref),
        TransactionStatus::Review | TransactionStatus::AwaitingUser => Act::TransactionHeld(of.r#ref),
    };
    Ok(tx.audit(Entry::new(&kit.ambient, at, by, act)).await?)
}
