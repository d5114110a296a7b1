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

/// Finds out why a request failed. `otherwise` makes the failure where the error has nothing that says more.
pub(super) fn classify(error: &(dyn Error + 'static), otherwise: fn(String) -> SendFailure) -> SendFailure {
    if let Some(known) = chain(error).find_map(|error| error.downcast_ref::<SendFailure>()) {
        known.clone()
    } else if io_kinds(error).any(|kind| kind == io::ErrorKind::TimedOut) {
        SendFailure::Timeout("the connection timed out")
    } else {
        otherwise(cause(error))
    }
}

/// Whether a connection ended before the answer was there: closed, or reset.
pub(super) fn ended_early(error: &(dyn Error + 'static)) -> bool {
    let is_incomplete = |error: &hyper::Error| error.is_incomplete_message();
    let is_end = |kind| matches!(kind, io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted);
    chain(error).any(|error| error.downcast_ref().is_some_and(is_incomplete)) || io_kinds(error).any(is_end)
}

/// Whether the receiver says, over HTTP/2, that it did not begin with the request (RFC 9113, section 8.7).
pub(super) fn was_refused(error: &(dyn Error + 'static)) -> bool {
    let is_refusal = |error: &h2::Error| match error.reason() {
        Some(h2::Reason::NO_ERROR) => error.is_go_away() && error.is_remote(),
        Some(h2::Reason::REFUSED_STREAM) => error.is_reset() && error.is_remote(),
        _ => false,
    };
    chain(error).any(|error| error.downcast_ref().is_some_and(is_refusal))
}

fn io_kinds(error: &(dyn Error + 'static)) -> impl Iterator<Item = io::ErrorKind> {
    chain(error).filter_map(|error| error.downcast_ref().map(io::Error::kind))
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The innermost message: it says what went wrong, while the outer ones only say that something did. It is cut, and has no control
/// characters, because a part of it may come from the receiver.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    let innermost = chain(error).last().unwrap_or(error).to_string();
    let printable = innermost.chars().filter(|c| !c.is_control());
    printable.take(CAUSE_CHARS).collect()
}
