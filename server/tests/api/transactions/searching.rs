//! The list of transactions: its filters, its pages and its search.

use std::collections::BTreeSet;

use super::{Company, payment};
use crate::support::html::{is_linked, links, text_of};
use crate::support::{Browser, Installation, Reply, TestApp, Value, json, on_each_engine};

const TRANSACTIONS: &str = "/dashboard/transactions";

/// The company's ids of the rows of a list, in order, and the link to older ones.
async fn list(browser: &Browser, query: &str) -> (Vec<String>, Option<String>) {
    let page = browser.page(&format!("{TRANSACTIONS}{query}")).await;
    let ids = page.split("<th scope=\"row\"").skip(1).map(|row| text_of(&format!("<th{}", row.split("</th>").next().unwrap_or_default()))).collect();
    let older = links(&page, TRANSACTIONS).into_iter().find(|link| link.contains("before="));
    (ids, older.map(|link| link.replace(TRANSACTIONS, "")))
}

fn rule(name: &str, least: i64, action: &str) -> Value {
    json!({ "name": name, "priority": if action == "BLOCK" { 1 } else { 2 }, "when": { "field": "amount", "atLeast": least, "currency": "BRL" }, "then": { "action": action } })
}

on_each_engine!(the_list_filters_and_pages_without_gaps_or_repeats);
async fn the_list_filters_and_pages_without_gaps_or_repeats(app: TestApp) {
    let company = Company::of(app).await;
    let admin = company.app.browser("ADMIN").await;
    assert!(admin.page(&format!("{TRANSACTIONS}?lang=en")).await.contains("No transactions yet"));
    company.import_rule(&rule("some", 100, "REVIEW")).await;
    company.import_rule(&rule("many", 50_000, "BLOCK")).await;
    let mut expected = Vec::new();
    for number in 0..60 {
        company.post(&payment(&format!("pix-{number:02}"), if number % 2 == 0 { "c-even" } else { "c-odd" }, number)).await.expect(201);
        expected.insert(0, format!("pix-{number:02}"));
    }
    let (first, older) = list(&admin, "").await;
    assert_eq!(first, expected[..50], "fifty, newest first");
    for payment in [payment("pix-60", "c-even", 100), payment("pix-61", "c-odd", 60_000)] {
        company.post(&payment).await.expect(201);
    }
    let (second, end) = list(&admin, &older.expect("older ones")).await;
    assert_eq!((second.as_slice(), end), (&expected[50..], None), "the other ten, whatever came meanwhile");

    let mut yen = payment("pix-62", "c-even", 110);
    yen["currency"] = json!("JPY");
    company.post(&yen).await.expect(201);
    let dossier = admin.dossier("c-odd").await.expect("a dossier").replace("/dashboard/customers/", "");
    let of = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    for (query, ids) in [
        ("?status=REVIEW".to_owned(), of(&["pix-60"])),
        ("?status=BLOCKED".to_owned(), of(&["pix-61"])),
        ("?status=AWAITING_USER".to_owned(), of(&[])),
        ("?rule=some".to_owned(), of(&["pix-61", "pix-60"])),
        ("?rule=many".to_owned(), of(&["pix-61"])),
        ("?rule=some&status=REVIEW".to_owned(), of(&["pix-60"])),
        ("?rule=some&status=BLOCKED".to_owned(), of(&["pix-61"])),
        ("?rule=none".to_owned(), of(&[])),
        ("?currency=BRL&least=1.00&lang=en".to_owned(), of(&["pix-61", "pix-60"])),
        ("?currency=BRL&least=1.00&most=500.00&lang=en".to_owned(), of(&["pix-60"])),
        ("?currency=BRL&least=0,58&most=0,59&lang=pt-BR".to_owned(), of(&["pix-59", "pix-58"])),
        ("?currency=JPY".to_owned(), of(&["pix-62"])),
        ("?since=2999-01-01".to_owned(), of(&[])),
        ("?until=2020-01-01".to_owned(), of(&[])),
        (format!("?customer={dossier}&status=BLOCKED"), of(&["pix-61"])),
        (format!("?customer={dossier}&rule=some"), of(&["pix-61"])),
        (format!("?customer={dossier}&currency=BRL&most=0.03&lang=en"), of(&["pix-03", "pix-01"])),
        (format!("?customer={dossier}&until=2020-01-01"), of(&[])),
    ] {
        assert_eq!(list(&admin, &query).await, (ids, None), "{query}");
    }
    let all_of = list(&admin, &format!("?customer={dossier}&since=2020-01-01&until=2998-12-31")).await.0;
    assert_eq!((all_of.len(), all_of[0].as_str(), all_of[30].as_str()), (31, "pix-61", "pix-01"));
    for (query, says, input) in [
        ("?least=1.00", "Choose the currency", "least"),
        ("?currency=BRL&least=1.005", "Enter an amount such as 1,250.00", "least"),
        ("?since=soon", "Choose a day", "since"),
    ] {
        let page = admin.page(&format!("{TRANSACTIONS}{query}&lang=en")).await;
        assert!(text_of(&page).contains(says) && page.contains(&format!("name=\"{input}\"")), "{query}: {page}");
    }
}

on_each_engine!(a_customer_s_list_pages_by_when_things_happened);
async fn a_customer_s_list_pages_by_when_things_happened(app: TestApp) {
    let company = Company::of(app).await;
    let admin = company.app.browser("ADMIN").await;
    let mut payments = Vec::new();
    // Pairs happened in the same second, and the last to arrive happened first.
    for number in 0..60 {
        let mut payment = payment(&format!("pix-{number:02}"), "c-1", 5);
        payment["occurredAt"] = json!(format!("2026-10-10T10:{:02}:00Z", 59 - number / 2));
        payments.push(payment);
    }
    let mut other = payment("other", "c-2", 5);
    other["occurredAt"] = json!("2026-10-10T10:40:00Z");
    payments.push(other);
    let file = company.app.installation.home().join("history.ndjson");
    let lines = payments.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    std::fs::write(&file, lines).expect("writes the history");
    company.app.operator.json(&["transaction", "import", file.to_str().expect("UTF-8")]).await;
    let dossier = admin.dossier("c-1").await.expect("a dossier").replace("/dashboard/customers/", "");
    let (first, older) = list(&admin, &format!("?customer={dossier}")).await;
    let (second, end) = list(&admin, &older.expect("older ones")).await;
    let whole: Vec<i64> = first.iter().chain(&second).map(|id| id.trim_start_matches("pix-").parse().expect("a number")).collect();
    let all: BTreeSet<i64> = whole.iter().copied().collect();
    assert_eq!((first.len(), whole.len(), all.len(), end), (50, 60, 60, None), "{whole:?}");
    assert!(whole.iter().map(|number| number / 2).is_sorted(), "newest first by when they happened: {whole:?}");
}

async fn search(browser: &Browser, text: &str) -> Reply {
    browser.post(&format!("{TRANSACTIONS}?lang=en"), &[("q", text)]).await
}

on_each_engine!(a_search_finds_a_transaction_or_a_customer_and_cannot_guess);
async fn a_search_finds_a_transaction_or_a_customer_and_cannot_guess(app: TestApp) {
    let company = Company::of(app).await;
    for (id, customer) in [("pix-1", "crm-1"), ("e2e-52998224725", "52998224725")] {
        company.post(&payment(id, customer, 5)).await.expect(201);
    }
    let (auditor, reviewer) = (company.app.browser("AUDITOR").await, company.app.browser("REVIEWER").await);
    let first = company.app.installation.database.texts("SELECT ref FROM transactions ORDER BY ref").await.remove(0);
    assert_eq!(search(&auditor, " pix-1 ").await.see_other(), format!("{TRANSACTIONS}/{first}"));
    let by_customer = search(&auditor, "crm-1").await.see_other();
    assert_eq!(list(&auditor, &by_customer.replace(TRANSACTIONS, "")).await.0, ["pix-1"]);
    for number in ["52998224725", "529.982.247-25", "e2e-52998224725", "42"] {
        let refused = search(&auditor, number).await.expect(403).text();
        assert!(refused.contains("because it may be a CPF or a phone") && is_linked(&refused, "q"), "{number}: {refused}");
    }
    assert_eq!(search(&reviewer, "e2e-52998224725").await.status, 303);
    let found = search(&reviewer, "52998224725").await.see_other();
    assert!(!found.contains("52998224725"), "{found}");
    let page = reviewer.page(&found.clone()).await;
    assert!(!page.contains("52998224725"), "an id with a CPF is masked too: {page}");
    let nothing = search(&reviewer, "crm-nowhere").await.expect(200).text();
    assert!(text_of(&nothing).contains("Nothing found for “crm-nowhere”"), "{nothing}");
    assert_eq!(search(&reviewer, "").await.see_other(), TRANSACTIONS);
    let back = reviewer.submit(TRANSACTIONS, &[("q", "crm-nowhere")]).await.see_other();
    assert!(back.starts_with(&format!("{TRANSACTIONS}?kept=")), "{back}");
    let rows = "SELECT CASE WHEN customer IS NULL THEN 'nobody' ELSE 'somebody' END FROM audit WHERE action = 'search' AND actor = 'operator'";
    let rows = company.app.installation.database.texts(rows).await;
    assert_eq!((rows.len(), rows.iter().filter(|row| *row == "somebody").count()), (6, 2), "{rows:?}");
}

on_each_engine!(searches_for_transactions_count_with_the_others, Installation);
async fn searches_for_transactions_count_with_the_others(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on"))).await;
    let admin = app.browser("ADMIN").await;
    for at in 0..15 {
        search(&admin, &format!("crm-{at}")).await.expect(200);
        admin.post("/dashboard/sessions", &[("q", &format!("crm-{at}"))]).await.expect(200);
    }
    search(&admin, "crm-1").await.problem(429, "rate-limited");
}
