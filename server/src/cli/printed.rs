//! What a command prints: lines for a person, or with `--json` one JSON value and nothing else on stdout.

use std::{fmt::Display, io::Write as _};

use serde_json::Value;
use server::error::CommandError;

/// The output of a command in both forms.
pub struct Printed {
    /// For programs.
    pub json: Value,
    /// For people.
    pub text: String,
}

impl Printed {
    /// Prints one of the forms.
    ///
    /// # Errors
    /// If stdout is closed.
    pub fn print(self, as_json: bool) -> Result<(), CommandError> {
        let text = if as_json { self.json.to_string() } else { self.text };
        writeln!(std::io::stdout(), "{text}").map_err(failed)
    }
}

/// The command failed: exit code 1.
pub fn failed(error: impl Display) -> CommandError {
    CommandError::Failed(error.to_string())
}

/// An argument is malformed: exit code 2.
pub fn usage(error: impl Display) -> CommandError {
    CommandError::Usage(error.to_string())
}
