//! Operators, their sign-ins, links and reviews; and API keys.

use std::str::FromStr;

use shared::{ids::KeyId, risk::Decision, role::Role, session::Timestamp};

use crate::{actor::Entry, ids::OperatorId};

/// An operator as stored.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The row.
    pub id: OperatorId,
    /// The e-mail address, sealed with the master key.
    pub email: Vec<u8>,
    /// What they may do.
    pub role: Role,
    /// The hash of the password, as a PHC string; none before the operator has accepted the invitation.
    pub password: Option<String>,
    /// When they were invited.
    pub created_at: Timestamp,
    /// When they were disabled. From then on they cannot sign in.
    pub disabled_at: Option<Timestamp>,
}

/// An operator's sign-in on one browser.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who is signed in.
    pub operator: Operator,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used; updated at most once a minute.
    pub seen_at: Timestamp,
}

/// An operator's sign-in on one browser, as its operator sees it.
#[derive(Clone, Debug)]
pub struct OwnSignIn {
    /// The hash of its token.
    pub token: [u8; 32],
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used; updated at most once a minute.
    pub seen_at: Timestamp,
    /// What kind of browser it is on, if we know.
    pub browser: Option<String>,
    /// The address it came from, sealed with the master key.
    pub source: Option<Vec<u8>>,
}

/// An audit row about an operator.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Who did what, and when.
    pub entry: Entry,
    /// The address it came from, sealed with the master key.
    pub source: Option<Vec<u8>>,
    /// How many acts the row stands for, if not one.
    pub times: Option<i64>,
}

/// What a link lets an operator do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Choose the first password.
    Invitation,
    /// Sign in once.
    OneTime,
    /// Choose a new password.
    Reset,
}

impl LinkKind {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "INVITATION",
            Self::OneTime => "ONE_TIME",
            Self::Reset => "RESET",
        }
    }
}

/// What an API key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Create sessions.
    SessionsCreate,
    /// Read the results of sessions.
    SessionsRead,
    /// Post transactions and read them.
    Transactions,
    /// Read and change rules.
    Rules,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::SessionsCreate, Self::SessionsRead, Self::Transactions, Self::Rules];

    /// As stored, sent and given on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionsCreate => "sessions:create",
            Self::SessionsRead => "sessions:read",
            Self::Transactions => "transactions",
            Self::Rules => "rules",
        }
    }
}

impl FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| "a scope is sessions:create, sessions:read, transactions or rules".to_owned())
    }
}

/// The name that an operator gives an API key, so that people can tell keys apart. Several keys may have the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    /// The longest name, in characters.
    pub const MAX: usize = 60;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = String;

    /// White space at the ends is dropped.
    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim();
        // Characters that show nothing, or that turn the text around them, would let two names look the same.
        let is_hidden = |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if name.is_empty() || name.chars().count() > Self::MAX || name.contains(is_hidden) {
            return Err(format!("a name has 1 to {} characters, none of them invisible", Self::MAX));
        }
        Ok(Self(name.to_owned()))
    }
}

/// An API key as stored.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Its name; earlier keys have none.
    pub name: Option<KeyName>,
    /// What it may do, in order.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used; updated at most once a minute.
    pub used_at: Option<Timestamp>,
    /// When it was disabled. From then on it is refused.
    pub disabled_at: Option<Timestamp>,
}

/// An operator's decision about a session.
#[derive(Clone, Debug)]
pub struct Review {
    /// The number of the review within its session, from 1.
    pub number: i64,
    /// The operator who decided.
    pub operator: OperatorId,
    /// The decision.
    pub decision: Decision,
    /// The operator's reason, sealed with the session's data key.
    pub reason: Vec<u8>,
    /// When the operator decided.
    pub at: Timestamp,
}
