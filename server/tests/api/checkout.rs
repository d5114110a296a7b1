//! What every checkout of the sources has to keep: the bytes of migrations and fixtures, whatever git makes of line ends on a machine, and
//! an allocator that runs on every page size of arm64.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_owned()
}

fn git(arguments: &[&str]) -> String {
    let done = Command::new("git").arg("-C").arg(root()).args(arguments).output().expect("runs git");
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("names in UTF-8")
}

/// `sqlx` refuses a database whose migrations had other bytes when they ran, and a photo with changed bytes is no photo.
#[test]
fn every_file_has_the_same_bytes_on_every_checkout() {
    let mut seen = (0, 0);
    for path in git(&["ls-files", "-z"]).split_terminator('\0') {
        let Ok(bytes) = fs::read(root().join(path)) else { continue };
        let attributes = git(&["check-attr", "text", "eol", "--", path]);
        let value = |name: &str| attributes.lines().find_map(|line| line.rsplit_once(&format!(": {name}: "))).map_or("", |(_, value)| value).to_owned();
        let (text, eol) = (value("text"), value("eol"));
        let is_kept = text == "unset" || eol == "lf" && !bytes.contains(&b'\r');
        assert!(is_kept, "{path}: text {text}, eol {eol}");
        if bytes.contains(&0) || str::from_utf8(&bytes).is_err() {
            seen.1 += 1;
            assert!(text == "unset" || text == "auto", "{path} is binary: text {text}");
        }
        if path.starts_with("server/migrations/") {
            seen.0 += 1;
            assert_eq!(eol, "lf", "{path}");
        }
    }
    assert!(seen.0 >= 8 && seen.1 >= 10, "there are migrations and binary files: {seen:?}");
}

/// jemalloc takes the page size of the machine that builds it. A build for arm64 has to run on pages of 4, 16 and 64 KiB.
#[test]
fn jemalloc_for_arm64_is_built_for_the_largest_pages() {
    let config = fs::read_to_string(root().join(".cargo/config.toml")).expect("reads cargo's configuration");
    for target in ["AARCH64_UNKNOWN_LINUX_GNU", "AARCH64_UNKNOWN_LINUX_MUSL"] {
        assert!(config.lines().any(|line| line == format!("{target}_JEMALLOC_SYS_WITH_LG_PAGE = \"16\"")), "{target} in {config}");
    }
}
