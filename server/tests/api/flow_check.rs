//! `flow check` names every fault of a flow at once, without an installation, and an import refuses the same.

use std::fs;

use crate::support::{Engine, Installation, Value, json, on_each_engine};

/// A flow with a fault of each kind that is easily made.
fn faulty() -> Value {
    let steps = json!([{ "id": "one", "type": "FORM", "title": "One", "fields": [
        { "name": "kind", "type": "SELECT", "label": "Kind", "options": [{ "value": "rg", "label": "RG" }] },
        { "name": "back", "type": "TEXT", "label": "Back", "requiredWhen": { "kind": ["cnh"] } },
        { "name": "side", "type": "TEXT", "label": "Side", "requiredWhen": { "kinds": ["rg"] } },
        { "name": "age", "type": "NUMBR", "label": "Age" }
    ] }]);
    json!({ "name": "faulty", "title": "Faulty", "checks": ["cpf", "palm"], "weights": { "cpf.check_digit": 5 }, "steps": steps })
}

/// Where the faults of [`faulty`] are.
const PATHS: [&str; 5] =
    ["checks[1]", "weights.cpf.check_digit", "steps[0].fields[1].requiredWhen.kind[0]", "steps[0].fields[2].requiredWhen.kinds", "steps[0].fields[3].type"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_named_with_its_path() {
    let installation = Installation::on(Engine::Sqlite).await;
    let (good, bad) = (installation.home().join("good.json"), installation.home().join("bad.json"));
    fs::write(&good, include_str!("../../flows/minimal.json")).expect("writes");
    fs::write(&bad, faulty().to_string()).expect("writes");
    let (good, bad) = (good.display().to_string(), bad.display().to_string());
    let before = installation.contents();

    let faults = installation.run(&["flow", "check", &bad, "--json"]).await;
    assert_eq!(faults.code, Some(1), "{faults:?}");
    let answer: Value = serde_json::from_str(&faults.stdout).expect("one JSON value, alone on stdout");
    let mut paths: Vec<&str> = answer["faults"].as_array().expect("faults").iter().map(|fault| fault["path"].as_str().expect("a path")).collect();
    paths.sort_unstable();
    let mut expected = PATHS.to_vec();
    expected.sort_unstable();
    assert_eq!(paths, expected, "{answer}");
    let said = installation.run(&["flow", "check", &bad]).await;
    assert!(said.code == Some(1) && PATHS.iter().all(|path| said.stdout.contains(path)), "{said:?}");

    let fine = installation.run(&["flow", "check", &good, "--json"]).await;
    let fine = fine.json();
    assert_eq!((&fine["name"], &fine["faults"]), (&json!("minimal"), &json!([])));
    let notes: Vec<&str> = fine["notes"].as_array().expect("notes").iter().map(|note| note.as_str().expect("a note")).collect();
    assert!(notes[0].contains("selfie") && !notes.concat().contains("branding"), "of our own blue there is nothing to say: {fine}");
    for unreadable in ["/nonexistent.json", &installation.home().display().to_string()] {
        let outcome = installation.run(&["flow", "check", unreadable]).await;
        assert!(outcome.code == Some(1) && outcome.stdout.is_empty() && outcome.stderr.contains(unreadable), "{outcome:?}");
    }
    assert_eq!(installation.contents(), before, "nothing was installed or imported");
}

on_each_engine!(an_import_refuses_what_a_check_finds, Installation);
async fn an_import_refuses_what_a_check_finds(installation: Installation) {
    assert_eq!(installation.run(&["migrate"]).await.code, Some(0));
    let file = installation.home().join("bad.json");
    fs::write(&file, faulty().to_string()).expect("writes");
    let refused = installation.run(&["flow", "import", &file.display().to_string()]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for path in PATHS {
        assert!(refused.stderr.contains(path), "{path}: {refused:?}");
    }
    assert_eq!(installation.run(&["flow", "export", "faulty"]).await.code, Some(1), "nothing was imported");
    assert_eq!(installation.database.number("SELECT COUNT(*) FROM flows WHERE name = 'faulty'").await, 0);
}

on_each_engine!(what_is_exported_is_imported_again_as_the_same, Installation);
async fn what_is_exported_is_imported_again_as_the_same(installation: Installation) {
    assert_eq!(installation.run(&["migrate"]).await.code, Some(0));
    for name in ["minimal", "demo"] {
        let exported = installation.run(&["flow", "export", name]).await;
        assert_eq!(exported.code, Some(0), "{exported:?}");
        let file = installation.home().join("exported.json");
        fs::write(&file, &exported.stdout).expect("writes");
        assert_eq!(installation.run(&["flow", "import", &file.display().to_string()]).await.code, Some(0), "{exported:?}");
        assert_eq!(installation.run(&["flow", "export", name]).await.stdout, exported.stdout);
    }
}
