//! An uploaded file's row. The file itself is in the storage.

use shared::{ids::ArtifactId, session::Timestamp};

use super::sessions::Device;
use crate::ids::{CustomerId, SessionRef};

/// An uploaded file's row.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Its id.
    pub id: ArtifactId,
    /// The session it was uploaded to.
    pub session: SessionRef,
    /// The customer whose dossier it is in.
    pub customer: Option<CustomerId>,
    /// The field that it is the answer to.
    pub field: Option<String>,
    /// The media type, detected from the content.
    pub media_type: String,
    /// Size as uploaded, in bytes.
    pub size: i64,
    /// Its data key, wrapped by its customer's key if it is in a dossier, else by its session's.
    pub data_key: Vec<u8>,
    /// What the inspection found out about it, sealed with its data key.
    pub facts: Vec<u8>,
    /// The device that uploaded it, if it had a cookie.
    pub writer: Option<Device>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}
