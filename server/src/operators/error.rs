//! Why an operator could not sign in, be invited or be disabled.

use super::{
    password::{Busy, Unfit},
    strength::Weakness,
};
use crate::failure::Failure;

/// Why an operator could not sign in, be invited or be disabled.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// E-mail or password is wrong, or the operator is disabled.
    #[error("e-mail or password is wrong")]
    WrongCredentials,
    /// The link was used, has expired, or never existed.
    #[error("this link has expired or was already used")]
    Gone,
    /// There is no such operator.
    #[error("there is no such operator")]
    NotFound,
    /// This is not an e-mail address.
    #[error("{0:?} is not an e-mail address; allowed is one such as ana@example.com, at most 254 characters")]
    BadEmail(String),
    /// The operator with this e-mail address has accepted the invitation, or is disabled.
    #[error("there is an operator of this e-mail already; `operator reset` makes a link for a new password, and the page Operators enables again")]
    EmailTaken,
    /// The demonstration's administrator has no password and always the same role.
    #[error("the demonstration's administrator signs in by the link that `serve --demo` prints, and keeps the role")]
    IsDemo,
    /// Operators cannot disable themselves.
    #[error("operators cannot disable themselves")]
    OwnAccount,
    /// The operator who sent the request was disabled meanwhile.
    #[error("you were disabled meanwhile")]
    Disabled,
    /// Nobody else could administer this installation.
    #[error("this is the last administrator who can sign in; give somebody else the role first")]
    LastAdministrator,
    /// The operator is disabled.
    #[error("this operator is disabled; an administrator can enable them on the page Operators")]
    IsDisabled,
    /// The current password is wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The new password is too easy to guess, or too long.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// Too many passwords wait to be checked.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(OperatorError);

impl From<Unfit> for OperatorError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Busy(busy) => busy.into(),
            Unfit::Weak(weakness) => weakness.into(),
        }
    }
}
