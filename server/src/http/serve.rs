//! Accepts connections. It limits how many there are, how long the head of a request may take, and how long a client may leave an answer
//! unread. At shutdown it lets running requests end.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
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

/// The most connections at once. Further ones wait to be accepted.
pub const CONNECTIONS: usize = 2_000;
/// The time limit for the head of a request.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long a client may leave sent data unacknowledged, in milliseconds.
#[cfg(target_os = "linux")]
const UNREAD_MILLIS: u32 = 30_000;

/// Serves until `stop` is cancelled. Then it waits for running requests, at most for `grace`.
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
                    // Usually there are no file descriptors left. Connections that end free some.
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

/// Middleware: answers 500 and logs an error if a handler panics.
pub async fn catch_panics(request: Request, next: Next) -> Response {
    let route = route(&request);
    let answered = std::panic::AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| {
        error!(route, "a handler panicked");
        ApiError::new(Code::Internal, "Something went wrong on our side. Nothing that was saved is lost.").into_response()
    })
}

/// The route's pattern, for the log. We never log a path, because it may contain a session id.
fn route(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned())
}

/// Middleware: logs each answer.
pub async fn log(request: Request, next: Next) -> Response {
    let (method, route, started) = (request.method().clone(), route(&request), std::time::Instant::now());
    let response = next.run(request).await;
    debug!(%method, route, status = response.status().as_u16(), micros = started.elapsed().as_micros(), "answered");
    response
}

/// The default Content-Security-Policy: it allows nothing.
const ALLOW_NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'");

/// Middleware: adds the headers that every answer has.
pub async fn common_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(ALLOW_NOTHING);
    response
}

/// Middleware: tells browsers to use only HTTPS. The router adds it if the public URL is https, with the value that `FLOW_HSTS` names.
pub async fn strict_transport(State(value): State<HeaderValue>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    response
}
