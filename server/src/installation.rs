//! Opens the parts of an installation that the settings name: folders, the key file, the database, the storage. Every error names the
//! setting at fault.

use std::{os::unix::fs::DirBuilderExt as _, path::Path};

use crate::{
    clock::Ambient,
    config::{Config, Database, WrongSetting, masked},
    error::CommandError,
    storage::Storage,
    store::{OpenError, Store},
    vault::{Key, Vault},
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

/// Creates the folders that are missing, and checks that they can be written.
pub fn prepare_folders(config: &Config) -> Result<(), WrongSetting> {
    folder("FLOW_DATA_DIR", &config.data_dir)?;
    folder("FLOW_ARTIFACTS_URL", &config.artifacts_dir)
}

/// Checks the key file before anything is created: it has 32 bytes, or it can be created in its folder.
pub fn check_key_place(config: &Config) -> Result<(), WrongSetting> {
    let (path, shown) = (&config.key_file, config.key_file.display().to_string());
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() && file.len() == 32 => Ok(()),
        Ok(file) => Err(WrongSetting::new("FLOW_KEY_FILE", shown, format!("has {} bytes; allowed is a file of the 32 bytes of a key", file.len()))),
        Err(_) => match path.parent() {
            Some(parent) if parent.is_dir() || parent.as_os_str().is_empty() || parent == config.data_dir => Ok(()),
            _ => Err(WrongSetting::new("FLOW_KEY_FILE", shown, "cannot be made: its folder is not there; allowed is a file in a folder that is")),
        },
    }
}

/// Converts an error of the database into an error about its setting.
pub fn database_setting(config: &Config, error: &OpenError) -> WrongSetting {
    let shown = match &config.database {
        Database::Sqlite(path) => format!("sqlite://{}", path.display()),
        Database::Postgres(url) => masked(url.as_str()),
    };
    let mut reason = format!("{error}; allowed is a database that can be written");
    if matches!(&config.database, Database::Postgres(url) if url.as_str().contains("sslmode=verify-")) {
        // Also if the URL named no sslmode: then the setting added it.
        reason.push_str(". Its server has to have a certificate for its name: add sslrootcert=FILE to the URL for an authority of your own, or sslmode=disable for a network that nobody else is on");
    }
    WrongSetting::new("FLOW_DATABASE_URL", shown, reason)
}

/// Opens the database that the settings name.
pub async fn open_store(config: &Config) -> Result<Store, WrongSetting> {
    Store::open(&config.database).await.map_err(|error| database_setting(config, &error))
}

/// Opens the storage that the settings name.
pub fn open_storage(path: &Path) -> Result<Storage, WrongSetting> {
    Storage::folder(path).map_err(|error| WrongSetting::new("FLOW_ARTIFACTS_URL", path.display().to_string(), error.to_string()))
}

/// The error for a key file that belongs to another database.
pub fn other_key(config: &Config, own: &str, known: &str) -> WrongSetting {
    let reason = format!("has fingerprint {own}, the database belongs to {known}; allowed is the file with that key");
    WrongSetting::new("FLOW_KEY_FILE", config.key_file.display().to_string(), reason)
}

fn missing_key(config: &Config) -> WrongSetting {
    WrongSetting::new(
        "FLOW_KEY_FILE",
        config.key_file.display().to_string(),
        "is missing, and the database was written with a key; allowed is the file with that key",
    )
}

/// Reads the master key. Creates the key file if it does not exist and the database is new. Refuses a database that belongs to another
/// key.
pub async fn unlock(config: &Config, store: &Store, ambient: &Ambient) -> Result<Vault, CommandError> {
    let known = store.key_fingerprint().await.map_err(|error| WrongSetting::new("FLOW_DATABASE_URL", "", error.to_string()))?;
    let refused = |reason: String| WrongSetting::new("FLOW_KEY_FILE", config.key_file.display().to_string(), reason);
    let key = match std::fs::read(&config.key_file) {
        Ok(bytes) => Key::from_slice(&bytes).map_err(|_| refused(format!("has {} bytes; a key has 32", bytes.len())))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && known.is_none() => {
            make_key(&config.key_file, ambient).map_err(|e| refused(format!("cannot be made: {e}")))?
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(missing_key(config).into()),
        Err(error) => return Err(refused(format!("cannot be read: {error}")).into()),
    };
    let vault = Vault::new(&key, ambient.clone());
    match known {
        // An earlier build wrote the first fingerprint. `App` replaces it once it has upgraded the rows.
        Some(known) if known != vault.fingerprint() && known != vault.first_fingerprint() => Err(other_key(config, vault.fingerprint(), &known).into()),
        _ => Ok(vault),
    }
}

/// Writes a new key file that only this user can read. If another process has created the file meanwhile, reads that one.
fn make_key(path: &Path, ambient: &Ambient) -> std::io::Result<Key> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let key = Key::random(ambient);
    // Written under another name first, so that no process reads an incomplete key.
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let unfinished = folder.join(format!(".key-{:016x}", u64::from_le_bytes(ambient.random())));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(key.expose())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&unfinished, path);
    std::fs::remove_file(&unfinished)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Key::from_slice(&std::fs::read(path)?).map_err(std::io::Error::other),
        Err(error) => Err(error),
    }
}
