//! The variable parts of a path. A part that is not UTF-8, or has a NUL, gets the same answer as an unknown id.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::{Uri, request::Parts},
};
use serde::de::DeserializeOwned;

/// The variable parts. They are empty if one is not UTF-8 or has a NUL; no id and no step is empty.
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Default + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let read = if has_nul(&parts.uri) { None } else { Path::<T>::from_request_parts(parts, state).await.ok() };
        Ok(Self(read.map(|Path(value)| value).unwrap_or_default()))
    }
}

/// Whether the path has a NUL, which nothing is named by. PostgreSQL takes no text with one.
pub fn has_nul(uri: &Uri) -> bool {
    uri.path().contains("%00")
}
