//! Reads multipart bodies (RFC 2046, RFC 7578) within their limits. It keeps at most 16 KiB that is not the content of a part, and searches
//! no byte twice, so that neither a large nor a slow body costs memory or time. The libraries for it keep and search all that they have
//! not understood yet.

use axum::{
    body::{BodyDataStream, Bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use bytes::{Buf as _, BytesMut};
use futures::TryStreamExt as _;
use httparse::{EMPTY_HEADER, Status, parse_headers};
use memchr::memmem::{self, Finder};
use shared::problem::{Code, FieldCode, FieldFault, Problem};

use super::{body, parameter::parameter, problems::ApiError};
use crate::artifacts::MAX_BYTES;

/// The longest text part, in bytes.
const MAX_TEXT: usize = 64 * 1024;
/// The most bytes of a body besides its files: boundaries, part headers and small parts.
const MAX_OVERHEAD: u64 = 64 * 1024;
/// The most bytes before the first part, and the most bytes of one part's headers.
const MAX_HEAD: usize = 16 * 1024;
/// The most headers of a part.
const MAX_HEADERS: usize = 32;
/// The longest boundary, in bytes (RFC 2046, section 5.1.1).
const MAX_BOUNDARY: usize = 70;

const LINE_END: &[u8] = b"\r\n";
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A file has more bytes than a file may have.
pub fn too_large() -> ApiError {
    ApiError::new(Code::TooLarge, "A file is at most 10 MiB (10485760 bytes).")
}

/// A multipart body that is being read.
pub struct Form {
    body: BodyDataStream,
    /// What was received and is not used yet.
    buffer: BytesMut,
    /// A line end, two dashes and the boundary.
    delimiter: Finder<'static>,
    /// Bytes that may still come.
    left: u64,
    at: At,
}

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the first delimiter.
    Beginning,
    /// In the content of a part.
    Content,
    /// After a delimiter.
    Delimiter,
    /// After the last one.
    End,
}

/// One part of a [`Form`]. What is not read of it is dropped before the next one.
pub struct Part<'f> {
    form: &'f mut Form,
    name: String,
    is_file: bool,
}

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
        let boundary = parameter(content_type, "boundary").filter(|boundary| (1..=MAX_BOUNDARY).contains(&boundary.len()));
        let boundary = boundary.filter(|_| body::is_media_type(headers, "multipart/form-data"));
        let refused = "The body has to be multipart/form-data with a boundary of at most 70 characters.";
        let boundary = boundary.ok_or_else(|| ApiError::new(Code::UnsupportedMedia, refused))?;
        Ok(Self {
            body: request.into_body().into_data_stream(),
            // The first delimiter has no line end before it if it is at the beginning.
            buffer: BytesMut::from(LINE_END),
            delimiter: Finder::new(&format!("\r\n--{boundary}")).into_owned(),
            left: limit,
            at: At::Beginning,
        })
    }

    /// Receives more of the body.
    async fn receive(&mut self) -> Result<(), ApiError> {
        let received = self.body.try_next().await.map_err(|error| body::refused(&error).unwrap_or_else(broken))?.ok_or_else(broken)?;
        self.left = self.left.checked_sub(received.len() as u64).ok_or_else(too_large)?;
        self.buffer.extend_from_slice(&received);
        Ok(())
    }

    /// Reads up to the content of the next part. `None` after the last one.
    ///
    /// # Errors
    /// 413 if too many bytes come before it, 408, or 422 if the body is broken or ends too early.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, ApiError> {
        // The line end that `of` has put there counts instead of the one that belongs to the delimiter.
        let mut may_come = if self.at == At::Beginning { MAX_HEAD } else { usize::MAX };
        while let Some(dropped) = self.content().await? {
            may_come = may_come.checked_sub(dropped.len()).ok_or_else(head_too_long)?;
        }
        while self.at != At::End && self.buffer.len() < 2 {
            self.receive().await?;
        }
        if self.at == At::End || self.buffer.starts_with(b"--") {
            self.at = At::End;
            return Ok(None);
        }
        let (name, is_file) = self.head().await?;
        self.at = At::Content;
        Ok(Some(Part { form: self, name, is_file }))
    }

    /// What comes before the next delimiter, as far as it was received. `None` once it is past the delimiter.
    async fn content(&mut self) -> Result<Option<Bytes>, ApiError> {
        let length = self.delimiter.needle().len();
        while matches!(self.at, At::Beginning | At::Content) {
            let found = self.delimiter.find(&self.buffer);
            // The last bytes may be the beginning of the delimiter.
            let before = found.unwrap_or_else(|| self.buffer.len().saturating_sub(length - 1));
            if before > 0 {
                return Ok(Some(self.buffer.split_to(before).freeze()));
            }
            if found.is_some() {
                self.buffer.advance(length);
                self.at = At::Delimiter;
            } else {
                self.receive().await?;
            }
        }
        Ok(None)
    }

    /// Reads the rest of a delimiter's line and a part's headers: the name of its field, and whether it is a file.
    async fn head(&mut self) -> Result<(String, bool), ApiError> {
        let mut searched = 0;
        let end = loop {
            if let Some(at) = memmem::find(&self.buffer[searched..], END_OF_HEAD) {
                break searched + at + END_OF_HEAD.len();
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(head_too_long());
            }
            searched = self.buffer.len().saturating_sub(END_OF_HEAD.len() - 1);
            self.receive().await?;
        };
        if end > MAX_HEAD {
            return Err(head_too_long());
        }
        let head = self.buffer.split_to(end);
        let padding = head.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let lines = head[padding..].strip_prefix(LINE_END).ok_or_else(broken)?;
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let Ok(Status::Complete((_, headers))) = parse_headers(lines, &mut headers) else { return Err(broken()) };
        let disposition = headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-disposition"));
        let disposition = disposition.map(|header| String::from_utf8_lossy(header.value)).unwrap_or_default();
        Ok((parameter(&disposition, "name").unwrap_or_default(), parameter(&disposition, "filename").is_some()))
    }
}

impl Part<'_> {
    /// The name of its field; empty if it has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a file.
    pub const fn is_file(&self) -> bool {
        self.is_file
    }

    /// Its next bytes. `None` at its end.
    ///
    /// # Errors
    /// 413, 408, or 422 if the body is broken or ends too early.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.form.content().await
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
}

fn head_too_long() -> ApiError {
    ApiError::new(Code::TooLarge, "What comes before the first part, and the headers of a part, have at most 16 KiB (16384 bytes) each.")
}

fn broken() -> ApiError {
    let fault = FieldFault::new("file", FieldCode::Malformed, "Send the whole body again.");
    let detail = "The multipart body is broken, or ended before it was whole.";
    ApiError(Box::new(Problem::new(Code::InvalidRequest, detail).with_errors(vec![fault])))
}

#[cfg(test)]
#[path = "multipart/tests.rs"]
mod tests;
