//! Accepts connections. It limits how many there are, how long the head of a request may take, and how long a client may leave an answer
//! unread. At shutdown it lets running requests end.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt;
use shared::problem::Code;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    trace::TraceLayer,
};
use tracing::{Span, debug, debug_span, error, warn};

use super::{
    connections::{Connection, Connections, Doing, Newcomer},
    problems::ApiError,
    sending::{SEND_BUFFER, Sending},
    visitor::{Peer, counted_as},
    well_formed::is_clear,
};
use crate::store;

/// The most connections that wait to be accepted. The system may allow fewer (`net.core.somaxconn`).
const BACKLOG: u32 = 4_096;
/// The time limit for the head of a request.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// The most bytes of a connection that we have received and not looked at yet, or queued and not sent. A head is not longer.
const MAX_BUFFER: usize = 32 * 1024;
/// How long an answer may still be on its way at shutdown.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long a client may leave sent data unacknowledged, in milliseconds.
#[cfg(target_os = "linux")]
const UNREAD_MILLIS: u32 = 30_000;

/// Listens on this address. The queue of connections that we have not accepted yet is long enough for a crowd: where it overflows, a client
/// waits a second and tries again.
///
/// # Errors
/// If the address cannot be listened on.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop` is cancelled. Then it waits for running requests, at most for `grace`.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken, grace: Duration) {
    let connections = Arc::<Connections>::default();
    let running = TaskTracker::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Usually there are no file descriptors left. Connections that end free some.
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = stop.cancelled() => break,
        };
        let Some(newcomer) = connections.enter(counted_as(peer.ip().to_canonical())) else { continue };
        let _ = stream.set_nodelay(true);
        // Bounds what the system keeps for a client that does not read.
        let _ = sockopt::set_socket_send_buffer_size(&stream, SEND_BUFFER);
        #[cfg(target_os = "linux")]
        let _ = sockopt::set_tcp_user_timeout(&stream, UNREAD_MILLIS);
        running.spawn(run(stream, Peer(peer), router.clone(), newcomer, stop.clone()));
    }
    drop(listener);
    running.close();
    if tokio::time::timeout(grace, running.wait()).await.is_err() {
        warn!("some requests did not end in time and were cut off");
    }
}

/// Serves one connection until it ends, until its client is too slow, or until it may be closed and has to leave.
async fn run(stream: TcpStream, peer: Peer, router: Router, newcomer: Newcomer, stop: CancellationToken) {
    let entered = tokio::select! {
        biased;
        entered = newcomer.entered() => entered,
        () = stop.cancelled() => return,
    };
    let Some(connection) = entered.map(Arc::new) else { return };
    let requests = service_fn(|request| answer(request, peer, router.clone(), Arc::clone(&connection)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(MAX_BUFFER);
    let mut served = pin!(http.serve_connection(TokioIo::new(stream), requests));
    let log = |ended: hyper::Result<()>| {
        if let Err(error) = ended {
            debug!(%error, "a connection ended early");
        }
    };
    let goodbye = tokio::select! {
        ended = served.as_mut() => return log(ended),
        () = connection.cut.cancelled() => return debug!("a client took an answer too slowly"),
        () = connection.leave.cancelled() => Duration::ZERO,
        () = stop.cancelled() => GOODBYE,
    };
    // A request that has just arrived is still answered: this looks at it once more.
    served.as_mut().graceful_shutdown();
    if let Ok(ended) = tokio::time::timeout(goodbye, served.as_mut()).await {
        return log(ended);
    }
    match connection.doing() {
        Doing::Idle => {}
        Doing::Draining | Doing::Waiting | Doing::Sending if connection.leave.is_cancelled() => {}
        Doing::Draining | Doing::Waiting | Doing::Sending | Doing::Working => tokio::select! {
            ended = served.as_mut() => log(ended),
            () = connection.cut.cancelled() => debug!("a client took an answer too slowly"),
        },
    }
}

/// Answers one request of a connection.
async fn answer(
    mut request: hyper::Request<Incoming>,
    peer: Peer,
    router: Router,
    connection: Arc<Connection>,
) -> Result<hyper::Response<Sending>, Infallible> {
    connection.now(Doing::Working);
    let response = if is_clear(request.version(), request.headers()) {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(Arc::clone(&connection));
        let Ok(response) = router.oneshot(request.map(Body::new)).await;
        response
    } else {
        // As hyper answers what it cannot parse.
        (StatusCode::BAD_REQUEST, [(header::CONNECTION, "close")]).into_response()
    };
    let is_event_stream = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    Ok(response.map(|body| Sending::new(body, is_event_stream, connection)))
}

/// Middleware: answers 500 and logs an error if a handler panics.
pub async fn catch_panics(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let answered = std::panic::AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| {
        error!(route = route(path.as_ref()), "a handler panicked");
        ApiError::new(Code::Internal, "Something went wrong on our side. Nothing that was saved is lost.").into_response()
    })
}

/// Middleware: an answer leaves only once everything that it rests on is durable, also a refusal.
///
/// # Errors
/// If the commit fails that the answer rests on.
pub async fn settle(request: Request, next: Next) -> Result<Response, ApiError> {
    Ok(store::settled(next.run(request)).await?)
}

/// The route's pattern, for the log. We never log a path, because it may contain a session id.
fn route(path: Option<&MatchedPath>) -> &str {
    path.map_or("(none)", MatchedPath::as_str)
}

/// What [`spans`] does with a request and with its answer.
type Spans = TraceLayer<SharedClassifier<ServerErrorsAsFailures>, fn(&Request) -> Span, (), fn(&Response, Duration, &Span), (), (), ()>;

/// Layer: what is logged about a request has its method and its route's pattern, and each answer is logged. The library's own span has the
/// path instead.
pub fn spans() -> Spans {
    let span: fn(&Request) -> Span = |request| debug_span!("request", method = %request.method(), route = route(request.extensions().get::<MatchedPath>()));
    let answered: fn(&Response, Duration, &Span) = |response, took, _| debug!(status = response.status().as_u16(), micros = took.as_micros(), "answered");
    TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(answered).on_body_chunk(()).on_eos(()).on_failure(())
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

#[cfg(test)]
#[path = "serve/tests.rs"]
mod tests;
