//! A session as an operator sees it on the command line: state, score, checks, artifacts, deliveries. Nothing entered.

use serde::Serialize;
use shared::{
    api::DossierLink,
    ids::SessionId,
    language::Language,
    risk::{CheckResult, Decision},
    session::{SessionState, Status},
};
use uuid::Uuid;

use super::SessionError;
use crate::{
    app::App,
    clock::rfc3339,
    dossiers,
    model::{self, Session},
    store,
};

/// A session and what became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// The row id that logs use.
    pub r#ref: Uuid,
    /// Where it is in its life.
    pub status: Status,
    /// What the score means.
    pub decision: Option<Decision>,
    /// 0 to 100.
    pub risk_score: Option<u8>,
    /// When it was created.
    pub created_at: String,
    /// When it ends.
    pub expires_at: String,
    /// Each check.
    pub checks: Vec<ShownCheck>,
    /// What the customer agreed to.
    pub consents: Vec<ShownConsent>,
    /// Each uploaded file.
    pub artifacts: Vec<ShownArtifact>,
    /// Each event on its way to each endpoint.
    pub deliveries: Vec<ShownDelivery>,
}

/// A check and what it found; no result while it runs.
#[derive(Debug, Serialize)]
pub struct ShownCheck {
    /// Which one.
    pub name: &'static str,
    /// In one word.
    pub result: Option<CheckResult>,
    /// In stable codes.
    pub reasons: Vec<String>,
}

/// A box that was ticked on a CONSENT step.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownConsent {
    /// The box.
    pub field: String,
    /// SHA-256 of the text that was shown, hexadecimal.
    pub text_sha256: String,
    /// The text's language.
    pub language: Language,
    /// When.
    pub agreed_at: String,
}

/// An uploaded file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownArtifact {
    /// Its id.
    pub id: String,
    /// The field it answers.
    pub field: Option<String>,
    /// Told by content.
    pub media_type: String,
    /// Bytes as uploaded.
    pub size: i64,
    /// Where it is filed.
    pub dossier: DossierLink,
}

/// A delivery and its attempts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownDelivery {
    /// `evt_…`
    pub event_id: String,
    /// What happened.
    pub r#type: String,
    /// `wh_…`
    pub endpoint_id: String,
    /// PENDING, DELIVERED or FAILED.
    pub status: String,
    /// When the next try is due.
    pub next_attempt_at: Option<String>,
    /// Every try so far.
    pub attempts: Vec<ShownAttempt>,
}

/// One try.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownAttempt {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub at: String,
    /// How long it took.
    pub duration_ms: i64,
    /// The answer's status, where there was one.
    pub status_code: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
}

/// The session that an id or a ref names.
///
/// # Errors
/// Where the store does not answer.
pub async fn find(app: &App, id_or_ref: &str) -> Result<Option<Session>, SessionError> {
    Ok(match (id_or_ref.parse::<SessionId>(), id_or_ref.parse::<Uuid>()) {
        (Ok(id), _) => app.store.session(&id).await?,
        (_, Ok(r#ref)) => store::sessions::by_ref(&mut *app.store.read().await?, r#ref).await?,
        _ => None,
    })
}

/// A session as the API reads it.
pub struct Read {
    /// The session.
    pub session: Session,
    /// Its status as of now.
    pub status: Status,
    /// The company's own reference of its customer.
    pub customer: Option<String>,
}

/// Reads a session by its id or its ref.
///
/// # Errors
/// [`SessionError::NotFound`] where neither names one.
pub async fn read(app: &App, id_or_ref: &str) -> Result<Read, SessionError> {
    let session = find(app, id_or_ref).await?.ok_or(SessionError::NotFound)?;
    let mut db = app.store.read().await?;
    let customer = match session.customer {
        Some(customer) => store::customers::by_id(&mut db, customer).await?,
        None => None,
    };
    let customer = customer.map(|customer| dossiers::reference(app, &customer)).transpose()?;
    let status = session.state.status_at(app.ambient.now());
    Ok(Read { session, status, customer })
}

/// Finds a session by its id or its ref.
///
/// # Errors
/// [`SessionError::NotFound`] where neither names one.
pub async fn show(app: &App, id_or_ref: &str) -> Result<Shown, SessionError> {
    let session = find(app, id_or_ref).await?.ok_or(SessionError::NotFound)?;
    let mut db = app.store.read().await?;
    let outcome = match &session.state {
        SessionState::Completed { outcome, .. } => Some(outcome),
        _ => None,
    };
    Ok(Shown {
        r#ref: session.r#ref,
        status: session.state.status_at(app.ambient.now()),
        decision: outcome.map(|o| o.decision),
        risk_score: outcome.map(|o| o.risk_score),
        created_at: rfc3339(session.created_at),
        expires_at: rfc3339(session.expires_at),
        checks: store::checks::of_session(&mut db, session.r#ref).await?.into_iter().map(shown_check).collect(),
        consents: store::consents::of_session(&mut db, session.r#ref).await?.into_iter().map(shown_consent).collect(),
        artifacts: store::artifacts::of_session(&mut db, session.r#ref).await?.into_iter().map(shown_artifact).collect(),
        deliveries: store::webhooks::deliveries_of_session(&mut db, session.r#ref, i64::MAX).await?.into_iter().rev().map(shown_delivery).collect(),
    })
}

fn shown_check(check: model::Check) -> ShownCheck {
    let (result, reasons) = check.found.map_or((None, Vec::new()), |found| (Some(found.result), found.reasons.into_iter().collect()));
    ShownCheck { name: check.name.as_str(), result, reasons }
}

fn shown_consent(consent: model::Consent) -> ShownConsent {
    let text_sha256 = consent.text_sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    ShownConsent { field: consent.field, text_sha256, language: consent.language, agreed_at: rfc3339(consent.agreed_at) }
}

fn shown_artifact(artifact: model::Artifact) -> ShownArtifact {
    let dossier = if artifact.customer.is_some() { DossierLink::Linked } else { DossierLink::Unresolved };
    ShownArtifact { id: artifact.id.to_string(), field: artifact.field, media_type: artifact.media_type, size: artifact.size, dossier }
}

fn shown_delivery(delivery: model::Delivery) -> ShownDelivery {
    let attempts = delivery.attempts.into_iter().map(|attempt| ShownAttempt {
        number: attempt.number,
        at: rfc3339(attempt.started_at),
        duration_ms: attempt.duration_ms,
        status_code: attempt.status_code,
        error: attempt.failure,
    });
    ShownDelivery {
        event_id: delivery.event.to_string(),
        r#type: delivery.event_type,
        endpoint_id: delivery.endpoint.to_string(),
        status: delivery.status,
        next_attempt_at: delivery.next_at.map(rfc3339),
        attempts: attempts.collect(),
    }
}
