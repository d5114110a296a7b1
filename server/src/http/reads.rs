//! Serves stored files: a chunk at a time, and limited in number, so that slow readers do not occupy memory. Dropping the answer's body
//! frees its place.

use std::{
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context as Poller, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures::stream::BoxStream;
use http_body::{Frame, SizeHint};
use shared::problem::Code;
use tracing::error;

use super::{
    connections::Connection,
    disposition,
    problems::ApiError,
    shares::{Full, Share, Shares},
    streams::Side,
};
use crate::{
    artifacts::{
        FileStream, ReadError,
        permits::{Permit, Permits, Queue},
    },
    ids::SessionRef,
    model::Artifact,
};

/// The most files of one session that are read at once, for each [`Side`].
const MAX_PER_SESSION: usize = 4;
/// A page may ask for all 40 files of a session at once.
const QUEUE: Queue = Queue { waiting: 36, longest_wait: Duration::from_secs(30) };
/// The most files that are read at once.
const MAX_PER_PROCESS: usize = 256;

/// The limits on files that are read.
pub struct Reads {
    of_session: Arc<Permits<(SessionRef, Side)>>,
    process: Arc<Shares>,
}

impl Default for Reads {
    fn default() -> Self {
        Self {
            of_session: Permits::new(MAX_PER_SESSION, QUEUE, "At most 4 files of a session are read at once, and the others did not end in time."),
            process: Shares::new(MAX_PER_PROCESS),
        }
    }
}

/// The place of one file that is read.
pub struct Place {
    _session: Permit<(SessionRef, Side)>,
    _process: Share,
}

impl Reads {
    /// Takes the place of one file. Waits for the session's other files; meanwhile the connection may be closed. Take it before the file
    /// is opened.
    ///
    /// # Errors
    /// 503 if the session's other files do not end in time, the process reads too many, or another connection needs the place of this one.
    pub async fn enter(&self, session: (SessionRef, Side), address: IpAddr, connection: &Connection) -> Result<Place, ApiError> {
        let unavailable = |limit: &str| ApiError::new(Code::Unavailable, limit);
        let needed = || unavailable("The server takes 2,000 connections, and another one needed the place of this one, which waited.");
        let session = connection.waits(self.of_session.take(session)).await.ok_or_else(needed)?;
        let session = session.map_err(|busy| unavailable(busy.0))?;
        let process = self.process.enter(address).map_err(|full| match full {
            Full::All => unavailable("At most 256 files are read at once."),
            Full::Share => unavailable("Of 256 files that are read at once, an address has its share once 128 are read."),
        })?;
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
    headers.insert(header::CONTENT_DISPOSITION, disposition::of(artifact));
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
