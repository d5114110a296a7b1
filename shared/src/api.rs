//! Bodies of the public session API. JSON in camelCase.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    flow::{Branding, Step},
    language::Language,
    session::Status,
};

/// `userData` as it is sent: field names to strings and booleans, unchecked.
pub type RawUserData = Map<String, Value>;

/// How far the customer is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Steps that were saved and hold no fault, in the flow's order.
    pub done: Vec<String>,
    /// The first step not done, the last step once all are; null where the session is not open.
    pub current: Option<String>,
}

/// The body of `GET /kyc-sessions/:id/public`: all that a page needs and nothing that the customer entered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PublicSession {
    /// Where the session is in its life.
    pub status: Status,
    /// The flow's title.
    pub flow_name: String,
    /// When it ends, RFC 3339 in UTC.
    pub expires_at: String,
    /// The language of the texts.
    pub locale: Language,
    /// The company's look.
    pub branding: Branding,
    /// The flow's steps; none where the session is not open.
    pub steps: Vec<Step>,
    /// How far the customer is.
    pub progress: Progress,
}

impl PublicSession {
    /// The step of that id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// The body of `PUT …/steps/:step` and of `POST …/complete`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserDataBody {
    /// The values, by field name.
    #[serde(default)]
    pub user_data: RawUserData,
}

/// The answer to `POST …/complete`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Accepted {
    /// Always PROCESSING: that the session was submitted, not where it is by now.
    pub status: Status,
}

/// Where an artifact is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DossierLink {
    /// In its customer's dossier.
    Linked,
    /// Nowhere yet: the session has no customer.
    Unresolved,
}

/// The answer to `POST …/upload`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploaded {
    /// `art_…`
    pub artifact_id: String,
    /// What to send as the field's value; it opens the file for the device that uploaded it alone.
    pub url: String,
    /// Told by content.
    pub media_type: String,
    /// Bytes as uploaded.
    pub size: u64,
    /// Of the bytes as uploaded, hexadecimal.
    pub sha256: String,
    /// Where it is filed.
    pub dossier: DossierLink,
}
