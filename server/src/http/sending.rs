//! The body of an answer on its way to the client: how slowly the client may take it, and until when its connection is at work. After 10 s
//! it takes 16 KiB/s on average, or the connection is closed. Only the time that we wait for the client counts.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, Weak},
    task::{Context as Poller, Poll, ready},
    time::Duration,
};

use axum::body::{Body, Bytes};
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::Instant;

use super::connections::{Connection, Doing};

/// The least bytes a second.
const RATE: u64 = 16 * 1024;
/// The wait that every client is allowed.
const GRACE: Duration = Duration::from_secs(10);
/// What the system buffers of an answer that the client has not taken, in bytes.
pub const SEND_BUFFER: usize = 128 * 1024;
/// How often we look whether a client is too slow.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How far a client has taken an answer.
#[derive(Debug, Default)]
struct Taken {
    bytes: u64,
    waited: Duration,
    /// When we began to wait for the client, if we wait now.
    since: Option<Instant>,
}

impl Taken {
    fn waited(&self, now: Instant) -> Duration {
        self.waited + self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }

    fn is_too_slow(&self, now: Instant) -> bool {
        // What is still in the system's buffer was not taken.
        let taken = self.bytes.saturating_sub(SEND_BUFFER as u64);
        self.since.is_some() && self.waited(now) >= GRACE.max(Duration::from_millis(taken.saturating_mul(1_000) / RATE))
    }
}

/// The body of an answer. Until it is dropped, its connection counts as at work.
pub struct Sending {
    body: Body,
    taken: Option<Arc<Mutex<Taken>>>,
    connection: Arc<Connection>,
}

impl Sending {
    /// Wraps a body. An event stream may wait as long as it likes; so may what fits in the system's buffer.
    pub fn new(body: Body, is_event_stream: bool, connection: Arc<Connection>) -> Self {
        let is_long = !is_event_stream && body.size_hint().exact().is_none_or(|size| size > SEND_BUFFER as u64);
        let taken = is_long.then(Arc::<Mutex<Taken>>::default);
        if let Some(taken) = &taken {
            tokio::spawn(watch(Arc::downgrade(taken), Arc::downgrade(&connection)));
        }
        Self { body, taken, connection }
    }
}

/// Cuts the connection off once its client is too slow. Ends with the answer.
async fn watch(taken: Weak<Mutex<Taken>>, connection: Weak<Connection>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let (Some(taken), Some(connection)) = (taken.upgrade(), connection.upgrade()) else { return };
        if taken.lock().expect("nothing panics while it holds this lock").is_too_slow(Instant::now()) {
            connection.cut.cancel();
            return;
        }
    }
}

impl http_body::Body for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let now = Instant::now();
        // The connection asks for more: the client has taken what it got.
        if let Some(taken) = &self.taken {
            let mut taken = taken.lock().expect("nothing panics while it holds this lock");
            taken.waited = taken.waited(now);
            taken.since = None;
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(poller));
        if let (Some(taken), Some(Ok(frame))) = (&self.taken, &frame) {
            let mut taken = taken.lock().expect("nothing panics while it holds this lock");
            taken.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            taken.since = Some(Instant::now());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.connection.now(Doing::Idle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_10_seconds_and_then_takes_16_kib_a_second() {
        for (kib, seconds) in [(0, 10), (128 + 160, 10), (128 + 320, 20), (128 + 10 * 1024, 640)] {
            let began = Instant::now();
            let taken = Taken { bytes: kib * 1024, waited: Duration::ZERO, since: Some(began) };
            assert!(!taken.is_too_slow(began + Duration::from_millis(seconds * 1_000 - 1)), "{kib} KiB");
            assert!(taken.is_too_slow(began + Duration::from_secs(seconds)), "{kib} KiB");
        }
        let reading = Taken { bytes: 0, waited: Duration::from_secs(60), since: None };
        assert!(!reading.is_too_slow(Instant::now()), "we read the file, and the client waits for us");
    }
}
