//! Why the server cannot start, or a command fails: one line for a person, and the exit code.

use crate::{
    config::WrongSetting,
    store::{OpenError, StoreError},
};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting cannot be used. Exit code 2; nothing was changed.
    #[error(transparent)]
    Setting(#[from] WrongSetting),
    /// An argument is malformed. Exit code 2; nothing was changed.
    #[error("{0}")]
    Usage(String),
    /// The command could not be carried out. Exit code 1.
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
