//! The pages of backtests: starting one, its progress, its result in the reader's language, cancelling, and who may.

use super::super::{Company, payment};
use crate::support::html::{attribute, only_tag, tags, text_of};
use crate::support::{SOON, TestApp, Value, eventually, json, on_each_engine};

const BACKTESTS: &str = "/dashboard/rules/backtests";

fn from(amount: i64) -> Value {
    json!({ "name": "large", "when": { "all": [{ "field": "amount", "atLeast": amount, "currency": "BRL" }, { "field": "type", "is": "PIX" }] },
        "then": { "action": "BLOCK" } })
}

on_each_engine!(a_backtest_is_started_and_read_in_the_dashboard);
async fn a_backtest_is_started_and_read_in_the_dashboard(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&from(100_000)).await;
    for (id, amount) in [("p-1", 50_000), ("p-2", 125_000)] {
        company.post(&payment(id, "c-1", amount)).await.expect(201);
    }
    let (admin, auditor, reviewer) = (company.app.browser("ADMIN").await, company.app.browser("AUDITOR").await, company.app.browser("REVIEWER").await);
    let list = admin.page(&format!("{BACKTESTS}?lang=en")).await;
    assert!(list.contains("No backtests yet.") && list.contains("<textarea") && list.contains(">large</option>"), "{list}");

    let page = admin.post(BACKTESTS, &[("rule", &from(40_000).to_string())]).await.see_other();
    let shown = eventually("a result", SOON, async || Some(admin.page(&format!("{page}?lang=en")).await).filter(|page| page.contains("Newly matched"))).await;
    let text = text_of(&shown);
    for said in ["Version 1", "Judged2", "Draft matches2", "Active version matched1", "Newly matched1", "No longer matched0", "amount 500.00 BRL ≥ 400.00 BRL"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(only_tag(&shown, "svg").matches("role=\"img\"").count(), 1);
    assert_eq!(tags(&shown, "rect").len(), 2, "one day: a bar and a mark");
    assert!(shown.contains("href=\"/dashboard/rules/by-name/large\"") && !shown.contains(" style=\""), "{shown}");
    let held = company.app.installation.database.texts("SELECT ref FROM transactions ORDER BY arrival").await;
    assert!(shown.contains(&format!("/dashboard/transactions/{}", held[0])), "{shown}");
    for (language, words) in [("pt-BR", ["Passa a se aplicar", "500,00 BRL ≥ 400,00 BRL"]), ("es", ["Pasa a cumplirse", "500,00 BRL ≥ 400,00 BRL"])] {
        let text = text_of(&auditor.page(&format!("{page}?lang={language}")).await);
        assert!(words.iter().all(|word| text.contains(word)), "{language}: {text}");
    }
    assert_eq!(company.number("SELECT COUNT(*) FROM audit WHERE action = 'backtest.read'").await, 2, "each reader once");

    // A stored rule, as it is.
    let page = admin.post(BACKTESTS, &[("rule", ""), ("stored", "large")]).await.see_other();
    eventually("a result", SOON, async || Some(admin.page(&format!("{page}?lang=en")).await).filter(|page| page.contains("agree on every transaction"))).await;

    let list = auditor.page(&format!("{BACKTESTS}?lang=en")).await;
    assert!(list.contains(&page) && !list.contains("<textarea"), "{list}");
    auditor.post(BACKTESTS, &[("stored", "large")]).await.problem(403, "forbidden");
    reviewer.get(BACKTESTS).await.expect(403);
}

on_each_engine!(what_its_transactions_hold_is_masked);
async fn what_its_transactions_hold_is_masked(app: TestApp) {
    const CPF: &str = "52998224725";
    let company = Company::of(app).await;
    let rule = json!({ "name": "paid", "when": { "field": "counterparty.id", "isNot": "acct-1" }, "then": { "action": "REVIEW" } });
    company.import_rule(&rule).await;
    let mut body = payment(&format!("pix-{CPF}"), "c-1", 500);
    body["counterparty"] = json!({ "id": CPF });
    company.post(&body).await.expect(201);
    let (admin, auditor) = (company.app.browser("ADMIN").await, company.app.browser("AUDITOR").await);
    let page = admin.post(BACKTESTS, &[("rule", &rule.to_string().replace("paid", "other"))]).await.see_other();
    for browser in [&admin, &auditor] {
        let shown = eventually("a result", SOON, async || Some(browser.page(&page).await).filter(|page| page.contains("••••725"))).await;
        assert!(!shown.contains(CPF) && shown.contains("≠ acct-1"), "{}", text_of(&shown));
    }
    let named = [("stored", &*format!("pix-{CPF}"))];
    let tried = text_of(&admin.page(&admin.submit("/dashboard/rules/by-name/paid/test", &named).await.see_other()).await);
    assert!(!tried.replace(&format!("pix-{CPF}"), "").contains(CPF) && tried.contains("≠ acct-1"), "{tried}");
}

on_each_engine!(a_draft_that_is_refused_is_shown_again_with_its_faults);
async fn a_draft_that_is_refused_is_shown_again_with_its_faults(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let draft = json!({ "name": "large", "when": { "field": "deviceId", "inList": "no <list>" }, "then": { "action": "BLOCK" } }).to_string();
    let page = admin.post(&format!("{BACKTESTS}?lang=en"), &[("rule", &draft)]).await.expect(422).text();
    assert!(page.contains("role=\"alert\"") && page.contains("when.inList"), "{page}");
    assert!(text_of(&page).contains(&draft), "it can be corrected: {page}");
    for empty in [&[("rule", "")][..], &[("rule", "{")], &[]] {
        admin.post(BACKTESTS, empty).await.expect(422);
    }
    admin.post(BACKTESTS, &[("stored", "unknown")]).await.expect(404);
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM backtests").await, 0);
}

on_each_engine!(a_running_one_shows_how_far_it_is_and_can_be_cancelled);
async fn a_running_one_shows_how_far_it_is_and_can_be_cancelled(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&from(100)).await;
    company.post(&payment("p-1", "c-1", 500)).await.expect(201);
    let (admin, auditor) = (company.app.browser("ADMIN").await, company.app.browser("AUDITOR").await);
    let page = admin.post(BACKTESTS, &[("stored", "large")]).await.see_other();
    eventually("a result", SOON, async || Some(admin.page(&page).await).filter(|page| !page.contains("<progress"))).await;

    // As if another process were running it.
    let database = &company.app.installation.database;
    database.change("UPDATE backtests SET status = 'RUNNING', result = NULL, ended_at = NULL, done = 300, whole = 1000, lease_until = 9000000000000000").await;
    let shown = admin.page(&format!("{page}?lang=en")).await;
    let bar = only_tag(&shown, "progress");
    assert_eq!((attribute(bar, "max").as_deref(), attribute(bar, "value").as_deref()), (Some("1000"), Some("300")));
    assert!(shown.contains("300 of 1000 transactions"), "{shown}");
    assert!(shown.contains("<noscript><meta http-equiv=\"refresh\" content=\"2\""), "{shown}");
    let follow = attribute(bar, "data-follow").expect("an address");
    assert_eq!(admin.get(&follow).await.expect(200).json(), json!({ "done": 300, "whole": 1_000, "running": true }));
    let refused = admin.post(BACKTESTS, &[("stored", "large")]).await.problem(409, "conflict");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("Another backtest is running")), "{refused}");
    auditor.post(&format!("{page}/cancel"), &[]).await.problem(403, "forbidden");
    assert!(!auditor.page(&page).await.contains("/cancel"), "an auditor changes nothing");

    assert_eq!(admin.post(&format!("{page}/cancel"), &[]).await.see_other(), page);
    assert_eq!(database.number("SELECT COUNT(*) FROM backtests WHERE cancelled_at IS NOT NULL").await, 1);
    database.change("UPDATE backtests SET lease_until = 0").await;
    assert_eq!(admin.get(&follow).await.expect(200).json()["running"], false, "its process is gone");
    assert!(admin.page(&format!("{page}?lang=en")).await.contains("It ended before it had a result."));
    admin.post(&format!("{page}/cancel"), &[]).await.problem(409, "conflict");
}
