//! What operators do with a session: look at what was entered, and decide. Each is written down with who did it.

use shared::{
    event::{EventType, Told},
    risk::Decision,
    session::SessionState,
};
use tracing::info;

use super::SessionError;
use crate::{
    app::App,
    model::{Review, Session, SessionRef},
    operators::SignedIn,
    store::{self, StoreError},
    vault::{self, Key, Place, Unsealable},
    webhooks,
};

/// The most characters of a reason.
pub const MAX_REASON: usize = 500;

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// A reason has 1 to 500 characters, and lines but no other control characters.
    #[error("a reason has 1 to {MAX_REASON} characters, without control characters")]
    BadReason,
    /// The session.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl From<StoreError> for ReviewError {
    fn from(error: StoreError) -> Self {
        Self::Session(error.into())
    }
}

impl From<Unsealable> for ReviewError {
    fn from(error: Unsealable) -> Self {
        Self::Session(error.into())
    }
}

fn reason_row(session: SessionRef, number: i64) -> String {
    format!("{session}/{number}")
}

/// Decides, whatever the score said: the decision changes, the status does not, and `session.reviewed` commits with it.
///
/// # Errors
/// [`ReviewError::BadReason`]; a conflict where the session is not COMPLETED, or where somebody decided since `after`, the
/// number of the newest review that the operator saw.
pub async fn decide(app: &App, session: SessionRef, decision: Decision, reason: &str, after: Option<i64>, by: &SignedIn) -> Result<(), ReviewError> {
    let reason = reason.trim();
    // Of control characters it has what a textarea sends.
    let is_plain = reason.chars().all(|c| !c.is_control() || matches!(c, '\r' | '\n' | '\t'));
    if reason.is_empty() || reason.chars().count() > MAX_REASON || !is_plain {
        return Err(ReviewError::BadReason);
    }
    let now = app.ambient.now();
    let mut tx = app.store.write().await?;
    let number = store::reviews::decide(&mut tx, session, decision).await?;
    if after.is_some_and(|after| after + 1 != number) {
        return Err(StoreError::Conflict.into());
    }
    let found = store::sessions::by_ref(&mut tx, session).await?.ok_or(SessionError::NotFound)?;
    let SessionState::Completed { outcome, .. } = &found.state else { return Err(SessionError::NotOpen.into()) };
    let subject = session.to_string();
    let key = app.vault.data_key("sessions", &subject, &found.data_key)?;
    let place = Place { table: "reviews", column: "reason", row: &reason_row(session, number), key_of: &subject };
    let review = Review { number, operator: by.id, decision, reason: app.vault.seal(&key, place, reason.as_bytes()), at: now };
    store::reviews::insert(&mut tx, session, &review).await?;
    let told = Told { risk_score: Some(outcome.risk_score), decision: Some(decision) };
    webhooks::emit(app, &mut tx, &found, EventType::SessionReviewed, number, told).await?;
    tx.audit_about(app.ambient.uuid(), now, &by.actor(), "session.reviewed", &subject, Some(decision.as_str())).await?;
    tx.commit().await?;
    info!(session = %session, decision = decision.as_str(), "session reviewed");
    app.event_written.notify_one();
    Ok(())
}

/// Why somebody decided as they did.
///
/// # Errors
/// Where it does not open.
pub fn reason(session: &Session, key: &Key, review: &Review) -> Result<String, Unsealable> {
    let place = Place { table: "reviews", column: "reason", row: &reason_row(session.r#ref, review.number), key_of: &session.r#ref.to_string() };
    vault::open_text(key, place, &review.reason)
}

/// Writes down that somebody looks at what was entered; it is shown after this alone.
///
/// # Errors
/// [`SessionError::NotFound`]
pub async fn reveal(app: &App, session: SessionRef, by: &SignedIn) -> Result<(), SessionError> {
    let mut tx = app.store.write().await?;
    store::sessions::by_ref(&mut tx, session).await?.ok_or(SessionError::NotFound)?;
    tx.audit(app.ambient.uuid(), app.ambient.now(), &by.actor(), "session.revealed", &session.to_string()).await?;
    Ok(tx.commit().await?)
}
