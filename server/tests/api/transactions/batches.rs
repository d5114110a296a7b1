//! A batch: each of its transactions as if it had been posted alone, in order.

use reqwest::Method;

use super::{Company, payment, step_up_from};
use crate::support::{ApiClient, Reply, TestApp, Value, json, on_each_engine};

async fn post(company: &Company, transactions: &[Value], key: Option<&str>) -> Reply {
    let request = company.program.request(Method::POST, "/transactions/batch").json(&json!({ "transactions": transactions }));
    let request = if let Some(key) = key { request.header("idempotency-key", key) } else { request };
    company.program.send(request).await
}

/// The status of each result, with that of its transaction or the code of its problem.
fn said(reply: &Reply) -> Vec<String> {
    let results = reply.json()["results"].as_array().expect("results").clone();
    let word = |body: &Value| body["status"].as_str().or(body["type"].as_str()).expect("a word").to_owned();
    results.iter().map(|result| format!("{} {}", result["status"], word(&result["body"]))).collect()
}

on_each_engine!(a_batch_is_decided_in_order);
async fn a_batch_is_decided_in_order(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(10_000)).await;
    let day = json!({ "name": "day", "when": { "count": "transactions", "within": "24h", "atLeast": 3 }, "then": { "action": "BLOCK" } });
    company.import_rule(&day).await;
    let batch = [
        payment("a", "c-1", 5),
        payment("b", "c-1", 5),
        payment("c", "c-2", 20_000),
        json!({ "transactionId": "d" }),
        payment("a", "c-1", 5),
        payment("a", "c-9", 5),
        payment("e", "c-1", 5),
    ];
    let expected =
        ["201 APPROVED", "201 APPROVED", "201 AWAITING_USER", "422 /problems/invalid-request", "200 APPROVED", "409 /problems/conflict", "201 BLOCKED"];
    let first = post(&company, &batch, Some("one")).await.expect(200);
    assert_eq!(said(&first), expected);
    assert_eq!(post(&company, &batch, Some("one")).await.expect(200).body, first.body, "byte for byte");
    assert_eq!(said(&post(&company, &batch, None).await)[..2], ["200 APPROVED", "200 APPROVED"]);
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 4);
}

on_each_engine!(a_batch_has_one_to_five_hundred);
async fn a_batch_has_one_to_five_hundred(app: TestApp) {
    let company = Company::of(app).await;
    let many: Vec<Value> = (0..501).map(|at| payment(&format!("pix-{at}"), &format!("c-{}", at % 40), 5)).collect();
    for wrong in [&many[..0], &many[..]] {
        let problem = post(&company, wrong, None).await.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["field"], "transactions", "{problem}");
    }
    let other = company.program.request(Method::POST, "/transactions/batch").json(&json!({ "transactions": many[..1], "more": 1 }));
    company.program.send(other).await.problem(422, "invalid-request");
    assert_eq!(said(&post(&company, &many[..500], None).await.expect(200)), vec!["201 APPROVED"; 500]);
    let large = json!({ "transactions": ["x".repeat(4 * 1024 * 1024)] });
    company.program.send(company.program.request(Method::POST, "/transactions/batch").json(&large)).await.problem(413, "too-large");
}

on_each_engine!(a_batch_ends_where_its_answers_are_too_long);
async fn a_batch_ends_where_its_answers_are_too_long(app: TestApp) {
    let company = Company::of(app).await;
    let rules = ApiClient::new(&company.app.installation, &["rules"]).await;
    let condition = |at: usize| json!({ "field": "counterparty.id", "isNot": format!("{at}{}", "é".repeat(120)) });
    let conditions: Vec<Value> = (0..64).map(condition).collect();
    for number in 0..30 {
        let name = format!("long-{number}");
        let rule = json!({ "name": name, "when": { "all": conditions }, "then": { "action": "REVIEW" } });
        rules.send(rules.request(Method::PUT, &format!("/rules/{name}")).json(&rule)).await.expect(201);
    }
    let batch: Vec<Value> = (0..40)
        .map(|at| {
            let mut payment = payment(&format!("pix-{at}"), "c-1", 5);
            payment["counterparty"] = json!({ "id": "y".repeat(128) });
            payment
        })
        .collect();
    let reply = post(&company, &batch, None).await.expect(200);
    assert!(reply.body.len() < 18 * 1024 * 1024, "{} bytes", reply.body.len());
    let said = said(&reply);
    let posted = said.iter().take_while(|said| *said == "201 REVIEW").count();
    assert!((1..40).contains(&posted) && said[posted..].iter().all(|said| said == "413 /problems/too-large"), "{said:?}");
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, i64::try_from(posted).expect("few"), "what was not posted can be sent again");
    assert_eq!(post(&company, &batch[posted..=posted], None).await.expect(200).json()["results"][0]["status"], 201);
}
