//! The master key's file: reads it, makes it where the database is new, and refuses one that everyone on the machine can read.

use std::{
    fs::File,
    io::{Error, ErrorKind, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use rustix::fs::{CWD, RenameFlags, StatVfsMountFlags, renameat_with, statvfs};
use tracing::warn;

use super::purpose::{Purpose, no_database_here};
use crate::{
    clock::Ambient,
    config::{Config, WrongSetting},
    error::CommandError,
    store::Store,
    vault::{Key, Vault},
};

fn refused(config: &Config, reason: impl Into<String>) -> WrongSetting {
    WrongSetting::new("FLOW_KEY_FILE", config.key_file.display().to_string(), reason)
}

/// Checks the key file before anything is created: it has 32 bytes and is not everyone's to read, or it can be created in its folder.
pub fn check_place(config: &Config) -> Result<(), WrongSetting> {
    let path = &config.key_file;
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() && file.len() == 32 => check_readers(config, file.permissions().mode()),
        Ok(file) => Err(refused(config, format!("has {} bytes; allowed is a file of the 32 bytes of a key", file.len()))),
        Err(_) => match path.parent() {
            Some(parent) if parent.is_dir() || parent.as_os_str().is_empty() || parent == config.data_dir => Ok(()),
            _ => Err(refused(config, "cannot be made: its folder is not there; allowed is a file in a folder that is")),
        },
    }
}

/// Who but its owner can read a file, or change it.
#[derive(Debug, PartialEq, Eq)]
enum Readers {
    Nobody,
    Group,
    Everyone,
}

const fn readers(mode: u32) -> Readers {
    match (mode & 0o006, mode & 0o060) {
        (0, 0) => Readers::Nobody,
        (0, _) => Readers::Group,
        _ => Readers::Everyone,
    }
}

/// Refuses a key that everyone can read. On a read-only mount, as orchestrators mount secrets, nobody can mend that, so it is only said. A
/// group may be meant to read it.
fn check_readers(config: &Config, mode: u32) -> Result<(), WrongSetting> {
    let path = &config.key_file;
    let is_read_only = statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY));
    match (readers(mode), is_read_only) {
        (Readers::Nobody, _) | (Readers::Group, true) => {}
        (Readers::Group, false) if path.starts_with(&config.data_dir) => {} // `set_right` takes that away.
        (Readers::Group, false) => warn!(key_file = %path.display(), "the key file can be read by its group"),
        (Readers::Everyone, true) => warn!(key_file = %path.display(), "the key file can be read by everyone on this machine"),
        (Readers::Everyone, false) => {
            let reason = format!("can be read or changed by everyone on this machine; mend it with: chmod 600 {}", shell_quoted(path));
            return Err(refused(config, reason));
        }
    }
    Ok(())
}

fn shell_quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)) && !text.starts_with('-') {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The error for a key file that belongs to another database.
pub fn other_key(config: &Config, own: &str, known: &str) -> WrongSetting {
    refused(config, format!("has fingerprint {own}, the database belongs to {known}; allowed is the file with that key"))
}

/// Reads the master key. Makes the key file if it does not exist, the database is new and this command may. Refuses a database that
/// belongs to another key.
pub async fn unlock(config: &Config, store: &Store, ambient: &Ambient, purpose: Purpose) -> Result<Vault, CommandError> {
    let known = store.key_fingerprint().await.map_err(|error| WrongSetting::new("FLOW_DATABASE_URL", "", error.to_string()))?;
    if known.is_none() && purpose == Purpose::Use {
        return Err(no_database_here(config).into());
    }
    let key = match std::fs::read(&config.key_file) {
        Ok(bytes) => Key::from_slice(&bytes).map_err(|_| refused(config, format!("has {} bytes; a key has 32", bytes.len())))?,
        Err(error) if error.kind() == ErrorKind::NotFound && known.is_none() => {
            make(&config.key_file, ambient, WAYS).map_err(|error| refused(config, format!("cannot be made: {error}")))?
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(refused(config, "is missing, and the database was written with a key; allowed is the file with that key").into());
        }
        Err(error) => return Err(refused(config, format!("cannot be read: {error}")).into()),
    };
    let vault = Vault::new(&key, ambient.clone());
    match known {
        Some(known) if known != vault.fingerprint() => Err(other_key(config, vault.fingerprint(), &known).into()),
        _ => Ok(vault),
    }
}

/// A way to give a whole file its name. It never takes the place of a file that has the name: it fails with `AlreadyExists`.
type Way = fn(&Path, &Path) -> std::io::Result<()>;

/// Ways in the order in which they are tried. Some file systems have no links (FAT, exFAT, many network shares), some also no rename that
/// keeps what is there.
const WAYS: &[Way] = &[|from, to| std::fs::hard_link(from, to), |from, to| Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?), copy_to_new];

/// Copies 32 bytes into a new file. A process that starts at the same moment could see it empty, and then says so and stops.
fn copy_to_new(from: &Path, to: &Path) -> std::io::Result<()> {
    let bytes = std::fs::read(from)?;
    let mut file = new_file(to)?;
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(to);
    }
    written
}

/// A new file that only this user can read.
fn new_file(path: &Path) -> std::io::Result<File> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    if readers(file.metadata()?.permissions().mode()) == Readers::Nobody {
        return Ok(file);
    }
    std::fs::remove_file(path)?;
    Err(Error::other("its file system lets everyone read every file; mount it with umask=077, or put the key elsewhere"))
}

/// Writes a new key file. If another process has made it meanwhile, reads that one.
fn make(path: &Path, ambient: &Ambient, ways: &[Way]) -> std::io::Result<Key> {
    let key = Key::random(ambient);
    // Written under another name first, so that no process reads an incomplete key.
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let unfinished = folder.join(format!(".key-{:016x}", u64::from_le_bytes(ambient.random())));
    let mut file = new_file(&unfinished)?;
    let written = file.write_all(key.expose()).and_then(|()| file.sync_all());
    let named = written.and_then(|()| name(&unfinished, path, ways));
    let removed = match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    match named {
        Ok(()) => removed.and_then(|()| File::open(folder)?.sync_all()).map(|()| key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Key::from_slice(&std::fs::read(path)?).map_err(Error::other),
        Err(error) => Err(error),
    }
}

/// Tries one way after the other, until one succeeds or finds that the name is taken.
fn name(unfinished: &Path, path: &Path, ways: &[Way]) -> std::io::Result<()> {
    let mut last = Err(ErrorKind::Unsupported.into());
    for way in ways {
        last = way(unfinished, path);
        if last.as_ref().map_or_else(|error| error.kind() == ErrorKind::AlreadyExists, |()| true) {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_LINKS: Way = |_, _| Err(Error::from_raw_os_error(1)); // EPERM, as FAT answers
    const NO_FLAG: Way = |_, _| Err(Error::from_raw_os_error(22)); // EINVAL, as file systems without RENAME_NOREPLACE answer

    #[test]
    fn a_key_is_made_on_every_file_system_and_never_overwritten() {
        let every: [&[Way]; 3] = [WAYS, &[NO_LINKS, WAYS[1]], &[NO_LINKS, NO_FLAG, WAYS[2]]];
        for ways in every {
            let (folder, ambient) = (tempfile::tempdir().unwrap(), Ambient::system());
            let path = folder.path().join("master.key");
            let made = make(&path, &ambient, ways).unwrap();
            let again = make(&path, &ambient, ways).unwrap();
            assert_eq!((made.expose(), again.expose()), (again.expose(), &*std::fs::read(&path).unwrap().try_into().map(Box::new).unwrap()));
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no unfinished file is left");
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(make(&folder.path().join("master.key"), &Ambient::system(), &[NO_LINKS, NO_FLAG]).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn who_can_read_follows_from_the_mode() {
        for (mode, expected) in [
            (0o100_600, Readers::Nobody),
            (0o400, Readers::Nobody),
            (0o711, Readers::Nobody),
            (0o640, Readers::Group),
            (0o440, Readers::Group),
            (0o620, Readers::Group),
            (0o604, Readers::Everyone),
            (0o602, Readers::Everyone),
            (0o666, Readers::Everyone),
        ] {
            assert_eq!(readers(mode), expected, "{mode:o}");
        }
    }
}
