//! The workers that a server has, by kind.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    kind::Kind,
    pool::{Pool, WorkerError},
};
use crate::model::PdfState;

/// How long a worker waits for its next request before it ends.
const IDLE: Duration = Duration::from_secs(60);

/// The workers of this process. None is started before the first request. Cloning it copies a pointer.
#[derive(Clone)]
pub struct Workers {
    pdf: Arc<Pool>,
}

impl Workers {
    /// Workers that the running binary is.
    pub fn of_this_binary() -> Self {
        // An upgrade may have replaced or deleted the file; this leads to the one that runs.
        Self::of("/proc/self/exe".into(), IDLE)
    }

    /// Workers that the binary in this file is. Each ends once it was idle for this long.
    pub fn of(program: PathBuf, idle: Duration) -> Self {
        Self { pdf: Pool::new(Kind::Pdf, program, idle) }
    }

    /// What this PDF is to somebody who opens it, and the CPU time that it took to find out.
    ///
    /// # Errors
    /// If no worker can be started, or if none gave an answer.
    pub async fn pdf(&self, bytes: &[u8]) -> Result<(PdfState, Duration), WorkerError> {
        let (answer, used) = self.pdf.ask(bytes).await?;
        Ok((serde_json::from_slice(&answer).unwrap_or(PdfState::Unreadable), used))
    }
}
