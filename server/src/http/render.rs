//! Renders a page, sets the Content-Security-Policy with the page's nonce, and removes Leptos's scripts from pages that need none.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use leptos::prelude::*;

/// The end of a document.
const END: &[u8] = b"</html>";
/// The largest page, in bytes. A flow has at most 256 KiB of texts.
const MAX_PAGE: usize = 8 * 1024 * 1024;

/// Renders a page that these origins may frame. If `plain`, cuts off the scripts of Leptos: the page has no island,
/// or was requested without scripts.
pub async fn html<V: IntoView + 'static>(frames: String, status: StatusCode, plain: bool, page: impl Fn() -> V + Clone + Send + Sync + 'static) -> Response {
    let policy = move || {
        let nonce = leptos::nonce::use_nonce().expect("the feature nonce is on");
        let policy = format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self' blob: data:; style-src 'self'; \
             font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
        );
        let response = expect_context::<leptos_axum::ResponseOptions>();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        response.set_status(status);
    };
    let mut response = leptos_axum::render_app_async_with_context(policy, page)(Request::new(Body::empty())).await;
    if plain {
        response = without_scripts(response).await;
    }
    response.headers_mut().insert("permissions-policy", HeaderValue::from_static("camera=(self)"));
    response
}

/// Cuts off the scripts that Leptos appends after the document.
async fn without_scripts(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let mut html = axum::body::to_bytes(body, MAX_PAGE).await.unwrap_or_default();
    if let Some(end) = html.windows(END.len()).rposition(|window| window == END) {
        html.truncate(end + END.len());
    }
    Response::from_parts(parts, Body::from(html))
}
