//! The types of the audit log: who did what. An [`Entry`] has only ids and fixed words, never personal data.

mod act;

use shared::{ids::KeyId, session::Timestamp};

pub use self::act::Act;
use crate::{
    clock::Ambient,
    ids::{AuditId, OperatorId},
};

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The customer, through the session's id.
    Customer,
    /// A job of the server.
    System,
    /// A command on the command line of the server.
    CommandLine,
    /// The person with the set-up link.
    SetUp,
    /// An operator who is signed in.
    Operator(OperatorId),
    /// A program with an API key.
    Key(KeyId),
    /// Somebody who is not signed in.
    Visitor,
}

/// How long a repeated read stays one row, in seconds: it is written once in each ten minutes of the clock.
pub const READ_WINDOW_SECONDS: i64 = 600;

/// One line of the audit log.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its row.
    pub id: AuditId,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub act: Act,
}

impl Entry {
    /// An entry with a new id.
    pub fn new(ambient: &Ambient, at: Timestamp, actor: Actor, act: Act) -> Self {
        Self { id: ambient.id(), at, actor, act }
    }
}
