//! A data folder may have any name: exactly the files in it are opened, whatever a URL would make of their path.

use std::fs;
use std::path::PathBuf;

use crate::support::{Engine, Installation, Server, TestApp, on_each_engine, photos};

/// Names that a URL reads otherwise, each with the folder it means below the test's own.
fn names(installation: &Installation) -> Vec<(String, PathBuf)> {
    let home = installation.home();
    let own = home.file_name().expect("a name").to_str().expect("UTF-8");
    let plain = ["a b", "a%20b", "data?x", "data#x", "%2e%2e", "a%2Fb", "100%", "sqlite:", "file:x?mode=memory", "dados-ção 日本 é\u{301}", "a;b&c='d'\"\\"];
    let mut names: Vec<_> = plain.map(|name| (name.to_owned(), home.join(name))).into();
    names.push(("n".repeat(255), home.join("n".repeat(255))));
    names.push((format!("../{own}/up"), home.join("up")));
    if let Some(parent) = home.parent().and_then(|parent| parent.file_name()).and_then(|name| name.to_str()) {
        names.push((format!("../../{parent}/{own}/twice"), home.join("twice")));
    }
    names.push(("real/../dots/./here".to_owned(), home.join("dots/here")));
    names
}

on_each_engine!(exactly_the_files_in_the_folder_are_opened, Installation);
async fn exactly_the_files_in_the_folder_are_opened(installation: Installation) {
    for (name, _) in names(&installation) {
        let installation = Installation::on(installation.engine).await.with("FLOW_DATA_DIR", Some(&name));
        let folder = names(&installation).into_iter().find_map(|(other, folder)| {
            (other == name || other.ends_with("/up") && name.ends_with("/up") || other.ends_with("/twice") && name.ends_with("/twice"))
                .then_some((other, folder))
        });
        let (name, folder) = folder.expect("the same name");
        let installation = installation.with("FLOW_DATA_DIR", Some(&name));
        fs::create_dir(installation.home().join("real")).expect("makes a folder");
        assert_eq!(installation.run(&["migrate"]).await.code, Some(0), "{name}");
        let link = installation.run(&["link", "create", "--flow", "minimal", "--json"]).await.json();
        let shown = installation.run(&["session", "show", link["sessionId"].as_str().expect("an id"), "--json"]).await.json();
        assert_eq!(shown["status"], "PENDING", "{name}: both commands opened the same database");
        let files: Vec<_> = installation.contents().into_keys().filter(|path| path.is_file()).collect();
        let mut expected = vec![folder.join("artifacts/installation"), folder.join("master.key")];
        if installation.engine == Engine::Sqlite {
            expected.insert(1, folder.join("flow-sessions.db"));
        }
        assert_eq!(files, expected, "{name}");
    }
}

on_each_engine!(a_server_works_in_a_folder_with_any_name, Installation);
async fn a_server_works_in_a_folder_with_any_name(installation: Installation) {
    let odd = "a%20b ?x#y%/日本;é";
    let site = installation.home().join("site #1?");
    fs::create_dir(&site).expect("makes a folder");
    fs::write(site.join("build"), "0123").expect("writes a build");
    fs::write(site.join("robots.txt"), "of the odd folder").expect("writes a file");
    let installation = installation.with("FLOW_DATA_DIR", Some(odd)).with("FLOW_SITE_DIR", Some("site #1?")).with("FLOW_KEY_FILE", Some("my%20key?.bin"));
    let mut app = TestApp::at(installation.clone()).await;
    let customer = app.customer().await;
    let artifact = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    let robots = installation.http.get(format!("{}/robots.txt", installation.base())).send().await.expect("an answer");
    assert_eq!(robots.text().await.expect("a body"), "of the odd folder");
    app.crash_and_restart().await;
    let shown = app.operator.session(&customer.id).await;
    assert_eq!(shown["artifacts"][0]["id"], artifact["artifactId"]);
    app.server.sigterm().await;
    assert!(installation.home().join("my%20key?.bin").is_file());
    let top: Vec<_> = installation.contents().into_keys().filter(|path| path.parent() == Some(installation.home())).collect();
    assert_eq!(top, [installation.home().join("a%20b ?x#y%"), installation.home().join("my%20key?.bin"), site]);
}

/// URLs that are given keep working, and are decoded as URLs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn urls_of_files_are_decoded() {
    for (url, file) in [("x.db", "x.db"), ("my%20own.db", "my own.db"), ("a b.db", "a b.db"), ("./sub/%3Fx.db", "sub/?x.db"), ("{home}/whole.db", "whole.db")] {
        let installation = Installation::on(Engine::Sqlite).await;
        fs::create_dir(installation.home().join("sub")).expect("makes a folder");
        let url = url.replace("{home}", &installation.home().display().to_string());
        let installation = installation.with("FLOW_DATABASE_URL", Some(&format!("sqlite://{url}"))).with("FLOW_ARTIFACTS_URL", Some("file://./up%20loads"));
        assert_eq!(installation.run(&["migrate"]).await.code, Some(0), "{url}");
        assert_eq!(installation.run(&["link", "create", "--flow", "minimal"]).await.code, Some(0), "{url}");
        assert!(installation.home().join(file).is_file() && installation.home().join("up loads/installation").is_file(), "{:?}", installation.contents());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_that_sqlite_does_not_open_is_refused_by_name() {
    let installation = Installation::on(Engine::Sqlite).await;
    let name = ["long"; 60].join("/").replace("long", "folder12");
    for command in [&["serve"][..], &["migrate"], &["link", "create", "--flow", "minimal"]] {
        let outcome = installation.with("FLOW_DATA_DIR", Some(&name)).run(command).await;
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{outcome:?}");
        assert!(outcome.stderr.contains("FLOW_DATA_DIR") && outcome.stderr.contains("at most 500"), "{outcome:?}");
    }
    let empty = installation.with("FLOW_DATA_DIR", Some("")).run(&["migrate"]).await;
    assert!(empty.code == Some(2) && empty.stderr.contains("FLOW_DATA_DIR"), "{empty:?}");
    assert!(installation.contents().is_empty());
    let length = 500 - installation.home().as_os_str().len() - "//x/flow-sessions.db".len();
    let longest = format!("{}/{}/{}/x", "l".repeat(150), "m".repeat(150), "n".repeat(length - 302));
    let installation = installation.with("FLOW_DATA_DIR", Some(&longest));
    let _server = Server::start(&installation).await;
    assert!(installation.home().join(longest).join("flow-sessions.db-wal").is_file(), "{:?}", installation.contents());
}
