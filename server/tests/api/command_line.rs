//! The command line as operators and their scripts use it: help, JSON, exit codes, and what a command changes is there
//! at once in a server that runs.

use std::fs;

use crate::support::{Engine, NOBODYS_ID, Outcome, Place, World, json, now_ms, on_each_engine, parse_ms};

const COMMANDS: [&[&str]; 10] = [
    &["serve"],
    &["migrate"],
    &["flow", "import"],
    &["flow", "export"],
    &["link", "create"],
    &["session", "show"],
    &["webhook", "add"],
    &["api-key", "create"],
    &["operator", "add"],
    &["settings", "set"],
];

#[track_caller]
fn fails(outcome: &Outcome, code: i32) {
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    assert!(outcome.stdout.is_empty() && !outcome.stderr.trim().is_empty(), "{outcome:?}");
    assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_explains_itself() {
    let place = Place::on(Engine::Sqlite).await;
    let before = place.contents();
    for command in COMMANDS {
        let help = place.run(&[command, &["--help"]].concat()).await;
        assert_eq!(help.code, Some(0), "{help:?}");
        assert!(help.stdout.contains("Usage") && help.stdout.contains("--json"), "{help:?}");
    }
    let whole = place.run(&["--help"]).await;
    assert_eq!(whole.code, Some(0));
    for command in COMMANDS {
        assert!(whole.stdout.contains(command[0]), "{whole:?}");
    }
    for wrong in [&["nonsense"][..], &["link"], &["link", "create"], &["serve", "--nonsense"], &["session", "show"]] {
        fails(&place.run(wrong).await, 2);
    }
    assert_eq!(place.contents(), before, "none of this changes anything");
}

on_each_engine!(a_server_that_runs_says_so);
async fn a_server_that_runs_says_so(world: World) {
    for path in ["/healthz", "/readyz"] {
        let request = world.place.http.get(format!("{}{path}", world.place.base()));
        assert_eq!(request.send().await.expect("an answer").status(), 200, "{path}");
    }
}

on_each_engine!(migrating_twice_changes_nothing, Place);
async fn migrating_twice_changes_nothing(place: Place) {
    for _ in 0..2 {
        assert_eq!(place.run(&["migrate"]).await.code, Some(0));
    }
    let flow = place.run(&["flow", "export", "minimal"]).await.json();
    assert_eq!(flow["name"], "minimal", "the bundled flows are there");
}

on_each_engine!(a_link_is_made_beside_the_running_server);
async fn a_link_is_made_beside_the_running_server(world: World) {
    let started = now_ms();
    let customer = world.customer_with(&["--ttl", "2h"]).await;
    let lifetime = parse_ms(&customer.expires_at) - started;
    assert!((7_190_000..7_300_000).contains(&lifetime), "{lifetime} ms");
    assert_eq!(customer.status().await, "PENDING");
    let (kind, rest) = customer.id.split_once('_').expect("a typed id");
    let alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    assert!(kind == "sess" && rest.len() == 26 && rest.chars().all(|letter| alphabet.contains(letter)), "{}", customer.id);

    let plain = world.operator.run(&["link", "create", "--flow", "minimal"]).await;
    assert_eq!(plain.code, Some(0));
    assert!(plain.stdout.contains(&format!("{}/verify/sess_", world.place.base())), "{plain:?}");
}

on_each_engine!(a_session_is_shown_by_id_and_by_ref);
async fn a_session_is_shown_by_id_and_by_ref(world: World) {
    let customer = world.customer().await;
    let pending = world.operator.session(&customer.id).await;
    assert_eq!(pending["status"], "PENDING");
    assert_eq!((&pending["decision"], &pending["riskScore"]), (&json!(null), &json!(null)));
    customer.finish().await;
    let by_id = world.operator.session(&customer.id).await;
    let session_ref = by_id["ref"].as_str().expect("a ref");
    assert_eq!(uuid::Uuid::parse_str(session_ref).map(|uuid| uuid.get_version_num()), Ok(7));
    assert_eq!(world.operator.session(session_ref).await, by_id);
    assert!(!by_id.to_string().contains(&customer.id), "the id is in the link and nowhere else: {by_id}");
    for key in ["ref", "status", "decision", "riskScore", "checks", "artifacts", "deliveries"] {
        assert!(by_id.get(key).is_some(), "{key} in {by_id}");
    }
}

on_each_engine!(what_cannot_be_done_is_1_and_what_cannot_be_meant_is_2);
async fn what_cannot_be_done_is_1_and_what_cannot_be_meant_is_2(world: World) {
    let run = async |arguments: &[&str]| world.operator.run(arguments).await;
    fails(&run(&["link", "create", "--flow", "nonsense"]).await, 1);
    fails(&run(&["flow", "export", "nonsense"]).await, 1);
    fails(&run(&["session", "show", NOBODYS_ID]).await, 1);
    fails(&run(&["flow", "import", "/nonexistent.json"]).await, 1);
    for ttl in ["0s", "31d", "1", "soon", "-1s", "1.5h", "1w", "", "99999999999999999999d"] {
        fails(&run(&["link", "create", "--flow", "minimal", &format!("--ttl={ttl}")]).await, 2);
    }
    for ttl in ["1s", "1m", "720h", "30d"] {
        world.customer_with(&["--ttl", ttl]).await;
    }
    for reference in ["has space", "ção", &"x".repeat(129), "a/b"] {
        fails(&run(&["link", "create", "--flow", "minimal", &format!("--customer={reference}")]).await, 2);
    }
    world.customer_with(&["--customer", &"x".repeat(128)]).await;
    for email in ["nope", "", "@example.com", "a@b@example.com", "a b@example.com", "a\u{1b}@example.com", "a\u{fffd}@example.com", "a\nb@example.com"] {
        let outcome = run(&["operator", "add", email, "--role", "AGENT"]).await;
        fails(&outcome, 2);
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    }
}

on_each_engine!(a_flow_goes_out_and_comes_in_again);
async fn a_flow_goes_out_and_comes_in_again(world: World) {
    let mut flow = world.operator.run(&["flow", "export", "minimal"]).await.json();
    flow["name"] = json!("renamed");
    flow["branding"]["companyName"] = json!("Zé & Filhos");
    let file = world.place.home().join("flow.json");
    fs::write(&file, flow.to_string()).expect("writes the file");
    let path = file.to_str().expect("UTF-8");
    world.operator.json(&["flow", "import", path]).await;
    assert_eq!(world.operator.run(&["flow", "export", "renamed"]).await.json(), flow);

    let link = world.operator.json(&["link", "create", "--flow", "renamed"]).await;
    let customer = world.stranger(link["sessionId"].as_str().expect("an id"));
    assert_eq!(customer.public().await.expect(200).json()["branding"]["companyName"], "Zé & Filhos");

    // An edit is a new version, and running sessions keep theirs.
    flow["branding"]["companyName"] = json!("Another");
    fs::write(&file, flow.to_string()).expect("writes the file");
    world.operator.json(&["flow", "import", path]).await;
    assert_eq!(customer.public().await.expect(200).json()["branding"]["companyName"], "Zé & Filhos");
}

on_each_engine!(a_flow_that_is_wrong_is_refused_with_the_place);
async fn a_flow_that_is_wrong_is_refused_with_the_place(world: World) {
    let good = world.operator.run(&["flow", "export", "minimal"]).await.json();
    let cases = [
        ("/steps/0/nonsense", json!(1), "nonsense"),
        ("/timeout", json!("soon"), "timeout"),
        ("/name", json!("Not A Name"), "name"),
        ("/steps", json!([]), "steps"),
    ];
    let file = world.place.home().join("flow.json");
    for (place, value, told) in cases {
        let mut flow = good.clone();
        let (parent, key) = place.rsplit_once('/').expect("a pointer");
        flow.pointer_mut(parent).expect("is there")[key] = value;
        fs::write(&file, flow.to_string()).expect("writes the file");
        let outcome = world.operator.run(&["flow", "import", file.to_str().expect("UTF-8")]).await;
        assert!([Some(1), Some(2)].contains(&outcome.code), "{outcome:?}");
        assert!(outcome.stderr.contains(told), "{outcome:?}");
    }
    let after = world.operator.run(&["flow", "export", "minimal"]).await.json();
    assert_eq!(after, good);
}
