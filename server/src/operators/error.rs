//! Why an operator could not sign in, be invited or be disabled.

use super::password::{Busy, MAX_BYTES, MIN_CHARS};
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
    #[error("there is an operator of this e-mail already")]
    EmailTaken,
    /// Operators cannot disable themselves.
    #[error("operators cannot disable themselves")]
    OwnAccount,
    /// The operator who sent the request was disabled meanwhile.
    #[error("you were disabled meanwhile")]
    Disabled,
    /// A password of too few characters.
    #[error("a password has at least {MIN_CHARS} characters")]
    ShortPassword,
    /// A password of too many bytes.
    #[error("a password has at most {MAX_BYTES} bytes")]
    LongPassword,
    /// Too many passwords wait to be checked.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(OperatorError);
