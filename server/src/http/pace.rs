//! Limits how slowly a body may arrive: after 10 s it needs 4 KiB/s on average, at most 30 s between two reads, and at most 15 minutes in
//! total. Only the time that we wait for the sender counts, so that a busy server does not refuse a fast sender.

use std::{
    error::Error,
    future::Future as _,
    pin::Pin,
    sync::Arc,
    task::{Context as Poller, Poll, ready},
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes};
use http_body::Frame;
use tokio::time::Sleep;

use super::connections::{Connection, Doing};

/// The least bytes a second.
const RATE: u64 = 4 * 1024;
/// The wait that every sender is allowed.
const GRACE: Duration = Duration::from_secs(10);
/// The longest wait between two reads.
const IDLE: Duration = Duration::from_secs(30);
/// The longest wait, however large the body is.
const MAX_WAIT: Duration = Duration::from_secs(15 * 60);

/// The sender was too slow.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body arrived too slowly")]
pub struct TooSlow;

impl TooSlow {
    /// Whether this error, or one of its sources, is [`TooSlow`].
    pub fn is_cause_of(error: &(dyn Error + 'static)) -> bool {
        error.is::<Self>() || error.source().is_some_and(Self::is_cause_of)
    }
}

/// How long we may have waited in total for a sender that has sent this many bytes.
fn allowance(bytes: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1_000) / RATE).clamp(GRACE, MAX_WAIT)
}

/// A body that fails with [`TooSlow`] if it arrives too slowly.
pub struct Paced {
    body: Body,
    bytes: u64,
    waited: Duration,
    /// When we began to wait for the sender, if we wait now.
    since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
    /// The connection, while it sends the body.
    connection: Option<Arc<Connection>>,
}

impl Paced {
    /// Wraps a body of which nothing has been read. `connection` is the one that sends it.
    pub fn new(body: Body, connection: Option<Arc<Connection>>) -> Self {
        if let Some(connection) = &connection {
            connection.now(Doing::Sending);
        }
        // A body without a known length is a chunked one.
        let chunks = body.size_hint().exact().is_none().then_some(0);
        Self { body, bytes: 0, chunks, any: ANY_CHUNKS, waited: Duration::ZERO, since: None, alarm: None, connection }
    }

    /// The body was refused: the rest of it is read and dropped.
    pub fn refused(&self) {
        if let Some(connection) = &self.connection {
            connection.now(Doing::Draining);
        }
    }

    /// The body is whole, or nobody reads it any more.
    fn ended(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.now(Doing::Working);
        }
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        self.ended();
    }
}

impl http_body::Body for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(poller);
        let now = Instant::now();
        if let Some(since) = self.since.take() {
            self.waited += now.saturating_duration_since(since);
        }
        let allowance = allowance(self.bytes);
        if self.waited >= allowance {
            return Poll::Ready(Some(Err(axum::Error::new(TooSlow))));
        }
        if let Poll::Ready(frame) = polled {
            self.alarm = None;
            if let Some(Ok(frame)) = &frame {
                self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            if frame.is_none() || self.body.is_end_stream() {
                self.ended();
            }
            return Poll::Ready(frame);
        }
        self.since = Some(now);
        let left = (allowance - self.waited).min(IDLE);
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep(left)));
        ready!(alarm.as_mut().poll(poller));
        Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::{FutureExt as _, StreamExt as _, stream};
    use http_body_util::BodyExt as _;

    use super::*;

    #[test]
    fn the_allowance_grows_with_the_bytes_within_bounds() {
        for (bytes, seconds) in [(0, 10), (1, 10), (40 * 1024, 10), (80 * 1024, 20), (4 * 1024 * 1024, 900), (u64::MAX, 900)] {
            assert_eq!(allowance(bytes).as_secs(), seconds, "{bytes}");
        }
    }

    #[tokio::test]
    async fn a_body_that_is_ready_passes_unchanged() {
        let pieces = stream::iter((0..1_000).map(|_| Ok::<_, Infallible>(Bytes::from_static(&[7; 100]))));
        let whole = Paced::new(Body::from_stream(pieces), None).collect().await.expect("a whole body");
        assert_eq!(whole.to_bytes().len(), 100_000);
    }

    #[tokio::test]
    async fn a_wait_longer_than_the_allowance_is_too_slow() {
        let mut paced = Paced::new(Body::from_stream(stream::pending::<Result<Bytes, Infallible>>()), None);
        paced.waited = GRACE - Duration::from_millis(20);
        let error = paced.frame().await.expect("a frame").expect_err("refused");
        assert!(TooSlow::is_cause_of(&error), "{error:?}");
        assert!(!TooSlow::is_cause_of(&std::io::Error::other("something else")));
    }

    #[tokio::test]
    async fn a_pause_of_30_seconds_is_too_long_even_for_a_fast_sender() {
        let first = stream::iter([Ok::<_, Infallible>(Bytes::from(vec![7; 1024 * 1024]))]);
        let mut paced = Paced::new(Body::from_stream(first.chain(stream::pending())), None);
        paced.frame().await.expect("a frame").expect("a mebibyte");
        assert!(paced.frame().now_or_never().is_none());
        let left = paced.alarm.as_ref().expect("an alarm").deadline() - tokio::time::Instant::now();
        assert!(left <= IDLE && left > IDLE - Duration::from_secs(5), "{left:?}");
    }
}
