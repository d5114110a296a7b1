//! Limits how slowly a body may arrive: after 10 s it needs 4 KiB/s on average, at most 30 s between two reads, and at most 15 minutes in
//! total. Only the time that we wait for the sender counts, so that a busy server does not refuse a fast sender. And limits how small the
//! chunks of a chunked body may be: after 64 KiB, 64 bytes on average.

use std::{
    error::Error,
    future::Future as _,
    pin::Pin,
    sync::Arc,
    task::{Context as Poller, Poll, ready},
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes};
use http_body::{Body as _, Frame};
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

/// So many bytes may come in chunks of any size.
const ANY_CHUNKS: u64 = 64 * 1024;
/// The least bytes of a chunk after that, on average.
const LEAST_CHUNK: u64 = 64;

/// Why a body is not read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The sender was too slow.
    #[error("the body arrived too slowly")]
    TooSlow,
    /// The sender cut it into too many chunks, which take more work than their bytes.
    #[error("the body came in too many small chunks")]
    SmallChunks,
}

impl Refused {
    /// The refusal that is this error, or one of its sources.
    pub fn cause_of(error: &(dyn Error + 'static)) -> Option<Self> {
        error.downcast_ref().copied().or_else(|| error.source().and_then(Self::cause_of))
    }
}

/// How long we may have waited in total for a sender that has sent this many bytes.
fn allowance(bytes: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1_000) / RATE).clamp(GRACE, MAX_WAIT)
}

/// A body that fails with [`Refused`] if it arrives too slowly, or in too small chunks.
pub struct Paced {
    body: Body,
    bytes: u64,
    /// How many chunks we have read, if it comes in chunks.
    chunks: Option<u64>,
    /// How many bytes may come in chunks of any size.
    any: u64,
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
            return Poll::Ready(Some(Err(axum::Error::new(Refused::TooSlow))));
        }
        if let Poll::Ready(frame) = polled {
            self.alarm = None;
            if let Some(Ok(frame)) = &frame {
                self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                self.chunks = self.chunks.map(|chunks| chunks + 1);
            }
            if self.bytes > self.any && self.chunks.is_some_and(|chunks| self.bytes / LEAST_CHUNK < chunks) {
                // As many more are read and dropped, so that the client receives the refusal.
                self.any += ANY_CHUNKS;
                return Poll::Ready(Some(Err(axum::Error::new(Refused::SmallChunks))));
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
        Poll::Ready(Some(Err(axum::Error::new(Refused::TooSlow))))
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

    /// How many chunks of this size are read of a body that has 10,000 of them.
    async fn read(size: usize) -> usize {
        let pieces = stream::iter((0..10_000).map(move |_| Ok::<_, Infallible>(Bytes::from(vec![7; size]))));
        let mut paced = Paced::new(Body::from_stream(pieces), None);
        let mut read = 0;
        while let Some(frame) = paced.frame().await {
            let Err(error) = frame else {
                read += 1;
                continue;
            };
            assert_eq!(Refused::cause_of(&error), Some(Refused::SmallChunks));
            break;
        }
        read
    }

    #[tokio::test]
    async fn small_chunks_are_refused_after_64_kib() {
        for (size, chunks) in [(6, 10_000), (7, 9_362), (40, 1_638), (63, 1_040), (64, 10_000), (1_000, 10_000)] {
            assert_eq!(read(size).await, chunks, "of {size} bytes");
        }
    }

    #[tokio::test]
    async fn a_wait_longer_than_the_allowance_is_too_slow() {
        let mut paced = Paced::new(Body::from_stream(stream::pending::<Result<Bytes, Infallible>>()), None);
        paced.waited = GRACE - Duration::from_millis(20);
        let error = paced.frame().await.expect("a frame").expect_err("refused");
        assert_eq!(Refused::cause_of(&error), Some(Refused::TooSlow), "{error:?}");
        assert_eq!(Refused::cause_of(&std::io::Error::other("something else")), None);
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
