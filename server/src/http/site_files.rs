//! Reads the site's files: from inside the binary, or from a folder during development.

use std::{borrow::Cow, path::PathBuf};

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Embedded;

/// The site's files.
pub struct SiteFiles {
    folder: Option<PathBuf>,
    build: String,
}

impl SiteFiles {
    /// The site in this folder, or the one inside the binary if there is none.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let mut files = Self { folder, build: String::new() };
        files.build = files.read("build").map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        files
    }

    /// The folder of this build's bundles, without a leading slash.
    pub fn pkg(&self) -> String {
        format!("pkg/{}", self.build)
    }

    /// A file of the site, by its path.
    pub fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let plain = !path.is_empty() && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        match &self.folder {
            _ if !plain => None,
            Some(folder) => std::fs::read(folder.join(path)).ok().map(Cow::Owned),
            None => Embedded::get(path).map(|file| file.data),
        }
    }
}
