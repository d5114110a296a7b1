//! A small tmpfs that a test can fill or make read-only while a server uses it. It needs root, or sudo without a password.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::eventually;

/// A tmpfs that is unmounted when the value is dropped.
pub struct Disk {
    at: PathBuf,
}

impl Disk {
    /// Mounts a disk of this many MiB at a new folder.
    pub fn mounted(at: &Path, mebibytes: u32) -> Self {
        fs::create_dir_all(at).expect("makes the folder to mount at");
        let options = format!("size={mebibytes}m,mode=0755");
        let done = mount(&["-t", "tmpfs", "-o", &options, "flow-test", &at.display().to_string()]);
        assert!(done.is_ok(), "this test mounts a small tmpfs and needs root, or sudo without a password: {done:?}");
        Self { at: at.to_owned() }
    }

    fn ballast(&self) -> PathBuf {
        self.at.join("ballast")
    }

    /// Fills the disk to the last byte.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("makes a file to fill the disk with");
        for size in [64 * 1024, 4 * 1024, 1] {
            while ballast.write_all(&vec![0xaa; size]).is_ok() {}
        }
    }

    /// Frees the space that `fill` took.
    pub fn free(&self) {
        fs::remove_file(self.ballast()).expect("removes the file that filled the disk");
    }

    /// Makes the disk read-only. Waits until no file is open for writing, as the kernel requires.
    pub async fn read_only(&self) {
        let remounted = async || self.remount("ro").ok();
        eventually("the disk to be read-only", Duration::from_secs(10), remounted).await;
    }

    pub fn writable(&self) {
        self.remount("rw").expect("the disk is writable again");
    }

    fn remount(&self, how: &str) -> Result<(), String> {
        mount(&["-o", &format!("remount,{how}"), &self.at.display().to_string()])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = as_root("umount", &["-l", &self.at.display().to_string()]);
    }
}

fn mount(arguments: &[&str]) -> Result<(), String> {
    as_root("mount", arguments)
}

fn as_root(program: &str, arguments: &[&str]) -> Result<(), String> {
    let run = |command: &mut Command| match command.output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    };
    run(Command::new(program).args(arguments)).or_else(|first| run(Command::new("sudo").args(["-n", program]).args(arguments)).map_err(|_| first))
}
