//! Which transactions are judged: those that the active version decided; of a name that was never active, all that were decided.

use shared::session::Timestamp;

use crate::{
    model::{Origin, Stored},
    rules::ActiveTime,
};

/// How far the clocks of two processes may be apart, in seconds. It only matters for transactions that do not say by which rules they were
/// decided.
const APART_SECONDS: i64 = 3_600;

/// The time of the active version, up to the start of the backtest.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// The active version, if there was one.
    pub active: Option<ActiveTime>,
    /// When the backtest was started.
    pub end: Timestamp,
}

impl Period {
    /// Whether a transaction may be among them, as far as its row says.
    pub fn may_have(&self, of: &Stored) -> bool {
        let at = of.created_at;
        of.origin == Origin::Api
            && at <= self.end
            && self.active.is_none_or(|active| {
                at >= active.from.1.plus_seconds(-APART_SECONDS) && active.until.is_none_or(|(_, until)| at <= until.plus_seconds(APART_SECONDS))
            })
    }

    /// Whether a transaction that may be among them is. It says by which rules it was decided.
    pub fn has(&self, of: &Stored) -> bool {
        let Some(active) = self.active else { return true };
        match of.rules_number {
            Some(number) => number >= active.from.0 && active.until.is_none_or(|(until, _)| number < until),
            None => of.created_at >= active.from.1 && active.until.is_none_or(|(_, until)| of.created_at < until),
        }
    }
}
