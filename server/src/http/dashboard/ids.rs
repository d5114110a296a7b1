//! The ids in a path of the dashboard.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::http::{path, problems::ApiError};

/// The ids in a path, in order. A malformed id gets the same answer as an unknown one: 404.
pub struct Ids<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Ids<T> {
    type Rejection = ApiError;

    async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if path::has_nul(&request.uri) {
            return Err(ApiError::not_found());
        }
        Path::<T>::from_request_parts(request, state).await.map(|Path(ids)| Self(ids)).map_err(|_| ApiError::not_found())
    }
}
