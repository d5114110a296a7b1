//! Requests that the island sends again until the server answers: after a pause, or at once when the network is back or the customer
//! presses the button. That is safe, because each of our requests means the same however often it arrives.

use std::cell::Cell;

use gloo_net::http::{Request, Response};
use gloo_timers::future::TimeoutFuture;

/// How often the island sends one request at most. That takes about ten minutes.
const TRIES: u32 = 45;
/// The longest pause, and how often a pause checks whether to hurry, in milliseconds.
const LONGEST_MS: u32 = 15_000;
const STEP_MS: u32 = 250;

thread_local! {
    static HURRY: Cell<bool> = const { Cell::new(false) };
}

/// Ends the pause of every request that waits.
pub fn hurry() {
    HURRY.set(true);
}

/// Whether the server may answer differently later.
pub const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 500..)
}

/// Waits before try number `number`, counted from 0. False after the last try.
pub async fn pause(number: u32) -> bool {
    HURRY.set(false);
    let mut left = (500 << number.min(5)).min(LONGEST_MS);
    while left > 0 && !HURRY.get() {
        TimeoutFuture::new(STEP_MS).await;
        left = left.saturating_sub(STEP_MS);
    }
    number < TRIES
}

/// Sends a request again and again until an answer comes. Calls `waits` before each pause. `None`: no answer ever came.
pub async fn until_answered(request: impl Fn() -> Result<Request, gloo_net::Error>, waits: impl Fn()) -> Option<Response> {
    let mut number = 0;
    loop {
        if let Ok(reply) = request().ok()?.send().await
            && !is_passing(reply.status())
        {
            return Some(reply);
        }
        waits();
        if !pause(number).await {
            return None;
        }
        number += 1;
    }
}
