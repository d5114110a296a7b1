//! The HTTP client that sends webhooks. It keeps requests out of private networks, so that no caller has to: it checks an address in a
//! URL before it connects, filters DNS answers when it connects, follows no redirects, and uses no proxy.

use std::{error::Error, net::SocketAddr, time::Duration};

use bytes::Bytes;
use reqwest::{
    Client, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect,
};
use tokio::time::{Instant, timeout_at};
use tracing::warn;
use url::Url;

use super::{
    address::{Policy, Scheme, refusal},
    failure::{SendFailure, cause, classify},
};

/// The time limit of a whole try: DNS, connecting, sending and reading ("Webhooks" in the contract).
const TRY_LIMIT: Duration = Duration::from_secs(20);
/// The time limit of connecting: DNS, TCP and TLS together.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How many bytes of a response we read. We read only to keep the connection usable, and ignore the content.
const ANSWER_LIMIT: usize = 64 * 1024;
/// How many headers a response may have. The client's own bound on a response's head (about 400 KiB) is reached first by long headers.
const MAX_HEADERS: usize = 4_096;
/// How long an idle connection is kept for the next event. It is shorter than the 5 s after which many servers close connections, and
/// than the first wait of the schedule, so that a try does not race with such a close.
const IDLE_LIMIT: Duration = Duration::from_secs(2);

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
    policy: Policy,
    limit: Duration,
    // Two clients, because http is allowed to fewer addresses, and a resolver does not know the scheme of the request. A machine
    // without CA certificates cannot build the first one. The server still runs then, and can send over http.
    https: Result<Client, SendFailure>,
    http: Result<Client, SendFailure>,
}

impl WebhookClient {
    /// A client that sends only to addresses that the policy allows.
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
        Self {
            https,
            // No certificates, because it never uses TLS.
            http: builder(Scheme::Http).tls_certs_only([]).build().map_err(failure),
            policy,
            limit: TRY_LIMIT,
        }
    }

    /// Makes one try: POSTs `body` as `application/json` (unless `headers` set another type), with Content-Length. It takes at most
    /// 20 s. A status that arrived counts, even if the rest of the response is cut off.
    pub async fn post(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Attempt {
        let started = Instant::now();
        let deadline = started + self.limit;
        let outcome = match timeout_at(deadline, self.send(url, headers, body)).await {
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

    async fn send(&self, url: &Url, headers: HeaderMap, body: Bytes) -> Result<Response, SendFailure> {
        // Needed because reqwest does not ask the resolver if the host is an address.
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
mod receivers;
#[cfg(test)]
mod tests;
