//! Sets right which of the server's own files other users can read. New files are made under umask 077; older ones, or those that were put
//! back from a backup, may be open to others.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tracing::warn;

use crate::{
    config::{Config, Database},
    storage,
};

/// The bits of a mode that let group and others in.
const OTHERS: u32 = 0o077;

/// What was found.
#[derive(Default)]
struct Found {
    mended: Vec<PathBuf>,
    left: Vec<PathBuf>,
}

impl Found {
    /// Takes a file or folder away from group and others.
    fn close(&mut self, path: &Path) {
        let Ok(found) = fs::metadata(path) else {
            return; // It is not there, or it went away meanwhile.
        };
        let mode = found.permissions().mode();
        if mode & OTHERS == 0 {
            return;
        }
        let _ = fs::set_permissions(path, Permissions::from_mode(mode & 0o7700));
        // A file system without modes may take the change and keep nothing of it.
        let is_closed = fs::metadata(path).is_ok_and(|now| now.permissions().mode() & OTHERS == 0);
        if is_closed { &mut self.mended } else { &mut self.left }.push(path.to_owned());
    }

    /// A folder of objects. Its files are looked at only where others could enter it, so that a usual start reads no list of files.
    fn close_objects(&mut self, folder: &Path) {
        let is_open = fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & OTHERS != 0);
        if is_open {
            entries(folder).filter(|path| path.is_file()).for_each(|path| self.close(&path));
            self.close(folder);
        }
    }
}

/// The entries of a folder that are no links.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let listed = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    listed.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink())).map(|entry| entry.path())
}

/// Whether a folder in the storage has the name that we give to folders of objects.
fn is_of_objects(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) && folder.is_dir()
}

/// Lets only this user read the database, the key and the uploaded files, and says so in one line where that changes something. A folder
/// that somebody else has made, such as the data folder, keeps its mode.
pub fn set_right(config: &Config) {
    let mut found = Found::default();
    if let Database::Sqlite(path) = &config.database {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = path.clone().into_os_string();
            name.push(suffix);
            found.close(Path::new(&name));
        }
    }
    if config.key_file.starts_with(&config.data_dir) {
        found.close(&config.key_file);
    }
    let artifacts = &config.artifacts_dir;
    entries(artifacts).filter(|path| is_of_objects(path)).for_each(|folder| found.close_objects(&folder));
    for name in [storage::MARK, storage::PROBE] {
        found.close(&artifacts.join(name));
    }
    if artifacts.starts_with(&config.data_dir) {
        found.close(artifacts);
    }
    if let Some(first) = found.mended.first() {
        warn!(files = found.mended.len(), first = %first.display(), "other users of this machine could read files of this server; now only its own user can");
    }
    if let Some(first) = found.left.first() {
        warn!(files = found.left.len(), first = %first.display(), "other users of this machine can read files of this server, and this cannot be changed");
    }
}
