//! Rules at the command line and over the API: versions, checks, who may.

use reqwest::Method;

use super::{Company, payment, step_up_from};
use crate::support::{ApiClient, Reply, TestApp, Value, json, on_each_engine};

async fn put(program: &ApiClient, name: &str, query: &str, rule: &Value) -> Reply {
    program.send(program.request(Method::PUT, &format!("/rules/{name}{query}")).json(rule)).await
}

on_each_engine!(rules_are_put_read_and_listed);
async fn rules_are_put_read_and_listed(app: TestApp) {
    let company = Company::of(app).await;
    let program = ApiClient::new(&company.app.installation, &["rules"]).await;
    let mut rule = step_up_from(100);
    assert_eq!(put(&program, "large", "?check=1", &rule).await.expect(200).json(), json!({ "name": "large", "errors": [] }));
    assert_eq!(company.number("SELECT COUNT(*) FROM rules").await, 0);
    assert_eq!(put(&program, "large", "", &rule).await.expect(201).json(), json!({ "name": "large", "version": 1, "mode": "ACTIVE" }));
    assert_eq!(put(&program, "large", "", &rule).await.expect(200).json()["version"], 1, "the same rule makes no version");
    rule["mode"] = json!("TEST");
    assert_eq!(put(&program, "large", "", &rule).await.expect(200).json(), json!({ "name": "large", "version": 2, "mode": "TEST" }));
    rule["version"] = json!(1);
    rule["weight"] = json!(1);
    for query in ["", "?check=1"] {
        put(&program, "large", query, &rule).await.problem(409, "conflict");
    }
    rule["version"] = json!(2);
    assert_eq!(put(&program, "large", "", &rule).await.expect(200).json()["version"], 3);
    let read = program.send(program.request(Method::GET, "/rules/large")).await.expect(200).json();
    assert_eq!((&read["version"], &read["weight"], &read["when"]), (&json!(3), &json!(1), &rule["when"]));
    let listed = program.send(program.request(Method::GET, "/rules")).await.expect(200).json();
    assert_eq!(listed, json!([{ "name": "large", "version": 3, "mode": "TEST", "priority": 100, "title": "large" }]));
    program.send(program.request(Method::GET, "/rules/unknown")).await.problem(404, "not-found");

    put(&program, "other", "", &rule).await.problem(422, "invalid-request");
    let wrong =
        json!({ "name": "large", "when": { "field": "deviceId", "inList": "none" }, "then": { "action": "STEP_UP", "flow": "nowhere" }, "timezone": "Mars" });
    for query in ["", "?check=1"] {
        let problem = put(&program, "large", query, &wrong).await.problem(422, "invalid-request");
        let mut named: Vec<&str> = problem["errors"].as_array().expect("errors").iter().map(|error| error["field"].as_str().expect("a field")).collect();
        named.sort_unstable();
        assert_eq!(named, ["then.flow", "timezone", "when.inList"]);
    }
    for request in [Method::GET, Method::PUT] {
        company.program.send(company.program.request(request, "/rules/large").json(&rule)).await.problem(403, "forbidden");
    }
    company.program.send(company.program.request(Method::GET, "/rules")).await.problem(403, "forbidden");
}

on_each_engine!(another_name_in_the_body_is_one_fault_of_all);
async fn another_name_in_the_body_is_one_fault_of_all(app: TestApp) {
    let program = ApiClient::new(&app.installation, &["rules"]).await;
    let rule =
        json!({ "name": "other", "priority": -1, "foo": 1, "when": { "field": "amount", "atLeast": 1, "currency": "BRL" }, "then": { "action": "BLOCK" } });
    for query in ["", "?check=1"] {
        let problem = put(&program, "r", query, &rule).await.problem(422, "invalid-request");
        let mut named: Vec<&str> = problem["errors"].as_array().expect("errors").iter().map(|error| error["field"].as_str().expect("a field")).collect();
        named.sort_unstable();
        assert_eq!(named, ["foo", "name", "priority"], "{problem}");
    }
    let only = json!({ "name": "other", "when": rule["when"], "then": rule["then"] });
    let problem = put(&program, "r", "", &only).await.problem(422, "invalid-request");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(1), "{problem}");
}

on_each_engine!(nothing_is_named_by_a_nul);
async fn nothing_is_named_by_a_nul(app: TestApp) {
    let program = ApiClient::new(&app.installation, &["rules"]).await;
    let admin = app.browser("ADMIN").await;
    for path in ["/rules/%00", "/rules/a%00b"] {
        program.send(program.request(Method::GET, path)).await.problem(404, "not-found");
    }
    for path in ["/dashboard/rules/%00", "/dashboard/rules/a%00b/versions", "/dashboard/flows/%00", "/dashboard/lists/%00"] {
        assert_eq!(admin.get(path).await.status, 404, "{path}");
    }
    for path in ["/dashboard/transactions?rule=%00", "/dashboard/rules/backtests?rule=%00", "/dashboard/rules/new?preset=%00", "/dashboard?back=%00"] {
        assert!(admin.get(path).await.status < 500, "{path}");
    }
}

on_each_engine!(a_rule_of_nothing_but_faults_is_refused_in_few_words);
async fn a_rule_of_nothing_but_faults_is_refused_in_few_words(app: TestApp) {
    let program = ApiClient::new(&app.installation, &["rules"]).await;
    for item in [json!(1), json!({}), json!({ "a": 1 })] {
        let conditions = vec![item; 8_000];
        let rule = json!({ "name": "r", "when": { "all": conditions }, "then": { "action": "BLOCK" } });
        let reply = put(&program, "r", "", &rule).await;
        let problem = reply.problem(422, "invalid-request");
        assert!(reply.body.len() < 64 * 1024, "{} bytes", reply.body.len());
        let last = problem["errors"].as_array().and_then(|errors| errors.last()).expect("errors");
        assert!(last["message"].as_str().is_some_and(|message| message.ends_with("more faults follow, which are not named")), "{last}");
    }
}

on_each_engine!(commands_import_list_export_and_disable_rules);
async fn commands_import_list_export_and_disable_rules(app: TestApp) {
    let company = Company::of(app).await;
    let operator = &company.app.operator;
    let mut rule = step_up_from(100);
    assert_eq!(company.import_rule(&rule).await, json!({ "name": "large", "version": 1 }));
    assert_eq!(company.import_rule(&rule).await, json!({ "name": "large", "version": 1 }));
    assert_eq!(operator.json(&["rule", "export", "large"]).await, rule);
    assert_eq!(company.post(&payment("a", "c-1", 500)).await.expect(201).json()["status"], "AWAITING_USER");
    assert_eq!(operator.json(&["rule", "disable", "large"]).await, json!({ "name": "large", "version": 2, "mode": "DISABLED" }));
    assert_eq!(operator.json(&["rule", "disable", "large"]).await["version"], 2);
    assert_eq!(company.post(&payment("b", "c-1", 500)).await.expect(201).json()["matchedRules"], json!([]));
    assert_eq!(company.show("a").await["matchedRules"][0]["version"], 1, "a decision names the version that it used");
    rule["priority"] = json!(7);
    company.import_rule(&rule).await;
    assert_eq!(operator.json(&["rule", "list"]).await, json!([{ "name": "large", "version": 3, "mode": "ACTIVE", "priority": 7 }]));
    for arguments in [["rule", "export", "none"], ["rule", "disable", "none"], ["rule", "import", "/nowhere.json"]] {
        assert_eq!(operator.run(&arguments).await.code, Some(1), "{arguments:?}");
    }
}

on_each_engine!(the_first_match_decides_and_rules_in_test_change_nothing);
async fn the_first_match_decides_and_rules_in_test_change_nothing(app: TestApp) {
    let company = Company::of(app).await;
    let rule = |name: &str, action: &str, priority: u32, mode: &str| {
        json!({
            "name": name, "mode": mode, "priority": priority, "weight": 50,
            "when": { "field": "amount", "atLeast": 1, "currency": "BRL" }, "then": { "action": action },
        })
    };
    for rule in [rule("b", "BLOCK", 2, "ACTIVE"), rule("c", "ALLOW", 3, "ACTIVE"), rule("a", "REVIEW", 2, "ACTIVE"), rule("t", "BLOCK", 1, "TEST")] {
        company.import_rule(&rule).await;
    }
    let decided = company.post(&payment("a", "c-1", 500)).await.expect(201).json();
    assert_eq!((&decided["status"], &decided["decidedBy"], &decided["riskScore"]), (&json!("REVIEW"), &json!("a"), &json!(88)));
    let names = |list: &str| decided[list].as_array().expect("rules").iter().map(|rule| rule["rule"].as_str().expect("a name").to_owned()).collect::<Vec<_>>();
    assert_eq!((names("matchedRules"), names("testRules")), (vec!["a".into(), "b".into(), "c".into()], vec!["t".to_owned()]));
    assert_eq!(company.show("a").await["testRules"], decided["testRules"]);
}

on_each_engine!(a_rule_that_was_changed_in_the_database_decides_nothing);
async fn a_rule_that_was_changed_in_the_database_decides_nothing(app: TestApp) {
    let mut company = Company::of(app).await;
    company.import_rule(&step_up_from(100)).await;
    company.app.installation.database.change("UPDATE rules SET definition = replace(definition, 'STEP_UP', 'ALLOW')").await;
    company.app.crash_and_restart().await;
    let request = company.program.request(Method::POST, "/transactions").json(&payment("a", "c-1", 500));
    let reply = company.program.http.send_raw(request).await.expect("an answer");
    assert_eq!(reply.status, 500, "{}", reply.text());
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 0);
    company.app.installation.log.says("rules.definition").await;
}
