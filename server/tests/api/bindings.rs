//! Somebody who can write to the database, but does not have the key, cannot send webhooks elsewhere, become an administrator, set a
//! password, lead customers elsewhere or change what a file is. Such a value is a damaged row, also after a restart.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE};

use crate::support::dashboard::PASSWORD;
use crate::support::{Browser, Engine, Receiver, SOON, Server, TestApp, json, on_each_engine, sha256};

/// Whether an answer is a page or a redirect of somebody who is signed in and may do this.
async fn lets_in(browser: &Browser, path: &str) -> bool {
    browser.client().send_raw(browser.request(Method::GET, path)).await.expect("an answer").status == 200
}

on_each_engine!(a_changed_url_gets_nothing);
async fn a_changed_url_gets_nothing(app: TestApp) {
    let (company, _) = app.company().await;
    let (thief, other) = (Receiver::start().await, app.company().await.0);
    app.installation.database.change(&format!("UPDATE endpoints SET url = '{}' WHERE url = '{}'", thief.url, company.url)).await;
    let customer = app.customer().await;
    customer.finish().await;
    other.requests(1, SOON).await;
    let failed = crate::support::eventually("a failed try", SOON, async || {
        let shown = app.operator.session(&customer.id).await.to_string();
        shown.contains("endpoints.url").then_some(shown)
    });
    failed.await;
    assert_eq!((thief.received().len(), company.received().len()), (0, 0));
    let admin = app.browser("ADMIN").await;
    assert!(!admin.page("/dashboard/webhooks").await.contains(&thief.url), "nor is it shown as ours");
}

on_each_engine!(a_changed_operator_is_refused_also_after_a_restart);
async fn a_changed_operator_is_refused_also_after_a_restart(mut app: TestApp) {
    let database = app.installation.database.clone();
    let (agent, admin) = (app.browser("AGENT").await, app.browser("ADMIN").await);
    assert!(lets_in(&agent, "/dashboard/links").await && !lets_in(&agent, "/dashboard/operators").await);
    let id_of = async |role: &str| database.texts(&format!("SELECT id FROM operators WHERE role = '{role}'")).await.remove(0);
    let (agent_id, admin_id) = (id_of("AGENT").await, id_of("ADMIN").await);

    // Another role, another one's password.
    database.change(&format!("UPDATE operators SET role = 'ADMIN' WHERE id = '{agent_id}'")).await;
    assert!(!lets_in(&agent, "/dashboard/operators").await && !lets_in(&agent, "/dashboard/links").await);
    let stranger = Browser::signed_out(&app.installation);
    let try_password = async |email: &str| {
        let form = stranger.form("/dashboard/sign-in", &[("email", email), ("password", PASSWORD)]).header("sec-fetch-site", "same-origin");
        stranger.client().send_raw(form).await.expect("an answer").status
    };
    assert_eq!(try_password(&admin.email).await, 303);
    database.change(&format!("UPDATE operators SET password = password || ' ' WHERE id = '{admin_id}'")).await;
    assert_eq!(try_password(&admin.email).await, 500);
    database.change(&format!("UPDATE operators SET password = rtrim(password) WHERE id = '{admin_id}'")).await;
    assert_eq!(try_password(&admin.email).await, 303, "the row is as it was");

    // A MAC that is deleted, with whatever says that the upgrade was done, is not made again.
    for forget in ["UPDATE operators SET role_mac = NULL, password_mac = NULL", "DELETE FROM meta WHERE key = 'key_fingerprint'"] {
        app.server.kill();
        database.change(forget).await;
        app.server = Server::start(&app.installation).await;
        assert!(!lets_in(&agent, "/dashboard/operators").await && !lets_in(&agent, "/dashboard/links").await, "after {forget}");
        assert_eq!(database.number("SELECT COUNT(*) FROM operators WHERE role_mac IS NOT NULL").await, 0);
    }
    app.installation.log.says("operators.role").await;
}

on_each_engine!(a_token_that_the_server_did_not_make_opens_nothing);
async fn a_token_that_the_server_did_not_make_opens_nothing(app: TestApp) {
    let database = &app.installation.database;
    let (agent, admin) = (app.browser("AGENT").await, app.browser("ADMIN").await);
    assert!(lets_in(&admin, "/dashboard/operators").await);
    // The agent's own sign-in, made the administrator's.
    let admins = "(SELECT id FROM operators WHERE role = 'ADMIN')";
    database.change(&format!("UPDATE sign_ins SET operator = {admins} WHERE operator IN (SELECT id FROM operators WHERE role = 'AGENT')")).await;
    assert!(!lets_in(&agent, "/dashboard/operators").await && lets_in(&admin, "/dashboard/operators").await);
    // A sign-in whose token only the attacker knows.
    let hash = hash_literal(&app, "attackers-token");
    let sql = format!(
        "INSERT INTO sign_ins (token_hash, operator, created_at, seen_at) SELECT {hash}, operator, created_at, seen_at FROM sign_ins WHERE operator = {admins} LIMIT 1"
    );
    database.change(&sql).await;
    let stranger = Browser::signed_out(&app.installation);
    let forged = stranger.request(Method::GET, "/dashboard/operators").header(COOKIE, "fs_desk=attackers-token");
    assert_ne!(stranger.client().send_raw(forged).await.expect("an answer").status, 200);
    // A link, too.
    let sql =
        format!("INSERT INTO links (token_hash, operator, kind, expires_at) SELECT {hash}, id, 'ONE_TIME', {} FROM operators WHERE role = 'ADMIN'", i64::MAX);
    database.change(&sql).await;
    let form = stranger.form("/dashboard/one-time/attackers-token", &[]).header("sec-fetch-site", "same-origin");
    assert_ne!(stranger.client().send_raw(form).await.expect("an answer").status, 303);

    // An API key: more scopes, or another secret.
    app.operator.set_session_api("on").await;
    let key = app.operator.add_key(&["sessions:read"]).await;
    let create = async |secret: &str| {
        let request = app.stranger("").request(Method::POST, "/kyc-sessions").header(AUTHORIZATION, format!("Bearer {secret}"));
        app.stranger("").send_raw(request.json(&json!({ "flow": "minimal" }))).await.expect("an answer").status
    };
    let secret = key["key"].as_str().expect("a key");
    assert_eq!(create(secret).await, 403);
    database.change("UPDATE api_keys SET scopes = 'sessions:create,sessions:read'").await;
    assert_eq!(create(secret).await, 500);
    app.operator.add_key(&["sessions:create"]).await;
    database.change(&format!("UPDATE api_keys SET key_hash = {hash} WHERE scopes = 'sessions:create'")).await;
    assert_ne!(create("attackers-token").await, 201);
}

/// The SHA-256 of a token, as SQL writes it.
fn hash_literal(app: &TestApp, token: &str) -> String {
    let hash = sha256(token.as_bytes());
    if app.installation.engine == crate::support::Engine::Sqlite { format!("X'{hash}'") } else { format!("decode('{hash}', 'hex')") }
}

on_each_engine!(a_changed_return_url_and_media_type_are_never_used);
async fn a_changed_return_url_and_media_type_are_never_used(app: TestApp) {
    let database = &app.installation.database;
    let flow = json!({ "name": "leads", "returnUrls": ["https://shop.example/done"], "steps": [{ "id": "a", "type": "FORM", "title": "A",
        "fields": [{ "name": "photo", "type": "ARTIFACT", "label": "P" }] }] });
    app.operator.import_flow(&flow).await;
    let link = app.operator.link_of("leads", &["--return-url", "https://shop.example/done"]).await;
    let customer = crate::support::Customer::with_link(&app.installation, &link);
    let url = customer.upload("photo", crate::support::photos::selfie()).await.json()["url"].as_str().expect("a url").to_owned();
    let path = url.replace(&app.installation.base(), "");
    assert_eq!(customer.get(&path).await.status, 200);
    database.change("UPDATE artifacts SET media_type = 'text/html'").await;
    let read = customer.send_raw(customer.request(Method::GET, &path)).await.expect("an answer");
    assert_eq!((read.status, read.headers["content-type"].to_str().expect("text")), (500, "application/problem+json"));
    database.change("UPDATE artifacts SET media_type = 'image/jpeg'").await;
    customer.complete(json!({})).await.expect(202);
    customer.wait_for_status("COMPLETED", Duration::from_secs(30)).await;
    assert!(customer.page("").await.text().contains("https://shop.example/done?status=COMPLETED"));
    database.change("UPDATE sessions SET return_url = 'https://evil.example/'").await;
    let page = customer.send_raw(customer.request(Method::GET, &format!("/verify/{}", customer.id))).await.expect("an answer");
    assert!(page.status == 500 && !page.text().contains("evil.example"), "{} {}", page.status, page.text());
}

on_each_engine!(a_session_cannot_be_given_another_id);
async fn a_session_cannot_be_given_another_id(app: TestApp) {
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.expect(204);
    let chosen = app.customer().await;
    let session_ref = app.operator.session_ref(&customer.id).await;
    let hash = sha256(chosen.id.as_bytes());
    let hash = if app.installation.engine == Engine::Sqlite { format!("X'{hash}'") } else { format!("decode('{hash}', 'hex')") };
    app.installation.database.change(&format!("UPDATE sessions SET id_hash = id_sealed WHERE ref <> '{session_ref}'")).await;
    app.installation.database.change(&format!("UPDATE sessions SET id_hash = {hash} WHERE ref = '{session_ref}'")).await;
    chosen.public().await.problem(404, "not-found");
}
