//! What a customer saves and uploads, and what is read, is audited: with the step or the file, and whether it was another device's.

use std::collections::BTreeSet;

use ::server::actor::{Act, Actor};
use reqwest::Method;

use super::rows_of;
use crate::support::customer::valid_user_data;
use crate::support::search::Search;
use crate::support::{ApiClient, Customer, Parts, Reply, TestApp, json, on_each_engine, photos};

fn artifact(uploaded: &Reply) -> String {
    uploaded.json()["artifactId"].as_str().expect("an artifact id").to_owned()
}

on_each_engine!(what_a_customer_saves_is_audited_with_the_device_it_overwrites);
async fn what_a_customer_saves_is_audited_with_the_device_it_overwrites(app: TestApp) {
    let phone = app.customer().await;
    let session_ref = app.operator.session_ref(&phone.id).await;
    let laptop = phone.on_another_device();
    let mut expected = Vec::new();
    let mut then = |row: String| {
        expected.push(format!("customer {row}"));
        expected.clone()
    };
    let identity = json!({ "name": "Amaryllis Quince", "cpf": "39053344705" });
    phone.save("identity", identity.clone()).await.expect(204);
    assert_eq!(rows_of(&app, &session_ref).await, then("step.saved 1".to_owned()));
    laptop.save("identity", identity).await.expect(204);
    assert_eq!(rows_of(&app, &session_ref).await, then("step.saved 1".to_owned()), "the same answers again replace none");
    let other = json!({ "name": "Bartholomew Zephyr", "cpf": "39053344705" });
    phone.save("identity", other).await.expect(204);
    assert_eq!(rows_of(&app, &session_ref).await, then("step.overwritten 1".to_owned()), "the laptop wrote them last");
    phone.post_form("identity", &[("name", "Bartholomew"), ("cpf", "39053344705")]).await.expect(303);
    assert_eq!(rows_of(&app, &session_ref).await, then("step.saved 1".to_owned()), "a page's form, from the device that wrote them");
    phone.save("identity", json!({ "name": "", "cpf": "1" })).await.expect(422);
    assert_eq!(rows_of(&app, &session_ref).await.len(), 4, "what is refused is no save");

    let first = phone.upload("selfie_url", photos::selfie()).await.expect(201);
    assert_eq!(rows_of(&app, &session_ref).await, then(format!("artifact.uploaded {}", artifact(&first))));
    phone.upload("selfie_url", photos::selfie()).await.expect(200);
    assert_eq!(rows_of(&app, &session_ref).await.len(), 5, "the same file again is the same file");
    let second = phone.upload("selfie_url", photos::other_selfie()).await.expect(201);
    assert_eq!(rows_of(&app, &session_ref).await, then(format!("artifact.replaced {}", artifact(&second))));
    let third = laptop.upload("selfie_url", photos::selfie()).await.expect(201);
    assert_eq!(rows_of(&app, &session_ref).await, then(format!("artifact.overwritten {}", artifact(&third))));
    laptop.complete(valid_user_data(&artifact(&third))).await.expect(202);
    then("session.overwritten".to_owned());
    let all = then("session.submitted".to_owned());
    // Both rows of the submission have the same time.
    let mut rows = rows_of(&app, &session_ref).await;
    rows[7..].sort();
    assert_eq!(rows, all, "the laptop submits other answers than the phone saved");
}

on_each_engine!(a_session_that_one_device_fills_in_overwrites_nothing);
async fn a_session_that_one_device_fills_in_overwrites_nothing(app: TestApp) {
    let customer = app.customer().await;
    let session_ref = app.operator.session_ref(&customer.id).await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "39053344705" })).await.expect(204);
    customer.finish().await;
    let rows: BTreeSet<String> = rows_of(&app, &session_ref).await.into_iter().map(|row| row.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(rows.into_iter().collect::<Vec<_>>(), ["customer artifact.uploaded", "customer session.submitted", "customer step.saved"]);
}

on_each_engine!(reads_are_audited_and_a_poll_is_not_a_row_each);
async fn reads_are_audited_and_a_poll_is_not_a_row_each(app: TestApp) {
    app.operator.set_session_api("on").await;
    let (one, two) = (ApiClient::new(&app.installation, &["sessions:read"]).await, ApiClient::new(&app.installation, &["sessions:read"]).await);
    let customer = app.customer_with(&["--customer", "39053344705"]).await;
    let uploaded = customer.upload("selfie_url", photos::selfie()).await.expect(201);
    let session_ref = app.installation.database.texts("SELECT ref FROM sessions").await.remove(0);
    let (admin, agent, auditor) = (app.browser("ADMIN").await, app.browser("AGENT").await, app.browser("AUDITOR").await);
    let (link, photo) = (format!("/dashboard/links/{session_ref}"), format!("/dashboard/sessions/{session_ref}/artifacts/{}", artifact(&uploaded)));
    for _ in 0..5 {
        one.show(&customer.id).await.expect(200);
        one.show(&session_ref).await.expect(200);
        two.show(&session_ref).await.expect(200);
        agent.get(&link).await.expect(200);
        auditor.get(&link).await.expect(200);
        admin.get(&photo).await.expect(200);
        auditor.get(&photo).await.expect(200);
        app.operator.session(&session_ref).await;
    }
    agent.get(&photo).await.expect(403);
    admin.get(&photo.replace("art_", "art_0")).await.expect(404);
    customer.on_another_device().get(&format!("/kyc-sessions/{session_ref}")).await.expect(401);
    let database = &app.installation.database;
    // A run may cross from one ten minutes into the next.
    for (action, readers) in [("session.read", 3), ("link.shown", 1), ("artifact.viewed", 2)] {
        let of = format!("FROM audit WHERE action = '{action}' AND subject = '{session_ref}'");
        assert_eq!(database.number(&format!("SELECT COUNT(DISTINCT actor || COALESCE(actor_id, '')) {of}")).await, readers, "{action}: who");
        let rows = database.number(&format!("SELECT COUNT(*) {of}")).await;
        assert!((readers..=2 * readers).contains(&rows), "{action}: {rows} rows of {readers} readers who read five times each");
    }
    let shown = format!("SELECT actor_id FROM audit WHERE action = 'artifact.viewed' AND artifact <> '{}'", artifact(&uploaded));
    assert_eq!(database.texts(&shown).await, Vec::<String>::new(), "it names the photo");
}

on_each_engine!(a_read_is_one_row_in_ten_minutes, Parts);
async fn a_read_is_one_row_in_ten_minutes(parts: Parts) {
    let session = parts.session("minimal").await;
    let rows = async || parts.installation.database.number("SELECT COUNT(*) FROM audit WHERE action = 'session.read'").await;
    let read = async || parts.kit.audit_read(Actor::CommandLine, Act::SessionRead(session)).await.expect("writes");
    // To the beginning of the next ten minutes.
    let now = parts.kit.ambient.now().0 / 1_000_000;
    parts.later(600 - now % 600);
    for (seconds, expected) in [(0, 1), (10, 1), (500, 1), (90, 2), (1, 2), (3_600, 3)] {
        parts.later(seconds);
        read().await;
        assert_eq!(rows().await, expected, "after {seconds} s more");
    }
    let (one, two) =
        tokio::join!(parts.kit.audit_read(Actor::System, Act::SessionRead(session)), parts.kit.audit_read(Actor::System, Act::SessionRead(session)));
    assert!(one.is_ok() && two.is_ok(), "two at once");
    assert_eq!(rows().await, 4, "two at once are one row");
}

on_each_engine!(audit_rows_hold_no_personal_data);
async fn audit_rows_hold_no_personal_data(app: TestApp) {
    app.operator.set_session_api("on").await;
    let customer = app.customer_with(&["--customer", "crm-Quixotry-77"]).await;
    let elsewhere: Customer = customer.on_another_device();
    customer.save("identity", json!({ "name": "Amaryllis Quince", "cpf": "39053344705" })).await.expect(204);
    elsewhere.save("identity", json!({ "name": "Bartholomew Zephyr", "cpf": "52998224725" })).await.expect(204);
    customer.upload("selfie_url", photos::selfie()).await.expect(201);
    let session_ref = app.operator.session_ref(&customer.id).await;
    let admin = app.browser("ADMIN").await;
    admin.get(&format!("/dashboard/links/{session_ref}")).await.expect(200);
    admin.send(admin.request(Method::GET, &format!("/dashboard/sessions/{session_ref}"))).await.expect(200);
    let columns = ["id", "actor", "actor_id", "action", "subject", "artifact", "customer", "decision", "CAST(step AS TEXT)", "once"];
    let whole = columns.map(|column| format!("COALESCE({column}, '')")).join(" || ' ' || ");
    let rows = app.installation.database.texts(&format!("SELECT {whole} FROM audit")).await;
    assert!(rows.len() > 8, "{rows:?}");
    let marks = ["Amaryllis", "Bartholomew", "39053344705", "52998224725", "Quixotry", "photo.jpg", "127.0.0.1", admin.email.as_str(), &customer.id];
    Search::new(marks.map(|mark| (mark, mark.as_bytes().to_vec())), []).assert_absent_from(&[("the audit".to_owned(), rows.join("\n").into_bytes())]);
}
