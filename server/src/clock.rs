//! The clock and the random generator. The rest of the server gets both as parameters, so that a unit test can set them. `clippy.toml`
//! forbids all other code to ask the system.

use std::{sync::Arc, time::SystemTime};

use chrono::{DateTime, SecondsFormat};
use rand::{TryRng as _, rngs::SysRng};
use shared::session::Timestamp;
use uuid::Uuid;

use crate::ids::RowId;

/// A clock.
pub trait Clock: Send + Sync {
    /// The time now, UTC.
    fn now(&self) -> Timestamp;
}

/// A random generator: cryptographically secure, or predictable in a test.
pub trait Chance: Send + Sync {
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The system's clock and random generator.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

impl Chance for System {
    fn fill(&self, buffer: &mut [u8]) {
        SysRng.try_fill_bytes(buffer).expect("the kernel's random generator answers on every system that this runs on");
    }
}

/// A clock and a random generator together, as functions take them.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

impl Ambient {
    /// The clock and the random generator of the system.
    pub fn system() -> Self {
        Self::new(Arc::new(System), Arc::new(System))
    }

    /// This clock and this random generator.
    pub fn new(clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        Self { clock, chance }
    }

    /// The time now, UTC.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// A number from 0 up to, but not including, 1.
    pub fn fraction(&self) -> f64 {
        f64::from(u32::from_le_bytes(self.random())) / (f64::from(u32::MAX) + 1.0)
    }

    /// A UUIDv7 (RFC 9562, section 5.7) with the time now.
    fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.now().0 / 1_000).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.random()).into_uuid()
    }

    /// The id of a new row.
    pub fn id<T: RowId>(&self) -> T {
        T::from_uuid(self.uuid())
    }
}

/// RFC 3339, UTC, whole seconds: `2026-11-30T12:00:00Z`.
pub fn rfc3339(at: Timestamp) -> String {
    DateTime::from_timestamp_micros(at.0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(rfc3339(Timestamp(1_796_040_000_999_999)), "2026-11-30T12:00:00Z");
    }

    #[test]
    fn uuids_are_of_version_7_and_fractions_below_one() {
        let system = Ambient::system();
        assert_eq!(system.uuid().get_version_num(), 7);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&system.fraction())));
    }
}
