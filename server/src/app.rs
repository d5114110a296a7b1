//! What every use case works with: the store, the vault, the files, time and chance, and the bounds that all share.

use std::{
    os::unix::fs::DirBuilderExt as _,
    path::Path,
    sync::{Arc, OnceLock},
};

use object_store::{ObjectStore, local::LocalFileSystem};
use tokio::sync::{Notify, Semaphore};

use crate::{
    api_keys::InFlight,
    artifacts::uploads::Uploads,
    clock::Ambient,
    config::{Config, Database, WrongSetting, masked},
    error::CommandError,
    flows::Flows,
    operators::{SetUp, password::Passwords},
    store::{OpenError, Store},
    vault::{Key, Vault},
    webhooks::{address::Policy, client::WebhookClient},
};

/// Everything a use case needs, made once.
pub struct App {
    /// The settings.
    pub config: Config,
    /// Where customers reach this server, without a slash at the end.
    pub public_url: String,
    /// The database.
    pub store: Store,
    /// Encryption at rest.
    pub vault: Vault,
    /// Uploaded files, sealed.
    pub objects: Arc<dyn ObjectStore>,
    /// Time and chance.
    pub ambient: Ambient,
    /// Flow versions, parsed.
    pub flows: Flows,
    /// Sends webhooks, to public addresses and those that the settings allow.
    pub webhooks: WebhookClient,
    /// Which addresses webhooks may go to.
    pub webhook_policy: Policy,
    /// Uploads held in memory at once.
    pub uploads: Uploads,
    /// Operators' passwords.
    pub passwords: Passwords,
    /// The set-up link of this process, once it was asked for.
    pub set_up: OnceLock<SetUp>,
    /// Requests of the API that are to create once.
    pub in_flight: InFlight,
    /// CPU-heavy work running at once: one a core.
    pub cpu: Arc<Semaphore>,
    /// A check was queued.
    pub checks_queued: Notify,
    /// An event was written.
    pub event_written: Notify,
}

impl App {
    /// Opens everything that the settings name: folders, key, database with its tables, bundled flows.
    ///
    /// # Errors
    /// A line that names the setting at fault; nothing was changed then.
    pub async fn open(config: Config, ambient: Ambient) -> Result<Self, CommandError> {
        let public_url = match &config.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", config.listen),
        };
        check_key_place(&config)?;
        prepare_folders(&config)?;
        let store = open_store(&config).await?;
        let app = Self::with_store(config, ambient, public_url, store.clone()).await;
        if app.is_err() {
            store.close().await;
        }
        app
    }

    async fn with_store(config: Config, ambient: Ambient, public_url: String, store: Store) -> Result<Self, CommandError> {
        let vault = unlock(&config, &store, &ambient).await?;
        store.migrate().await.map_err(|error| database_setting(&config, &error))?;
        let webhook_policy = Policy::new(config.webhook_allow_nets.clone());
        let app = Self {
            public_url,
            objects: open_objects(&config.artifacts_dir)?,
            flows: Flows::default(),
            webhooks: WebhookClient::new(webhook_policy.clone()),
            webhook_policy,
            uploads: Uploads::default(),
            passwords: Passwords::default(),
            set_up: OnceLock::new(),
            in_flight: InFlight::default(),
            cpu: Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))),
            checks_queued: Notify::new(),
            event_written: Notify::new(),
            config,
            store,
            vault,
            ambient,
        };
        app.first_start().await?;
        Ok(app)
    }

    /// Notes the key's fingerprint in a new database and imports the bundled flows, once.
    async fn first_start(&self) -> Result<(), CommandError> {
        let mut tx = self.store.write().await?;
        // Of two first starts at once with different keys, one is too late.
        let known = tx.note("key_fingerprint", self.vault.fingerprint()).await?;
        if known != self.vault.fingerprint() {
            return Err(other_key(&self.config, self.vault.fingerprint(), &known).into());
        }
        if tx.note_once("bundled_flows", "imported").await? {
            for json in crate::flows::BUNDLED {
                crate::flows::import_in(self, &mut tx, json).await.map_err(|error| CommandError::Failed(error.to_string()))?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Runs CPU-heavy work off the async threads, no more of it at once than there are cores.
    ///
    /// # Errors
    /// Where the work panicked.
    pub async fn on_cpu<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, tokio::task::JoinError> {
        let permit = Arc::clone(&self.cpu).acquire_owned().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
    }
}

fn folder(setting: &'static str, path: &Path) -> Result<(), WrongSetting> {
    let refused = |error: std::io::Error| {
        WrongSetting::new(setting, path.display().to_string(), format!("cannot be used: {error}; allowed is a folder that can be written"))
    };
    // What is made is for this user alone.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(refused)?;
    // A folder that is there may still be on a read-only mount.
    tempfile::tempfile_in(path).map_err(refused)?;
    Ok(())
}

/// Makes the folders that are missing.
fn prepare_folders(config: &Config) -> Result<(), WrongSetting> {
    folder("FLOW_DATA_DIR", &config.data_dir)?;
    folder("FLOW_ARTIFACTS_URL", &config.artifacts_dir)
}

/// Refuses, before anything is made, a key file that holds no key and one that could not be made.
fn check_key_place(config: &Config) -> Result<(), WrongSetting> {
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

fn database_setting(config: &Config, error: &OpenError) -> WrongSetting {
    let shown = match &config.database {
        Database::Sqlite(path) => format!("sqlite://{}", path.display()),
        Database::Postgres(url) => masked(url.as_str()),
    };
    WrongSetting::new("FLOW_DATABASE_URL", shown, format!("{error}; allowed is a database that can be written"))
}

async fn open_store(config: &Config) -> Result<Store, WrongSetting> {
    Store::open(&config.database).await.map_err(|error| database_setting(config, &error))
}

fn open_objects(path: &Path) -> Result<Arc<dyn ObjectStore>, WrongSetting> {
    let store =
        LocalFileSystem::new_with_prefix(path).map_err(|error| WrongSetting::new("FLOW_ARTIFACTS_URL", path.display().to_string(), error.to_string()))?;
    Ok(Arc::new(store.with_automatic_cleanup(true)))
}

fn other_key(config: &Config, own: &str, known: &str) -> WrongSetting {
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

/// Reads the master key, and makes it where the database is new and empty. A database that belongs to another key is refused.
async fn unlock(config: &Config, store: &Store, ambient: &Ambient) -> Result<Vault, CommandError> {
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
        Some(known) if known != vault.fingerprint() => Err(other_key(config, vault.fingerprint(), &known).into()),
        _ => Ok(vault),
    }
}

/// Writes a new key, readable by this user alone. Where another process was faster, its key counts.
fn make_key(path: &Path, ambient: &Ambient) -> std::io::Result<Key> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let key = Key::random(ambient);
    // Written whole under another name first, so that nobody reads half a key.
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
