//! API keys, and requests with an `Idempotency-Key`.

mod idempotency;
mod keys;

pub use idempotency::{Flight, InFlight, KeyCreateError, answered, begin, create_session, keep, keep_alone, seal_answers_from_before, sweep};
pub use keys::{Made, create, disable, is_session_api_on, list, of_secret, switch_session_api};
