//! What was found out about a PDF.

use serde::{Deserialize, Serialize};

/// What a PDF is to somebody who opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PdfState {
    /// It opens, and has a page.
    Readable,
    /// It opens only with a password.
    Password,
    /// It has no page that can be read.
    Unreadable,
}
