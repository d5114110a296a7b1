//! `POST /kyc-sessions/{id}/upload`, and reading multipart bodies: parts within their limits, and files directly into an encrypted
//! temporary file.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt as _;
use multer::{Constraints, Field, Multipart, SizeLimit};
use shared::{
    api::{DossierLink, Uploaded},
    problem::{Code, FieldCode, FieldFault},
};

use super::{Context, body, device, path::Segments, problems::ApiError, session_api, visitor::Visitor};
use crate::artifacts::{
    MAX_BYTES,
    file::{self, FileError},
    spool::{Spool, Spooled},
};

/// The longest text part, in bytes.
const MAX_TEXT: usize = 64 * 1024;
/// The most parts of one body.
pub const MAX_PARTS: usize = 200;
/// The most bytes of a body besides its files: boundaries, part headers and small parts.
const MAX_OVERHEAD: u64 = 64 * 1024;

fn too_large() -> ApiError {
    ApiError::new(Code::TooLarge, "A file is at most 10 MiB (10485760 bytes).")
}

/// Reads a body as multipart/form-data with at most this many files. The limit is on the whole body, because multer keeps in memory what
/// is outside the parts.
///
/// # Errors
/// 413, or 415 if it has another media type.
pub fn multipart(headers: &HeaderMap, request: Request, files: u64) -> Result<Multipart<'static>, ApiError> {
    let limit = files * MAX_BYTES + MAX_OVERHEAD;
    if body::declared_length(headers).is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary =
        multer::parse_boundary(content_type).map_err(|_| ApiError::new(Code::UnsupportedMedia, "The body has to be multipart/form-data with a boundary."))?;
    let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(limit));
    Ok(Multipart::with_constraints(request.into_body().into_data_stream(), boundary, constraints))
}

/// Reads the next part.
///
/// # Errors
/// 400 if the body is broken or ends too early.
pub async fn next_part(form: &mut Multipart<'static>) -> Result<Option<Field<'static>>, ApiError> {
    form.next_field().await.map_err(|error| broken(&error))
}

fn broken(error: &multer::Error) -> ApiError {
    if matches!(error, multer::Error::StreamSizeExceeded { .. }) {
        return too_large();
    }
    if let Some(timeout) = body::too_slow(error) {
        return timeout;
    }
    ApiError::new(Code::InvalidRequest, "The multipart body is broken, or ended before it was whole.").with_field(
        "file",
        FieldCode::Malformed,
        "Send the whole body again.",
    )
}

impl ApiError {
    fn with_field(mut self, field: &str, code: FieldCode, message: &str) -> Self {
        self.0.errors.push(FieldFault::new(field, code, message));
        self
    }
}

/// Reads a part's text. Bytes that are not UTF-8 become U+FFFD.
///
/// # Errors
/// 413 if it is too long.
pub async fn text(mut part: Field<'static>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + chunk.len() > MAX_TEXT {
            return Err(ApiError::new(Code::TooLarge, "A text is at most 64 KiB (65536 bytes)."));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads a part's file into an encrypted temporary file. `None` if it is empty.
///
/// # Errors
/// 413 if it is too large, 503 if the temporary file cannot be written.
pub async fn spool(context: &Context, mut part: Field<'static>) -> Result<Option<Spooled>, ApiError> {
    let mut spool = Spool::new(&context.spool_dir, &context.app.kit.ambient).await.map_err(FileError::from)?;
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        if spool.size() + chunk.len() as u64 > MAX_BYTES {
            return Err(too_large());
        }
        spool.write(&chunk).await.map_err(FileError::from)?;
    }
    if spool.size() == 0 {
        return Ok(None);
    }
    Ok(Some(spool.finish().await.map_err(FileError::from)?))
}

/// `POST /kyc-sessions/{id}/upload`
pub async fn upload(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor, request: Request) -> Result<Response, ApiError> {
    let opened = session_api::open(&context, &id, &visitor).await?;
    opened.require_open()?;
    let headers = request.headers().clone();
    let mut form = multipart(&headers, request, 1)?;
    let (mut spooled, mut field) = (None, None);
    let mut parts = 0;
    while let Some(part) = next_part(&mut form).await? {
        parts += 1;
        match part.name() {
            Some("file") if spooled.is_none() => spooled = spool(&context, part).await?,
            Some("field") if field.is_none() => field = Some(text(part).await?).filter(|name| !name.is_empty()),
            _ if parts > MAX_PARTS => return Err(ApiError::new(Code::TooLarge, "A body has at most 200 parts.")),
            _ => skip(part).await?,
        }
    }
    let Some(spooled) = spooled else {
        return Err(ApiError::new(Code::InvalidRequest, "The file is missing or empty.").with_field(
            "file",
            FieldCode::Required,
            "Send the file's bytes as the part \"file\".",
        ));
    };
    let known = device::known_or_new(&context.app.kit, &headers, &opened).await?;
    let filed = file::file(&context.app.kit, &context.app.uploads, &opened, spooled, field.as_deref(), Some(known.device)).await?;
    let artifact = filed.artifact;
    let body = Uploaded {
        artifact_id: artifact.id.to_string(),
        url: format!("{}{}", opened.artifact_prefix(&context.app.kit), artifact.id),
        media_type: artifact.media_type,
        size: u64::try_from(artifact.size).unwrap_or_default(),
        sha256: filed.sha256,
        dossier: if artifact.customer.is_some() { DossierLink::Linked } else { DossierLink::Unresolved },
    };
    let status = if filed.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(known.set_on((status, Json(body)).into_response()))
}

/// Reads and drops a part that is not used, up to the size limit of a file.
pub async fn skip(mut part: Field<'static>) -> Result<(), ApiError> {
    let mut read = 0;
    while let Some(chunk) = part.next().await {
        read += chunk.map_err(|error| broken(&error))?.len() as u64;
        if read > MAX_BYTES {
            return Err(too_large());
        }
    }
    Ok(())
}
