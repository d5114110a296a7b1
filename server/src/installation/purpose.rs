//! Which commands may make an installation, and what the others say where there is none. They make nothing: a typing mistake in a setting
//! must not look like an empty installation.

use std::path::Path;

use crate::config::{Config, Database, WrongSetting, masked};

/// What a command may do where there is no installation yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Make one, or bring an older one to this version: `serve` and `migrate`.
    Make,
    /// Nothing: every other command.
    Use,
}

/// Checks that the folders of an installation are there, and makes nothing.
pub fn find_folders(config: &Config) -> Result<(), WrongSetting> {
    let database_is_within = matches!(&config.database, Database::Sqlite(path) if path.starts_with(&config.data_dir));
    let is_needed = database_is_within || config.key_file.starts_with(&config.data_dir) || config.artifacts_dir.starts_with(&config.data_dir);
    if is_needed && !config.data_dir.is_dir() {
        return Err(none_here("FLOW_DATA_DIR", &config.data_dir));
    }
    Ok(())
}

/// The error of a command that makes no installation, where there is none.
fn none_here(setting: &'static str, path: &Path) -> WrongSetting {
    let looked = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let reason = format!("is no place of an installation (looked at {}); serve and migrate make one", looked.display());
    WrongSetting::new(setting, path.display().to_string(), reason)
}

/// The same for a database without our tables, or with tables that were never used.
pub fn no_database_here(config: &Config) -> WrongSetting {
    match &config.database {
        Database::Sqlite(path) if path.starts_with(&config.data_dir) => none_here("FLOW_DATA_DIR", &config.data_dir),
        Database::Sqlite(path) => none_here("FLOW_DATABASE_URL", path),
        Database::Postgres(url) => {
            WrongSetting::new("FLOW_DATABASE_URL", masked(url.as_str()), "is no database of an installation; serve and migrate make one")
        }
    }
}
