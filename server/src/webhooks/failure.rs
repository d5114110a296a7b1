//! Why a try had no response: sorts the HTTP client's errors into a few kinds for operators.

use std::{error::Error, io};

use super::address::Refused;

/// The longest message of a lower layer that we keep, in characters. A certificate can name hundreds of hosts.
const CAUSE_CHARS: usize = 200;

/// Why a try had no response, as a sentence for operators. It may name the host, never the URL's query or userinfo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// The policy forbids it; nothing was sent.
    #[error(transparent)]
    RefusedAddress(#[from] Refused),
    /// The host's name does not resolve.
    #[error("the host's name does not resolve: {0}")]
    Dns(String),
    /// The TCP connection failed.
    #[error("no connection could be made: {0}")]
    Connect(String),
    /// The TLS handshake failed, for example because the certificate is not trusted.
    #[error("no TLS connection could be made: {0}")]
    Tls(String),
    /// The time limit for connecting, or for the whole try, was over.
    #[error("{0}")]
    Timeout(&'static str),
    /// Anything else, such as a connection that closed before a response.
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

/// Finds out why a request failed.
pub(super) fn classify(error: &reqwest::Error) -> SendFailure {
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

/// Whether a connection ended before the answer was there: closed, or reset.
pub(super) fn ended_early(error: &reqwest::Error) -> bool {
    chain(error).any(|error| {
        let is_incomplete = error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message);
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        is_incomplete || matches!(kind, Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted))
    })
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Whether an error comes from a TLS handshake. We recognise it by its shape, an I/O error inside an I/O error, which only hyper-rustls
/// makes. We cannot ask for the inner type: it belongs to rustls, which is not a dependency of ours. The tests notice if this changes.
fn is_handshake(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().and_then(io::Error::get_ref).is_some_and(|inner| inner.is::<io::Error>())
}

/// The innermost message: it says what went wrong, while the outer ones only say that something did. It is cut, and has no control
/// characters, because a part of it may come from the receiver.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    let innermost = chain(error).last().unwrap_or(error).to_string();
    let printable = innermost.chars().filter(|c| !c.is_control());
    printable.take(CAUSE_CHARS).collect()
}
