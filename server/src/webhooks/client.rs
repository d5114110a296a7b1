//! The HTTP client that webhooks leave through. What keeps a request away from private networks is here and not with its
//! callers: DNS answers are filtered at the moment of connecting, literal addresses are checked before, redirects are
//! not followed, and no proxy stands between.

use std::{error::Error, io, net::SocketAddr, time::Duration};

use bytes::Bytes;
use reqwest::{
    Client, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect,
};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::address::{Policy, Refused, Scheme, refusal};

/// One try in all: DNS, connecting, sending and reading ("Webhooks" in the contract).
const TRY_LIMIT: Duration = Duration::from_secs(20);
/// DNS, TCP and TLS together.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How much of an answer is read, only to leave the connection usable; what it says does not matter.
const ANSWER_LIMIT: usize = 64 * 1024;
/// How long an idle connection is kept for the next event. Shorter than the 5 s after which many servers close theirs,
/// and than the first wait of the schedule, so that a try never races with such a close.
const IDLE_LIMIT: Duration = Duration::from_secs(2);
/// How much of a lower layer's message is kept; a certificate can name hundreds of hosts.
const CAUSE_CHARS: usize = 200;

const USER_AGENT: &str = concat!("FlowSessions/", env!("CARGO_PKG_VERSION"));

/// What came of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The status of the answer, or why there was none.
    pub outcome: Result<u16, SendFailure>,
    /// From asking DNS to having read the answer.
    pub duration: Duration,
}

impl Attempt {
    /// Whether the receiver took the event: 2xx alone is success.
    pub fn delivered(&self) -> bool {
        matches!(self.outcome, Ok(200..=299))
    }
}

/// Why a try had no answer, as a sentence for operators. It may name the host, never the URL's query or userinfo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// The policy forbids it; nothing was sent.
    #[error(transparent)]
    RefusedAddress(#[from] Refused),
    /// The host's name does not resolve.
    #[error("the host's name does not resolve: {0}")]
    Dns(String),
    /// No TCP connection.
    #[error("no connection could be made: {0}")]
    Connect(String),
    /// The TLS handshake failed, a certificate that is not trusted included.
    #[error("no TLS connection could be made: {0}")]
    Tls(String),
    /// The time for connecting or for the whole try was up.
    #[error("{0}")]
    Timeout(&'static str),
    /// Anything else, such as a connection closed before an answer.
    #[error("the request failed: {0}")]
    Other(String),
}

impl SendFailure {
    /// The stable name that is stored and shown beside the sentence.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RefusedAddress(_) => "refused_address",
            Self::Dns(_) => "dns",
            Self::Connect(_) => "connect",
            Self::Tls(_) => "tls",
            Self::Timeout(_) => "timeout",
            Self::Other(_) => "other",
        }
    }
}

/// Sends webhooks under one [`Policy`]. Built once and shared.
#[derive(Debug)]
pub struct WebhookClient {
    policy: Policy,
    limit: Duration,
    // Two clients, because a resolver is not told which scheme it resolves for and http may go to fewer addresses. A
    // machine without CA certificates cannot build the first; it still runs, and sends where it may use http.
    https: Result<Client, SendFailure>,
    http: Result<Client, SendFailure>,
}

impl WebhookClient {
    /// A client that sends only where the policy allows.
    pub fn new(policy: Policy) -> Self {
        let builder = |scheme| {
            let policy = policy.clone();
            let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .dns_resolver(AllowedOnly { policy, scheme })
                .connect_timeout(CONNECT_LIMIT)
                .pool_idle_timeout(IDLE_LIMIT)
                .user_agent(USER_AGENT)
                .default_headers(HeaderMap::from_iter([content_type]))
        };
        let failure = |error: reqwest::Error| SendFailure::Tls(cause(&error));
        Self {
            https: builder(Scheme::Https).https_only(true).build().map_err(failure),
            // No certificates, since it never speaks TLS.
            http: builder(Scheme::Http).tls_certs_only([]).build().map_err(failure),
            policy,
            limit: TRY_LIMIT,
        }
    }

    /// One try: POSTs `body` as `application/json` (unless `headers` say otherwise), with Content-Length. It takes 20 s
    /// at most. Once a status has come it stands, even if the rest of the answer is cut off.
    pub async fn post(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Attempt {
        let started = Instant::now();
        let deadline = started + self.limit;
        let outcome = match timeout_at(deadline, self.send(url, headers, body)).await {
            Ok(Ok(response)) => {
                let status = response.status().as_u16();
                // Nothing depends on how far this gets.
                let _ = timeout_at(deadline, drain(response)).await;
                Ok(status)
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(SendFailure::Timeout("there was no answer within 20 s")),
        };
        Attempt { outcome, duration: started.elapsed() }
    }

    async fn send(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Response, SendFailure> {
        // Here too, because reqwest asks no resolver about a host that is an address.
        self.policy.check_url(url)?;
        let client = match Scheme::of(url)? {
            Scheme::Https => &self.https,
            Scheme::Http => &self.http,
        };
        let request = client.as_ref().map_err(Clone::clone)?.post(url.clone());
        let sent = request.headers(headers).body(body).send().await;
        sent.map_err(|error| classify(&error.without_url()))
    }
}

/// Reads what the limit allows; dropping the rest closes the connection.
async fn drain(mut response: Response) {
    let mut read = 0;
    while read < ANSWER_LIMIT {
        match response.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            Ok(None) | Err(_) => break,
        }
    }
}

/// A resolver that knows allowed addresses alone. It answers for the very connection that is being made, so that a name
/// cannot lead elsewhere between check and use (DNS rebinding).
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

fn classify(error: &reqwest::Error) -> SendFailure {
    if let Some(refused) = chain(error).find_map(|error| error.downcast_ref::<Refused>()) {
        SendFailure::RefusedAddress(refused.clone())
    } else if error.is_timeout() && error.is_connect() {
        SendFailure::Timeout("no connection could be made within 10 s")
    } else if error.is_timeout() {
        SendFailure::Timeout("the connection timed out")
    } else if error.is_dns() {
        SendFailure::Dns(cause(error))
    } else if chain(error).any(is_handshake) {
        SendFailure::Tls(cause(error))
    } else if error.is_connect() {
        SendFailure::Connect(cause(error))
    } else {
        SendFailure::Other(cause(error))
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Whether an error comes from a TLS handshake: hyper-rustls alone wraps an I/O error in an I/O error. It is told by
/// shape because the type inside is one of rustls, which is no dependency of ours; the tests notice if that changes.
fn is_handshake(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().and_then(io::Error::get_ref).is_some_and(|inner| inner.is::<io::Error>())
}

/// The innermost message, which says what went wrong where the outer ones only say that something did. Cut, and without
/// control characters, since a part of it may be the receiver's.
fn cause(error: &(dyn Error + 'static)) -> String {
    let innermost = chain(error).last().unwrap_or(error).to_string();
    let printable = innermost.chars().filter(|c| !c.is_control());
    printable.take(CAUSE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    fn client(nets: &[&str]) -> WebhookClient {
        let nets = nets.iter().map(|net| net.parse().unwrap()).collect();
        WebhookClient::new(Policy::new(nets))
    }

    /// A receiver that reads a request, answers with these bytes, and then holds the connection open or closes it.
    /// Gives its port and what it was sent.
    async fn receiver(answer: &'static [u8], hold: bool) -> (u16, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let mut read = 0;
            while !request[..read].ends_with(b"}") {
                match stream.read(&mut request[read..]).await {
                    Ok(0) | Err(_) => break,
                    Ok(n) => read += n,
                }
                if request[0] == 0x16 {
                    break; // a TLS ClientHello
                }
            }
            request.truncate(read);
            stream.write_all(answer).await.unwrap();
            if hold {
                std::future::pending::<()>().await;
            }
            String::from_utf8_lossy(&request).into_owned()
        });
        (port, task)
    }

    async fn try_to(client: &WebhookClient, url: &str) -> Attempt {
        let url = Url::parse(url).unwrap();
        let body = Bytes::from_static(br#"{"type":"session.completed"}"#);
        let headers = HeaderMap::from_iter([("webhook-id".parse().unwrap(), HeaderValue::from_static("evt_1"))]);
        client.post(&url, headers, body).await
    }

    async fn code(client: &WebhookClient, url: &str) -> &'static str {
        let attempt = try_to(client, url).await;
        assert!(!attempt.delivered());
        let failure = attempt.outcome.unwrap_err();
        let text = format!("{failure} {failure:?}");
        assert!(!text.contains("s3cret"), "{text}");
        failure.code()
    }

    #[tokio::test]
    async fn sends_what_it_is_given() {
        let (port, received) = receiver(b"HTTP/1.1 204 No Content\r\n\r\n", false).await;
        let attempt = try_to(&client(&["127.0.0.0/8"]), &format!("http://127.0.0.1:{port}/hook?a=b")).await;
        assert_eq!(attempt.outcome, Ok(204));
        assert!(attempt.delivered());

        let received = received.await.unwrap().to_ascii_lowercase();
        assert!(received.starts_with("post /hook?a=b http/1.1\r\n"));
        for line in [
            "webhook-id: evt_1",
            "content-length: 28",
            "content-type: application/json",
            &format!("host: 127.0.0.1:{port}"),
            &format!("user-agent: flowsessions/{}", env!("CARGO_PKG_VERSION")),
        ] {
            let line = format!("\r\n{line}\r\n");
            assert!(received.contains(&line), "{line:?} in {received:?}");
        }
        assert!(received.ends_with("\r\n\r\n{\"type\":\"session.completed\"}"));
    }

    #[tokio::test]
    async fn takes_2xx_alone_and_follows_nothing() {
        let cases: [(&[u8], u16, bool); 5] = [
            (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", 200, true),
            (b"HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\ncut", 202, true),
            (b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n", 302, false),
            (b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /\r\ncontent-length: 0\r\n\r\n", 307, false),
            (b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", 500, false),
        ];
        for (answer, status, delivered) in cases {
            let (port, _received) = receiver(answer, false).await;
            let attempt = try_to(&client(&["127.0.0.0/8"]), &format!("http://127.0.0.1:{port}/")).await;
            assert_eq!(attempt.outcome, Ok(status));
            assert_eq!(attempt.delivered(), delivered, "{status}");
        }
    }

    #[tokio::test]
    async fn gives_failures_their_codes() {
        let (garbage, _task) = receiver(b"SSH-2.0-OpenSSH_9.6\r\n", false).await;
        let (silent, _task) = receiver(b"", false).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = listener.local_addr().unwrap().port();
        drop(listener);
        let local = client(&["127.0.0.0/8"]);
        let public_only = client(&[]);
        let cases = [
            (&public_only, "http://127.0.0.1:1/".into(), "refused_address"),
            (&public_only, "https://[::ffff:127.0.0.1]:1/".into(), "refused_address"),
            (&public_only, "https://u:s3cret@example.com/".into(), "refused_address"),
            (&local, "http://8.8.8.8/?s3cret".into(), "refused_address"),
            (&local, "https://no-such-host.invalid/?s3cret".into(), "dns"),
            (&local, format!("http://127.0.0.1:{closed}/?s3cret"), "connect"),
            (&local, format!("https://127.0.0.1:{closed}/?s3cret"), "connect"),
            (&local, format!("https://127.0.0.1:{garbage}/?s3cret"), "tls"),
            (&local, format!("http://127.0.0.1:{silent}/?s3cret"), "other"),
        ];
        for (client, url, expected) in cases {
            assert_eq!(code(client, &url).await, expected, "{url}");
        }
        let (silent, _task) = receiver(b"", false).await;
        let url = format!("https://127.0.0.1:{silent}/?s3cret");
        assert_eq!(code(&local, &url).await, "tls", "closed in the handshake");
    }

    /// Past `check_url`, as a name would be that DNS leads to a private address.
    #[tokio::test]
    async fn resolves_to_allowed_addresses_alone() {
        let private = client(&[]);
        for (client, url) in [(&private.https, "https://localhost:1/?s3cret"), (&private.http, "http://localhost:1/?s3cret")] {
            let error = client.as_ref().unwrap().post(url).send().await.unwrap_err();
            let failure = classify(&error.without_url());
            assert_eq!(failure.code(), "refused_address", "{failure}");
            assert!(failure.to_string().contains("FLOW_WEBHOOK_ALLOW_NETS"));
        }
        let (port, _received) = receiver(b"HTTP/1.1 204 No Content\r\n\r\n", false).await;
        let listed = client(&["127.0.0.0/8"]);
        let attempt = try_to(&listed, &format!("http://localhost:{port}/")).await;
        assert_eq!(attempt.outcome, Ok(204));
    }

    #[tokio::test]
    async fn ends_a_try_in_time() {
        let mut client = client(&["127.0.0.0/8"]);
        client.limit = Duration::from_millis(300);

        let (port, _held) = receiver(b"", true).await;
        let silent = try_to(&client, &format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(silent.outcome.unwrap_err().code(), "timeout");

        let (port, _held) = receiver(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslow", true).await;
        let slow = try_to(&client, &format!("http://127.0.0.1:{port}/")).await;
        assert_eq!(slow.outcome, Ok(200));

        for duration in [silent.duration, slow.duration] {
            assert!(duration >= client.limit && duration < Duration::from_secs(5));
        }
    }

    #[tokio::test]
    async fn reads_no_more_than_the_limit() {
        const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n";
        static ANSWER: [u8; HEAD.len() + ANSWER_LIMIT] = {
            let mut bytes = [b'x'; HEAD.len() + ANSWER_LIMIT];
            bytes.split_at_mut(HEAD.len()).0.copy_from_slice(HEAD);
            bytes
        };
        let (port, _held) = receiver(&ANSWER, true).await;
        let url = format!("http://127.0.0.1:{port}/");
        let attempt = try_to(&client(&["127.0.0.0/8"]), &url).await;
        assert_eq!(attempt.outcome, Ok(200));
        let waited = attempt.duration;
        assert!(waited < TRY_LIMIT / 2, "it waited {waited:?} for more");
    }
}
