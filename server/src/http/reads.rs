//! Serves stored files: a chunk at a time, and limited in number, so that slow readers do not occupy memory. Dropping the answer's body
//! frees its place.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context as Poller, Poll, ready},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures::stream::BoxStream;
use http_body::{Frame, SizeHint};
use shared::problem::Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::error;

use super::{problems::ApiError, streams::Side};
use crate::{
    artifacts::{
        FileStream, ReadError,
        permits::{Permit, Permits},
    },
    ids::SessionRef,
    model::Artifact,
};

/// The most files of one session that are read at once, for each [`Side`].
const MAX_PER_SESSION: usize = 4;
/// The most files that are read at once.
const MAX_PER_PROCESS: usize = 256;

/// The limits on files that are read.
pub struct Reads {
    of_session: Arc<Permits<(SessionRef, Side)>>,
    process: Arc<Semaphore>,
}

impl Default for Reads {
    fn default() -> Self {
        Self {
            of_session: Permits::new(MAX_PER_SESSION, "At most 4 files of a session are read at once, and the others did not end in time."),
            process: Arc::new(Semaphore::new(MAX_PER_PROCESS)),
        }
    }
}

/// The place of one file that is read.
pub struct Place {
    _session: Permit<(SessionRef, Side)>,
    _process: OwnedSemaphorePermit,
}

impl Reads {
    /// Takes the place of one file. Waits for the session's other files. Take it before the file is opened.
    ///
    /// # Errors
    /// 503 if the session's other files do not end in time, or the process reads too many.
    pub async fn enter(&self, session: (SessionRef, Side)) -> Result<Place, ApiError> {
        let session = self.of_session.take(session).await.map_err(|busy| ApiError::new(Code::Unavailable, busy.to_string()))?;
        let process = Arc::clone(&self.process).try_acquire_owned();
        let process = process.map_err(|_| ApiError::new(Code::Unavailable, "At most 256 files are read at once."))?;
        Ok(Place { _session: session, _process: process })
    }
}

/// The response with a file: the media type that we detected, a sandboxing policy, and for a PDF `Content-Disposition: attachment`.
pub fn served(artifact: &Artifact, file: FileStream, place: Place) -> Response {
    let body = Reading { id: artifact.id.to_string(), left: file.size, chunks: file.chunks, _place: place };
    let mut response = Body::new(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&artifact.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    if artifact.media_type == "application/pdf" {
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    response
}

/// A file on its way to a client. Its length is known, so that a client notices when it breaks off.
struct Reading {
    id: String,
    left: u64,
    chunks: BoxStream<'static, Result<Bytes, ReadError>>,
    _place: Place,
}

impl http_body::Body for Reading {
    type Data = Bytes;
    type Error = ReadError;

    fn poll_frame(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Option<Result<Frame<Bytes>, ReadError>>> {
        Poll::Ready(match ready!(self.chunks.as_mut().poll_next(poller)) {
            Some(Ok(chunk)) => {
                self.left = self.left.saturating_sub(chunk.len() as u64);
                Some(Ok(Frame::data(chunk)))
            }
            Some(Err(cause)) => {
                error!(artifact = self.id, %cause, "a file broke off while it was sent");
                Some(Err(cause))
            }
            None => None,
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
