//! The lowest error: the store failed, or a sealed value cannot be decrypted. The error type of each use case contains it.

use crate::{store::StoreError, vault::Unsealable};

/// What can fail in any use case.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value cannot be decrypted.
    #[error(transparent)]
    Sealed(#[from] Unsealable),
}

impl Failure {
    /// Whether a later try may succeed: another transaction was first, or the database does not answer.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict | StoreError::Unavailable(_)))
    }

    /// Whether a row or a sealed value is damaged: a list shows it as damaged and goes on.
    pub const fn is_damage(&self) -> bool {
        match self {
            Self::Store(error) => error.is_damage(),
            Self::Sealed(_) => true,
        }
    }

    /// Whether another transaction was first.
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Conflict))
    }
}

/// For a use case's error with a variant `Failure`: converts `StoreError` and `Unsealable` into it, so that `?` works on both.
#[macro_export]
macro_rules! holds_failure {
    ($($error:ty),* $(,)?) => {$(
        impl From<$crate::store::StoreError> for $error {
            fn from(error: $crate::store::StoreError) -> Self {
                Self::Failure(error.into())
            }
        }

        impl From<$crate::vault::Unsealable> for $error {
            fn from(error: $crate::vault::Unsealable) -> Self {
                Self::Failure(error.into())
            }
        }
    )*};
}
