//! A configuration that cannot be meant stops every start the same way: one line on stderr that names the setting, exit
//! code 2, and nothing changed.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use crate::support::{Engine, Outcome, Place, Server, World, json, on_each_engine};

#[track_caller]
fn refuses(outcome: &Outcome, setting: &str) {
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
    assert_eq!(outcome.stderr.trim_end().lines().count(), 1, "one line: {outcome:?}");
    assert!(outcome.stderr.contains(setting), "names {setting}: {outcome:?}");
}

/// Runs `serve`, and holds it to refuse and to change nothing.
async fn refused(place: &Place, setting: &str) -> Outcome {
    let before = (place.contents(), rows(place).await);
    let outcome = place.run(&["serve"]).await;
    refuses(&outcome, setting);
    assert_eq!((place.contents(), rows(place).await), before, "{setting}: nothing changed");
    outcome
}

on_each_engine!(a_wrong_value_is_named, Place);
async fn a_wrong_value_is_named(place: Place) {
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
        let outcome = refused(&place.with(setting, Some(value)), setting).await;
        assert!(outcome.stderr.contains(value), "shows the value: {outcome:?}");
    }
}

on_each_engine!(a_wrong_flag_is_named_as_its_setting, Place);
async fn a_wrong_flag_is_named_as_its_setting(place: Place) {
    let before = place.contents();
    for (flag, setting) in [("--listen=nonsense", "FLOW_LISTEN"), ("--rate-limits=maybe", "FLOW_RATE_LIMITS")] {
        refuses(&place.run(&["serve", flag]).await, setting);
    }
    assert_eq!(place.contents(), before);
}

on_each_engine!(a_password_is_never_shown, Place);
async fn a_password_is_never_shown(place: Place) {
    let wrong = place.with("FLOW_DATABASE_URL", Some("mysql://flow:hunter2@127.0.0.1/flow"));
    let outcome = refused(&wrong, "FLOW_DATABASE_URL").await;
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
}

on_each_engine!(a_busy_port_is_told_before_anything_is_written, Place);
async fn a_busy_port_is_told_before_anything_is_written(place: Place) {
    let _busy = TcpListener::bind(("127.0.0.1", place.port)).expect("takes the port");
    refused(&place, "FLOW_LISTEN").await;
}

on_each_engine!(a_data_folder_that_is_a_file_is_refused, Place);
async fn a_data_folder_that_is_a_file_is_refused(place: Place) {
    fs::write(place.data(), "I was here first").expect("writes a file");
    refused(&place, "FLOW_DATA_DIR").await;
}

on_each_engine!(a_refused_first_start_does_not_spoil_the_next, Place);
async fn a_refused_first_start_does_not_spoil_the_next(place: Place) {
    refused(&place.with("FLOW_KEY_FILE", Some("/nonexistent/key")), "FLOW_KEY_FILE").await;
    let half = place.home().join("half.key");
    fs::write(&half, [7; 31]).expect("writes half a key");
    refused(&place.with("FLOW_KEY_FILE", half.to_str()), "FLOW_KEY_FILE").await;
    fs::remove_file(&half).expect("takes it away");
    World::at(place).await.customer().await.public().await.expect(200);
}

on_each_engine!(a_data_folder_that_cannot_be_made_is_refused, Place);
async fn a_data_folder_that_cannot_be_made_is_refused(place: Place) {
    // Nobody, not even root, makes a folder in /proc.
    refused(&place.with("FLOW_DATA_DIR", Some("/proc/flow-sessions")), "FLOW_DATA_DIR").await;
}

/// In a mount namespace of its own, so that nothing of it is left; for root alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_folder_on_a_read_only_mount_is_refused() {
    let can_mount = Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|done| done.status.success());
    if !can_mount {
        eprintln!("not root: no read-only mount to try");
        return;
    }
    let mut world = World::on(Engine::Sqlite).await;
    world.customer().await.finish().await;
    assert_eq!(world.server.sigterm().await.0.code(), Some(0));
    let place = &world.place;
    let before = place.contents();
    let data = place.data().display().to_string();
    let script = r#"mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" serve"#;
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script, "sh", &data, env!("CARGO_BIN_EXE_flow-sessions")]);
    place.prepare(&mut command);
    refuses(&place.run_prepared(command).await, "FLOW_DATA_DIR");
    assert_eq!(place.contents(), before);
}

on_each_engine!(a_database_without_its_key_stays_closed);
async fn a_database_without_its_key_stays_closed(mut world: World) {
    let customer = world.customer().await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.expect(204);
    assert_eq!(world.server.sigterm().await.0.code(), Some(0));
    let stranger = World::on(Engine::Sqlite).await;
    let place = &world.place;
    let key = place.data().join("master.key");
    let (own, foreign) = (fs::read(&key).expect("a key"), fs::read(stranger.place.data().join("master.key")).expect("a key"));
    assert_ne!(own, foreign);

    for wrong in [None, Some(foreign), Some(b"no key at all".to_vec()), Some(Vec::new())] {
        match &wrong {
            Some(bytes) => fs::write(&key, bytes).expect("puts another key there"),
            None => fs::remove_file(&key).expect("takes the key away"),
        }
        refused(place, "FLOW_KEY_FILE").await;
        let before = (place.contents(), rows(place).await);
        refuses(&place.run(&["link", "create", "--flow", "minimal"]).await, "FLOW_KEY_FILE");
        assert_eq!((place.contents(), rows(place).await), before, "no command makes a key either");
    }

    fs::write(&key, own).expect("puts the key back");
    world.server = Server::start(&world.place).await;
    assert_eq!(customer.public().await.expect(200).json()["progress"]["current"], "selfie");
}

/// Every row, where rows are not files of the place.
async fn rows(place: &Place) -> String {
    match place.engine {
        Engine::Sqlite => String::new(),
        Engine::Postgres => place.database.every_row().await,
    }
}

on_each_engine!(the_key_is_for_its_owner_alone);
async fn the_key_is_for_its_owner_alone(world: World) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(world.place.data().join("master.key")).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
