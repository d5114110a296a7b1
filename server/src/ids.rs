//! The ids of rows. Each kind has its own type, so that two kinds cannot be confused. All are UUIDv7, so they sort by time. Ids that the
//! API shows (`art_…`, `evt_…`, `wh_…`, `key_…`) are types of `shared`; this file implements [`RowId`] for them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use shared::ids::{ArtifactId, EndpointId, EventId, KeyId};
use uuid::Uuid;

/// An id that names a row by its UUID.
pub trait RowId: Copy + Eq {
    /// The id of this UUID.
    fn from_uuid(uuid: Uuid) -> Self;

    /// Its UUID.
    fn uuid(self) -> Uuid;

    /// The id as text, as it is stored.
    fn row(self) -> String {
        self.uuid().to_string()
    }

    /// The largest id. Lists begin with the newest row before it.
    fn last() -> Self {
        Self::from_uuid(Uuid::max())
    }
}

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl RowId for $name {
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )*};
}

row_ids! {
    /// A session's row. Logs, audit rows and operators' pages use it instead of the session id.
    SessionRef,
    /// A customer's row.
    CustomerId,
    /// The row of one version of a flow.
    FlowId,
    /// An operator's row.
    OperatorId,
    /// A delivery's row.
    DeliveryId,
    /// A row of `follow_ups`.
    FollowUpId,
    /// A transaction's row. Logs, audit rows and operators' pages use it instead of the company's id.
    TransactionRef,
    /// The row of one version of a rule.
    RuleId,
    /// A list's row.
    ListId,
    /// The row of a list's entry.
    EntryId,
    /// A backtest's row.
    BacktestId,
    /// An audit row.
    AuditId,
    /// Identifies one claim of queued work. A worker that has lost its lease cannot record a result.
    Lease,
}

macro_rules! rows_of {
    ($($name:ident),* $(,)?) => {$(
        impl RowId for $name {
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid.as_u128())
            }

            fn uuid(self) -> Uuid {
                Uuid::from_u128(self.0)
            }
        }
    )*};
}

rows_of!(ArtifactId, EventId, EndpointId, KeyId);
