//! A session for the command line (`session show`) and the API: state, score, checks, artifacts, deliveries. It contains nothing
//! that the customer entered.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::{
    api::DossierLink,
    ids::SessionId,
    language::Language,
    risk::{CheckResult, Decision},
    session::{SessionState, Status},
};

use super::open::OpenError;
use crate::{
    actor::{Act, Actor},
    clock::rfc3339,
    customers, flows,
    ids::SessionRef,
    kit::Kit,
    model::{self, CheckRow, Flow, Session},
    store::{self, StoreError},
};

/// What `session show` prints, as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// The row id that logs use.
    pub r#ref: SessionRef,
    /// The status as of now.
    pub status: Status,
    /// The decision; none before COMPLETED.
    pub decision: Option<Decision>,
    /// The risk score, 0 to 100; none before COMPLETED.
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
    /// One delivery for each event and endpoint.
    pub deliveries: Vec<ShownDelivery>,
}

/// A check and what it found.
#[derive(Debug, Serialize)]
pub struct ShownCheck {
    /// The check's name.
    pub name: String,
    /// The result; none while the check runs.
    pub result: Option<CheckResult>,
    /// Stable reason codes.
    pub reasons: Vec<String>,
}

/// A box that was ticked on a CONSENT step.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownConsent {
    /// The field's name.
    pub field: String,
    /// SHA-256 of the text that was shown, hexadecimal.
    pub text_sha256: String,
    /// The text's language.
    pub language: Language,
    /// When the customer ticked it.
    pub agreed_at: String,
}

/// An uploaded file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownArtifact {
    /// Its id.
    pub id: String,
    /// The field that the file is the answer to.
    pub field: Option<String>,
    /// The media type, detected from the content.
    pub media_type: String,
    /// Size as uploaded, in bytes.
    pub size: i64,
    /// Whether it is in a customer's dossier.
    pub dossier: DossierLink,
}

/// A delivery and its attempts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownDelivery {
    /// `evt_…`
    pub event_id: String,
    /// The event's type.
    pub r#type: String,
    /// `wh_…`
    pub endpoint_id: String,
    /// PENDING, DELIVERED or FAILED.
    pub status: &'static str,
    /// When the next attempt is due.
    pub next_attempt_at: Option<String>,
    /// Every attempt so far.
    pub attempts: Vec<ShownAttempt>,
}

/// One HTTP request of a delivery.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownAttempt {
    /// From 1.
    pub number: u32,
    /// When the attempt began.
    pub at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The HTTP status of the response, if there was one.
    pub status_code: Option<u16>,
    /// Why there was no response.
    pub error: Option<String>,
}

/// Finds a session by its id or its ref. `None` if the text is neither, or there is no such session.
///
/// # Errors
/// If the store does not answer.
pub async fn find(kit: &Kit, id_or_ref: &str) -> Result<Option<Session>, StoreError> {
    Ok(match (id_or_ref.parse::<SessionId>(), id_or_ref.parse::<SessionRef>()) {
        (Ok(id), _) => kit.store.session(&id).await?,
        (_, Ok(r#ref)) => store::sessions::by_ref(&mut *kit.store.read().await?, r#ref).await?,
        _ => None,
    })
}

/// A session for `GET /kyc-sessions/{id}`.
pub struct Read {
    /// The session.
    pub session: Session,
    /// Its status as of now.
    pub status: Status,
    /// The company's reference for the customer.
    pub customer: Option<String>,
}

/// Reads a session by its id or its ref, and writes an audit row that says who read it.
///
/// # Errors
/// [`OpenError::NotFound`] if there is none.
pub async fn read(kit: &Kit, id_or_ref: &str, by: Actor) -> Result<Read, OpenError> {
    let session = find(kit, id_or_ref).await?.ok_or(OpenError::NotFound)?;
    kit.audit_read(by, Act::SessionRead(session.r#ref)).await?;
    let mut db = kit.store.read().await?;
    let customer = customers::reference_of(kit, &mut db, session.customer).await?;
    let status = session.state.status_at(kit.ambient.now());
    Ok(Read { session, status, customer })
}

/// Collects what `session show` prints about the session with this id or ref, and writes an audit row that says who read it.
///
/// # Errors
/// [`OpenError::NotFound`] if there is none.
pub async fn show(kit: &Kit, id_or_ref: &str, by: Actor) -> Result<Shown, OpenError> {
    let session = find(kit, id_or_ref).await?.ok_or(OpenError::NotFound)?;
    kit.audit_read(by, Act::SessionRead(session.r#ref)).await?;
    let flow = flows::by_id(kit, session.flow).await?;
    let mut db = kit.store.read().await?;
    let outcome = match &session.state {
        SessionState::Completed { outcome, .. } => Some(outcome),
        _ => None,
    };
    let deliveries = store::outbox::deliveries_of(&mut db, session.r#ref, i64::MAX).await?;
    let deliveries = deliveries.into_iter().rev().map(|delivery| Ok(shown_delivery(delivery?)));
    Ok(Shown {
        r#ref: session.r#ref,
        status: session.state.status_at(kit.ambient.now()),
        decision: outcome.map(|o| o.decision),
        risk_score: outcome.map(|o| o.risk_score),
        created_at: rfc3339(session.created_at),
        expires_at: rfc3339(session.expires_at),
        checks: checks_of(&session, &flow, store::checks::of_session(&mut db, session.r#ref).await?).into_iter().map(shown_check).collect(),
        consents: store::consents::of_session(&mut db, session.r#ref).await?.into_iter().map(shown_consent).collect(),
        artifacts: store::artifacts::of_session(&mut db, &kit.vault, session.r#ref).await?.into_iter().map(shown_artifact).collect(),
        deliveries: deliveries.collect::<Result<_, StoreError>>()?,
    })
}

/// A check of a session, finished or still running.
pub struct KnownCheck {
    /// The check's name.
    pub name: String,
    /// The result; none while the check runs.
    pub result: Option<CheckResult>,
    /// Each stable reason code, with the names of the fields that it is about.
    pub reasons: BTreeMap<String, Vec<String>>,
}

/// The checks of a session by name: those with a row, and for a PROCESSING session also the flow's checks that have none yet.
pub fn checks_of(session: &Session, flow: &Flow, found: Vec<CheckRow>) -> Vec<KnownCheck> {
    let running = match session.state {
        SessionState::Processing { .. } => flow.resolved.checks.iter().filter(|name| found.iter().all(|row| row.name != **name)).collect(),
        _ => Vec::new(),
    };
    let running = running.into_iter().map(|name| KnownCheck { name: name.to_string(), result: None, reasons: BTreeMap::new() });
    let found = found.into_iter().map(|row| {
        let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (code, field) in row.reasons {
            reasons.entry(code).or_default().extend(field);
        }
        KnownCheck { name: row.name.to_string(), result: row.result, reasons }
    });
    let mut all: Vec<KnownCheck> = found.chain(running).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

fn shown_check(check: KnownCheck) -> ShownCheck {
    ShownCheck { name: check.name, result: check.result, reasons: check.reasons.into_keys().collect() }
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
        status: delivery.status.as_str(),
        next_attempt_at: delivery.next_at.map(rfc3339),
        attempts: attempts.collect(),
    }
}
