//! The HTTP client that sends webhooks. It keeps requests out of private networks, so that no caller has to: it checks an address in a
//! URL before it connects, filters DNS answers when it connects, follows no redirects, and uses no proxy. Connections are kept for the next
//! events. They have a thread of their own, because a receiver decides how much work its answer is: one that never stops sending interim
//! answers (1xx) must not take a thread from customers.

use std::{
    cell::Cell,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Request, Response, Uri,
    header::{ACCEPT, CONTENT_TYPE, USER_AGENT},
};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::{
    runtime::{Builder, Runtime},
    time::{Instant, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use super::{
    address::Policy,
    failure::{SendFailure, cause, classify, ended_early, was_refused},
    lanes,
};

mod bounded;
mod connect;

use connect::{CONNECTS, Connector};

/// The time limit of a whole try: DNS, connecting, sending and reading ("Webhooks" in the contract).
const TRY_LIMIT: Duration = Duration::from_secs(20);
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

/// The name that we send.
const NAME: &str = concat!("FlowSessions/", env!("CARGO_PKG_VERSION"));

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

/// The client in use, and until when.
#[derive(Debug)]
struct Kept {
    client: Arc<Client>,
    until: Instant,
}

/// The client with its connections.
type Client = legacy::Client<Connector, Full<Bytes>>;

fn new_client(policy: &Policy) -> Client {
    legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_LIMIT)
        .pool_max_idle_per_host(MAX_IDLE)
        .http1_max_headers(MAX_HEADERS)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .build(connect::connector(policy))
}

impl WebhookClient {
    /// A client that sends only to addresses that the policy allows.
    pub fn new(policy: Policy) -> Self {
        let kept = Kept { client: Arc::new(new_client(&policy)), until: Instant::now() + LIFE };
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
    /// once more. So it is if the receiver says that it did not begin with it.
    async fn send_on_a_live_connection(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Response<Incoming>, SendFailure> {
        // Needed because nothing is looked up if the host is an address.
        self.policy.check_url(url)?;
        let request = request(url, headers, body)?;
        let client = self.client();
        let send = || CONNECTS.scope(Cell::new(false), async { (client.request(request.clone()).await, CONNECTS.with(Cell::get)) });
        let sent = match send().await {
            (Err(error), is_new) if was_refused(&error) || (!is_new && ended_early(&error)) => send().await.0,
            (sent, _) => sent,
        };
        sent.inspect(bounded::answered).map_err(|error| classify(&error, SendFailure::Other))
    }

    /// The client, which is made anew when it has lived its time. Requests under way end on the connections that they have.
    fn client(&self) -> Arc<Client> {
        let mut kept = lock(&self.kept);
        let now = Instant::now();
        if now >= kept.until {
            kept.until = now + LIFE;
            let (kept, policy) = (Arc::clone(&self.kept), self.policy.clone());
            // It reads the system's certificates.
            tokio::task::spawn_blocking(move || {
                let client = Arc::new(new_client(&policy));
                lock(&kept).client = client;
            });
        }
        Arc::clone(&kept.client)
    }
}

fn request(url: &Url, headers: HeaderMap, body: Bytes) -> Result<Request<Full<Bytes>>, SendFailure> {
    let uri = Uri::try_from(url.as_str()).map_err(|error| SendFailure::Other(cause(&error)))?;
    let mut request = Request::post(uri).body(Full::new(body)).expect("a method and a URI make a request");
    let own = [(ACCEPT, "*/*"), (CONTENT_TYPE, "application/json"), (USER_AGENT, NAME)];
    request.headers_mut().extend(own.map(|(name, value)| (name, HeaderValue::from_static(value))));
    request.headers_mut().extend(headers);
    Ok(request)
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().expect("nothing panics while it holds this lock")
}

/// Reads a response up to the limit. If there is more, dropping it closes the connection.
async fn drain(mut response: Response<Incoming>) {
    let mut read = 0;
    while read < ANSWER_LIMIT {
        match response.frame().await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) | None => break,
        }
    }
}

#[cfg(test)]
mod connections;
#[cfg(test)]
mod receivers;
#[cfg(test)]
mod tests;
