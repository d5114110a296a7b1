//! The storage of uploaded files, as operations people see it: a file that the database does not know is reported and left
//! alone, and a server that cannot write files is not ready.

use std::fs;

use crate::support::{Engine, Installation, SOON, Server, TestApp, eventually, on_each_engine, photos};

const UNKNOWN: &str = "the storage has files that this database does not know";

impl TestApp {
    /// The status of `/readyz`, and what it says.
    async fn readyz(&self) -> (u16, String) {
        let request = self.installation.http.get(format!("{}/readyz", self.installation.base()));
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }
}

/// A database that was put back from before the uploads beside the files of today. SQLite alone: its copy is one file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_database_deletes_no_newer_file() {
    let installation = Installation::on(Engine::Sqlite).await;
    assert_eq!(installation.run(&["migrate"]).await.code, Some(0));
    let (database, copy) = (installation.data().join("flow-sessions.db"), installation.home().join("older.db"));
    fs::copy(&database, &copy).expect("copies the database");
    let mut app = TestApp::at(installation.clone()).await;
    let customer = app.customer().await;
    customer.upload("selfie_url", photos::selfie()).await.expect(201);
    app.server.sigterm().await;
    let files = |installation: &Installation| -> Vec<_> {
        let stored = installation.contents().into_keys().filter(|path| path.is_file() && path.starts_with(installation.data().join("artifacts")));
        stored.filter(|path| !path.ends_with("probe")).collect()
    };
    let before = files(&installation);
    assert_eq!(before.len(), 1, "{before:?}");

    for leftover in ["flow-sessions.db-wal", "flow-sessions.db-shm"] {
        let _ = fs::remove_file(installation.data().join(leftover));
    }
    fs::copy(&copy, &database).expect("puts the older database back");
    let _server = Server::start(&installation).await;
    let reported = format!("{UNKNOWN}; they are not deleted unknown=1");
    eventually("a line about one unknown file", SOON, async || installation.log.text().contains(&reported).then_some(())).await;
    assert_eq!(files(&installation), before, "the newer evidence is there");
}

on_each_engine!(files_that_are_known_are_not_reported);
async fn files_that_are_known_are_not_reported(mut app: TestApp) {
    let customer = app.customer().await;
    customer.upload("selfie_url", photos::selfie()).await.expect(201);
    assert_eq!(app.readyz().await.0, 200, "the probe writes a file of its own");
    app.server.sigterm().await;
    fs::write(app.installation.data().join("artifacts/strange.txt"), "somebody else's").expect("writes");
    let _server = Server::start(&app.installation).await;
    eventually("a line about one unknown file", SOON, async || app.installation.log.text().contains("unknown=1").then_some(())).await;
    assert!(!app.installation.log.text().contains("unknown=2"));
    assert!(app.installation.data().join("artifacts/strange.txt").is_file());
}

on_each_engine!(a_server_that_cannot_write_files_is_not_ready);
async fn a_server_that_cannot_write_files_is_not_ready(app: TestApp) {
    assert_eq!(app.readyz().await, (200, "ready\n".to_owned()));
    let (artifacts, away) = (app.installation.data().join("artifacts"), app.installation.data().join("away"));
    fs::rename(&artifacts, &away).expect("takes the folder away");
    let (status, text) = app.readyz().await;
    assert!(status == 503 && text.contains("The storage cannot be written."), "{status} {text}");
    assert!(!artifacts.exists(), "the probe makes no new folder");
    fs::write(&artifacts, "no folder").expect("puts a file in its place");
    let (status, said) = app.readyz().await;
    assert!(status == 503 && said.contains("The storage cannot be written."), "{status} {said}");
    fs::remove_file(&artifacts).expect("takes the file away");
    fs::rename(&away, &artifacts).expect("puts the folder back");
    assert_eq!(app.readyz().await.0, 200, "without a restart");
}
