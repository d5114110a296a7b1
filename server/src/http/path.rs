//! The variable parts of a path. What is no text is no id either, and gets the same answer.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

/// The variable parts; empty where they are not UTF-8, which no id and no step is.
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Default + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Path::<T>::from_request_parts(parts, state).await.map_or_else(|_| Self(T::default()), |Path(value)| Self(value)))
    }
}
