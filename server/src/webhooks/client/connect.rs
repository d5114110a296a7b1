//! How the client connects to a receiver: DNS, of which it uses only the addresses that the policy allows, then TCP, then TLS for https.

use std::{cell::Cell, net::SocketAddr, time::Duration};

use http::{Uri, uri};
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{HttpConnector, dns::Name},
    rt::TokioIo,
};
use tokio::{net::lookup_host, time::timeout};
use tower::{BoxError, ServiceExt as _, service_fn, util::BoxCloneSyncService};
use tracing::warn;

use super::bounded::Bounded;
use crate::webhooks::{
    address::{Policy, Scheme, refusal},
    failure::{SendFailure, cause, classify},
};

/// The time limit of connecting: DNS, TCP and TLS together.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long a connection is silent before the system asks whether the receiver still lives, and the pause between its questions.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many such questions stay without an answer before the connection ends.
const KEEP_ALIVE_TRIES: u32 = 3;
/// How long what we sent may wait for its confirmation before the connection ends.
const UNCONFIRMED_LIMIT: Duration = Duration::from_secs(30);

/// What the client connects with.
pub type Connector = BoxCloneSyncService<Uri, Stream, SendFailure>;
/// A connection.
type Stream = MaybeHttpsStream<TokioIo<Bounded>>;

tokio::task_local! {
    /// Whether the request of this task began to make a connection. If it did not, it was sent on one that was kept.
    pub static CONNECTS: Cell<bool>;
}

/// Makes connections that the policy allows. A machine without CA certificates makes none over TLS. The server still runs then, and can
/// send over http.
pub fn connector(policy: &Policy) -> Connector {
    let (policy, https) = (policy.clone(), https(policy));
    if let Err(failure) = &https {
        warn!(%failure, "no webhook can be sent over https");
    }
    BoxCloneSyncService::new(service_fn(move |uri: Uri| {
        // Outside a request there is nobody to tell.
        let _ = CONNECTS.try_with(|connects| connects.set(true));
        let (policy, https) = (policy.clone(), https.clone());
        let connecting = async move {
            if uri.scheme() == Some(&uri::Scheme::HTTPS) {
                https?.oneshot(uri).await.map_err(|error| classify(&*error, SendFailure::Tls))
            } else {
                tcp(policy, Scheme::Http, uri).await.map(MaybeHttpsStream::Http)
            }
        };
        async { timeout(CONNECT_LIMIT, connecting).await.unwrap_or(Err(SendFailure::Timeout("no connection could be made within 10 s"))) }
    }))
}

/// TLS with the system's certificates.
fn https(policy: &Policy) -> Result<BoxCloneSyncService<Uri, Stream, BoxError>, SendFailure> {
    let policy = policy.clone();
    let tls = HttpsConnectorBuilder::new().with_native_roots().map_err(|error| SendFailure::Tls(cause(&error)))?;
    let tcp = service_fn(move |uri| tcp(policy.clone(), Scheme::Https, uri));
    Ok(BoxCloneSyncService::new(tls.https_only().enable_all_versions().wrap_connector(tcp)))
}

async fn tcp(policy: Policy, scheme: Scheme, uri: Uri) -> Result<TokioIo<Bounded>, SendFailure> {
    let mut connector = HttpConnector::new_with_resolver(service_fn(move |name| lookup(policy.clone(), scheme, name)));
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CONNECT_LIMIT));
    connector.set_nodelay(true);
    connector.set_keepalive(Some(KEEP_ALIVE));
    connector.set_keepalive_interval(Some(KEEP_ALIVE));
    connector.set_keepalive_retries(Some(KEEP_ALIVE_TRIES));
    connector.set_tcp_user_timeout(Some(UNCONFIRMED_LIMIT));
    let stream = connector.oneshot(uri).await.map_err(|error| classify(&error, SendFailure::Connect))?;
    Ok(TokioIo::new(Bounded::new(stream.into_inner())))
}

/// Returns only allowed addresses. The connection uses exactly the addresses that were checked, so a name cannot change between check and
/// use (DNS rebinding).
async fn lookup(policy: Policy, scheme: Scheme, name: Name) -> Result<impl Iterator<Item = SocketAddr>, SendFailure> {
    let found = lookup_host((name.as_str(), 0)).await.map_err(|error| SendFailure::Dns(cause(&error)))?;
    let mut found = found.peekable();
    if found.peek().is_none() {
        return Err(SendFailure::Dns("it has no address".to_owned()));
    }
    let allowed: Vec<_> = found.filter(|address| policy.allows_over(scheme, address.ip())).collect();
    if allowed.is_empty() {
        return Err(refusal(scheme, name.as_str()).into());
    }
    Ok(allowed.into_iter())
}
