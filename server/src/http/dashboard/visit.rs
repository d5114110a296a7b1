//! Where a request of an operator comes from: address, kind of browser, and the sign-in that the browser has. A handler takes it as an
//! argument.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};

use super::cookie;
use crate::{
    http::{Context, visitor::Visitor},
    operators::{Visit, browser},
};

impl FromRequestParts<Context> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(request: &mut Parts, context: &Context) -> Result<Self, Infallible> {
        let visitor = Visitor::from_request_parts(request, context).await?;
        let user_agent = request.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self { source: Some(visitor.address), browser: browser(user_agent), token: cookie::token(&context.app.kit, &request.headers).map(str::to_owned) })
    }
}
