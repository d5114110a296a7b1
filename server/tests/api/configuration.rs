//! An invalid configuration always stops the start with one line on stderr that names the setting, exit code 2, and no
//! changes.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::support::{Engine, Installation, Outcome, Server, TestApp, json, on_each_engine};

#[track_caller]
fn assert_refused(outcome: &Outcome, setting: &str) {
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
    assert_eq!(outcome.stderr.trim_end().lines().count(), 1, "one line: {outcome:?}");
    assert!(outcome.stderr.contains(setting), "names {setting}: {outcome:?}");
}

/// Runs `serve`, and expects it to refuse and to change nothing.
async fn refused(installation: &Installation, setting: &str) -> Outcome {
    let before = (installation.contents(), rows(installation).await);
    let outcome = installation.run(&["serve"]).await;
    assert_refused(&outcome, setting);
    assert_eq!((installation.contents(), rows(installation).await), before, "{setting}: nothing changed");
    outcome
}

on_each_engine!(an_invalid_value_is_reported_with_its_setting, Installation);
async fn an_invalid_value_is_reported_with_its_setting(installation: Installation) {
    for (setting, value) in [
        ("FLOW_LISTEN", "nonsense"),
        ("FLOW_LISTEN", "127.0.0.1:99999"),
        ("FLOW_PUBLIC_URL", "nonsense"),
        ("FLOW_PUBLIC_URL", "ftp://example.com"),
        ("FLOW_DATABASE_URL", "nonsense"),
        ("FLOW_DATABASE_URL", "mysql://127.0.0.1/flow"),
        ("FLOW_ARTIFACTS_URL", "nonsense"),
        ("FLOW_ARTIFACTS_URL", "gopher://127.0.0.1/"),
        ("FLOW_SITE_DIR", "/nonexistent/site"),
        ("FLOW_TRUSTED_PROXIES", "nonsense"),
        ("FLOW_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("FLOW_WEBHOOK_ALLOW_NETS", "999.0.0.0/8"),
        ("FLOW_WEBHOOK_ALLOW_NETS", "localhost"),
        ("FLOW_RATE_LIMITS", "maybe"),
        ("FLOW_LOG", "loud"),
    ] {
        let outcome = refused(&installation.with(setting, Some(value)), setting).await;
        assert!(outcome.stderr.contains(value), "shows the value: {outcome:?}");
    }
}

on_each_engine!(an_invalid_flag_is_reported_with_its_setting, Installation);
async fn an_invalid_flag_is_reported_with_its_setting(installation: Installation) {
    let before = installation.contents();
    for (flag, setting) in [("--listen=nonsense", "FLOW_LISTEN"), ("--rate-limits=maybe", "FLOW_RATE_LIMITS")] {
        assert_refused(&installation.run(&["serve", flag]).await, setting);
    }
    assert_eq!(installation.contents(), before);
}

on_each_engine!(a_password_is_never_shown, Installation);
async fn a_password_is_never_shown(installation: Installation) {
    let wrong = installation.with("FLOW_DATABASE_URL", Some("mysql://flow:hunter2@127.0.0.1/flow"));
    let outcome = refused(&wrong, "FLOW_DATABASE_URL").await;
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
}

on_each_engine!(a_busy_port_is_reported_before_anything_is_written, Installation);
async fn a_busy_port_is_reported_before_anything_is_written(installation: Installation) {
    let _busy = TcpListener::bind(("127.0.0.1", installation.port)).expect("takes the port");
    refused(&installation, "FLOW_LISTEN").await;
}

on_each_engine!(a_data_folder_that_is_a_file_is_refused, Installation);
async fn a_data_folder_that_is_a_file_is_refused(installation: Installation) {
    fs::write(installation.data(), "I was here first").expect("writes a file");
    refused(&installation, "FLOW_DATA_DIR").await;
}

on_each_engine!(a_refused_first_start_does_not_break_the_next, Installation);
async fn a_refused_first_start_does_not_break_the_next(installation: Installation) {
    refused(&installation.with("FLOW_KEY_FILE", Some("/nonexistent/key")), "FLOW_KEY_FILE").await;
    let half = installation.home().join("half.key");
    fs::write(&half, [7; 31]).expect("writes half a key");
    refused(&installation.with("FLOW_KEY_FILE", half.to_str()), "FLOW_KEY_FILE").await;
    fs::remove_file(&half).expect("takes it away");
    TestApp::at(installation).await.customer().await.public().await.expect(200);
}

on_each_engine!(a_data_folder_that_cannot_be_made_is_refused, Installation);
async fn a_data_folder_that_cannot_be_made_is_refused(installation: Installation) {
    // Nobody, not even root, can create a folder in /proc.
    refused(&installation.with("FLOW_DATA_DIR", Some("/proc/flow-sessions")), "FLOW_DATA_DIR").await;
}

/// Runs in its own mount namespace, so that nothing is left behind. Only root can run it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_on_a_read_only_mount_is_refused() {
    let can_mount = Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|done| done.status.success());
    if !can_mount {
        eprintln!("skipped: only root can make a read-only mount");
        return;
    }
    let mut app = TestApp::on(Engine::Sqlite).await;
    app.customer().await.finish().await;
    assert_eq!(app.server.sigterm().await.0.code(), Some(0));
    let installation = &app.installation;
    let before = installation.contents();
    let data = installation.data().display().to_string();
    let script = r#"mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" serve"#;
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script, "sh", &data, env!("CARGO_BIN_EXE_flow-sessions")]);
    installation.prepare(&mut command);
    assert_refused(&installation.run_prepared(command).await, "FLOW_DATA_DIR");
    assert_eq!(installation.contents(), before);
}

on_each_engine!(a_database_without_its_key_is_not_opened);
async fn a_database_without_its_key_is_not_opened(mut app: TestApp) {
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.expect(204);
    assert_eq!(app.server.sigterm().await.0.code(), Some(0));
    let stranger = TestApp::on(Engine::Sqlite).await;
    let installation = &app.installation;
    let key = installation.data().join("master.key");
    let (own, foreign) = (fs::read(&key).expect("a key"), fs::read(stranger.installation.data().join("master.key")).expect("a key"));
    assert_ne!(own, foreign);

    for wrong in [None, Some(foreign), Some(b"no key at all".to_vec()), Some(Vec::new())] {
        match &wrong {
            Some(bytes) => write_key(&key, bytes),
            None => fs::remove_file(&key).expect("takes the key away"),
        }
        refused(installation, "FLOW_KEY_FILE").await;
        let before = (installation.contents(), rows(installation).await);
        assert_refused(&installation.run(&["link", "create", "--flow", "minimal"]).await, "FLOW_KEY_FILE");
        assert_eq!((installation.contents(), rows(installation).await), before, "commands create no key either");
    }

    write_key(&key, &own);
    app.server = Server::start(&app.installation).await;
    assert_eq!(customer.public().await.expect(200).json()["progress"]["current"], "selfie");
}

/// Puts a key there that only its owner can read.
fn write_key(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("writes a key");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("sets its mode");
}

/// Every row on PostgreSQL. On SQLite the rows are among the installation's files.
async fn rows(installation: &Installation) -> String {
    match installation.engine {
        Engine::Sqlite => String::new(),
        Engine::Postgres => installation.database.every_row().await,
    }
}

on_each_engine!(only_the_owner_can_read_the_key_file);
async fn only_the_owner_can_read_the_key_file(app: TestApp) {
    let mode = fs::metadata(app.installation.data().join("master.key")).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
