//! Reads the form of a step as the browser posts it without script: multipart or urlencoded, with its files. It keeps every part that
//! it can use, even where another part is wrong, so that nobody has to choose a good file twice.

use std::collections::BTreeMap;

use axum::{
    extract::Request,
    http::{HeaderMap, header},
};
use shared::{
    api::FileWarning,
    flow::{FieldType, Step},
    problem::{Code, FieldFault},
    text,
};

use super::{
    Context,
    body::{self, is_media_type},
    multipart::{Form, Part},
    problems::ApiError,
    uploads,
};
use crate::{artifacts::file, model::Device, sessions::open::Opened};

/// The largest urlencoded form, and the most that the texts of another form have together, in bytes.
const MAX_TEXTS: usize = 256 * 1024;

/// The contents of a form.
#[derive(Debug, Default)]
pub struct Posted {
    /// Texts by name. If several have one name, the first that is not empty.
    pub texts: BTreeMap<String, String>,
    /// The faults of the files that were refused.
    pub file_faults: Vec<FieldFault>,
    /// The fields of files that were taken and open only with a password.
    pub locked: Vec<String>,
}

impl Posted {
    fn add(&mut self, name: &str, text: String) {
        let known = self.texts.entry(name.to_owned()).or_default();
        if known.is_empty() {
            *known = text;
        }
    }

    /// Puts dates together that were posted in three parts, `_day.NAME`, `_month.NAME` and `_year.NAME`. A part that is no number
    /// stays as it is, and the date is then malformed.
    pub fn with_days(mut self, step: &Step) -> Self {
        for field in step.fields.iter().filter(|field| field.r#type == FieldType::Date) {
            let part = |part: &str| self.texts.get(&format!("_{part}.{}", field.name)).map_or("", |text| text::trimmed(text));
            let (year, month, day) = (part("year"), part("month"), part("day"));
            if [year, month, day] != [""; 3] {
                let date = format!("{year}-{month:0>2}-{day:0>2}");
                self.add(&field.name, date);
            }
        }
        self
    }
}

/// Reads the form. It stores each file at once, as the answer to its field.
///
/// # Errors
/// 413, 415 and 503. What is wrong with one file becomes a fault of its field instead.
pub async fn read(context: &Context, opened: &Opened, step: &Step, device: Device, headers: &HeaderMap, request: Request) -> Result<Posted, ApiError> {
    let mut posted = Posted::default();
    if !headers.contains_key(header::CONTENT_TYPE) {
        return Ok(posted);
    }
    if is_media_type(headers, "application/x-www-form-urlencoded") {
        let pairs = body::urlencoded(request, MAX_TEXTS, "A form without files is at most 256 KiB (262144 bytes).").await?;
        for (name, text) in pairs {
            posted.add(&name, text);
        }
        return Ok(posted);
    }
    // Each photo has two inputs: one for the camera, one for the files.
    let inputs = step.fields.iter().filter(|field| field.r#type == FieldType::Artifact).count() as u64 * 2;
    let mut form = Form::of(headers, request, inputs.max(1))?;
    let _permit = uploads::permit(context, opened).await?;
    let (mut filed, mut texts): (Vec<String>, usize) = (Vec::new(), 0);
    for _ in 0..uploads::MAX_PARTS {
        let Some(mut part) = form.next().await? else { return Ok(posted) };
        let name = part.name().to_owned();
        let is_file_field = step.field(&name).is_some_and(|field| field.r#type == FieldType::Artifact);
        match (is_file_field, part.is_file()) {
            (true, true) if !filed.contains(&name) => match take_file(context, opened, &name, device, &mut part).await {
                Ok(Some(warnings)) => {
                    if warnings.contains(&FileWarning::Password) {
                        posted.locked.push(name.clone());
                    }
                    filed.push(name);
                }
                Ok(None) => {}
                Err(error) if is_about_the_request(error.0.code) => return Err(error),
                Err(error) => {
                    filed.push(name.clone());
                    posted.file_faults.push(FieldFault::refused_file(name, error.0.code));
                }
            },
            (false, false) => {
                let text = part.text().await?;
                texts += name.len() + text.len();
                if texts > MAX_TEXTS {
                    return Err(ApiError::new(Code::TooLarge, "The texts of a form are together at most 256 KiB (262144 bytes)."));
                }
                posted.add(&name, text);
            }
            _ => {}
        }
    }
    Err(ApiError::new(Code::TooLarge, "A form has at most 200 parts."))
}

/// Whether a problem concerns the whole request, and not only the file that was read when it appeared.
const fn is_about_the_request(code: Code) -> bool {
    matches!(code, Code::Timeout | Code::Conflict | Code::Expired | Code::Internal | Code::Unavailable)
}

/// Stores the file in one part as the answer to its field, and returns what the customer should know of it. `None` if the part is empty:
/// then an earlier file stays.
async fn take_file(context: &Context, opened: &Opened, field: &str, device: Device, part: &mut Part<'_>) -> Result<Option<Vec<FileWarning>>, ApiError> {
    let Some(spooled) = uploads::spool(context, opened, Some(field), part).await? else { return Ok(None) };
    let filed = file::file(&context.app.kit, &context.app.uploads, opened, spooled, Some(field), Some(device)).await?;
    Ok(Some(filed.warnings))
}
