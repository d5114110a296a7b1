//! What the check `duplicate` finds in other sessions.

use crate::ids::{CustomerId, SessionRef};

/// The name of the check.
pub const DUPLICATE: &str = "duplicate";

/// Whose session it is, as far as we know.
#[derive(Clone, Debug)]
pub struct Person {
    /// The session.
    pub session: SessionRef,
    /// Its customer, if known.
    pub customer: Option<CustomerId>,
    /// The index values of each CPF that was entered.
    pub cpfs: Vec<Vec<u8>>,
}

/// How a file is like another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// It has the same content.
    Same,
    /// It looks the same: their prints differ in so many bits.
    Near(u32),
}

/// A file of another session that is like a file of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The other session.
    pub session: SessionRef,
    /// The customer in whose dossier that file is, or else of that session.
    pub customer: Option<CustomerId>,
    /// How alike they are.
    pub likeness: Likeness,
}
