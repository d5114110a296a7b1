//! A session, its saved values and its consents.

use shared::{
    language::Language,
    session::{SessionState, Timestamp},
};

use crate::ids::{CustomerId, FlowId, SessionRef};

/// A session as it is stored.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its row.
    pub r#ref: SessionRef,
    /// Its id, sealed with its data key.
    pub id_sealed: Vec<u8>,
    /// Its data key, wrapped by the master key.
    pub data_key: Vec<u8>,
    /// The version of the flow that it was created with.
    pub flow: FlowId,
    /// Its customer, if known.
    pub customer: Option<CustomerId>,
    /// The language that was chosen when it was created.
    pub locale: Option<Language>,
    /// Its state, as stored: past its time it may still be PENDING.
    pub state: SessionState,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its time is up, in every state.
    pub expires_at: Timestamp,
    /// When the customer's progress may last have changed; event streams then read it again. Equal to `created_at` until the first save.
    pub touched_at: Timestamp,
    /// When the customer submitted it, in every later state.
    pub submitted_at: Option<Timestamp>,
}

/// The hash of a device's resume cookie.
pub type Device = [u8; 32];

/// What we keep of the request that submitted a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The device that submitted it, if it had a cookie; none if an earlier build submitted it.
    pub by: Option<Device>,
    /// An HMAC of the request's answers with the session's data key; none if an earlier build submitted it.
    pub mac: Option<Vec<u8>>,
    /// How many requests since then differed.
    pub wrong_tries: i64,
}

/// A saved value, sealed.
#[derive(Clone, Debug)]
pub struct SavedAnswer {
    /// The field.
    pub field: String,
    /// The value, sealed with the session's data key.
    pub value: Vec<u8>,
    /// The device that wrote it, if it had a cookie.
    pub writer: Option<Device>,
}

/// What a customer agreed to.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The field of the box that was ticked.
    pub field: String,
    /// SHA-256 of the step's text, in UTF-8; of its title if it has no text.
    pub text_sha256: [u8; 32],
    /// The text's language.
    pub language: Language,
    /// When it was ticked, by the server's clock.
    pub agreed_at: Timestamp,
}
