//! Has a worker look into an uploaded PDF before it is stored. Images are decoded by the inspection.

use shared::api::FileWarning;

use super::inspect::{Fault, Inspected, MediaType};
use crate::{kit::Kit, model::PdfState, worker::WorkerError};

/// Has a worker look into a PDF: what the customer should know of it, or why it cannot be used. Images were decoded by the inspection.
///
/// # Errors
/// If no worker could be started.
pub(super) async fn look_into(kit: &Kit, inspected: &Inspected) -> Result<Result<Vec<FileWarning>, Fault>, WorkerError> {
    if inspected.media_type != MediaType::Pdf {
        return Ok(Ok(Vec::new()));
    }
    Ok(match kit.workers.pdf(&inspected.stored).await? {
        PdfState::Readable => Ok(Vec::new()),
        PdfState::Password => Ok(vec![FileWarning::Password]),
        PdfState::Unreadable => Err(Fault::BadDocument),
    })
}
