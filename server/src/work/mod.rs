//! Background work: checks, deliveries, expiry, follow-ups, sweeps. A [`Job`] implements how to claim items and how to run one. This
//! folder has the loop that all jobs share: it limits, supervises and restarts them.

mod health;
mod job;
mod supervise;
pub mod sweeps;

pub use crate::handoff::Places;
pub use health::Health;
pub use job::{Job, Pace};
pub use supervise::spawn;
