//! The HTTP client that sends webhooks. It keeps requests out of private networks, so that no caller has to: it checks an address in a
//! URL before it connects, filters DNS answers when it connects, follows no redirects, and uses no proxy. Connections are kept for the next
//! events. They have a thread of their own, because a receiver decides how much work its answer is: one that never stops sending interim
//! answers (1xx) must not take a thread from customers.

use std::{
    cell::Cell,
    error::Error,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bytes::Bytes;
use reqwest::{
    Client, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect,
};
use tokio::{
    runtime::{Builder, Runtime},
    time::{Instant, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;
use tower::util::MapRequestLayer;
use tracing::warn;
use url::Url;

use super::{
    address::{Policy, Scheme, refusal},
    failure::{SendFailure, cause, classify, ended_early},
    lanes,
};

/// The time limit of a whole try: DNS, connecting, sending and reading ("Webhooks" in the contract).
const TRY_LIMIT: Duration = Duration::from_secs(20);
/// The time limit of connecting: DNS, TCP and TLS together.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How many bytes of a response we read. We read only to keep the connection usable, and ignore the content.
const ANSWER_LIMIT: usize = 64 * 1024;
/// How many headers a response may have. The client's own bound on a response's head (about 400 KiB) is reached first by long headers.
const MAX_HEADERS: usize = 4_096;
/// How long an idle connection is kept for the next event: shorter than the minute after which most proxies drop one without a word.
const IDLE_LIMIT: Duration = Duration::from_secs(50);
/// How many idle connections are kept to one host: as many as tries may run at once.
const MAX_IDLE: usize = lanes::MOST;
/// How long connections are used for new requests. Then the next request resolves the host's name again, so that a host that moves is found.
const LIFE: Duration = Duration::from_secs(300);

const USER_AGENT: &str = concat!("FlowSessions/", env!("CARGO_PKG_VERSION"));

/// The result of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The status of the response, or why there was none.
    pub outcome: Result<u16, SendFailure>,
    /// The time from the DNS lookup to the end of the response.
    pub duration: Duration,
}

/// Sends webhooks under one [`Policy`]. Built once and shared.
#[derive(Debug)]
pub struct WebhookClient {
    limit: Duration,
    sender: Arc<Sender>,
    thread: Thread,
}

/// What the thread sends with.
#[derive(Debug)]
struct Sender {
    policy: Policy,
    kept: Arc<Mutex<Kept>>,
}

/// The thread of the connections.
#[derive(Debug)]
struct Thread(Option<Runtime>);

impl Thread {
    fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("webhooks").enable_all().build();
        Self(Some(runtime.expect("a thread can be started before anything runs")))
    }

    fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> AbortOnDropHandle<T> {
        AbortOnDropHandle::new(self.0.as_ref().expect("there until it is dropped").spawn(work))
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// The clients in use, and until when.
#[derive(Debug)]
struct Kept {
    clients: Arc<Clients>,
    until: Instant,
}

tokio::task_local! {
    /// Whether the request of this task began to make a connection. If it did not, it was sent on one that was kept.
    static CONNECTS: Cell<bool>;
}

/// The clients, each with its connections.
#[derive(Debug)]
struct Clients {
    // Two clients, because http is allowed to fewer addresses, and a resolver does not know the scheme of the request. A machine
    // without CA certificates cannot build the first one. The server still runs then, and can send over http.
    https: Result<Client, SendFailure>,
    http: Result<Client, SendFailure>,
}

impl Clients {
    fn new(policy: &Policy) -> Self {
        // An error says that it was done before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = |scheme| {
            let policy = policy.clone();
            let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .dns_resolver(AllowedOnly { policy, scheme })
                .connect_timeout(CONNECT_LIMIT)
                .connector_layer(MapRequestLayer::new(connects))
                .pool_idle_timeout(IDLE_LIMIT)
                .pool_max_idle_per_host(MAX_IDLE)
                .http1_max_headers(MAX_HEADERS)
                .http1_allow_obsolete_multiline_headers_in_responses(true)
                .http1_allow_spaces_after_header_name_in_responses(true)
                .http1_ignore_invalid_headers_in_responses(true)
                .user_agent(USER_AGENT)
                .default_headers(HeaderMap::from_iter([content_type]))
        };
        let failure = |error: reqwest::Error| SendFailure::Tls(cause(&error));
        let https = builder(Scheme::Https).https_only(true).build().map_err(failure);
        if let Err(failure) = &https {
            warn!(%failure, "no webhook can be sent over https");
        }
        // No certificates, because it never uses TLS.
        let http = builder(Scheme::Http).tls_certs_only([]).build().map_err(failure);
        Self { https, http }
    }
}

/// Called for each new connection, with its destination.
fn connects<D>(destination: D) -> D {
    // Outside a request there is nobody to tell.
    let _ = CONNECTS.try_with(|connects| connects.set(true));
    destination
}

impl WebhookClient {
    /// A client that sends only to addresses that the policy allows.
    pub fn new(policy: Policy) -> Self {
        let kept = Kept { clients: Arc::new(Clients::new(&policy)), until: Instant::now() + LIFE };
        Self { limit: TRY_LIMIT, sender: Arc::new(Sender { policy, kept: Arc::new(Mutex::new(kept)) }), thread: Thread::start() }
    }

    /// Makes one try: POSTs `body` as `application/json` (unless `headers` set another type), with Content-Length. It takes at most
    /// 20 s. A status that arrived counts, even if the rest of the response is cut off.
    pub async fn post(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Attempt {
        let started = Instant::now();
        let deadline = started + self.limit;
        let (sender, url) = (Arc::clone(&self.sender), url.clone());
        let sent = self.thread.spawn(async move { sender.send_on_a_live_connection(&url, headers, body).await });
        let sent = async { sent.await.unwrap_or_else(|error| Err(SendFailure::Other(error.to_string()))) };
        let outcome = match timeout_at(deadline, sent).await {
            Ok(Ok(response)) => {
                let status = response.status().as_u16();
                // It does not matter whether the whole response is read.
                let _ = timeout_at(deadline, drain(response)).await;
                Ok(status)
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(SendFailure::Timeout("there was no answer within 20 s")),
        };
        Attempt { outcome, duration: started.elapsed() }
    }
}

impl Sender {
    /// Sends a request. If a connection that was kept ends before its answer, the receiver had closed it meanwhile, and the request is sent
    /// once more.
    async fn send_on_a_live_connection(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Response, SendFailure> {
        // Needed because reqwest does not ask the resolver if the host is an address.
        self.policy.check_url(url)?;
        let clients = self.clients();
        let client = match Scheme::of(url)? {
            Scheme::Https => &clients.https,
            Scheme::Http => &clients.http,
        };
        let client = client.as_ref().map_err(Clone::clone)?;
        let send = || {
            let request = client.post(url.clone()).headers(headers.clone()).body(body.clone());
            CONNECTS.scope(Cell::new(false), async { (request.send().await, CONNECTS.with(Cell::get)) })
        };
        let sent = match send().await {
            (Err(error), false) if ended_early(&error) => send().await.0,
            (sent, _) => sent,
        };
        sent.map_err(|error| classify(&error.without_url()))
    }

    /// The clients, which are made anew when they have lived their time. Requests under way end on the connections that they have.
    fn clients(&self) -> Arc<Clients> {
        let mut kept = lock(&self.kept);
        let now = Instant::now();
        if now >= kept.until {
            kept.until = now + LIFE;
            let (kept, policy) = (Arc::clone(&self.kept), self.policy.clone());
            // It reads the system's certificates.
            tokio::task::spawn_blocking(move || {
                let clients = Arc::new(Clients::new(&policy));
                lock(&kept).clients = clients;
            });
        }
        Arc::clone(&kept.clients)
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().expect("nothing panics while it holds this lock")
}

/// Reads a response up to the limit. If there is more, dropping it closes the connection.
async fn drain(mut response: Response) {
    let mut read = 0;
    while read < ANSWER_LIMIT {
        match response.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            Ok(None) | Err(_) => break,
        }
    }
}

/// A resolver that returns only allowed addresses. The connection uses exactly the addresses that it checked, so a name cannot change
/// between check and use (DNS rebinding).
#[derive(Debug, Clone)]
struct AllowedOnly {
    policy: Policy,
    scheme: Scheme,
}

impl AllowedOnly {
    async fn lookup(self, name: Name) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
        if found.is_empty() {
            return Err("it has no address".into());
        }
        let mut allowed = found;
        allowed.retain(|address| self.policy.allows_over(self.scheme, address.ip()));
        if allowed.is_empty() {
            return Err(refusal(self.scheme, name.as_str()).into());
        }
        Ok(Box::new(allowed.into_iter()))
    }
}

impl Resolve for AllowedOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(self.clone().lookup(name))
    }
}

#[cfg(test)]
mod connections;
#[cfg(test)]
mod receivers;
#[cfg(test)]
mod tests;
