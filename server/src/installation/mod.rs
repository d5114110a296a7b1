//! Opens the parts of an installation that the settings name: folders, the key file, the database, the storage. Every error names the
//! setting at fault. Only `serve` and `migrate` make what is missing; every other command says where there is no installation.

mod files;
mod key;
mod purpose;
mod storage;

use std::{os::unix::fs::DirBuilderExt as _, path::Path};

use self::purpose::no_database_here;
pub use self::{
    files::set_right,
    key::{check_place, other_key, unlock},
    purpose::{Purpose, find_folders},
    storage::{bind_storage, check_storage, open_storage},
};
use crate::{
    config::{Config, Database, WrongSetting, masked},
    error::CommandError,
    store::{LONGEST_SQLITE_PATH, OpenError, Schema, Store},
};

fn folder(setting: &'static str, path: &Path) -> Result<(), WrongSetting> {
    let refused = |error: std::io::Error| {
        WrongSetting::new(setting, path.display().to_string(), format!("cannot be used: {error}; allowed is a folder that can be written"))
    };
    // Only this user may read new folders.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(refused)?;
    // An existing folder may be on a read-only mount.
    tempfile::tempfile_in(path).map_err(refused)?;
    Ok(())
}

/// Refuses a path that SQLite does not open, before anything is created.
pub fn check_path(config: &Config) -> Result<(), WrongSetting> {
    let Database::Sqlite(path) = &config.database else {
        return Ok(());
    };
    let length = std::path::absolute(path).map_or(0, |whole| whole.as_os_str().len());
    if length <= LONGEST_SQLITE_PATH {
        return Ok(());
    }
    let (setting, given) = if path.starts_with(&config.data_dir) { ("FLOW_DATA_DIR", &config.data_dir) } else { ("FLOW_DATABASE_URL", path) };
    let reason = format!("makes the path of the database {length} bytes long; SQLite opens at most {LONGEST_SQLITE_PATH}");
    Err(WrongSetting::new(setting, given.display().to_string(), reason))
}

/// Creates the folders that are missing, and checks that they can be written. Returns whether it made the folder of uploaded files.
pub fn prepare_folders(config: &Config) -> Result<bool, WrongSetting> {
    folder("FLOW_DATA_DIR", &config.data_dir)?;
    let is_new = !config.artifacts_dir.exists();
    folder("FLOW_ARTIFACTS_URL", &config.artifacts_dir)?;
    Ok(is_new)
}

/// The encoding that a database has to have, as PostgreSQL names it.
const ENCODING: &str = "UTF8";

/// The database's setting, without a password.
fn shown(config: &Config) -> String {
    match &config.database {
        Database::Sqlite(path) => format!("sqlite://{}", path.display()),
        Database::Postgres(url) => masked(url.as_str()),
    }
}

/// Converts an error of the database into an error about its setting.
pub fn database_setting(config: &Config, error: &OpenError) -> WrongSetting {
    let mut reason = format!("{error}; allowed is a database that can be written");
    if matches!(&config.database, Database::Postgres(url) if url.as_str().contains("sslmode=verify-")) {
        // Also if the URL named no sslmode: then the setting added it.
        reason.push_str(". Its server has to have a certificate for its name: add sslrootcert=FILE to the URL for an authority of your own, or sslmode=disable for a network that nobody else is on");
    }
    WrongSetting::new("FLOW_DATABASE_URL", shown(config), reason)
}

/// Opens the database that the settings name. Refuses one that cannot store every text.
pub async fn open_store(config: &Config, purpose: Purpose) -> Result<Store, CommandError> {
    let opened = match purpose {
        Purpose::Make => Store::open(&config.database).await,
        Purpose::Use => Store::open_existing(&config.database).await,
    };
    let store = opened.map_err(|error| match error {
        OpenError::NoTables => no_database_here(config),
        error => database_setting(config, &error),
    })?;
    match store.encoding().await? {
        Some(encoding) if encoding != ENCODING => {
            store.close().await;
            let reason = format!("stores texts in {encoding}, which has not every letter; allowed is a database with the encoding {ENCODING}");
            Err(WrongSetting::new("FLOW_DATABASE_URL", shown(config), reason).into())
        }
        _ => Ok(store),
    }
}

/// Migrates the tables, or says that this binary does not fit them. A command that migrated them would break the server that runs on
/// them.
pub async fn bring_to_this_version(config: &Config, store: &Store, purpose: Purpose) -> Result<(), CommandError> {
    if purpose == Purpose::Make {
        return Ok(store.migrate().await.map_err(|error| database_setting(config, &error))?);
    }
    match store.schema().await? {
        Schema::Ours => Ok(()),
        Schema::Older => Err(CommandError::Failed("the database is of an older version: run migrate first, or serve".into())),
        Schema::Newer => Err(CommandError::Failed("the database is of a newer version: use the program of that version".into())),
    }
}
