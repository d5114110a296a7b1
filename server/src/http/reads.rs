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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        http::connections::{Connections, Newcomer},
        ids::RowId as _,
    };

    fn connection() -> Connection {
        match Arc::new(Connections::default()).enter([192, 0, 2, 1].into()) {
            Some(Newcomer::Entered(connection)) => connection,
            _ => panic!("there is room"),
        }
    }

    /// Takes a place for a file of this session, read from this address.
    async fn enter(reads: &Reads, connection: &Connection, session: usize, address: usize) -> Result<Place, ApiError> {
        let session = SessionRef::from_uuid(Uuid::from_u128(session as u128));
        let address = IpAddr::from(u32::try_from(0x0a00_0000 + address).unwrap().to_be_bytes());
        reads.enter((session, Side::Operators), address, connection).await
    }

    fn is_refused(entered: Result<Place, ApiError>, limit: &str) -> bool {
        entered.is_err_and(|error| error.0.status == 503 && error.0.detail == limit)
    }

    #[tokio::test]
    async fn places_are_limited_in_total_and_become_free() {
        let (reads, connection) = (Reads::default(), connection());
        let mut open = Vec::new();
        for at in 0..MAX_PER_PROCESS {
            open.push(enter(&reads, &connection, at, at).await.expect("there is room"));
        }
        let one_more = async || enter(&reads, &connection, MAX_PER_PROCESS, MAX_PER_PROCESS).await;
        assert!(is_refused(one_more().await, "At most 256 files are read at once."));
        drop(open.pop());
        open.push(one_more().await.expect("the place is free"));
        assert!(is_refused(one_more().await, "At most 256 files are read at once."));
        open.clear();
        assert!(reads.of_session.is_unused(), "nothing is kept of sessions whose files nobody reads");
    }

    #[tokio::test]
    async fn one_address_has_its_share_and_leaves_room_for_others() {
        let (reads, connection) = (Reads::default(), connection());
        let mut open = Vec::new();
        for at in 0..MAX_PER_PROCESS / 2 {
            open.push(enter(&reads, &connection, at, 1).await.expect("there is room"));
        }
        let one_more = async || enter(&reads, &connection, MAX_PER_PROCESS, 1).await;
        let share = "Of 256 files that are read at once, an address has its share once 128 are read.";
        assert!(is_refused(one_more().await, share));
        drop(open.pop());
        open.push(one_more().await.expect("the place is free"));
        assert!(is_refused(one_more().await, share));
        assert!(enter(&reads, &connection, 0, 2).await.is_ok(), "another address has room");
    }
}
