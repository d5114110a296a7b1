//! Why the server cannot start, or a command cannot be done: one line for a person, and the exit code.

use crate::{
    config::WrongSetting,
    store::{OpenError, StoreError},
};

/// Why a command ends without having done what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting or an argument that cannot be used. Exit code 2, nothing was changed.
    #[error(transparent)]
    Setting(#[from] WrongSetting),
    /// An argument that cannot be meant, whatever there is. Exit code 2, nothing was changed.
    #[error("{0}")]
    Usage(String),
    /// The thing asked for could not be done. Exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl CommandError {
    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Setting(_) | Self::Usage(_) => 2,
            Self::Failed(_) => 1,
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        Self::Failed(error.to_string())
    }
}
