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

/// How far the customer has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The ids of the steps that are done, in the flow's order.
    pub done: Vec<String>,
    /// The id of the first step that is not done, or of the last step if all are done; null if the session is not open.
    pub current: Option<String>,
}

/// The body of `GET /kyc-sessions/:id/public`: everything that a page needs, and nothing that the customer entered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PublicSession {
    /// The session's status.
    pub status: Status,
    /// The flow's title.
    pub flow_name: String,
    /// When it ends, RFC 3339 in UTC.
    pub expires_at: String,
    /// The language of the texts.
    pub locale: Language,
    /// The company's look.
    pub branding: Branding,
    /// The flow's steps; none if the session is not open.
    pub steps: Vec<Step>,
    /// How far the customer has come.
    pub progress: Progress,
    /// The flow takes sample documents for real. Absent where it does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sandbox: bool,
}

impl PublicSession {
    /// The step with this id.
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
    /// Always PROCESSING: the session was submitted. It may have another status by now.
    pub status: Status,
}

/// Whether an artifact is in a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DossierLink {
    /// In its customer's dossier.
    Linked,
    /// In no dossier.
    Unresolved,
}

/// What may be the matter with a file that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileWarning {
    /// A PDF that opens only with a password.
    Password,
}

/// The answer to `POST …/upload`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploaded {
    /// `art_…`
    pub artifact_id: String,
    /// The URL to send as the field's value. Only the device that uploaded the file can open it.
    pub url: String,
    /// The media type, detected from the content.
    pub media_type: String,
    /// Size as uploaded, in bytes.
    pub size: u64,
    /// SHA-256 of the bytes as uploaded, hexadecimal.
    pub sha256: String,
    /// Whether it is in a dossier.
    pub dossier: DossierLink,
    /// What the customer should know of it, although it was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<FileWarning>,
}
