//! The command line as operators and scripts use it: help, JSON and exit codes. A running server sees every change at once.

use std::fs;

use crate::support::{Engine, Installation, Outcome, TestApp, UNKNOWN_ID, json, now_ms, on_each_engine, parse_ms};

const COMMANDS: [&[&str]; 20] = [
    &["serve"],
    &["migrate"],
    &["flow", "check"],
    &["flow", "import"],
    &["flow", "export"],
    &["link", "create"],
    &["session", "show"],
    &["webhook", "add"],
    &["api-key", "create"],
    &["rule", "import"],
    &["rule", "list"],
    &["rule", "export"],
    &["rule", "disable"],
    &["list", "import"],
    &["list", "export"],
    &["list", "add"],
    &["list", "remove"],
    &["transaction", "import"],
    &["operator", "add"],
    &["settings", "set"],
];

#[track_caller]
fn assert_fails(outcome: &Outcome, code: i32) {
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    assert!(outcome.stdout.is_empty() && !outcome.stderr.trim().is_empty(), "{outcome:?}");
    assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_has_help() {
    let installation = Installation::on(Engine::Sqlite).await;
    let before = installation.contents();
    for command in COMMANDS {
        let help = installation.run(&[command, &["--help"]].concat()).await;
        assert_eq!(help.code, Some(0), "{help:?}");
        assert!(help.stdout.contains("Usage") && help.stdout.contains("--json"), "{help:?}");
    }
    let whole = installation.run(&["--help"]).await;
    assert_eq!(whole.code, Some(0));
    for command in COMMANDS {
        assert!(whole.stdout.contains(command[0]), "{whole:?}");
    }
    for wrong in [&["nonsense"][..], &["link"], &["link", "create"], &["serve", "--nonsense"], &["session", "show"]] {
        assert_fails(&installation.run(wrong).await, 2);
    }
    assert_eq!(installation.contents(), before, "help and usage errors change nothing");
}

on_each_engine!(a_running_server_answers_health_checks);
async fn a_running_server_answers_health_checks(app: TestApp) {
    for path in ["/healthz", "/readyz"] {
        let request = app.installation.http.get(format!("{}{path}", app.installation.base()));
        assert_eq!(request.send().await.expect("an answer").status(), 200, "{path}");
    }
}

on_each_engine!(migrating_twice_changes_nothing, Installation);
async fn migrating_twice_changes_nothing(installation: Installation) {
    for _ in 0..2 {
        assert_eq!(installation.run(&["migrate"]).await.code, Some(0));
    }
    let flow = installation.run(&["flow", "export", "minimal"]).await.json();
    assert_eq!(flow["name"], "minimal", "the bundled flows exist");
}

on_each_engine!(a_link_can_be_created_while_the_server_runs);
async fn a_link_can_be_created_while_the_server_runs(app: TestApp) {
    let started = now_ms();
    let customer = app.customer_with(&["--ttl", "2h"]).await;
    let lifetime = parse_ms(&customer.expires_at) - started;
    assert!((7_190_000..7_300_000).contains(&lifetime), "{lifetime} ms");
    assert_eq!(customer.status().await, "PENDING");
    let (kind, rest) = customer.id.split_once('_').expect("a typed id");
    let alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    assert!(kind == "sess" && rest.len() == 26 && rest.chars().all(|letter| alphabet.contains(letter)), "{}", customer.id);

    let plain = app.operator.run(&["link", "create", "--flow", "minimal"]).await;
    assert_eq!(plain.code, Some(0));
    assert!(plain.stdout.contains(&format!("{}/verify/sess_", app.installation.base())), "{plain:?}");
}

on_each_engine!(a_session_is_shown_by_id_and_by_ref);
async fn a_session_is_shown_by_id_and_by_ref(app: TestApp) {
    let customer = app.customer().await;
    let pending = app.operator.session(&customer.id).await;
    assert_eq!(pending["status"], "PENDING");
    assert_eq!((&pending["decision"], &pending["riskScore"]), (&json!(null), &json!(null)));
    customer.finish().await;
    let by_id = app.operator.session(&customer.id).await;
    let session_ref = by_id["ref"].as_str().expect("a ref");
    assert_eq!(uuid::Uuid::parse_str(session_ref).map(|uuid| uuid.get_version_num()), Ok(7));
    assert_eq!(app.operator.session(session_ref).await, by_id);
    assert!(!by_id.to_string().contains(&customer.id), "only the link contains the id: {by_id}");
    for key in ["ref", "status", "decision", "riskScore", "checks", "artifacts", "deliveries"] {
        assert!(by_id.get(key).is_some(), "{key} in {by_id}");
    }
}

on_each_engine!(failed_commands_exit_with_1_and_invalid_arguments_with_2);
async fn failed_commands_exit_with_1_and_invalid_arguments_with_2(app: TestApp) {
    let run = async |arguments: &[&str]| app.operator.run(arguments).await;
    assert_fails(&run(&["link", "create", "--flow", "nonsense"]).await, 1);
    assert_fails(&run(&["flow", "export", "nonsense"]).await, 1);
    assert_fails(&run(&["session", "show", UNKNOWN_ID]).await, 1);
    assert_fails(&run(&["flow", "import", "/nonexistent.json"]).await, 1);
    for ttl in ["0s", "31d", "1", "soon", "-1s", "1.5h", "1w", "", "99999999999999999999d"] {
        assert_fails(&run(&["link", "create", "--flow", "minimal", &format!("--ttl={ttl}")]).await, 2);
    }
    for ttl in ["1s", "1m", "720h", "30d"] {
        app.customer_with(&["--ttl", ttl]).await;
    }
    for reference in ["has space", "ção", &"x".repeat(129), "a/b"] {
        assert_fails(&run(&["link", "create", "--flow", "minimal", &format!("--customer={reference}")]).await, 2);
    }
    app.customer_with(&["--customer", &"x".repeat(128)]).await;
    for email in ["nope", "", "@example.com", "a@b@example.com", "a b@example.com", "a\u{1b}@example.com", "a\u{fffd}@example.com", "a\nb@example.com"] {
        let outcome = run(&["operator", "add", email, "--role", "AGENT"]).await;
        assert_fails(&outcome, 2);
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    }
}

on_each_engine!(an_exported_flow_can_be_imported_again);
async fn an_exported_flow_can_be_imported_again(app: TestApp) {
    let mut flow = app.operator.run(&["flow", "export", "minimal"]).await.json();
    flow["name"] = json!("renamed");
    flow["branding"]["companyName"] = json!("Zé & Filhos");
    let file = app.installation.home().join("flow.json");
    fs::write(&file, flow.to_string()).expect("writes the file");
    let path = file.to_str().expect("UTF-8");
    app.operator.json(&["flow", "import", path]).await;
    assert_eq!(app.operator.run(&["flow", "export", "renamed"]).await.json(), flow);

    let link = app.operator.json(&["link", "create", "--flow", "renamed"]).await;
    let customer = app.stranger(link["sessionId"].as_str().expect("an id"));
    assert_eq!(customer.public().await.expect(200).json()["branding"]["companyName"], "Zé & Filhos");

    // An edit makes a new version, and running sessions keep their own.
    flow["branding"]["companyName"] = json!("Another");
    fs::write(&file, flow.to_string()).expect("writes the file");
    app.operator.json(&["flow", "import", path]).await;
    assert_eq!(customer.public().await.expect(200).json()["branding"]["companyName"], "Zé & Filhos");
}

on_each_engine!(an_invalid_flow_is_refused_and_the_fault_is_named);
async fn an_invalid_flow_is_refused_and_the_fault_is_named(app: TestApp) {
    let good = app.operator.run(&["flow", "export", "minimal"]).await.json();
    let cases = [
        ("/steps/0/nonsense", json!(1), "nonsense"),
        ("/timeout", json!("soon"), "timeout"),
        ("/name", json!("Not A Name"), "name"),
        ("/steps", json!([]), "steps"),
    ];
    let file = app.installation.home().join("flow.json");
    for (pointer, value, fault) in cases {
        let mut flow = good.clone();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        flow.pointer_mut(parent).expect("is there")[key] = value;
        fs::write(&file, flow.to_string()).expect("writes the file");
        let outcome = app.operator.run(&["flow", "import", file.to_str().expect("UTF-8")]).await;
        assert!([Some(1), Some(2)].contains(&outcome.code), "{outcome:?}");
        assert!(outcome.stderr.contains(fault), "{outcome:?}");
    }
    let after = app.operator.run(&["flow", "export", "minimal"]).await.json();
    assert_eq!(after, good);
}
