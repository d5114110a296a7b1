//! Operators, how they come in, what they decide, and the API's keys.

use std::str::FromStr;

use shared::{ids::KeyId, risk::Decision, role::Role, session::Timestamp};
use uuid::Uuid;

/// An operator as stored.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The row.
    pub id: Uuid,
    /// Their e-mail, sealed.
    pub email: Vec<u8>,
    /// What they may do.
    pub role: Role,
    /// Their password's hash as a PHC string; none before they accepted their invitation.
    pub password: Option<String>,
    /// When they were invited.
    pub created_at: Timestamp,
    /// They may not sign in any more, since.
    pub disabled_at: Option<Timestamp>,
}

/// That an operator is signed in, on one browser.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Whose it is.
    pub operator: Operator,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
}

/// What a link for operators is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Choosing the first password.
    Invitation,
    /// Signing in once.
    OneTime,
}

impl LinkKind {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "INVITATION",
            Self::OneTime => "ONE_TIME",
        }
    }
}

/// What a key of the API may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Create sessions.
    SessionsCreate,
    /// Read how they went.
    SessionsRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::SessionsCreate, Self::SessionsRead];

    /// As stored, sent and given on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionsCreate => "sessions:create",
            Self::SessionsRead => "sessions:read",
        }
    }
}

impl FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| "a scope is sessions:create or sessions:read".to_owned())
    }
}

/// A key of the API as stored.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// What it is called.
    pub id: KeyId,
    /// What it may do, in order.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// It opens nothing any more, since.
    pub disabled_at: Option<Timestamp>,
}

/// A decision that a person took.
#[derive(Clone, Debug)]
pub struct Review {
    /// From 1.
    pub number: i64,
    /// Who.
    pub operator: Uuid,
    /// What they decided.
    pub decision: Decision,
    /// Why, sealed by the session's data key.
    pub reason: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// Who did what to which row. No personal data.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who: `operator:{row}`, `key:{row}`, `command-line`, `customer` or `system`.
    pub actor: String,
    /// What, such as `session.created`.
    pub action: String,
    /// What else it was about: a row's id.
    pub detail: Option<String>,
}
