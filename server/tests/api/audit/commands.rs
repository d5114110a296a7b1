//! Runs every command, and holds the audit log against what `docs/audit.md` says of the command.

use std::collections::BTreeSet;
use std::fs;

use super::{acts, added, page::promises};
use crate::support::dashboard::path_of;
use crate::support::{Browser, Engine, Installation, Operator, Server, json, on_each_engine, photos};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_lists_every_command() {
    let known = Installation::on(Engine::Sqlite).await.commands().await;
    assert!(known.len() > 8, "the help lists the commands: {known:?}");
    let listed = promises("Commands").into_keys().filter(|command| !command.contains("--"));
    assert_eq!(listed.collect::<BTreeSet<_>>(), known, "the commands of the page and of --help");
}

on_each_engine!(every_command_is_audited_as_the_page_says, Installation);
async fn every_command_is_audited_as_the_page_says(installation: Installation) {
    let operator = Operator::at(&installation);
    let run = async |arguments: &[&str]| assert_eq!(operator.run(arguments).await.code, Some(0), "{arguments:?}");
    run(&["migrate"]).await;
    assert_eq!(acts(&installation).await, ["flow.imported"; 2], "migrate imports the bundled flows into a new installation");
    run(&["migrate"]).await;
    assert_eq!(acts(&installation).await.len(), 2, "and never again");
    let file = installation.home().join("flow.json");
    fs::write(&file, operator.json(&["flow", "export", "minimal"]).await.to_string()).expect("writes the flow");
    let (file, id) = (file.to_str().expect("UTF-8"), operator.link_with(&[]).await.session_id);
    operator.invite("forgetful@example.com", "AGENT").await;
    let rule = |name: &str| {
        let file = installation.home().join(format!("{name}.json"));
        let rule = json!({ "name": name, "when": { "field": "type", "is": "PIX" }, "then": { "action": "REVIEW" } });
        fs::write(&file, rule.to_string()).expect("writes the rule");
        file.to_str().expect("UTF-8").to_owned()
    };
    let (known, other) = (rule("known"), rule("other"));
    operator.json(&["rule", "import", &known]).await;
    let entries = installation.home().join("payees.csv");
    fs::write(&entries, "value\nacct-1\nacct-2\n").expect("writes the list");
    let entries = entries.to_str().expect("UTF-8").to_owned();
    operator.json(&["list", "import", "payees", &entries]).await;
    operator.json(&["list", "remove", "payees", "acct-2"]).await;
    let history = installation.home().join("history.ndjson");
    let transaction = json!({
        "transactionId": "t-1", "customerId": "c-1", "amount": 5, "currency": "BRL", "direction": "OUT", "type": "PIX",
        "occurredAt": "2020-01-01T00:00:00Z",
    });
    fs::write(&history, transaction.to_string()).expect("writes the history");
    let history = history.to_str().expect("UTF-8").to_owned();
    let photo = installation.home().join("photo.jpg");
    fs::write(&photo, photos::small()).expect("writes the photo");
    let (photo, samples) = (photo.to_str().expect("UTF-8").to_owned(), installation.home().join("samples").to_str().expect("UTF-8").to_owned());
    for (command, promise) in promises("Commands") {
        let arguments: &[&str] = match command.as_str() {
            "serve" | "serve --demo" | "migrate" => continue,
            "check" => &[&photo],
            "sample-documents" => &[&samples],
            "flow check" | "flow import" => &[file],
            // `minimal` was exported in these ten minutes.
            "flow export" => &["demo"],
            "link create" => &["--flow", "minimal"],
            "session show" => &[&id],
            "webhook add" => &["http://127.0.0.1:9/hook"],
            "api-key create" => &["--scope", "sessions:read", "--name", "Billing"],
            "operator reset" => &["forgetful@example.com"],
            "operator add" => &["someone@example.com", "--role", "AGENT"],
            "list add" | "list remove" => &["payees", "acct-2"],
            "list export" => &["payees"],
            "list import" => &["payees", &entries],
            "rule disable" | "rule export" => &["known"],
            "rule import" | "rule backtest" => &[&other],
            "rule list" | "rule presets" => &[],
            "transaction import" => &[&history],
            "settings set" => &["session-api", "off"],
            _ => panic!("this test does not run {command}"),
        };
        let whole: Vec<&str> = command.split(' ').chain(arguments.iter().copied()).collect();
        let ((), found) = added(&installation, run(&whole)).await;
        assert_eq!(found.is_empty(), promise.acts.is_empty(), "{command}: {found:?}, the page says {promise:?}");
        assert!(found.iter().all(|act| promise.acts.contains(act)), "{command}: {found:?}, the page says {promise:?}");
        let by = "SELECT COUNT(*) FROM audit WHERE actor NOT IN ('system', 'command-line')";
        assert_eq!(installation.database.number(by).await, 0, "{command} is an act of the command line");
    }
}

on_each_engine!(the_demonstration_is_audited, Installation);
async fn the_demonstration_is_audited(installation: Installation) {
    let promise = promises("Commands").remove("serve --demo").expect("the page lists it");
    let mut server = Server::start_with(&installation, "--demo").await;
    let everything = installation.database.texts("SELECT action FROM audit").await;
    assert_eq!(everything.iter().cloned().collect::<BTreeSet<_>>(), promise.acts);
    let who = "SELECT o.id FROM operators o JOIN audit a ON a.subject = o.id WHERE a.action = 'operator.added' AND a.actor = 'command-line'";
    assert_eq!(installation.database.texts(who).await.len(), 1, "the demonstration's administrator");
    let link = path_of(&server.link("one-time").await);
    let (_, found) = added(&installation, async { Browser::signed_out(&installation).post(&link, &[]).await.expect(303) }).await;
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), promises("Routes")["POST /dashboard/one-time/{token}"].acts);
    server.kill();
    let _server = Server::start_with(&installation, "--demo").await;
    let count = |action: &str| format!("SELECT COUNT(*) FROM audit WHERE action = '{action}'");
    assert_eq!(installation.database.number(&count("operator.added")).await, 1, "the administrator is known by now");
    assert_eq!(installation.database.number(&count("operator.link_made")).await, 2, "each start makes a link");
}
