//! The presets, as the command line prints them: an import reads each one, and they decide over the API as their sentence says.

use std::fs;

use super::{Company, payment};
use crate::support::{TestApp, Value, json, on_each_engine};

impl Company {
    /// A preset with these settings, imported.
    async fn import_preset(&self, name: &str, settings: &[&str]) -> Value {
        let mut arguments = vec!["rule", "presets", name];
        arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        let rule = self.app.operator.json(&arguments).await;
        self.import_rule(&rule).await
    }

    async fn import_values(&self, list: &str, kind: &str, values: &str) {
        let file = self.app.installation.home().join("values.csv");
        fs::write(&file, format!("value\n{values}\n")).expect("writes the list");
        self.app.operator.json(&["list", "import", list, file.to_str().expect("UTF-8"), "--kind", kind]).await;
    }

    /// Posts a payment of these fields, and returns its status.
    async fn pays(&self, id: &str, fields: Value) -> Value {
        let mut body = payment(id, "c-1", 0);
        for (key, value) in fields.as_object().expect("an object") {
            body[key] = value.clone();
        }
        self.post(&body).await.expect(201).json()["status"].clone()
    }
}

on_each_engine!(every_preset_is_imported_and_three_decide);
async fn every_preset_is_imported_and_three_decide(app: TestApp) {
    let company = Company::of(app).await;
    company.import_values("risky-countries", "country", "KP\nIR\nMM").await;
    company.import_values("shared-devices", "device", "d-9").await;
    let listed = company.app.operator.json(&["rule", "presets"]).await;
    let listed: Vec<&str> = listed.as_array().expect("presets").iter().map(|preset| preset["name"].as_str().expect("a name")).collect();
    assert_eq!(listed.len(), 15);
    for preset in listed {
        assert_eq!(company.import_preset(preset, &[]).await, json!({ "name": preset, "version": 1 }));
    }
    assert_eq!(company.pays("tested", json!({ "amount": 900_000_000 })).await, "APPROVED", "as they come, they only record");
    for preset in ["new-payee", "rapid-in-out", "risky-countries"] {
        assert_eq!(company.import_preset(preset, &["mode=ACTIVE"]).await["version"], 2);
    }

    let to = |amount: i64, payee: &str| json!({ "customerId": "c-2", "amount": amount, "counterparty": { "id": payee } });
    assert_eq!(company.pays("first", to(199_999, "acct-1")).await, "APPROVED");
    assert_eq!(company.pays("second", to(200_000, "acct-1")).await, "APPROVED", "the payee is known by now");
    assert_eq!(company.pays("other", to(200_000, "acct-2")).await, "AWAITING_USER");

    let moves = |customer: &str, direction: &str, amount: i64| json!({ "customerId": customer, "direction": direction, "amount": amount });
    assert_eq!(company.pays("in-3", moves("c-3", "IN", 1_000_000)).await, "APPROVED");
    assert_eq!(company.pays("out-3", moves("c-3", "OUT", 900_000)).await, "REVIEW");
    assert_eq!(company.pays("in-4", moves("c-4", "IN", 1_000_000)).await, "APPROVED");
    assert_eq!(company.pays("out-4", moves("c-4", "OUT", 899_999)).await, "APPROVED");

    let country = |code: &str| json!({ "customerId": "c-5", "amount": 1, "counterparty": { "country": code } });
    assert_eq!(company.pays("far", country("KP")).await, "REVIEW");
    assert_eq!(company.pays("near", country("PY")).await, "APPROVED");
}

on_each_engine!(a_wrong_setting_is_named);
async fn a_wrong_setting_is_named(app: TestApp) {
    let operator = &app.operator;
    let refused = operator.run(&["rule", "presets", "new-payee", "--set", "amount=lots", "--set", "size=1"]).await;
    assert!(refused.code == Some(2) && refused.stderr.contains("amount: \"lots\"; allowed is") && refused.stderr.contains("size:"), "{refused:?}");
    for arguments in [&["rule", "presets", "nothing"][..], &["rule", "presets", "--set", "amount=1"], &["rule", "presets", "new-payee", "--set", "amount"]] {
        assert_eq!(operator.run(arguments).await.code, Some(2), "{arguments:?}");
    }
    let listed = operator.run(&["rule", "presets"]).await.stdout;
    assert!(listed.contains("new-payee: First transfer to a new payee\n    If the transaction is outgoing"), "{listed}");
    assert!(listed.contains("    Source: Banco Central do Brasil, Resolução BCB nº 142") && listed.contains("--set limit=100000"), "{listed}");
}

on_each_engine!(the_list_says_how_often_a_rule_matched);
async fn the_list_says_how_often_a_rule_matched(app: TestApp) {
    let company = Company::of(app).await;
    let admin = company.app.browser("ADMIN").await;
    let rule = json!({ "name": "large", "mode": "TEST", "when": { "field": "amount", "atLeast": 100, "currency": "BRL" }, "then": { "action": "BLOCK" } });
    company.import_rule(&rule).await;
    for (id, amount) in [("a", 99), ("b", 100), ("c", 101)] {
        company.pays(id, json!({ "amount": amount })).await;
    }
    let list = admin.page("/dashboard/rules?lang=en").await;
    assert!(list.contains("matched 2 of 3") && list.contains("class=\"bar\""), "{list}");
    assert!(list.contains("href=\"/dashboard/rules/backtests\""), "{list}");
}
