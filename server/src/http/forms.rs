//! A step posted by the browser itself: multipart or urlencoded, files included. What is usable of it is kept even where
//! the rest is not.

use std::collections::BTreeMap;

use axum::{
    extract::Request,
    http::{HeaderMap, header},
};
use shared::{
    flow::{FieldType, Step},
    problem::{Code, FieldCode, FieldFault},
};

use app::components::error_summary::FILE_REFUSED;

use super::{
    Context,
    body::{self, is_media_type},
    problems::ApiError,
    uploads,
};
use crate::{artifacts, model::Device, sessions::open::Opened};

/// A urlencoded form, at most.
const MAX_URLENCODED: usize = 256 * 1024;

/// What a form said.
#[derive(Debug, Default)]
pub struct Posted {
    /// Texts by name; of several of one name the first that is not empty.
    pub texts: BTreeMap<String, String>,
    /// Files that could not be used.
    pub file_faults: Vec<FieldFault>,
}

impl Posted {
    fn add(&mut self, name: &str, text: String) {
        let known = self.texts.entry(name.to_owned()).or_default();
        if known.is_empty() {
            *known = text;
        }
    }
}

/// Reads the form; each file is filed with its field at once.
///
/// # Errors
/// 413 and 415; whatever is wrong with a file alone is a fault of its field.
pub async fn read(context: &Context, opened: &Opened, step: &Step, device: Device, headers: &HeaderMap, request: Request) -> Result<Posted, ApiError> {
    let mut posted = Posted::default();
    if !headers.contains_key(header::CONTENT_TYPE) {
        return Ok(posted);
    }
    if is_media_type(headers, "application/x-www-form-urlencoded") {
        let pairs = body::urlencoded(request, MAX_URLENCODED, "A form without files is at most 256 KiB (262144 bytes).").await?;
        for (name, text) in pairs {
            posted.add(&name, text);
        }
        return Ok(posted);
    }
    // Two inputs a photo: one for the camera, one for the files.
    let inputs = step.fields.iter().filter(|field| field.r#type == FieldType::Artifact).count() as u64 * 2;
    let mut form = uploads::multipart(headers, request, inputs.max(1))?;
    let mut filed: Vec<String> = Vec::new();
    for _ in 0..uploads::MAX_PARTS {
        let Some(part) = uploads::next_part(&mut form).await? else { return Ok(posted) };
        let name = part.name().unwrap_or_default().to_owned();
        let is_file_field = step.field(&name).is_some_and(|field| field.r#type == FieldType::Artifact);
        match (is_file_field, part.file_name().is_some()) {
            (true, true) if !filed.contains(&name) => match take_file(context, opened, &name, device, part).await {
                Ok(true) => filed.push(name),
                Ok(false) => {}
                Err(error) if error.0.status >= 500 || [408, 409, 410].contains(&error.0.status) => return Err(error),
                Err(error) => {
                    let problem = error.0.r#type.trim_start_matches("/problems/").to_owned();
                    filed.push(name.clone());
                    posted.file_faults.push(FieldFault { field: name, code: FieldCode::Malformed, message: format!("{FILE_REFUSED}{problem}") });
                }
            },
            (false, false) => posted.add(&name, uploads::text(part).await?),
            _ => uploads::skip(part).await?,
        }
    }
    Err(ApiError::new(Code::TooLarge, "A form has at most 200 parts."))
}

/// Files one part with its field. False where it is empty: then an earlier file stays.
async fn take_file(context: &Context, opened: &Opened, field: &str, device: Device, part: multer::Field<'static>) -> Result<bool, ApiError> {
    let Some(spooled) = uploads::file(context, part).await? else { return Ok(false) };
    artifacts::file(&context.app, opened, spooled, Some(field), Some(device)).await?;
    Ok(true)
}
