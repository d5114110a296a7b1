//! The name under which a browser saves a file. It is made of the field's name and the file's type, never of what the customer called it.

use axum::http::HeaderValue;

use crate::model::Artifact;

/// `Content-Disposition` for a file: an image is shown, anything else is saved.
pub fn of(artifact: &Artifact) -> HeaderValue {
    let (how, ending) = match artifact.media_type.as_str() {
        "image/jpeg" => ("inline", "jpg"),
        "image/png" => ("inline", "png"),
        "image/webp" => ("inline", "webp"),
        "application/pdf" => ("attachment", "pdf"),
        _ => ("attachment", "bin"),
    };
    let field = artifact.field.as_deref().unwrap_or_default();
    let field = field.strip_suffix("_url").unwrap_or(field);
    let is_plain = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let name = if is_plain { field } else { "file" };
    HeaderValue::from_str(&format!("{how}; filename=\"{name}.{ending}\"")).unwrap_or(HeaderValue::from_static("attachment"))
}
