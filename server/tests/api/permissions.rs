//! Other users of the machine read nothing of an installation: files are made for the server's own user, older ones are set right at the
//! start, and a key that everyone can read is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Engine, Installation, Outcome, Server, TestApp, on_each_engine, photos};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{path:?}: {error}")).permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("sets a mode");
}

/// Everything below the data folder that group or others can use.
fn open_to_others(installation: &Installation) -> Vec<(PathBuf, u32)> {
    let within = installation.contents().into_keys().filter(|path| path.starts_with(installation.data()) && *path != installation.data());
    within.map(|path| (path.clone(), mode(&path))).filter(|(_, mode)| mode & 0o077 != 0).collect()
}

const SAID: &str = "other users of this machine could read files of this server; now only its own user can";

on_each_engine!(in_a_folder_that_was_there_files_are_for_their_owner, Installation);
async fn in_a_folder_that_was_there_files_are_for_their_owner(installation: Installation) {
    fs::create_dir(installation.data()).expect("makes the data folder");
    set_mode(&installation.data(), 0o755);
    let server = Server::start_with_shell(&installation, "umask 000").await;
    let app = TestApp { operator: crate::support::Operator::at(&installation), installation: installation.clone(), server };
    app.customer().await.upload("selfie_url", photos::selfie()).await.expect(201);
    assert_eq!(app.readyz().await.0, 200);
    assert_eq!(open_to_others(&installation), []);
    assert_eq!(mode(&installation.data()), 0o755, "the folder itself is its maker's");
    assert!(!installation.log.text().contains(SAID));
}

on_each_engine!(files_that_others_could_read_are_set_right_at_the_start);
/// What a build before made, or what was put back from a backup.
async fn files_that_others_could_read_are_set_right_at_the_start(mut app: TestApp) {
    app.customer().await.upload("selfie_url", photos::selfie()).await.expect(201);
    app.server.kill();
    let installation = &app.installation;
    assert!(!installation.log.text().contains(SAID));
    let foreign = installation.data().join("notes.txt");
    fs::write(&foreign, "somebody else's").expect("writes");
    for path in installation.contents().into_keys().filter(|path| path.starts_with(installation.data())) {
        set_mode(&path, if path.is_dir() { 0o755 } else { 0o644 });
    }
    set_mode(&installation.data().join("master.key"), 0o640);
    let others = open_to_others(installation).len();
    assert!(others > 4, "{others}");
    app.server = Server::start(installation).await;
    assert_eq!(open_to_others(installation), [(foreign, 0o644)], "only what is not ours stays as it was");
    assert_eq!(mode(&installation.data()), 0o755);
    installation.log.says(SAID).await;
    assert_eq!(installation.log.text().matches(SAID).count(), 1);
    app.crash_and_restart().await;
    assert_eq!(app.installation.log.text().matches(SAID).count(), 1, "there is nothing left to set right");
}

#[track_caller]
fn assert_key_refused(outcome: &Outcome) -> String {
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.trim_end().lines().count()), (Some(2), "", 1), "{outcome:?}");
    assert!(outcome.stderr.contains("FLOW_KEY_FILE"), "{outcome:?}");
    outcome.stderr.trim_end().split_once("mend it with: ").unwrap_or_else(|| panic!("{outcome:?}")).1.to_owned()
}

on_each_engine!(a_key_that_everyone_can_read_is_refused, Installation);
async fn a_key_that_everyone_can_read_is_refused(installation: Installation) {
    let key = installation.home().join("a key of Ana's");
    let installation = installation.with("FLOW_KEY_FILE", key.to_str());
    fs::write(&key, [7; 32]).expect("writes a key");
    for bits in [0o666, 0o644, 0o604, 0o602, 0o444] {
        set_mode(&key, bits);
        let before = installation.contents();
        let mends = assert_key_refused(&installation.run(&["serve"]).await);
        assert_key_refused(&installation.run(&["migrate"]).await);
        assert_eq!(installation.contents(), before, "{bits:o}");
        let mended = Command::new("sh").args(["-c", &mends]).status().expect("runs what the server said");
        assert!(mended.success() && mode(&key) == 0o600, "{mends}");
    }
    assert_eq!(installation.run(&["migrate"]).await.code, Some(0));
    set_mode(&key, 0o644);
    assert_key_refused(&installation.run(&["link", "create", "--flow", "minimal"]).await);
    set_mode(&key, 0o640);
    let group = installation.run(&["migrate"]).await;
    assert!(group.code == Some(0) && group.stderr.contains("can be read by its group") && mode(&key) == 0o640, "{group:?}");
    set_mode(&key, 0o400);
    assert_eq!(installation.run(&["migrate"]).await.stderr, "");
}

/// As orchestrators mount secrets. Only root can make a read-only mount.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_on_a_read_only_mount_is_taken_and_said() {
    if !Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: only root can make a read-only mount");
        return;
    }
    let installation = Installation::on(Engine::Sqlite).await;
    let secrets = installation.home().join("secrets");
    fs::create_dir(&secrets).expect("makes a folder");
    let key = secrets.join("key");
    fs::write(&key, [7; 32]).expect("writes a key");
    let installation = installation.with("FLOW_KEY_FILE", key.to_str());
    for (bits, said) in [(0o444, true), (0o440, false), (0o400, false)] {
        set_mode(&key, bits);
        let script = r#"mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" migrate"#;
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", script, "sh", secrets.to_str().expect("UTF-8"), env!("CARGO_BIN_EXE_flow-sessions")]);
        installation.prepare(&mut command);
        let outcome = installation.run_prepared(command).await;
        assert_eq!((outcome.code, outcome.stderr.contains("can be read by everyone")), (Some(0), said), "{bits:o}: {outcome:?}");
        assert_eq!(outcome.stderr.lines().count(), usize::from(said), "{outcome:?}");
    }
}
