//! `POST /kyc-sessions/{id}/upload`, and reading a part's file directly into an encrypted temporary file.

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use shared::{
    api::{DossierLink, Uploaded},
    problem::{Code, FieldCode, FieldFault, Problem},
};

use super::{
    Context, device,
    multipart::{Form, Part, too_large},
    path::Segments,
    problems::ApiError,
    session_api,
    visitor::Visitor,
};
use crate::{
    artifacts::{
        MAX_BYTES,
        file::{self, FileError},
        permits::Permit,
        spool::{Spool, Spooled},
    },
    ids::SessionRef,
    sessions::open::Opened,
};

/// The most parts of one body.
pub const MAX_PARTS: usize = 200;

/// Waits until the session may send one more body with files, and takes its permit. Call it before the body is read.
///
/// # Errors
/// 503 if no permit becomes free in time.
pub async fn permit(context: &Context, opened: &Opened) -> Result<Permit<SessionRef>, ApiError> {
    Ok(context.app.uploads.body(opened.session.r#ref).await.map_err(FileError::from)?)
}

/// Reads a part's file into an encrypted temporary file. `None` if it is empty. `field` is the field that it will answer.
///
/// # Errors
/// 413 if it is too large or its session has no room for it, 503 if the temporary file cannot be written.
pub async fn spool(context: &Context, opened: &Opened, field: Option<&str>, part: &mut Part<'_>) -> Result<Option<Spooled>, ApiError> {
    let kit = &context.app.kit;
    let room = file::begin(kit, &context.app.uploads, opened, field).await?;
    let mut spool = Spool::new(&context.spool_dir, &kit.ambient, room).await.map_err(FileError::from)?;
    while let Some(chunk) = part.chunk().await? {
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
    let mut form = Form::of(&headers, request, 1)?;
    let _permit = permit(&context, &opened).await?;
    let (mut spooled, mut field) = (None, None);
    let mut parts = 0;
    while let Some(mut part) = form.next().await? {
        parts += 1;
        if parts > MAX_PARTS {
            return Err(ApiError::new(Code::TooLarge, "A body has at most 200 parts."));
        }
        match part.name() {
            "file" if spooled.is_none() => spooled = spool(&context, &opened, field.as_deref(), &mut part).await?,
            "field" if field.is_none() => field = Some(part.text().await?).filter(|name| !name.is_empty()),
            _ => {}
        }
    }
    let Some(spooled) = spooled else {
        let fault = FieldFault::new("file", FieldCode::Required, "Send the file's bytes as the part \"file\".");
        return Err(ApiError(Box::new(Problem::new(Code::InvalidRequest, "The file is missing or empty.").with_errors(vec![fault]))));
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
        warnings: filed.warnings,
    };
    let status = if filed.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(known.set_on((status, Json(body)).into_response()))
}
