//! Writes the event of a transition to the outbox, with the fields that the contract gives a session's event.

use shared::{
    event::{EventType, SessionEvent},
    session::{SessionState, Timestamp},
};

use super::keys;
use crate::{
    customers,
    failure::Failure,
    flows,
    kit::Kit,
    model::{Session, Subject},
    outbox::{self, About},
    store::Tx,
};

/// Writes an event about a locked session in its present state. `occurrence` numbers the events of one type within the session,
/// from 1.
///
/// # Errors
/// If the event was written before, or the store does not answer.
pub async fn announce(kit: &Kit, tx: &mut Tx, session: &Session, event_type: EventType, occurrence: i64, at: Timestamp) -> Result<(), Failure> {
    let key = keys::session_key(kit, session)?;
    let id = keys::session_id(session, &key)?;
    let customer = if session.customer.is_some() { customers::reference_of(kit, tx.db().await?, session.customer).await? } else { None };
    let outcome = match &session.state {
        SessionState::Completed { outcome, .. } => Some(outcome),
        _ => None,
    };
    let about = About { subject: Subject::Session(session.r#ref), key: &key, occurrence, at };
    let r#ref = session.r#ref.to_string();
    // A flow that cannot be read holds no event back.
    let sandbox = flows::by_id(kit, session.flow).await.is_ok_and(|flow| flow.definition.is_sandbox());
    let payload = |sequence| SessionEvent {
        event_type,
        session_id: id.expose(),
        status: session.state.status(),
        customer_id: customer.as_deref(),
        risk_score: outcome.map(|outcome| outcome.risk_score),
        r#ref: &r#ref,
        decision: outcome.map(|outcome| outcome.decision),
        sequence,
        sandbox,
    };
    outbox::emit(kit, tx, about, payload).await
}
