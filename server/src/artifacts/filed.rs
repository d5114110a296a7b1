//! What becomes of an uploaded file: it is stored, or there is a reason why not.

use shared::{api::FileWarning, problem::FieldFault};

use super::{
    permits::Busy,
    spool::SpoolError,
    uploads::{Full, NotRun},
};
use crate::{
    cpu::Panicked,
    failure::Failure,
    inspect::Fault,
    model::Artifact,
    sessions::transition::{Closed, NotOpen},
    storage::StorageError,
    worker::WorkerError,
};

/// Why a file was not stored.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The session accepts nothing more.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The file cannot be used.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The field does not accept this media type. Contains those that it accepts.
    #[error("this field takes {0}")]
    NotAccepted(String),
    /// The session would have too many files or bytes.
    #[error(transparent)]
    Full(#[from] Full),
    /// Too many others are under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Too many PDFs of the session ended a worker. It may send one again after so many seconds.
    #[error("too many PDFs of this session could not be read in time")]
    Struck {
        /// How long it waits.
        seconds: u64,
    },
    /// The session's files took too much CPU time. It may send one again after so many seconds.
    #[error("this session's files took too much CPU time")]
    Spent {
        /// How long it waits.
        seconds: u64,
    },
    /// The flow has no such ARTIFACT field.
    #[error("the flow has no such field")]
    Field(FieldFault),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The temporary file failed.
    #[error("a temporary file failed: {0}")]
    Io(#[from] std::io::Error),
    /// The inspection panicked.
    #[error(transparent)]
    Panicked(#[from] Panicked),
    /// No worker could look at the document.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(FileError);

impl From<NotRun> for FileError {
    fn from(error: NotRun) -> Self {
        match error {
            NotRun::Busy(busy) => busy.into(),
            NotRun::Spent { seconds } => Self::Spent { seconds },
            NotRun::Panicked(panicked) => panicked.into(),
        }
    }
}

impl From<SpoolError> for FileError {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::Full(full) => full.into(),
            SpoolError::Io(error) => error.into(),
        }
    }
}

impl From<NotOpen> for FileError {
    fn from(error: NotOpen) -> Self {
        match error {
            NotOpen::Closed(closed) => closed.into(),
            NotOpen::Failure(failure) => failure.into(),
        }
    }
}

/// A stored file, for the answer to its uploader.
pub struct Filed {
    /// Its row.
    pub artifact: Artifact,
    /// SHA-256 of the bytes as uploaded, hexadecimal.
    pub sha256: String,
    /// False if the field's earlier file had the same bytes; that file stays.
    pub is_new: bool,
    /// What the customer should know of it.
    pub warnings: Vec<FileWarning>,
}

/// Whether a file of this field takes the artifact's place.
pub(super) fn is_for(artifact: &Artifact, field: Option<&str>) -> bool {
    field.is_some() && artifact.field.as_deref() == field
}

/// The number of these files, and their bytes in total.
pub(super) fn total<'a>(artifacts: impl Iterator<Item = &'a Artifact>) -> (u64, u64) {
    artifacts.fold((0, 0), |(files, bytes), artifact| (files + 1, bytes + artifact.size.unsigned_abs()))
}
