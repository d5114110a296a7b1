//! The variable parts of a path. A part that is not UTF-8 gets the same answer as an unknown id.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

/// The variable parts. They are empty if one is not UTF-8; no id and no step is empty.
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Default + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Path::<T>::from_request_parts(parts, state).await.map_or_else(|_| Self(T::default()), |Path(value)| Self(value)))
    }
}
