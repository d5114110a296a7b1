//! The workers that a server has, by kind.

use std::{path::PathBuf, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;

use super::{
    kind::Kind,
    look,
    pool::{Pool, WorkerError},
};
use crate::{
    cpu::Cpu,
    model::{PdfState, SeenFaces, SeenText},
};

/// How long a worker waits for its next request before it ends.
const IDLE: Duration = Duration::from_secs(60);

/// The workers of this process. None is started before the first request. Cloning it copies a pointer.
#[derive(Clone)]
pub struct Workers {
    pdf: Arc<Pool>,
    text: Arc<Pool>,
    faces: Arc<Pool>,
}

impl Workers {
    /// Workers that the running binary is. What they decode counts as this memory of the machine.
    pub fn of_this_binary(cpu: &Cpu) -> Self {
        // An upgrade may have replaced or deleted the file; this leads to the one that runs.
        Self::of("/proc/self/exe".into(), IDLE, cpu)
    }

    /// Workers that the binary in this file is. Each ends once it was idle for this long.
    pub fn of(program: PathBuf, idle: Duration, cpu: &Cpu) -> Self {
        let pool = |kind| Pool::new(kind, program.clone(), idle, cpu.clone());
        Self { pdf: pool(Kind::Pdf), text: pool(Kind::Text), faces: pool(Kind::Faces) }
    }

    /// What this PDF is to somebody who opens it, and the CPU time that it took to find out.
    ///
    /// # Errors
    /// If no worker can be started, or if none gave an answer.
    pub async fn pdf(&self, bytes: &[u8]) -> Result<(PdfState, Duration), WorkerError> {
        let (answer, used) = self.pdf.ask(bytes, 0).await?;
        Ok((serde_json::from_slice(&answer).unwrap_or(PdfState::Unreadable), used))
    }

    /// What is written on an image that takes this many MiB to decode; `None` if it cannot be decoded.
    ///
    /// # Errors
    /// As [`Self::pdf`].
    pub async fn text(&self, file: &[u8], mebibytes: u32) -> Result<Option<SeenText>, WorkerError> {
        seen(&self.text.ask(file, mebibytes).await?.0)
    }

    /// The faces on an image that takes this many MiB to decode, with the numbers by which the largest is compared, if they are asked for;
    /// `None` if it cannot be decoded.
    ///
    /// # Errors
    /// As [`Self::pdf`].
    pub async fn faces(&self, file: &[u8], mebibytes: u32, with_template: bool) -> Result<Option<SeenFaces>, WorkerError> {
        seen(&self.faces.ask(&look::ask_for_faces(file, with_template), mebibytes).await?.0)
    }
}

/// What an answer says. One that says nothing is that of a worker which something has taken over.
fn seen<T: DeserializeOwned>(answer: &[u8]) -> Result<T, WorkerError> {
    serde_json::from_slice(answer).map_err(|_| WorkerError::NoAnswer)
}
