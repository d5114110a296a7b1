//! Reads of a PDF what evidence needs: whether it opens without a password, and has a page.

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use crate::model::PdfState;

/// The worker's answer, as JSON.
pub(super) fn answer(bytes: Vec<u8>) -> Vec<u8> {
    let state = std::panic::catch_unwind(|| read(bytes)).unwrap_or(PdfState::Unreadable);
    serde_json::to_vec(&state).expect("a word serialises")
}

fn read(bytes: Vec<u8>) -> PdfState {
    // It tries the empty password, which opens a file that only forbids changes.
    match Pdf::new(bytes) {
        Ok(pdf) if pdf.pages().is_empty() => PdfState::Unreadable,
        Ok(_) => PdfState::Readable,
        // An unsupported algorithm asks for a certificate, or for a password in a way of its own.
        Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm)) => PdfState::Password,
        Err(LoadPdfError::Decryption(_) | LoadPdfError::Invalid) => PdfState::Unreadable,
    }
}
