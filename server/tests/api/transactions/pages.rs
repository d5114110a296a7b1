//! What operators see of a transaction: why it was decided, what is sealed, its session, and the queue in which they decide.

use super::{Company, GOOD_CPF, WRONG_CPF, complete, payment, step_up_from};
use crate::support::html::{attribute, links, tags, text_of};
use crate::support::{Browser, TestApp, Value, json, on_each_engine};

const TRANSACTIONS: &str = "/dashboard/transactions";

/// The page of the transaction with this id of the company's.
async fn page_of(browser: &Browser, id: &str) -> String {
    browser.post(TRANSACTIONS, &[("q", id)]).await.see_other()
}

async fn text(browser: &Browser, path: &str, language: &str) -> String {
    let and = if path.contains('?') { '&' } else { '?' };
    text_of(&browser.page(&format!("{path}{and}lang={language}")).await)
}

/// A payment with everything that is sealed.
fn whole(id: &str, amount: i64) -> Value {
    let mut payment = payment(id, "52998224725", amount);
    payment["counterparty"] = json!({ "id": "acct-quixotry", "name": "Amaryllis Quince", "country": "PT" });
    payment["deviceId"] = json!("device-zephyr");
    payment["ip"] = json!("203.0.113.77");
    payment["metadata"] = json!({ "segment": "goldfinch", "age": 31 });
    payment
}

fn rule(name: &str, mode: &str, weight: u8, when: &Value, then: &Value) -> Value {
    json!({ "name": name, "mode": mode, "weight": weight, "priority": 100 - weight, "when": when, "then": then })
}

on_each_engine!(a_page_says_why_in_each_language_and_hides_what_is_sealed);
async fn a_page_says_why_in_each_language_and_hides_what_is_sealed(app: TestApp) {
    let company = Company::of(app).await;
    let large = json!({ "field": "amount", "atLeast": 100_000, "currency": "BRL" });
    let payee = json!({ "all": [large, { "field": "counterparty.id", "present": true }, { "not": { "field": "metadata.segment", "is": "silver" } }] });
    company.import_rule(&rule("payee", "ACTIVE", 40, &payee, &json!({ "action": "REVIEW" }))).await;
    company.import_rule(&rule("tried", "TEST", 90, &large, &json!({ "action": "BLOCK" }))).await;
    company.post(&whole("pix-1", 125_000)).await.expect(201);
    let (reviewer, auditor, agent) = (company.app.browser("REVIEWER").await, company.app.browser("AUDITOR").await, company.app.browser("AGENT").await);
    let path = page_of(&reviewer, "pix-1").await;
    for (language, said) in [
        ("en", ["amount 1,250.00 BRL ≥ 1,000.00 BRL", "a person decides on the transaction", "only being tested", "Needs review", "Outgoing"]),
        ("pt-BR", ["valor 1.250,00 BRL ≥ 1.000,00 BRL", "uma pessoa decide", "apenas em teste", "Precisa de análise", "Saída"]),
        ("es", ["importe 1.250,00 BRL ≥ 1.000,00 BRL", "una persona decide", "Solo están en prueba", "Requiere revisión", "Saliente"]),
    ] {
        let shown = text(&auditor, &path, language).await;
        for said in said {
            assert!(shown.contains(said), "{language}: {said} in {shown}");
        }
    }
    let secrets = ["acct-quixotry", "Amaryllis", "device-zephyr", "203.0.113.77", "goldfinch", "52998224725"];
    let masked = auditor.page(&format!("{path}?lang=en")).await;
    for secret in secrets {
        assert!(!masked.contains(secret), "{secret}: {masked}");
    }
    for shown in ["counterparty ••••", "metadata segment ••••", "A•••• Q••••", "••••ry", "+40"] {
        assert!(text_of(&masked).contains(shown), "{shown}: {}", text_of(&masked));
    }
    // What holds because a condition does not, speaks for the rule as well.
    assert!(!masked.contains("data-held=\"false\""), "{masked}");
    assert!(!masked.contains("/reveal") && !masked.contains("/decision"), "an auditor changes nothing");
    assert_eq!(links(&masked, "/dashboard/rules/"), ["/dashboard/rules/by-name/payee", "/dashboard/rules/by-name/tried"]);

    let (revealed, page) = reviewer.reveal(&path, &[("reason", "half written")]).await;
    for secret in secrets.into_iter().chain(["half written", "Shown as they were sent"]) {
        assert!(text(&reviewer, &revealed, "en").await.contains(secret) || page.contains(secret), "{secret}: {page}");
    }
    assert!(!auditor.page(&revealed).await.contains("acct-quixotry"), "the address works only for who revealed");
    assert_eq!(company.number("SELECT COUNT(*) FROM audit WHERE action = 'transaction.revealed' AND actor = 'operator'").await, 1);
    auditor.post(&format!("{path}/reveal"), &[]).await.problem(403, "forbidden");
    for hidden in [TRANSACTIONS, &path, "/dashboard/transactions/queue"] {
        agent.get(hidden).await.expect(403);
    }
    assert!(links(&agent.page("/dashboard/links").await, TRANSACTIONS).is_empty());
    // Nothing matched; and an imported one.
    company.post(&payment("pix-2", "c-2", 5)).await.expect(201);
    assert!(text(&auditor, &page_of(&auditor, "pix-2").await, "en").await.contains("No rule matched, so the transaction was approved"));
}

on_each_engine!(a_page_shows_the_session_and_what_else_waits_for_it);
async fn a_page_shows_the_session_and_what_else_waits_for_it(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(1)).await;
    let held = company.post(&payment("pix-1", "c-1", 500)).await.expect(201).json();
    company.post(&payment("pix-2", "c-1", 700)).await.expect(201);
    let customer = company.customer(&held);
    let session = format!("/dashboard/sessions/{}", company.app.operator.session_ref(&customer.id).await);
    let reviewer = company.app.browser("REVIEWER").await;
    let (first, second) = (page_of(&reviewer, "pix-1").await, page_of(&reviewer, "pix-2").await);
    let shown = text(&reviewer, &first, "en").await;
    for said in ["Waiting for customer", "Pending", "If the session expires, the transaction is blocked", "pix-2", "held and the customer is asked"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let page = reviewer.page(&first).await;
    assert!(links(&page, &session).contains(&session) && links(&page, TRANSACTIONS).contains(&second), "{page}");
    let of_session = reviewer.page(&session).await;
    assert!([&first, &second].iter().all(|path| links(&of_session, TRANSACTIONS).contains(path)), "{of_session}");
    let dossier = reviewer.dossier("c-1").await.expect("a dossier");
    let waiting = links(&reviewer.page(&dossier).await, TRANSACTIONS);
    assert!(waiting.contains(&first) && waiting.contains(&second), "{waiting:?}");

    complete(&customer, GOOD_CPF).await;
    company.until("pix-1", "APPROVED").await;
    let shown = text(&reviewer, &first, "en").await;
    for said in ["Approved", "The session was approved", "nothing to decide", "transaction.released"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains("Somebody decided on the session after"), "{shown}");
    let waiting = links(&reviewer.page(&dossier).await, &format!("{TRANSACTIONS}/"));
    assert!(!waiting.contains(&first), "{waiting:?}");

    reviewer.post(&format!("{session}/decision"), &[("decision", "REJECTED"), ("reason", "seen")]).await.expect(303);
    let shown = text(&reviewer, &first, "en").await;
    assert!(shown.contains("The session's decision is now: Rejected. The transaction keeps its status: Approved."), "{shown}");
    assert_eq!(company.show("pix-1").await["status"], "APPROVED");
}

on_each_engine!(the_queue_is_worked_off_oldest_first);
async fn the_queue_is_worked_off_oldest_first(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&rule("all", "ACTIVE", 0, &json!({ "field": "amount", "atLeast": 1, "currency": "BRL" }), &json!({ "action": "REVIEW" }))).await;
    let reviewer = company.app.browser("REVIEWER").await;
    let queue = format!("{TRANSACTIONS}/queue");
    assert!(text(&reviewer, &queue, "en").await.contains("No transaction waits for a decision"));
    let mut pages = Vec::new();
    for id in ["pix-1", "pix-2", "pix-3"] {
        company.post(&payment(id, "c-1", 500)).await.expect(201);
        pages.push(page_of(&reviewer, id).await);
    }
    let rows = async || {
        let page = reviewer.page(&queue).await;
        let table = page.split("<tbody").nth(1).unwrap_or_default().to_owned();
        links(&table, &format!("{TRANSACTIONS}/"))
    };
    assert_eq!(rows().await, pages);
    let badge = |page: &str| text_of(page.split("class=\"count\"").nth(1).unwrap_or_default().split("</a>").next().unwrap_or_default());
    assert_eq!(badge(&reviewer.page("/dashboard/sessions").await), ">3");

    // A refused form leads back, and keeps what was typed.
    let decision = |page: &str| format!("{page}/decision");
    for (form, says) in [
        (vec![("decision", "REVIEW"), ("reason", "typed before")], "one of the options"),
        (vec![("reason", "typed before")], "one of the options"),
        (vec![("decision", "BLOCKED"), ("reason", " ")], "Enter a reason of"),
    ] {
        let back = reviewer.submit(&decision(&pages[1]), &form).await.see_other();
        assert!(back.starts_with(&format!("{}?kept=", pages[1])), "{back}");
        let page = reviewer.page(&format!("{back}&lang=en")).await;
        assert!(text_of(&page).contains(says), "{says}: {page}");
        assert!(form[0].0 == "decision" && form[0].1 == "BLOCKED" || page.contains("typed before"), "{page}");
    }
    // The next is the one after, then the oldest that is left, then the queue itself.
    let form = |decision: &'static str| [("decision", decision), ("reason", "seen"), ("then", "next")];
    assert_eq!(reviewer.submit(&decision(&pages[1]), &form("BLOCKED")).await.see_other(), format!("{}?done=decided", pages[2]));
    assert_eq!(rows().await, [pages[0].clone(), pages[2].clone()]);
    assert_eq!(reviewer.submit(&decision(&pages[2]), &form("APPROVED")).await.see_other(), format!("{}?done=decided", pages[0]));
    let again = reviewer.submit(&decision(&pages[2]), &form("BLOCKED")).await.see_other();
    assert!(text(&reviewer, &again, "en").await.contains("no longer waits for a decision"));
    let plain = [("decision", "APPROVED"), ("reason", "seen\nclosely")];
    assert_eq!(reviewer.submit(&decision(&pages[0]), &plain).await.see_other(), format!("{}?done=decided", pages[0]));
    assert!(rows().await.is_empty());
    let page = reviewer.page(&format!("{}?lang=en", pages[0])).await;
    assert!(page.contains("seen\nclosely") && page.contains(&reviewer.email), "{page}");
    assert!(tags(&page, "form").iter().all(|form| attribute(form, "action").as_deref() != Some(&decision(&pages[0]))), "it is final");
    assert_eq!(company.show("pix-1").await["status"], "APPROVED");
    assert_eq!(company.show("pix-2").await["status"], "BLOCKED");
    assert_eq!(
        reviewer.submit(&decision("/dashboard/transactions/01a209dc-4b46-75d5-8d08-bc412d4ef4ba"), &plain).await.see_other().split('?').next(),
        Some(TRANSACTIONS)
    );
}

on_each_engine!(a_rule_that_was_passed_over_says_so);
async fn a_rule_that_was_passed_over_says_so(app: TestApp) {
    let company = Company::of(app).await;
    let then = json!({ "action": "STEP_UP", "flow": "step-up", "grace": "30d" });
    company.import_rule(&rule("asks", "ACTIVE", 40, &json!({ "field": "amount", "atLeast": 1, "currency": "BRL" }), &then)).await;
    let held = company.post(&payment("pix-1", "c-1", 500)).await.expect(201).json();
    complete(&company.customer(&held), GOOD_CPF).await;
    company.until("pix-1", "APPROVED").await;
    assert_eq!(company.post(&payment("pix-2", "c-1", 500)).await.expect(201).json()["status"], "APPROVED");
    let reviewer = company.app.browser("REVIEWER").await;
    let shown = text(&reviewer, &page_of(&reviewer, "pix-2").await, "en").await;
    assert!(shown.contains("Passed over, because the customer was approved") && shown.contains("No rule matched").eq(&false), "{shown}");
    // A session that needs a review: the page says what a decision on it does.
    company.import_flow_with("step-up", json!({ "review": 1, "reject": 100 })).await;
    let held = company.post(&payment("pix-3", "c-2", 500)).await.expect(201).json();
    complete(&company.customer(&held), WRONG_CPF).await;
    company.until("pix-3", "REVIEW").await;
    let shown = text(&reviewer, &page_of(&reviewer, "pix-3").await, "en").await;
    assert!(shown.contains("A decision on the session settles every transaction that waits for it"), "{shown}");
}
