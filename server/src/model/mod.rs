//! Nouns that only the server knows. No IO.

mod operators;

use std::collections::BTreeSet;

use shared::{
    definition::CheckName,
    ids::{ArtifactId, EndpointId, EventId},
    language::Language,
    risk::CheckResult,
    session::{SessionState, Timestamp},
};
use uuid::Uuid;

pub use operators::{ApiKey, AuditRow, LinkKind, Operator, Review, Scope, SignIn};

/// A session's row id: what logs, audit rows and operators see instead of the session id.
pub type SessionRef = Uuid;

/// A session as it is stored.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its row.
    pub r#ref: SessionRef,
    /// Its id, sealed by its data key.
    pub id_sealed: Vec<u8>,
    /// Its data key, wrapped by the master key.
    pub data_key: Vec<u8>,
    /// The version of the flow that it was created with.
    pub flow: Uuid,
    /// Its customer, where known.
    pub customer: Option<Uuid>,
    /// The language asked for when it was created.
    pub locale: Option<Language>,
    /// Where the customer goes once it is over.
    pub return_url: Option<String>,
    /// Where it is in its life.
    pub state: SessionState,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it ends, whatever became of it.
    pub expires_at: Timestamp,
    /// When anything was last saved of it while it was open; when it was created, where nothing ever was.
    pub touched_at: Timestamp,
    /// When the customer submitted it, whatever became of it since.
    pub submitted_at: Option<Timestamp>,
}

/// A version of a flow.
#[derive(Clone, Debug)]
pub struct FlowVersion {
    /// Its row.
    pub id: Uuid,
    /// From 1.
    pub version: i64,
    /// The JSON as imported.
    pub definition: String,
}

/// A customer as stored.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Its row.
    pub id: Uuid,
    /// The company's own reference, sealed by the customer's data key.
    pub reference: Vec<u8>,
    /// Its data key, wrapped by the master key.
    pub data_key: Vec<u8>,
}

/// The hash of a device's resume cookie.
pub type Device = [u8; 32];

/// A saved value, sealed.
#[derive(Clone, Debug)]
pub struct SavedAnswer {
    /// The field.
    pub field: String,
    /// The value, sealed by the session's data key.
    pub value: Vec<u8>,
    /// The device that wrote it, where it showed a cookie.
    pub writer: Option<Device>,
}

/// What a customer agreed to.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The box that was ticked.
    pub field: String,
    /// SHA-256 of the text beside it, in UTF-8.
    pub text_sha256: [u8; 32],
    /// The text's language.
    pub language: Language,
    /// When, by the server's clock.
    pub agreed_at: Timestamp,
}

/// An uploaded file's row.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Its id.
    pub id: ArtifactId,
    /// The session it was uploaded to.
    pub session: SessionRef,
    /// The customer in whose dossier it is.
    pub customer: Option<Uuid>,
    /// The field it answers.
    pub field: Option<String>,
    /// Told by content.
    pub media_type: String,
    /// Bytes as uploaded.
    pub size: i64,
    /// Its data key, wrapped by its customer's key, else by its session's.
    pub data_key: Vec<u8>,
    /// What was learnt of it, sealed by its data key.
    pub facts: Vec<u8>,
    /// The device that uploaded it, where it showed a cookie.
    pub writer: Option<Device>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// A check of a session, and what it found once it is finished.
#[derive(Clone, Debug)]
pub struct Check {
    /// Which one.
    pub name: CheckName,
    /// Result and reason codes, once finished.
    pub found: Option<Finding>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In one word.
    pub result: CheckResult,
    /// In stable codes.
    pub reasons: BTreeSet<String>,
}

/// Work that this process holds for as long as its lease lasts.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The row.
    pub id: Uuid,
    /// Shows that the work is still ours; a stale worker's is refused.
    pub lease: Uuid,
    /// How often it was tried, this time included.
    pub tries: u32,
}

/// A queued check that this process holds.
#[derive(Clone, Debug)]
pub struct ClaimedCheck {
    /// The hold on it.
    pub claim: Claim,
    /// The session it is about.
    pub session: SessionRef,
    /// Which check.
    pub name: CheckName,
}

/// A webhook endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Where it is.
    pub url: String,
    /// Its signing secret, sealed.
    pub secret: Vec<u8>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Nothing is sent to it any more, since.
    pub disabled_at: Option<Timestamp>,
}

/// An event on its way to one endpoint, held by this process.
#[derive(Clone, Debug)]
pub struct ClaimedDelivery {
    /// The hold on it.
    pub claim: Claim,
    /// The event.
    pub event: EventId,
    /// The event's body, sealed by the session's data key.
    pub body: Vec<u8>,
    /// The session it is about.
    pub session: SessionRef,
    /// The session's data key, wrapped.
    pub session_key: Vec<u8>,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// That endpoint's address.
    pub url: String,
    /// Its signing secret, sealed.
    pub secret: Vec<u8>,
}

/// One HTTP try of a delivery.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration_ms: i64,
    /// The answer's status, where there was one.
    pub status_code: Option<u16>,
    /// Why there was none.
    pub failure: Option<String>,
}

/// A delivery with all its attempts.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The event.
    pub event: EventId,
    /// What happened.
    pub event_type: String,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// The session it is about.
    pub session: SessionRef,
    /// PENDING, DELIVERED or FAILED.
    pub status: String,
    /// When the next try is due.
    pub next_at: Option<Timestamp>,
    /// Every try so far.
    pub attempts: Vec<Attempt>,
}
