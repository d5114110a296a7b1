//! The storage of uploaded files, as operations people see it: a file that the database does not know is reported and left
//! alone, and a server that cannot write files is not ready.

use std::fs;

use crate::support::{Engine, Installation, SOON, Server, TestApp, eventually, on_each_engine, photos};

const UNKNOWN: &str = "the storage has files that this database does not know";

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
        stored.filter(|path| !path.ends_with("probe") && !path.ends_with("installation")).collect()
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

on_each_engine!(an_empty_folder_in_its_place_is_noticed);
/// The folder is there but empty, as a mount point is whose disk is not mounted.
async fn an_empty_folder_in_its_place_is_noticed(mut app: TestApp) {
    let customer = app.customer().await;
    let artifact = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    let installation = app.installation.clone();
    let (artifacts, away) = (installation.data().join("artifacts"), installation.data().join("away"));
    fs::rename(&artifacts, &away).expect("unmounts the disk");
    fs::create_dir(&artifacts).expect("leaves the mount point");
    let (status, text) = app.readyz().await;
    assert!(status == 503 && text.contains("not this installation's"), "{status} {text}");
    let refused = customer.send_raw(customer.upload_request("selfie_url", photos::other_selfie())).await.expect("an answer");
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(fs::read_dir(&artifacts).expect("a folder").count(), 0, "nothing was written to the wrong disk");
    app.server.sigterm().await;
    let before = installation.contents();
    for command in [&["serve"][..], &["migrate"], &["link", "create", "--flow", "minimal"]] {
        let outcome = installation.run(command).await;
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{outcome:?}");
        assert!(outcome.stderr.contains("FLOW_ARTIFACTS_URL") && outcome.stderr.contains("may not be mounted"), "{outcome:?}");
    }
    assert_eq!(installation.contents(), before);
    fs::remove_dir(&artifacts).expect("takes the mount point away too");
    assert_eq!(installation.run(&["migrate"]).await.code, Some(2));
    assert!(!artifacts.exists(), "no folder is made in its place");
    fs::rename(&away, &artifacts).expect("mounts the disk");
    app.server = Server::start(&installation).await;
    assert_eq!(app.operator.session(&customer.id).await["artifacts"][0]["id"], artifact["artifactId"]);
    assert_eq!(app.readyz().await.0, 200);
}

on_each_engine!(the_folder_of_another_installation_is_refused);
async fn the_folder_of_another_installation_is_refused(mut app: TestApp) {
    let other = TestApp::on(Engine::Sqlite).await;
    app.server.sigterm().await;
    let foreign = format!("file://{}", other.installation.data().join("artifacts").display());
    let outcome = app.installation.with("FLOW_ARTIFACTS_URL", Some(&foreign)).run(&["serve"]).await;
    assert!(outcome.code == Some(2) && outcome.stderr.contains("FLOW_ARTIFACTS_URL") && outcome.stderr.contains("another installation"), "{outcome:?}");
}

on_each_engine!(an_installation_from_before_marks_gets_one);
/// Installations from before marks: the folder has files, or there never were any. An empty folder beside known files is refused, and the
/// refusal says how to go on if they are lost for good.
async fn an_installation_from_before_marks_gets_one(mut app: TestApp) {
    let installation = app.installation.clone();
    let artifacts = installation.data().join("artifacts");
    let mark = artifacts.join("installation");
    for with_files in [false, true] {
        app.server.sigterm().await;
        fs::remove_file(&mark).expect("as it was before marks");
        installation.database.change("DELETE FROM meta WHERE key = 'storage_mark'").await;
        app.server = Server::start(&installation).await;
        assert!(mark.is_file() && app.readyz().await.0 == 200);
        if !with_files {
            app.customer().await.upload("selfie_url", photos::selfie()).await.expect(201);
        }
    }
    app.server.sigterm().await;
    installation.database.change("DELETE FROM meta WHERE key = 'storage_mark'").await;
    fs::rename(&artifacts, installation.data().join("away")).expect("unmounts the disk");
    fs::create_dir(&artifacts).expect("leaves the mount point");
    fs::write(artifacts.join("probe"), "ready\n").expect("as the server before wrote it there");
    let outcome = installation.run(&["migrate"]).await;
    assert!(outcome.code == Some(2) && outcome.stderr.contains("may not be mounted"), "{outcome:?}");
    let line = outcome.stderr.split_once("put the line ").expect("says how to go on").1.split(' ').next().expect("a line");
    fs::write(&mark, line).expect("does as it was told");
    assert_eq!(installation.run(&["migrate"]).await.code, Some(0));
}
