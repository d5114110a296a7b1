//! A backtest: a draft of a rule that is judged on the transactions of the past, how far it is, and what it came to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::session::Timestamp;

use crate::ids::{BacktestId, CustomerId, Lease, OperatorId, TransactionRef};

/// How a backtest stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BacktestStatus {
    /// It is under way.
    Running,
    /// It is done, and has a result.
    Done,
    /// Somebody cancelled it.
    Cancelled,
    /// It failed, or its process ended.
    Failed,
}

impl BacktestStatus {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Done => "DONE",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }
}

impl std::str::FromStr for BacktestStatus {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Running, Self::Done, Self::Cancelled, Self::Failed].into_iter().find(|status| status.as_str() == text).ok_or(())
    }
}

/// A backtest.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// Its row.
    pub id: BacktestId,
    /// The draft as JSON.
    pub definition: String,
    /// The version that it is compared with; `None` if the rule was never active.
    pub against: Option<u32>,
    /// The operator who started it; `None` for a command.
    pub operator: Option<OperatorId>,
    /// How it stands.
    pub status: BacktestStatus,
    /// The run.
    pub lease: Lease,
    /// Until when the run counts as under way unless it is renewed.
    pub lease_until: Timestamp,
    /// How many transactions there are.
    pub whole: u64,
    /// How many of them were gone through.
    pub done: u64,
    /// When it was started.
    pub started_at: Timestamp,
    /// When somebody asked for its end.
    pub cancelled_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What it came to.
    pub result: Option<Tally>,
}

impl Backtest {
    /// How it stands at this moment: a run whose lease is over ended with its process.
    pub fn status_at(&self, now: Timestamp) -> BacktestStatus {
        if self.status == BacktestStatus::Running && self.lease_until <= now { BacktestStatus::Failed } else { self.status }
    }
}

/// What a backtest came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// How many transactions were judged.
    pub judged: u64,
    /// How many of them the draft matched.
    pub matched: u64,
    /// How many of them the active version had matched.
    pub recorded: u64,
    /// How many the draft matched and the active version had not.
    pub added: u64,
    /// How many the active version had matched and the draft did not.
    pub removed: u64,
    /// The same by day of UTC: the days since 1970 on which the transactions arrived.
    pub days: BTreeMap<i64, Day>,
}

/// What a backtest came to on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// How many transactions were judged.
    pub judged: u64,
    /// How many of them the draft matched.
    pub matched: u64,
    /// How many of them the active version had matched.
    pub recorded: u64,
}

/// A transaction that a result names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The transaction.
    pub transaction: TransactionRef,
    /// Its customer.
    pub customer: CustomerId,
    /// When it arrived.
    pub created_at: Timestamp,
    /// Whether the draft matched it.
    pub matched: bool,
    /// Whether the active version had matched it.
    pub recorded: bool,
    /// What the draft's conditions saw, sealed with the customer's key.
    pub seen: Vec<u8>,
}
