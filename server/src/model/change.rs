//! A change of a session, as those who follow it see it.

use shared::session::Timestamp;

/// Which transition it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// PENDING → PROCESSING
    Submitted,
    /// PROCESSING → COMPLETED
    Completed,
    /// PENDING → EXPIRED
    Expired,
    /// COMPLETED with another decision
    Reviewed,
}

impl ChangeKind {
    const ALL: [Self; 4] = [Self::Submitted, Self::Completed, Self::Expired, Self::Reviewed];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Reviewed => "reviewed",
        }
    }
}

impl std::str::FromStr for ChangeKind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(())
    }
}

/// A change of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which transition it was.
    pub kind: ChangeKind,
    /// When it was.
    pub at: Timestamp,
}
