//! The check `age`, and reasons that reject by themselves.

use super::{customer_of, expected, form, found, submitted};
use crate::support::{TestApp, Value, json, on_each_engine};

fn flow(extra: Value) -> Value {
    let fields = json!([{ "name": "born", "type": "DATE", "label": "Born", "is": "birth_date", "min": "1850-01-01", "max": "today+9y" }]);
    form(fields, extra)
}

on_each_engine!(ages_are_those_of_the_flow);
async fn ages_are_those_of_the_flow(app: TestApp) {
    let flow = flow(json!({ "age": { "min": 18, "max": 75 } }));
    let notes = app.operator.import_flow(&flow).await["notes"].to_string();
    assert!(notes.contains("leaves the date of birth empty"), "{notes}");
    for (born, result, codes, decision) in [
        ("1985-05-17", "PASSED", &[][..], "APPROVED"),
        ("2020-05-17", "FAILED", &["age.too_young"], "REJECTED"),
        ("1930-05-17", "WARNING", &["age.too_old"], "REVIEW"),
        ("1899-12-31", "FAILED", &["age.implausible"], "REVIEW"),
        ("", "SKIPPED", &[], "APPROVED"),
    ] {
        let customer = customer_of(&app, &flow, &[]).await;
        let shown = submitted(&app, &customer, json!({ "born": born })).await;
        assert_eq!((found(&shown, "age"), &shown["decision"]), (expected(result, codes), &json!(decision)), "{born}");
    }
}

on_each_engine!(a_flow_without_ages_only_asks_whether_the_date_is_possible);
async fn a_flow_without_ages_only_asks_whether_the_date_is_possible(app: TestApp) {
    for (born, result, codes) in [("2020-05-17", "PASSED", &[][..]), ("1930-05-17", "PASSED", &[]), ("2030-01-01", "FAILED", &["age.implausible"])] {
        let customer = customer_of(&app, &flow(json!({})), &[]).await;
        assert_eq!(found(&submitted(&app, &customer, json!({ "born": born })).await, "age"), expected(result, codes), "{born}");
    }
}

on_each_engine!(a_decisive_reason_rejects_by_itself);
async fn a_decisive_reason_rejects_by_itself(app: TestApp) {
    let flow = flow(json!({ "age": { "max": 75 }, "decisive": ["age.too_old"] }));
    for (born, score, decision) in [("1930-05-17", 40, "REJECTED"), ("1899-12-31", 60, "REVIEW"), ("1985-05-17", 0, "APPROVED")] {
        let customer = customer_of(&app, &flow, &[]).await;
        let shown = submitted(&app, &customer, json!({ "born": born })).await;
        assert_eq!((&shown["riskScore"], &shown["decision"]), (&json!(score), &json!(decision)), "{born}");
        let operator = app.browser("REVIEWER").await;
        let page = operator.page(&format!("/dashboard/sessions/{}?lang=en", shown["ref"].as_str().expect("a ref"))).await;
        assert_eq!(page.contains("this flow rejects by one of these reasons alone"), decision == "REJECTED", "{born}");
    }
}
