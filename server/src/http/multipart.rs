//! Reads multipart bodies (RFC 7578) within their limits. multer keeps in memory what it has not understood yet, and searches it again at
//! each read. So it gets the body in small pieces, and never more than 16 KiB that is not the content of a part.

use std::{
    error::Error,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context as Poller, Poll, ready},
};

use axum::{
    body::{BodyDataStream, Bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use futures::Stream;
use multer::{Constraints, Field, Multipart, SizeLimit};
use shared::problem::{Code, FieldCode, FieldFault, Problem};

use super::{body, problems::ApiError};
use crate::artifacts::MAX_BYTES;

/// The longest text part, in bytes.
const MAX_TEXT: usize = 64 * 1024;
/// The most bytes of a body besides its files: boundaries, part headers and small parts.
const MAX_OVERHEAD: u64 = 64 * 1024;
/// The most bytes before the first part, and the most bytes of one part's headers.
const MAX_HEAD: usize = 16 * 1024;
/// The longest boundary, in bytes (RFC 2046, section 5.1.1).
const MAX_BOUNDARY: usize = 70;
/// What surrounds a part's headers, in bytes: the boundary, its dashes, and line ends.
const AROUND_HEAD: usize = MAX_BOUNDARY + 16;
/// The most bytes that multer gets at once.
const PIECE: usize = 64 * 1024;
/// The value of [`Feed::head`] while multer reads the content of a part.
const CONTENT: usize = usize::MAX;

/// A file has more bytes than a file may have.
pub fn too_large() -> ApiError {
    ApiError::new(Code::TooLarge, "A file is at most 10 MiB (10485760 bytes).")
}

/// What comes before the first part, or the headers of a part, are too long.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("too many bytes outside the content of the parts")]
struct HeadTooLong;

/// A multipart body that is being read.
pub struct Form {
    parts: Multipart<'static>,
    head: Arc<AtomicUsize>,
}

/// One part of a [`Form`]. Read it to its end before the next one.
pub struct Part(Field<'static>);

impl Form {
    /// Begins to read a body as multipart/form-data with at most this many files.
    ///
    /// # Errors
    /// 413, or 415 if it has another media type.
    pub fn of(headers: &HeaderMap, request: Request, files: u64) -> Result<Self, ApiError> {
        let limit = files * MAX_BYTES + MAX_OVERHEAD;
        if body::declared_length(headers).is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type).ok().filter(|boundary| (1..=MAX_BOUNDARY).contains(&boundary.len()));
        let refused = "The body has to be multipart/form-data with a boundary of at most 70 characters.";
        let boundary = boundary.ok_or_else(|| ApiError::new(Code::UnsupportedMedia, refused))?;
        let head = Arc::new(AtomicUsize::new(CONTENT));
        let feed = Feed {
            body: request.into_body().into_data_stream(),
            first: format!("--{boundary}").into_bytes(),
            before: Some(Vec::new()),
            rest: Bytes::new(),
            head: Arc::clone(&head),
            pause: false,
        };
        let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(limit));
        Ok(Self { parts: Multipart::with_constraints(feed, boundary, constraints), head })
    }

    /// Reads up to the content of the next part. `None` after the last one.
    ///
    /// # Errors
    /// 413 if too many bytes come before it, 408, or 422 if the body is broken or ends too early.
    pub async fn next(&mut self) -> Result<Option<Part>, ApiError> {
        self.head.store(MAX_HEAD + AROUND_HEAD, Ordering::Relaxed);
        let next = self.parts.next_field().await.map_err(|error| broken(&error))?;
        self.head.store(CONTENT, Ordering::Relaxed);
        // Some of the headers may have come with the part before.
        let length = |field: &Field<'_>| field.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>();
        if next.as_ref().is_some_and(|field| length(field) > MAX_HEAD) {
            return Err(head_too_long());
        }
        Ok(next.map(Part))
    }
}

impl Part {
    /// The name of its field; empty if it has none.
    pub fn name(&self) -> &str {
        self.0.name().unwrap_or_default()
    }

    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.0.file_name().is_some()
    }

    /// Its next bytes. `None` at its end.
    ///
    /// # Errors
    /// 413, 408, or 422 if the body is broken or ends too early.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.0.chunk().await.map_err(|error| broken(&error))
    }

    /// Its text. Bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// 413 if it is too long.
    pub async fn text(mut self) -> Result<String, ApiError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() + chunk.len() > MAX_TEXT {
                return Err(ApiError::new(Code::TooLarge, "A text is at most 64 KiB (65536 bytes)."));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads and drops a part that is not used, up to the size limit of a file.
    ///
    /// # Errors
    /// 413 if it is larger.
    pub async fn skip(mut self) -> Result<(), ApiError> {
        let mut read = 0;
        while let Some(chunk) = self.chunk().await? {
            read += chunk.len() as u64;
            if read > MAX_BYTES {
                return Err(too_large());
            }
        }
        Ok(())
    }

    /// Reads and drops the rest of a part that was refused. Only the size limit of the whole body ends it.
    ///
    /// # Errors
    /// 413, 408, or 422 if the body is broken or ends too early.
    pub async fn drain(mut self) -> Result<(), ApiError> {
        while self.chunk().await?.is_some() {}
        Ok(())
    }
}

fn head_too_long() -> ApiError {
    ApiError::new(Code::TooLarge, "What comes before the first part, and the headers of a part, have at most 16 KiB (16384 bytes) each.")
}

fn is_head_too_long(error: &(dyn Error + 'static)) -> bool {
    error.is::<HeadTooLong>() || error.source().is_some_and(is_head_too_long)
}

fn broken(error: &multer::Error) -> ApiError {
    if matches!(error, multer::Error::StreamSizeExceeded { .. }) {
        return too_large();
    }
    if is_head_too_long(error) {
        return head_too_long();
    }
    if let Some(timeout) = body::too_slow(error) {
        return timeout;
    }
    let fault = FieldFault::new("file", FieldCode::Malformed, "Send the whole body again.");
    let detail = "The multipart body is broken, or ended before it was whole.";
    ApiError(Box::new(Problem::new(Code::InvalidRequest, detail).with_errors(vec![fault])))
}

/// What multer reads: the body from the first boundary on, in pieces. After each piece it pauses, so that multer looks at what it has
/// before it takes more.
struct Feed {
    body: BodyDataStream,
    /// The first boundary, with its dashes.
    first: Vec<u8>,
    /// What came before the first boundary; `None` once the boundary was found.
    before: Option<Vec<u8>>,
    /// What was received and is not passed on yet.
    rest: Bytes,
    /// How many bytes multer may still get for a part's headers, or [`CONTENT`].
    head: Arc<AtomicUsize>,
    pause: bool,
}

impl Feed {
    /// Drops what comes before the first boundary.
    fn find_first(&mut self, received: Bytes) -> Result<(), HeadTooLong> {
        let Some(before) = &mut self.before else {
            self.rest = received;
            return Ok(());
        };
        // Nothing is searched twice but what may be the beginning of a boundary.
        let from = before.len().saturating_sub(self.first.len() - 1);
        let take = received.len().min(MAX_HEAD + self.first.len() - before.len());
        before.extend_from_slice(&received[..take]);
        if let Some(at) = before[from..].windows(self.first.len()).position(|window| window == self.first) {
            let boundary = before.split_off(from + at);
            self.rest = [&boundary, &received[take..]].concat().into();
            self.before = None;
        } else if before.len() == MAX_HEAD + self.first.len() {
            return Err(HeadTooLong);
        }
        Ok(())
    }
}

impl Stream for Feed {
    type Item = Result<Bytes, Box<dyn Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pause) {
            poller.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(poller)) {
                Some(Ok(received)) => self.find_first(received)?,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(None),
            }
        }
        let head = self.head.load(Ordering::Relaxed);
        let length = self.rest.len().min(PIECE).min(head);
        if length == 0 {
            return Poll::Ready(Some(Err(HeadTooLong.into())));
        }
        if head != CONTENT {
            self.head.store(head - length, Ordering::Relaxed);
        }
        self.pause = true;
        Poll::Ready(Some(Ok(self.rest.split_to(length))))
    }
}

#[cfg(test)]
#[path = "multipart/tests.rs"]
mod tests;
