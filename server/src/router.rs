//! The whole route table, by who calls it. Handlers parse, call one use case and render; what they may do is decided there.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post, put},
};

use crate::http::{Context, artifacts, body, branding, events, health, pages, problems, serve, session_api, site, uploads};

/// Every path, method and handler.
pub fn router(context: Context) -> Router {
    let is_https = context.app.public_url.starts_with("https://");

    let customers = Router::new()
        // Pages
        .route("/verify/{id}", get(pages::start))
        .route("/verify/{id}/{step}", get(pages::step).post(pages::post))
        // The public session API
        .route("/kyc-sessions/{id}/public", get(session_api::public))
        .route("/kyc-sessions/{id}/events", get(events::events))
        .route("/kyc-sessions/{id}/answers", get(session_api::answers))
        .route("/kyc-sessions/{id}/upload", post(uploads::upload))
        .route("/kyc-sessions/{id}/artifacts/{artifact}", get(artifacts::artifact))
        .route("/kyc-sessions/{id}/steps/{step}", put(session_api::save_step))
        .route("/kyc-sessions/{id}/complete", post(session_api::complete));

    let integrators = Router::new().route("/problems/{code}", get(problems::explain));

    let operations = Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz));

    let files = Router::new()
        .route("/branding/{flow}/brand.css", get(branding::stylesheet))
        .route("/branding/logo/{flow}", get(branding::logo_image))
        .route("/pkg/{*file}", get(site::file))
        .route("/icon.svg", get(site::file))
        .route("/file.svg", get(site::file))
        .route("/robots.txt", get(site::file));

    #[cfg(debug_assertions)]
    let files = files.route("/dev/reload", get(crate::http::reload::reload)).route("/dev/reload.js", get(crate::http::reload::script));

    let routes = Router::new().merge(customers).merge(integrators).merge(operations).merge(files);
    let routes = routes.method_not_allowed_fallback(problems::method_not_allowed).fallback(problems::fallback).with_state(context);
    let routes = routes
        // Bodies have limits of their own, which name themselves.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(serve::catch_panics))
        .layer(middleware::from_fn(body::drain_refused))
        .layer(middleware::from_fn(serve::customer_headers))
        .layer(middleware::from_fn(serve::log));
    if is_https { routes.layer(middleware::from_fn(serve::strict_transport)) } else { routes }
}
