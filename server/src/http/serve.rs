//! Accepting connections: a limit on how many, limits on how long a request's head may take and an answer may stay unread,
//! and an orderly end.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use shared::problem::Code;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::{debug, error, warn};

use super::{problems::ApiError, visitor::Peer};

/// Connections at once; the next waits to be accepted.
pub const CONNECTIONS: usize = 2_000;
/// How long a request's head may take.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long a client may leave what was sent to it unread, or unacknowledged, in milliseconds.
#[cfg(target_os = "linux")]
const UNREAD_MILLIS: u32 = 30_000;

/// Serves until told to stop; then lets the requests under way end, but no longer than `grace`.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken, grace: Duration) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&connections).acquire_owned() => permit.expect("the semaphore is never closed"),
            () = stop.cancelled() => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => (stream, Peer(peer)),
                Err(error) => {
                    // Usually out of file descriptors: connections that end free some.
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = stop.cancelled() => break,
        };
        let _ = stream.set_nodelay(true);
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, UNREAD_MILLIS);
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
        let service = router.clone().map_request(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _permit = permit;
            if let Err(error) = connection.await {
                debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        warn!("some requests did not end in time and were cut off");
    }
}

/// Middleware: a panic is an answer of its own and a line in the log, and the process goes on.
pub async fn catch_panics(request: Request, next: Next) -> Response {
    let route = route(&request);
    let answered = std::panic::AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| {
        error!(route, "a handler panicked");
        ApiError::new(Code::Internal, "Something went wrong on our side. Nothing that was saved is lost.").into_response()
    })
}

/// The route's pattern: a path holds a session id, so it is never logged.
fn route(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned())
}

/// Middleware: a line in the log for each answer.
pub async fn log(request: Request, next: Next) -> Response {
    let (method, route, started) = (request.method().clone(), route(&request), std::time::Instant::now());
    let response = next.run(request).await;
    debug!(%method, route, status = response.status().as_u16(), micros = started.elapsed().as_micros(), "answered");
    response
}

/// What an answer may do that does not say otherwise: nothing.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'");

/// Middleware: headers that every answer carries.
pub async fn common_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    response
}

/// Middleware: HTTPS from now on, where the public URL is https.
pub async fn strict_transport(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    response
}
