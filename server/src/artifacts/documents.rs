//! Has a worker look into an uploaded PDF before it is stored. Images are decoded by the inspection.

use std::time::Instant;

use shared::api::FileWarning;

use super::{
    filed::FileError,
    strikes::Struck,
    uploads::{Uploads, Work},
};
use crate::{
    ids::SessionRef,
    inspect::{Fault, Inspected, MediaType},
    kit::Kit,
    model::PdfState,
    worker::WorkerError,
};

/// Waits until one more PDF of the session may be looked into.
///
/// # Errors
/// If too many others are under way, if the session's files took too much CPU time, or if the session or the file ended workers a moment ago.
pub(super) async fn permit(uploads: &Uploads, session: SessionRef, sha256: &str) -> Result<Work, FileError> {
    let permit = uploads.document(session).await?;
    // Only now: the files before it may have ended workers.
    uploads.may_spend(session)?;
    match uploads.strikes.check(session, sha256, Instant::now()) {
        Ok(()) => Ok(permit),
        Err(Struck::Session(wait)) => Err(FileError::Struck { seconds: wait.as_millis().div_ceil(1_000) as u64 }),
        Err(Struck::File) => Err(Fault::BadDocument.into()),
    }
}

/// Has a worker look into a PDF: what the customer should know of it, or why it cannot be used.
///
/// # Errors
/// If the PDF cannot be used, or no worker could be started.
pub(super) async fn look_into(kit: &Kit, uploads: &Uploads, session: SessionRef, inspected: &Inspected, sha256: &str) -> Result<Vec<FileWarning>, FileError> {
    if inspected.media_type != MediaType::Pdf {
        return Ok(Vec::new());
    }
    match kit.workers.pdf(&inspected.stored).await {
        Ok((state, used)) => {
            uploads.strikes.spend(session, used, Instant::now());
            match state {
                PdfState::Readable => Ok(Vec::new()),
                PdfState::Password => Ok(vec![FileWarning::Password]),
                PdfState::Unreadable => Err(Fault::BadDocument.into()),
            }
        }
        Err(WorkerError::NoAnswer) => {
            uploads.strikes.add(session, sha256, Instant::now());
            Err(Fault::BadDocument.into())
        }
        Err(error) => Err(error.into()),
    }
}
