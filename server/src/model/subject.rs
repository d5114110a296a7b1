//! What an event is about. Each subject has its own data key, which seals its events, and numbers its events.

use crate::ids::{RowId as _, SessionRef};

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A session.
    Session(SessionRef),
}

impl Subject {
    /// Its kind, as stored.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Session(_) => "SESSION",
        }
    }

    /// Its row, as stored.
    pub fn row(self) -> String {
        match self {
            Self::Session(session) => session.row(),
        }
    }

    /// The subject with this stored kind and row; `None` if the server never writes these.
    pub fn parse(kind: &str, row: &str) -> Option<Self> {
        match kind {
            "SESSION" => row.parse().ok().map(Self::Session),
            _ => None,
        }
    }
}
