//! What an operator has just done, as a query parameter and in words.

use super::texts::DashboardWords;

/// What was done, which a redirect passes as `?done=…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A decision was taken.
    Decided,
    /// A session was expired.
    Expired,
    /// Something went into a dossier.
    Linked,
    /// Something was taken out of a dossier.
    Unlinked,
    /// An endpoint, key or operator was disabled.
    Disabled,
    /// A setting was changed.
    Changed,
}

impl Done {
    /// Every variant.
    pub const ALL: [Self; 6] = [Self::Decided, Self::Expired, Self::Linked, Self::Unlinked, Self::Disabled, Self::Changed];

    /// The value in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Expired => "expired",
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
            Self::Disabled => "disabled",
            Self::Changed => "changed",
        }
    }
}

impl DashboardWords {
    /// What was done.
    pub const fn done_of(&self, done: Done) -> &'static str {
        match done {
            Done::Decided => self.done_decided,
            Done::Expired => self.done_expired,
            Done::Linked => self.done_linked,
            Done::Unlinked => self.done_unlinked,
            Done::Disabled => self.done_disabled,
            Done::Changed => self.done_changed,
        }
    }
}
