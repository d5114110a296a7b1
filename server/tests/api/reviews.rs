//! What operators do with a session: look at what was entered, which is masked until somebody asks; decide, which changes the
//! decision and never the status, with a reason and one event each; expire an open one, which ends it once, for everybody.

use reqwest::Method;
use url::form_urlencoded;

use crate::support::customer::honest;
use crate::support::{Customer, Desk, Receiver, SOON, Value, World, eventually, json, on_each_engine};

/// Every event of this kind that arrived, once there are so many, without what is sent again.
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

async fn audited(world: &World, session_ref: &str, action: &str) -> i64 {
    world.place.database.number(&format!("SELECT COUNT(*) FROM audit WHERE subject = '{session_ref}' AND action = '{action}'")).await
}

/// What a session would show of a review: itself, its events, its reviews and its audit rows.
async fn state(world: &World, customer: &Customer) -> (Value, Vec<String>, i64, i64) {
    let shown = world.operator.session(&customer.id).await;
    let session_ref = shown["ref"].as_str().expect("a ref").to_owned();
    let reviews = world.place.database.number(&format!("SELECT COUNT(*) FROM reviews WHERE session_ref = '{session_ref}'")).await;
    let audit = world.place.database.number(&format!("SELECT COUNT(*) FROM audit WHERE subject = '{session_ref}'")).await;
    (shown, world.place.database.events(&session_ref).await, reviews, audit)
}

async fn path_of(world: &World, customer: &Customer) -> String {
    format!("/dashboard/sessions/{}", world.operator.session_ref(&customer.id).await)
}

async fn decide(desk: &Desk, path: &str, decision: &str, reason: &str) -> String {
    let form = [("decision", decision), ("reason", reason)];
    desk.post(&format!("{path}/decision"), &form).await.see_other()
}

on_each_engine!(what_was_entered_is_masked_until_somebody_asks);
async fn what_was_entered_is_masked_until_somebody_asks(world: World) {
    let reviewer = world.desk("REVIEWER").await;
    let customer = world.customer_with(&["--customer", "11144477735"]).await;
    customer.save("identity", json!({ "name": "Bartholomew Zephyr", "cpf": "529.982.247-25" })).await.expect(204);
    let page = path_of(&world, &customer).await;
    let dossier = reviewer.dossier("11144477735").await.expect("a dossier");
    let told = |text: &str| ["Zephyr", "52998224725", "529.982.247-25", "11144477735"].map(|secret| text.contains(secret));
    let audited = async |action: &str| {
        let by = "(SELECT 'operator:' || id FROM operators)";
        world.place.database.texts(&format!("SELECT subject FROM audit WHERE action = '{action}' AND actor = {by}")).await
    };
    for path in [page.as_str(), &dossier, "/dashboard/sessions", "/dashboard/customers"] {
        assert_eq!(told(&reviewer.page(path).await), [false; 4], "{path}");
    }
    assert_eq!(audited("session.revealed").await, Vec::<String>::new());

    let revealed = reviewer.post(&format!("{page}/reveal"), &[]).await.expect(200).text();
    assert!(told(&revealed)[0] && (told(&revealed)[1] || told(&revealed)[2]), "{revealed}");
    assert_eq!(audited("session.revealed").await, [page.rsplit('/').next().expect("a path")]);
    assert_eq!(told(&reviewer.page(&page).await), [false; 4], "masked again");
    let revealed = reviewer.post(&format!("{dossier}/reveal"), &[]).await.expect(200).text();
    assert!(told(&revealed)[3], "{revealed}");
    assert_eq!(audited("customer.revealed").await, [dossier.rsplit('/').next().expect("a path")]);
}

on_each_engine!(a_review_changes_the_decision_and_never_the_status);
async fn a_review_changes_the_decision_and_never_the_status(world: World) {
    let (company, secret) = world.company().await;
    let customer = world.customer_with(&["--customer", "crm-1"]).await;
    customer.finish().await;
    let before = world.operator.session(&customer.id).await;
    let (path, session_ref) = (path_of(&world, &customer).await, before["ref"].as_str().expect("a ref"));
    assert_eq!(before["decision"], "APPROVED", "by the score alone");
    let (reviewer, admin) = (world.desk("REVIEWER").await, world.desk("ADMIN").await);

    for (desk, decision, reason) in [(&reviewer, "REJECTED", "A photo of a photo"), (&admin, "APPROVED", "  Called them: it is them  ")] {
        assert_eq!(decide(desk, &path, decision, reason).await, format!("{path}?done=decided"));
        let after = world.operator.session(&customer.id).await;
        assert_eq!((after["status"].as_str(), after["decision"].as_str()), (Some("COMPLETED"), Some(decision)), "{after}");
        assert_eq!((&after["riskScore"], &after["checks"]), (&before["riskScore"], &before["checks"]));
        let page = reviewer.page(&path).await;
        assert!(page.contains(reason.trim()) && page.contains(&desk.email), "who decided, and why: {page}");
        for (language, approved, rejected) in [("pt-BR", "Aprovada", "Reprovada"), ("en", "Approved", "Rejected"), ("es", "Aprobada", "Rechazada")] {
            let page = reviewer.page(&format!("{path}?lang={language}")).await;
            let timeline = page.split(r#"class="timeline""#).nth(1).expect("a timeline");
            assert!(timeline.contains(if decision == "APPROVED" { approved } else { rejected }) && !timeline.contains(decision), "{language}: {timeline}");
        }
    }

    let mut told = events(&company, &secret, "session.reviewed", 2).await;
    told.sort_by_key(|event| event["data"]["decision"].to_string());
    for (event, decision) in told.iter().zip(["APPROVED", "REJECTED"]) {
        let data = json!({
            "sessionId": customer.id, "status": "COMPLETED", "customerId": "crm-1", "riskScore": before["riskScore"], "decision": decision
        });
        assert_eq!(event, &json!({ "type": "session.reviewed", "data": data }));
    }
    let mut all = world.place.database.events(session_ref).await;
    all.sort();
    assert_eq!(all, ["session.completed", "session.reviewed", "session.reviewed"], "once a review");
    assert_eq!(audited(&world, session_ref, "session.reviewed").await, 2);
    assert_eq!(customer.status().await, "COMPLETED");
    let public = customer.public().await.expect(200).text();
    assert!(!public.contains("APPROVED") && !public.contains("REJECTED"), "a decision is not the customer's to read: {public}");
}

on_each_engine!(two_reviews_at_once_are_two_events);
async fn two_reviews_at_once_are_two_events(world: World) {
    let customer = world.customer().await;
    customer.finish().await;
    let path = path_of(&world, &customer).await;
    let (first, second) = (world.desk("REVIEWER").await, world.desk("ADMIN").await);
    tokio::join!(decide(&first, &path, "REJECTED", "no"), decide(&second, &path, "REVIEW", "perhaps"));
    let (shown, events, reviews, _) = state(&world, &customer).await;
    assert_eq!((events.len(), reviews), (3, 2), "{events:?}");
    let last = "SELECT decision FROM reviews ORDER BY number DESC";
    assert_eq!(shown["decision"].as_str(), Some(&*world.place.database.texts(last).await[0]), "the last one counts");
}

on_each_engine!(only_a_completed_session_is_decided);
async fn only_a_completed_session_is_decided(world: World) {
    let (pending, expired) = (world.customer().await, world.customer_with(&["--ttl", "1s"]).await);
    expired.reaches("EXPIRED", SOON).await;
    let expired_ref = world.operator.session_ref(&expired.id).await;
    eventually("the sweeper", SOON, async || (!world.place.database.events(&expired_ref).await.is_empty()).then_some(())).await;
    let reviewer = world.desk("REVIEWER").await;
    for customer in [&pending, &expired] {
        let before = state(&world, customer).await;
        let form = [("decision", "APPROVED"), ("reason", "I know them")];
        let refused = reviewer.post(&format!("{}/decision", path_of(&world, customer).await), &form).await.expect(409);
        assert!(refused.header("content-type").starts_with("text/html"), "the page as it is by now");
        assert_eq!(state(&world, customer).await, before, "nothing is written");
    }
    reviewer.post("/dashboard/sessions/01234567-89ab-7def-8123-456789abcdef/decision", &[("decision", "APPROVED"), ("reason", "x")]).await.expect(404);
}

on_each_engine!(a_decision_needs_a_reason);
async fn a_decision_needs_a_reason(world: World) {
    let customer = world.customer().await;
    customer.finish().await;
    let (path, reviewer) = (path_of(&world, &customer).await, world.desk("REVIEWER").await);
    let before = state(&world, &customer).await;
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
        assert!(page.contains(typed), "{form:?}: what was typed is kept");
        assert_eq!(state(&world, &customer).await, before, "{form:?}: nothing is written");
    }
    let nul = [("decision", "REJECTED"), ("reason", "a\0b")];
    reviewer.post(&format!("{path}/decision"), &nul).await.expect(422);
    assert_eq!(state(&world, &customer).await, before);
    decide(&reviewer, &path, "REJECTED", "two\r\nlines\tand a tab").await;
    decide(&reviewer, &path, "REJECTED", &longest).await;
}

on_each_engine!(a_decision_on_top_of_an_unseen_one_is_refused);
async fn a_decision_on_top_of_an_unseen_one_is_refused(world: World) {
    let customer = world.customer().await;
    customer.finish().await;
    let (path, first, second) = (path_of(&world, &customer).await, world.desk("REVIEWER").await, world.desk("REVIEWER").await);
    let form = |after: &'static str, decision: &'static str, reason: &'static str| [("after", after), ("decision", decision), ("reason", reason)];
    assert!(second.page(&path).await.contains(r#"name="after" value="0""#));
    first.post(&format!("{path}/decision"), &form("0", "APPROVED", "known in person")).await.expect(303);
    let before = state(&world, &customer).await;
    let page = second.post(&format!("{path}/decision"), &form("0", "REJECTED", "typed meanwhile")).await.expect(409).text();
    for shown in ["known in person", "typed meanwhile", r#"name="after" value="1""#, r#"role="alert""#] {
        assert!(page.contains(shown), "{shown}");
    }
    assert_eq!(state(&world, &customer).await, before, "nothing is written");
    second.post(&format!("{path}/decision"), &form("1", "REJECTED", "typed meanwhile")).await.expect(303);
    let actions =
        format!("SELECT detail FROM audit WHERE action = 'session.reviewed' AND subject = '{}' ORDER BY at", world.operator.session_ref(&customer.id).await);
    assert_eq!(world.place.database.texts(&actions).await, ["APPROVED", "REJECTED"], "the timeline says what was decided");
}

on_each_engine!(what_is_half_written_is_not_lost);
async fn what_is_half_written_is_not_lost(world: World) {
    let customer = world.customer().await;
    customer.finish().await;
    let (path, reviewer) = (path_of(&world, &customer).await, world.desk("REVIEWER").await);
    let half = [("decision", "REJECTED"), ("reason", "half written")];
    let revealed = reviewer.post(&format!("{path}/reveal"), &half).await.expect(200).text();
    assert!(revealed.contains("half written") && revealed.contains(r#"class="revealed""#));
    // Once the sign-in has ended, a person reads what to do, and the browser still has what was typed.
    let nobody = Desk::empty(&world.place);
    let submit = nobody.form(&format!("{path}/decision"), &half).header("sec-fetch-site", "same-origin").header("accept", "text/html,*/*;q=0.8");
    let ended = nobody.send(submit).await.expect(401);
    assert_eq!(ended.header("content-type"), "text/html; charset=utf-8");
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    assert!(ended.text().contains(&format!(r#"href="/dashboard/sign-in?next={next}" target="_blank""#)), "{}", ended.text());
    // Who looks at the address of a form sees the form's page.
    for (form, page) in [(format!("{path}/decision"), path.as_str()), (format!("{path}/reveal"), &path), (format!("{path}/expire"), &path)] {
        let look = reviewer.send(reviewer.request(Method::GET, &form).header("accept", "text/html")).await;
        assert_eq!(look.see_other(), page);
        reviewer.get(&form).await.problem(405, "method-not-allowed");
    }
}

on_each_engine!(who_may_not_review_decides_nothing);
async fn who_may_not_review_decides_nothing(world: World) {
    let (completed, pending) = (world.customer().await, world.customer().await);
    completed.finish().await;
    for role in ["AUDITOR", "AGENT"] {
        let desk = world.desk(role).await;
        for (customer, action, form) in [(&completed, "decision", &[("decision", "REJECTED"), ("reason", "no")][..]), (&pending, "expire", &[][..])] {
            let before = state(&world, customer).await;
            desk.post(&format!("{}/{action}", path_of(&world, customer).await), form).await.problem(403, "forbidden");
            assert_eq!(state(&world, customer).await, before, "{role}: {action}");
        }
    }
}

on_each_engine!(an_open_session_is_expired_once);
async fn an_open_session_is_expired_once(world: World) {
    let (company, secret) = world.company().await;
    let customer = world.customer_with(&["--customer", "crm-1"]).await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "52998224725" })).await.expect(204);
    let (path, reviewer, admin) = (path_of(&world, &customer).await, world.desk("REVIEWER").await, world.desk("ADMIN").await);
    let expire = format!("{path}/expire");
    let (first, second) = tokio::join!(reviewer.post(&expire, &[]), admin.post(&expire, &[]));
    let (done, late) = if first.status == 303 { (first, second) } else { (second, first) };
    assert_eq!(done.see_other(), format!("{path}?done=expired"));
    for late in [late, reviewer.post(&expire, &[]).await] {
        assert!(late.expect(409).header("content-type").starts_with("text/html"), "the page says that it is too late");
    }
    assert_eq!(customer.status().await, "EXPIRED");
    customer.complete(json!({})).await.problem(410, "expired");
    let event = company.only_event(&secret, SOON).await;
    let data = json!({ "sessionId": customer.id, "status": "EXPIRED", "customerId": "crm-1", "riskScore": null });
    assert_eq!(event, json!({ "type": "session.expired", "data": data }));
    let session_ref = world.operator.session_ref(&customer.id).await;
    assert_eq!(world.place.database.events(&session_ref).await, ["session.expired"]);
    assert_eq!(audited(&world, &session_ref, "session.expired").await, 1);
}

on_each_engine!(expiring_against_completing_ends_one_way);
async fn expiring_against_completing_ends_one_way(world: World) {
    let reviewer = world.desk("REVIEWER").await;
    for _ in 0..6 {
        let customer = world.customer().await;
        let expire = format!("{}/expire", path_of(&world, &customer).await);
        let answers = honest(&customer.selfie().await);
        let (completed, expired) = tokio::join!(customer.complete(answers), reviewer.post(&expire, &[]));
        let (status, event) = match (completed.status, expired.status) {
            (202, 409) => ("COMPLETED", "session.completed"),
            (410, 303) => ("EXPIRED", "session.expired"),
            other => panic!("{other:?}: {} {}", completed.text(), expired.text()),
        };
        customer.reaches(status, SOON).await;
        let session_ref = world.operator.session_ref(&customer.id).await;
        assert_eq!(world.place.database.events(&session_ref).await, [event]);
    }
}
