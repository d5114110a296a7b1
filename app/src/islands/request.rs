//! Requests that go on until they are answered. Each of ours means the same however often it arrives, so where no answer
//! comes it is sent again: after a while, or at once when the network is back or the customer presses the button.

use std::cell::Cell;

use gloo_net::http::{Request, Response};
use gloo_timers::future::TimeoutFuture;

/// How often one request is sent, at most: for about ten minutes.
const TRIES: u32 = 45;
/// The longest pause, and the steps in which it is waited, in milliseconds.
const LONGEST_MS: u32 = 15_000;
const STEP_MS: u32 = 250;

thread_local! {
    static HURRY: Cell<bool> = const { Cell::new(false) };
}

/// Whatever waits to be sent again is sent now.
pub fn hurry() {
    HURRY.set(true);
}

/// Whether a status says that the server may well answer later.
pub const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 500..)
}

/// Waits before try number `number`, from 0. False where there have been enough.
pub async fn pause(number: u32) -> bool {
    HURRY.set(false);
    let mut left = (500 << number.min(5)).min(LONGEST_MS);
    while left > 0 && !HURRY.get() {
        TimeoutFuture::new(STEP_MS).await;
        left = left.saturating_sub(STEP_MS);
    }
    number < TRIES
}

/// Sends a request, and again while no answer comes; `waits` is called before each pause. `None`: none came at all.
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
