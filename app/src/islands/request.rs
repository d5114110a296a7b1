//! Requests that the island sends again until the server answers: after a pause, or at once when the network is back or the customer
//! presses the button. That is safe, because each of our requests means the same however often it arrives. An answer that is not
//! ours counts as none: a firewall or a sign-in page of the network may answer with 200.

use std::cell::Cell;

use gloo_net::http::{Request, Response};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::window;

/// How often the island sends one request at most. That takes about ten minutes. While the browser says that it is offline, the
/// tries do not end.
const TRIES: u32 = 45;
/// The longest pause, and how often a pause checks whether to hurry, in milliseconds.
const LONGEST_MS: u32 = 15_000;
const STEP_MS: u32 = 250;
/// The longest pause that a server may ask for, in seconds.
const LONGEST_ASKED: u32 = 60;

thread_local! {
    static HURRIES: Cell<u32> = const { Cell::new(0) };
}

/// Ends every pause that is under way, and none that begins later.
pub fn hurry() {
    HURRIES.set(HURRIES.get() + 1);
}

/// Why a request has no answer yet.
#[derive(Clone, Copy)]
pub enum Unanswered {
    /// Nothing came back.
    Lost,
    /// The server, or a proxy before it, cannot answer now. It may ask for a pause, in seconds.
    Busy(u32),
    /// Something else answered in the server's place.
    NotOurs,
}

impl Unanswered {
    /// What a status says, where it is no answer. The header is `Retry-After` (RFC 9110, section 10.2.3); a date in it is not read.
    pub fn of(status: u16, retry_after: Option<String>, is_ours: impl FnOnce() -> bool) -> Option<Self> {
        match status {
            408 => Some(Self::Lost),
            500.. => Some(Self::Busy(retry_after.and_then(|seconds| seconds.parse().ok()).unwrap_or_default())),
            200..300 if !is_ours() => Some(Self::NotOurs),
            _ => None,
        }
    }
}

/// Whether the browser says that it has no network.
pub fn is_offline() -> bool {
    !window().navigator().on_line()
}

/// Waits before try number `number`, counted from 0. False after the last try.
pub async fn pause(number: u32, why: Unanswered) -> bool {
    let hurries = HURRIES.get();
    let asked = if let Unanswered::Busy(seconds) = why { seconds.min(LONGEST_ASKED) * 1_000 } else { 0 };
    let mut left = (500 << number.min(5)).min(LONGEST_MS).max(asked);
    while left > 0 && HURRIES.get() == hurries {
        TimeoutFuture::new(STEP_MS).await;
        left = left.saturating_sub(STEP_MS);
    }
    number < TRIES || is_offline()
}

/// Sends a request again and again until an answer comes. `success` is the only status of ours that means success. Calls `waits`
/// before each pause. `None`: no answer ever came.
pub async fn until_answered(request: impl Fn() -> Result<Request, gloo_net::Error>, success: u16, waits: impl Fn(Unanswered)) -> Option<Response> {
    let mut number = 0;
    loop {
        let why = match request().ok()?.send().await {
            Ok(reply) => match Unanswered::of(reply.status(), reply.headers().get("retry-after"), || reply.status() == success) {
                None => return Some(reply),
                Some(why) => why,
            },
            Err(_) => Unanswered::Lost,
        };
        waits(why);
        if !pause(number, why).await {
            return None;
        }
        number += 1;
    }
}
