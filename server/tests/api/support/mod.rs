//! The actors of the stories and the few words the stories share. A test takes a `World` (a server that runs) or a
//! `Place` (an installation where nothing runs yet); everything in them ends with the test.

pub mod chance;
pub mod customer;
pub mod desk;
pub mod disk;
pub mod engine;
pub mod html;
pub mod load;
pub mod operator;
pub mod photos;
pub mod place;
pub mod postgres;
pub mod program;
pub mod receiver;
pub mod reply;
pub mod search;
pub mod server;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use customer::Customer;
pub use desk::Desk;
pub(crate) use engine::on_each_engine;
pub use engine::{Database, Engine};
pub use operator::Operator;
pub use place::{Outcome, Place};
pub use program::Program;
pub use receiver::{Answer, Receiver};
pub use reply::Reply;
pub use serde_json::{Value, json};
pub use server::Server;
use tokio::time::Instant;

/// A check's run, a delivery, an expiry: what the contract gives 30 s.
pub const SOON: Duration = Duration::from_secs(30);

/// A well-formed id that no session has: 26 characters of Crockford base32.
pub const NOBODYS_ID: &str = "sess_0123456789abcdefghjkmnpqrs";

/// An installation whose server runs, and those who use it.
pub struct World {
    pub place: Place,
    pub server: Server,
    pub operator: Operator,
}

impl World {
    /// A new installation on this engine, serving.
    pub async fn on(engine: Engine) -> Self {
        let place = Place::on(engine).await;
        Self::at(place).await
    }

    /// Serves what this place holds.
    pub async fn at(place: Place) -> Self {
        let server = Server::start(&place).await;
        let operator = Operator::at(&place);
        Self { place, server, operator }
    }

    /// A customer who was just sent a link of the flow `minimal`.
    pub async fn customer(&self) -> Customer {
        self.customer_with(&[]).await
    }

    /// The same, with more arguments to `link create`, such as `--ttl 1s`.
    pub async fn customer_with(&self, arguments: &[&str]) -> Customer {
        let link = self.operator.link_with(arguments).await;
        Customer::with_link(&self.place, &link)
    }

    /// An operator of this role, invited and signed in.
    pub async fn desk(&self, role: &str) -> Desk {
        Desk::of(&self.place, role).await
    }

    /// Someone with no session of their own, at this id.
    pub fn stranger(&self, id: &str) -> Customer {
        Customer::at(&self.place, id)
    }

    /// A company's receiver, registered as a webhook endpoint; also answers its secret.
    pub async fn company(&self) -> (Receiver, String) {
        let receiver = Receiver::start().await;
        let endpoint = self.operator.add_webhook(&receiver.url).await;
        let secret = endpoint["secret"].as_str().expect("webhook add answers a secret").to_owned();
        (receiver, secret)
    }

    /// Ends the server without warning and starts it again over the same data.
    pub async fn crash_and_restart(&mut self) {
        self.server.kill9();
        self.server = Server::start(&self.place).await;
    }
}

/// Asks again and again until there is an answer; fails once `within` is over.
pub async fn eventually<T>(what: &str, within: Duration, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Now, in milliseconds since 1970, by the wall clock that the server reads too.
#[expect(clippy::disallowed_methods, reason = "a test waits for the moment that the server's real clock will reach")]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    i64::try_from(since.as_millis()).expect("this century")
}

/// An RFC 3339 time in milliseconds since 1970.
pub fn parse_ms(rfc3339: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(rfc3339).unwrap_or_else(|error| panic!("{rfc3339:?} is no RFC 3339 time: {error}")).timestamp_millis()
}

/// Returns when the wall clock has passed this time (plus `offset_ms`, which may be negative).
pub async fn at_time(rfc3339: &str, offset_ms: i64) {
    let left = parse_ms(rfc3339) + offset_ms - now_ms();
    if let Ok(left) = u64::try_from(left) {
        tokio::time::sleep(Duration::from_millis(left + 1)).await;
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(bytes))
}
