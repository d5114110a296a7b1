//! Only `serve` and `migrate` make an installation. Every other command says where there is none, and makes no file, no folder and no
//! table: a typing mistake must not look like an empty installation.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{Database, Engine, Installation, Outcome, TestApp, on_each_engine, postgres};

/// The other commands. The files that some of them name do not exist: no command gets as far as reading one.
const OTHERS: [&[&str]; 19] = [
    &["flow", "export", "minimal"],
    &["link", "create", "--flow", "minimal"],
    &["flow", "import", "flow.json"],
    &["session", "show", "sess_0123456789abcdefghjkmnpqrs"],
    &["rule", "import", "rule.json"],
    &["rule", "list"],
    &["rule", "export", "large"],
    &["rule", "disable", "large"],
    &["rule", "backtest", "rule.json"],
    &["list", "import", "payees", "payees.csv"],
    &["list", "export", "payees"],
    &["list", "add", "payees", "acct-1"],
    &["list", "remove", "payees", "acct-1"],
    &["transaction", "import", "history.ndjson"],
    &["webhook", "add", "https://example.com/"],
    &["api-key", "create", "--scope", "sessions:create"],
    &["operator", "add", "ana@example.com", "--role", "ADMIN"],
    &["operator", "reset", "ana@example.com"],
    &["settings", "set", "session-api", "on"],
];
/// The commands that make an installation, and those that open none.
const APART: [&str; 6] = ["serve", "migrate", "check", "sample-documents", "flow check", "rule presets"];

#[track_caller]
fn assert_none_here(outcome: &Outcome, setting: &str, place: &str) {
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.trim_end().lines().count()), (Some(2), "", 1), "{outcome:?}");
    for part in [setting, place, "serve and migrate make one"] {
        assert!(outcome.stderr.contains(part), "{part:?} in {outcome:?}");
    }
}

/// Every row on PostgreSQL, where a database without tables has none.
async fn rows(installation: &Installation) -> String {
    if installation.engine == Engine::Sqlite { String::new() } else { installation.database.every_row().await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_is_one_of_these() {
    let others = OTHERS.iter().map(|command| command[..2].join(" "));
    let here: BTreeSet<String> = others.chain(APART.map(str::to_owned)).collect();
    assert_eq!(here, Installation::on(Engine::Sqlite).await.commands().await, "the commands here and those of --help");
}

on_each_engine!(other_commands_make_nothing, Installation);
async fn other_commands_make_nothing(installation: Installation) {
    let data = installation.data().display().to_string();
    for command in OTHERS {
        assert_none_here(&installation.run(command).await, "FLOW_DATA_DIR", &data);
    }
    assert_eq!(installation.run(&["rule", "presets"]).await.code, Some(0), "it needs no installation");
    assert!(installation.contents().is_empty(), "{:?}", installation.contents());
    assert_eq!(rows(&installation).await, "");
    assert_eq!(installation.run(&["migrate"]).await.code, Some(0));
    for command in &OTHERS[..2] {
        assert_eq!(installation.run(command).await.code, Some(0), "{command:?}");
    }
}

on_each_engine!(a_mistyped_folder_is_named);
async fn a_mistyped_folder_is_named(app: TestApp) {
    let before = app.installation.contents();
    for mistyped in
        ["dtaa", "data/", "./data ", "data/data"].map(str::to_owned).into_iter().chain([app.installation.home().join("no/such").display().to_string()])
    {
        let outcome = app.installation.with("FLOW_DATA_DIR", Some(&mistyped)).run(OTHERS[0]).await;
        if mistyped == "data/" {
            assert_eq!(outcome.code, Some(0), "that is the folder: {outcome:?}");
        } else {
            let looked = app.installation.home().join(mistyped.trim_start_matches("./"));
            assert_none_here(&outcome, "FLOW_DATA_DIR", looked.display().to_string().trim_end());
        }
    }
    let settled = |contents: std::collections::BTreeMap<_, _>| contents.into_keys().collect::<Vec<_>>();
    assert_eq!(settled(app.installation.contents()), settled(before));
}

/// SQLite takes an empty file for an empty database, and opens the databases of others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_or_foreign_database_is_left_as_it_is() {
    let installation = Installation::on(Engine::Sqlite).await;
    fs::create_dir(installation.data()).expect("makes the data folder");
    let file = installation.data().join("flow-sessions.db");
    let data = installation.data().display().to_string();
    assert_none_here(&installation.run(OTHERS[1]).await, "FLOW_DATA_DIR", &data);
    fs::write(&file, "").expect("makes an empty file");
    let foreign = installation.home().join("foreign.db");
    make_foreign(&foreign).await;
    let before = installation.contents();
    for command in OTHERS {
        assert_none_here(&installation.run(command).await, "FLOW_DATA_DIR", &data);
        let elsewhere = installation.with("FLOW_DATABASE_URL", Some(&format!("sqlite://{}", foreign.display())));
        assert_none_here(&elsewhere.run(command).await, "FLOW_DATABASE_URL", &foreign.display().to_string());
    }
    assert_eq!(installation.contents(), before);
    fs::write(&file, "no database at all, but a longer text than nothing").expect("writes a text");
    let outcome = installation.run(OTHERS[1]).await;
    assert!(outcome.code == Some(2) && outcome.stderr.contains("FLOW_DATABASE_URL"), "{outcome:?}");
    assert_eq!(fs::read_dir(installation.data()).expect("the folder").count(), 1, "no key and no other file");
}

/// A database of another program.
async fn make_foreign(path: &Path) {
    fs::write(path, "").expect("makes a file");
    Database { url: format!("sqlite://{}", path.display()) }.run("CREATE TABLE notes (text TEXT)").await;
}

on_each_engine!(a_database_without_tables_is_none, Installation);
/// The database is there, but nothing was ever written with a key: a first start that was cut off.
async fn a_database_without_tables_is_none(installation: Installation) {
    fs::create_dir_all(installation.data().join("artifacts")).expect("makes the folders");
    let (setting, place) = match installation.engine {
        Engine::Sqlite => ("FLOW_DATA_DIR", installation.data().display().to_string()),
        Engine::Postgres => ("FLOW_DATABASE_URL", "postgres".to_owned()),
    };
    for command in OTHERS {
        assert_none_here(&installation.run(command).await, setting, &place);
    }
    assert_eq!((installation.contents().len(), rows(&installation).await.as_str()), (2, ""));
}

on_each_engine!(a_command_of_another_version_changes_nothing);
async fn a_command_of_another_version_changes_nothing(app: TestApp) {
    let database = &app.installation.database;
    database.run("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (999999, 'later', TRUE, '', 0)").await;
    let outcome = app.operator.run(OTHERS[1]).await;
    assert!(outcome.code == Some(1) && outcome.stderr.contains("newer version"), "{outcome:?}");
    database.run("DELETE FROM _sqlx_migrations WHERE version > 3").await;
    let outcome = app.operator.run(OTHERS[1]).await;
    assert!(outcome.code == Some(1) && outcome.stderr.contains("run migrate first"), "{outcome:?}");
}

on_each_engine!(a_process_is_ready_only_with_its_own_tables);
async fn a_process_is_ready_only_with_its_own_tables(app: TestApp) {
    assert_eq!(app.readyz().await, (200, "ready\n".to_owned()));
    let database = &app.installation.database;
    database.run("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (999999, 'later', TRUE, '', 0)").await;
    let (status, text) = app.readyz().await;
    assert!(status == 503 && text.contains("newer version"), "{status} {text}");
    database.run("UPDATE _sqlx_migrations SET success = FALSE WHERE version = 999999").await;
    assert_eq!(app.readyz().await.0, 200, "a migration that failed has changed nothing");
    database.run("DELETE FROM _sqlx_migrations WHERE version > 3").await;
    let (status, text) = app.readyz().await;
    assert!(status == 503 && text.contains("older version"), "{status} {text}");
    assert_eq!(app.installation.http.get(format!("{}/healthz", app.installation.base())).send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_text_is_refused() {
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let url = postgres::new_database_in(encoding).await;
        let mut installation = Installation::on(Engine::Postgres).await.with("FLOW_DATABASE_URL", Some(&url));
        installation.database = Database { url };
        for command in [&["serve"][..], &["migrate"], OTHERS[0]] {
            let outcome = installation.run(command).await;
            assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.trim_end().lines().count()), (Some(2), "", 1), "{command:?}: {outcome:?}");
            assert!(outcome.stderr.contains("FLOW_DATABASE_URL"), "{command:?}: {outcome:?}");
            let names_it = outcome.stderr.contains(encoding) && outcome.stderr.contains("UTF8");
            assert!(names_it || command == OTHERS[0], "{command:?}: {outcome:?}");
        }
        assert_eq!(rows(&installation).await, "", "{encoding}: no table was made");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_whose_database_is_silent_says_so_at_once() {
    let app = TestApp::on(Engine::Postgres).await;
    let lock = "LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE";
    let asked = Instant::now();
    let (status, said) = app.installation.database.with_lock(lock, app.readyz()).await;
    assert!(status == 503 && said.contains("The database does not answer."), "{status}: {said}");
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!(app.readyz().await.0, 200);
}
