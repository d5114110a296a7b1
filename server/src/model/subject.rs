//! What an event is about. A data key seals the events of each subject, and each numbers its events.

use crate::ids::{RowId as _, SessionRef, TransactionRef};

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A session.
    Session(SessionRef),
    /// A transaction. The key of its customer seals its events.
    Transaction(TransactionRef),
}

impl Subject {
    /// Its kind, as stored.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Session(_) => "SESSION",
            Self::Transaction(_) => "TRANSACTION",
        }
    }

    /// Its row, as stored.
    pub fn row(self) -> String {
        match self {
            Self::Session(session) => session.row(),
            Self::Transaction(transaction) => transaction.row(),
        }
    }

    /// The subject with this stored kind and row; `None` if the server never writes these.
    pub fn parse(kind: &str, row: &str) -> Option<Self> {
        match kind {
            "SESSION" => row.parse().ok().map(Self::Session),
            "TRANSACTION" => row.parse().ok().map(Self::Transaction),
            _ => None,
        }
    }
}
