//! Renders pages, and answers with them under a Content-Security-Policy that names the nonce of their scripts.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use leptos::{nonce::Nonce, prelude::*};

/// The end of a document.
const END: &str = "</html>";

/// Renders a page that these origins may frame, and answers with it.
pub async fn html<V: IntoView + 'static>(frames: &str, status: StatusCode, plain: bool, page: impl Fn() -> V + Clone + Send + Sync + 'static) -> Response {
    let nonce = Nonce::new();
    answer(frames, status, &nonce, text(nonce.clone(), plain, page).await)
}

/// Renders a page with this nonce. If `plain`, cuts off the scripts that Leptos appends after the document: the page has no island, or was
/// requested without scripts.
pub async fn text<V: IntoView + 'static>(nonce: Nonce, plain: bool, page: impl Fn() -> V + Clone + Send + Sync + 'static) -> String {
    let with_nonce = move || provide_context(nonce.clone());
    let response = leptos_axum::render_app_async_with_context(with_nonce, page)(Request::new(Body::empty())).await;
    let html = to_bytes(response.into_body(), usize::MAX).await.expect("it was rendered whole, in memory");
    let mut html = String::from_utf8(html.into()).expect("Leptos renders text");
    if plain && let Some(end) = html.rfind(END) {
        html.truncate(end + END.len());
    }
    html
}

/// Answers with a page that has this nonce, and that these origins may frame.
pub fn answer(frames: &str, status: StatusCode, nonce: &str, html: String) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self' blob: data:; style-src 'self'; \
         font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
    );
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(self)"));
    response
}
