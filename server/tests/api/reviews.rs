//! What operators do with a session. They reveal the answers, which are masked; they decide with a reason, which changes the
//! decision, never the status, and sends one event; they expire an open session.

use reqwest::Method;
use url::form_urlencoded;

use crate::support::customer::valid_user_data;
use crate::support::{Browser, Customer, Receiver, SOON, TestApp, Value, eventually, json, on_each_engine};

/// Waits for this many events of a kind and returns them without repeats.
async fn events(company: &Receiver, secret: &str, kind: &str, count: usize) -> Vec<Value> {
    eventually(&format!("{count} of {kind}"), SOON, async || {
        let mut found: Vec<(String, Value)> = Vec::new();
        for request in company.received() {
            let (id, event) = (request.webhook_id().to_owned(), request.verified(secret));
            if event["type"] == kind && !found.iter().any(|(known, _)| *known == id) {
                found.push((id, event));
            }
        }
        (found.len() >= count).then(|| found.into_iter().map(|(_, event)| event).collect())
    })
    .await
}

async fn audited(app: &TestApp, session_ref: &str, action: &str) -> i64 {
    app.installation.database.number(&format!("SELECT COUNT(*) FROM audit WHERE subject = '{session_ref}' AND action = '{action}'")).await
}

/// Everything that a review would change: the session, its events, its reviews and its audit rows.
async fn state(app: &TestApp, customer: &Customer) -> (Value, Vec<String>, i64, i64) {
    let shown = app.operator.session(&customer.id).await;
    let session_ref = shown["ref"].as_str().expect("a ref").to_owned();
    let reviews = app.installation.database.number(&format!("SELECT COUNT(*) FROM reviews WHERE session_ref = '{session_ref}'")).await;
    let audit = app.installation.database.number(&format!("SELECT COUNT(*) FROM audit WHERE subject = '{session_ref}'")).await;
    (shown, app.installation.database.events(&session_ref).await, reviews, audit)
}

async fn path_of(app: &TestApp, customer: &Customer) -> String {
    format!("/dashboard/sessions/{}", app.operator.session_ref(&customer.id).await)
}

async fn decide(browser: &Browser, path: &str, decision: &str, reason: &str) -> String {
    let form = [("decision", decision), ("reason", reason)];
    browser.post(&format!("{path}/decision"), &form).await.see_other()
}

on_each_engine!(answers_are_masked_until_an_operator_reveals_them);
async fn answers_are_masked_until_an_operator_reveals_them(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let customer = app.customer_with(&["--customer", "11144477735"]).await;
    customer.save("identity", json!({ "name": "Bartholomew Zephyr", "cpf": "529.982.247-25" })).await.expect(204);
    let page = path_of(&app, &customer).await;
    let dossier = reviewer.dossier("11144477735").await.expect("a dossier");
    let secrets_in = |text: &str| ["Zephyr", "52998224725", "529.982.247-25", "11144477735"].map(|secret| text.contains(secret));
    let audited = async |action: &str| {
        let by = "actor = 'operator' AND actor_id = (SELECT MIN(id) FROM operators)";
        app.installation.database.texts(&format!("SELECT subject FROM audit WHERE action = '{action}' AND {by}")).await
    };
    for path in [page.as_str(), &dossier, "/dashboard/sessions", "/dashboard/customers"] {
        assert_eq!(secrets_in(&reviewer.page(path).await), [false; 4], "{path}");
    }
    assert_eq!(audited("session.revealed").await, Vec::<String>::new());

    let (address, revealed) = reviewer.reveal(&page, &[]).await;
    assert!(secrets_in(&revealed)[0] && (secrets_in(&revealed)[1] || secrets_in(&revealed)[2]), "{revealed}");
    assert_eq!(audited("session.revealed").await, [page.rsplit('/').next().expect("a path")]);
    assert_eq!(secrets_in(&reviewer.page(&page).await), [false; 4], "masked again");
    assert!(secrets_in(&reviewer.page(&address).await)[0], "but not where it was revealed: the page can be gone back to");
    assert_eq!(audited("session.revealed").await.len(), 1, "which is still one reveal");
    let other = app.customer_with(&["--customer", "11144477735"]).await;
    let elsewhere = address.replace(&page, &path_of(&app, &other).await);
    assert!(!reviewer.page(&elsewhere).await.contains(r#"class="revealed""#), "the address of one session reveals no other");
    for role in ["REVIEWER", "AUDITOR"] {
        assert_eq!(secrets_in(&app.browser(role).await.page(&address).await), [false; 4], "nor anything to another {role}");
    }
    let (_, revealed) = reviewer.reveal(&dossier, &[]).await;
    assert!(secrets_in(&revealed)[3], "{revealed}");
    assert_eq!(audited("customer.revealed").await, [dossier.rsplit('/').next().expect("a path")]);
}

on_each_engine!(a_review_changes_the_decision_and_never_the_status);
async fn a_review_changes_the_decision_and_never_the_status(app: TestApp) {
    let (company, secret) = app.company().await;
    let customer = app.customer_with(&["--customer", "crm-1"]).await;
    customer.finish().await;
    let before = app.operator.session(&customer.id).await;
    let (path, session_ref) = (path_of(&app, &customer).await, before["ref"].as_str().expect("a ref"));
    assert_eq!(before["decision"], "REVIEW", "no check examines the selfie");
    let (reviewer, admin) = (app.browser("REVIEWER").await, app.browser("ADMIN").await);

    for (browser, decision, reason) in [(&reviewer, "REJECTED", "A photo of a photo"), (&admin, "APPROVED", "  Called them: it is them  ")] {
        assert_eq!(decide(browser, &path, decision, reason).await, format!("{path}?done=decided"));
        let after = app.operator.session(&customer.id).await;
        assert_eq!((after["status"].as_str(), after["decision"].as_str()), (Some("COMPLETED"), Some(decision)), "{after}");
        assert_eq!((&after["riskScore"], &after["checks"]), (&before["riskScore"], &before["checks"]));
        let page = reviewer.page(&path).await;
        assert!(page.contains(reason.trim()) && page.contains(&browser.email), "the operator and the reason: {page}");
        for (language, approved, rejected) in [("pt-BR", "Aprovada", "Reprovada"), ("en", "Approved", "Rejected"), ("es", "Aprobada", "Rechazada")] {
            let page = reviewer.page(&format!("{path}?lang={language}")).await;
            let timeline = page.split(r#"class="timeline""#).nth(1).expect("a timeline");
            assert!(timeline.contains(if decision == "APPROVED" { approved } else { rejected }) && !timeline.contains(decision), "{language}: {timeline}");
        }
    }

    let mut reviewed = events(&company, &secret, "session.reviewed", 2).await;
    reviewed.sort_by_key(|event| event["data"]["decision"].to_string());
    for (event, (decision, sequence)) in reviewed.iter().zip([("APPROVED", 3), ("REJECTED", 2)]) {
        let data = json!({
            "sessionId": customer.id, "status": "COMPLETED", "customerId": "crm-1", "riskScore": before["riskScore"],
            "ref": session_ref, "decision": decision, "sequence": sequence
        });
        assert_eq!((&event["type"], &event["data"]), (&json!("session.reviewed"), &data), "session.completed was event 1");
    }
    let mut all = app.installation.database.events(session_ref).await;
    all.sort();
    assert_eq!(all, ["session.completed", "session.reviewed", "session.reviewed"], "one event for each review");
    assert_eq!(audited(&app, session_ref, "session.reviewed").await, 2);
    assert_eq!(customer.status().await, "COMPLETED");
    let public = customer.public().await.expect(200).text();
    assert!(!public.contains("APPROVED") && !public.contains("REJECTED"), "a customer cannot read the decision: {public}");
}

on_each_engine!(two_reviews_at_once_send_two_events);
async fn two_reviews_at_once_send_two_events(app: TestApp) {
    let customer = app.customer().await;
    customer.finish().await;
    let path = path_of(&app, &customer).await;
    let (first, second) = (app.browser("REVIEWER").await, app.browser("ADMIN").await);
    tokio::join!(decide(&first, &path, "REJECTED", "no"), decide(&second, &path, "REVIEW", "perhaps"));
    let (shown, events, reviews, _) = state(&app, &customer).await;
    assert_eq!((events.len(), reviews), (3, 2), "{events:?}");
    let last = "SELECT decision FROM reviews ORDER BY number DESC";
    assert_eq!(shown["decision"].as_str(), Some(&*app.installation.database.texts(last).await[0]), "the last review counts");
}

on_each_engine!(only_a_completed_session_can_be_decided);
async fn only_a_completed_session_can_be_decided(app: TestApp) {
    let (pending, expired) = (app.customer().await, app.customer_with(&["--ttl", "1s"]).await);
    expired.wait_for_status("EXPIRED", SOON).await;
    let expired_ref = app.operator.session_ref(&expired.id).await;
    eventually("the event of the sweeper", SOON, async || (!app.installation.database.events(&expired_ref).await.is_empty()).then_some(())).await;
    let reviewer = app.browser("REVIEWER").await;
    for customer in [&pending, &expired] {
        let before = state(&app, customer).await;
        let form = [("decision", "APPROVED"), ("reason", "I know them")];
        let refused = reviewer.post(&format!("{}/decision", path_of(&app, customer).await), &form).await.expect(409);
        assert!(refused.header("content-type").starts_with("text/html"), "the current page");
        assert_eq!(state(&app, customer).await, before, "nothing changes");
    }
    reviewer.post("/dashboard/sessions/01234567-89ab-7def-8123-456789abcdef/decision", &[("decision", "APPROVED"), ("reason", "x")]).await.expect(404);
}

on_each_engine!(a_decision_needs_a_reason);
async fn a_decision_needs_a_reason(app: TestApp) {
    let customer = app.customer().await;
    customer.finish().await;
    let (path, reviewer) = (path_of(&app, &customer).await, app.browser("REVIEWER").await);
    let before = state(&app, &customer).await;
    let (longest, too_long) = ("ã".repeat(500), "ã".repeat(501));
    let faulty: [&[(&str, &str)]; 9] = [
        &[("decision", "REJECTED")],
        &[("decision", "REJECTED"), ("reason", "")],
        &[("decision", "REJECTED"), ("reason", " \n\t ")],
        &[("decision", "REJECTED"), ("reason", too_long.as_str())],
        &[("decision", "REJECTED"), ("reason", "a\u{1b}[2Jb")],
        &[("decision", "REJECTED"), ("reason", "a\u{7f}b")],
        &[("decision", "MAYBE"), ("reason", "typed before")],
        &[("reason", "typed before")],
        &[],
    ];
    for form in faulty {
        let page = reviewer.post(&format!("{path}/decision"), form).await.expect(422).text();
        let typed = form.iter().find(|(name, _)| *name == "reason").map_or("", |(_, typed)| typed.trim());
        assert!(page.contains(typed), "{form:?}: the page keeps what was typed");
        assert_eq!(state(&app, &customer).await, before, "{form:?}: nothing changes");
    }
    let nul = [("decision", "REJECTED"), ("reason", "a\0b")];
    reviewer.post(&format!("{path}/decision"), &nul).await.expect(422);
    assert_eq!(state(&app, &customer).await, before);
    decide(&reviewer, &path, "REJECTED", "two\r\nlines\tand a tab").await;
    decide(&reviewer, &path, "REJECTED", &longest).await;
}

on_each_engine!(a_decision_from_an_outdated_page_is_refused);
async fn a_decision_from_an_outdated_page_is_refused(app: TestApp) {
    let customer = app.customer().await;
    customer.finish().await;
    let (path, first, second) = (path_of(&app, &customer).await, app.browser("REVIEWER").await, app.browser("REVIEWER").await);
    let form = |after: &'static str, decision: &'static str, reason: &'static str| [("after", after), ("decision", decision), ("reason", reason)];
    assert!(second.page(&path).await.contains(r#"name="after" value="0""#));
    first.post(&format!("{path}/decision"), &form("0", "APPROVED", "known in person")).await.expect(303);
    let before = state(&app, &customer).await;
    let page = second.post(&format!("{path}/decision"), &form("0", "REJECTED", "typed meanwhile")).await.expect(409).text();
    for shown in ["known in person", "typed meanwhile", r#"name="after" value="1""#, r#"role="alert""#] {
        assert!(page.contains(shown), "{shown}");
    }
    second.post(&format!("{path}/decision"), &form("9223372036854775807", "REJECTED", "typed meanwhile")).await.expect(409);
    assert_eq!(state(&app, &customer).await, before, "nothing changes");
    second.post(&format!("{path}/decision"), &form("1", "REJECTED", "typed meanwhile")).await.expect(303);
    let actions =
        format!("SELECT decision FROM audit WHERE action = 'session.reviewed' AND subject = '{}' ORDER BY at", app.operator.session_ref(&customer.id).await);
    assert_eq!(app.installation.database.texts(&actions).await, ["APPROVED", "REJECTED"], "the audit has both decisions");
}

on_each_engine!(a_half_written_reason_is_not_lost);
async fn a_half_written_reason_is_not_lost(app: TestApp) {
    let customer = app.customer().await;
    customer.finish().await;
    let (path, reviewer) = (path_of(&app, &customer).await, app.browser("REVIEWER").await);
    let half = [("decision", "REJECTED"), ("reason", "half written")];
    let (address, revealed) = reviewer.reveal(&path, &half).await;
    assert!(revealed.contains("half written") && revealed.contains(r#"class="revealed""#));
    let rejected = revealed.split('<').find(|tag| tag.contains(r#"value="REJECTED""#)).expect("a choice");
    assert!(rejected.contains("checked"), "{rejected}");
    assert!(!address.contains("half") && !address.contains("REJECTED"), "{address}");
    // A refused decision leaves the page revealed, and keeps what was typed.
    let token = address.split_once("revealed=").expect("a token").1;
    let refused = reviewer.post(&format!("{path}/decision"), &[("decision", "REJECTED"), ("reason", ""), ("revealed", token)]).await.expect(422).text();
    assert!(refused.contains(r#"class="revealed""#) && refused.contains(r#"id="reason-fault""#), "{refused}");
    // An address has no room for a long reason, and no decision takes one: it is refused before anything is revealed.
    let reveals = audited(&app, path.rsplit('/').next().expect("a ref"), "session.revealed").await;
    let long = format!("{} end", "a".repeat(500));
    let refused = reviewer.post(&format!("{path}/reveal"), &[("reason", long.as_str())]).await.expect(422).text();
    assert!(refused.contains(&long) && !refused.contains(r#"class="revealed""#), "{refused}");
    assert_eq!(audited(&app, path.rsplit('/').next().expect("a ref"), "session.revealed").await, reveals);
    let longest = "ß𝄞".repeat(250);
    assert!(reviewer.reveal(&path, &[("reason", &longest)]).await.1.contains(&longest));
    // After the sign-in has ended, the page says what to do, and the browser still has what was typed.
    let nobody = Browser::signed_out(&app.installation);
    let submit = nobody.form(&format!("{path}/decision"), &half).header("sec-fetch-site", "same-origin").header("accept", "text/html,*/*;q=0.8");
    let ended = nobody.send(submit).await.expect(401);
    assert_eq!(ended.header("content-type"), "text/html; charset=utf-8");
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    assert!(ended.text().contains(&format!(r#"href="/dashboard/sign-in?next={next}" target="_blank""#)), "{}", ended.text());
    // A GET of a form's address redirects to the form's page.
    for (form, page) in [(format!("{path}/decision"), path.as_str()), (format!("{path}/reveal"), &path), (format!("{path}/expire"), &path)] {
        let look = reviewer.send(reviewer.request(Method::GET, &form).header("accept", "text/html")).await;
        assert_eq!(look.see_other(), page);
        reviewer.get(&form).await.problem(405, "method-not-allowed");
    }
}

on_each_engine!(roles_that_may_not_review_change_nothing);
async fn roles_that_may_not_review_change_nothing(app: TestApp) {
    let (completed, pending) = (app.customer().await, app.customer().await);
    completed.finish().await;
    for role in ["AUDITOR", "AGENT"] {
        let browser = app.browser(role).await;
        for (customer, action, form) in [(&completed, "decision", &[("decision", "REJECTED"), ("reason", "no")][..]), (&pending, "expire", &[][..])] {
            let before = state(&app, customer).await;
            browser.post(&format!("{}/{action}", path_of(&app, customer).await), form).await.problem(403, "forbidden");
            assert_eq!(state(&app, customer).await, before, "{role}: {action}");
        }
    }
}

on_each_engine!(an_open_session_can_be_expired_once);
async fn an_open_session_can_be_expired_once(app: TestApp) {
    let (company, secret) = app.company().await;
    let customer = app.customer_with(&["--customer", "crm-1"]).await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
    let (path, reviewer, admin) = (path_of(&app, &customer).await, app.browser("REVIEWER").await, app.browser("ADMIN").await);
    let expire = format!("{path}/expire");
    let (first, second) = tokio::join!(reviewer.post(&expire, &[]), admin.post(&expire, &[]));
    let (done, late) = if first.status == 303 { (first, second) } else { (second, first) };
    assert_eq!(done.see_other(), format!("{path}?done=expired"));
    for late in [late, reviewer.post(&expire, &[]).await] {
        assert!(late.expect(409).header("content-type").starts_with("text/html"), "a page that says it is too late");
    }
    assert_eq!(customer.status().await, "EXPIRED");
    customer.complete(json!({})).await.problem(410, "expired");
    let event = company.only_event(&secret, SOON).await;
    let session_ref = app.operator.session_ref(&customer.id).await;
    let data = json!({
        "sessionId": customer.id, "status": "EXPIRED", "customerId": "crm-1", "riskScore": null, "ref": session_ref, "decision": null, "sequence": 1,
    });
    assert_eq!((&event["type"], &event["data"]), (&json!("session.expired"), &data));
    assert_eq!(app.installation.database.events(&session_ref).await, ["session.expired"]);
    assert_eq!(audited(&app, &session_ref, "session.expired").await, 1);
}

on_each_engine!(expiring_and_completing_at_once_end_in_one_status);
async fn expiring_and_completing_at_once_end_in_one_status(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    for _ in 0..6 {
        let customer = app.customer().await;
        let expire = format!("{}/expire", path_of(&app, &customer).await);
        let answers = valid_user_data(&customer.selfie().await);
        let (completed, expired) = tokio::join!(customer.complete(answers), reviewer.post(&expire, &[]));
        let (status, event) = match (completed.status, expired.status) {
            (202, 409) => ("COMPLETED", "session.completed"),
            (410, 303) => ("EXPIRED", "session.expired"),
            other => panic!("{other:?}: {} {}", completed.text(), expired.text()),
        };
        customer.wait_for_status(status, SOON).await;
        let session_ref = app.operator.session_ref(&customer.id).await;
        assert_eq!(app.installation.database.events(&session_ref).await, [event]);
    }
}
