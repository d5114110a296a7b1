//! Keys, webhook secrets and invitations are shown once, and no secret is stored in the clear.

use super::{SESSIONS, shown_in};
use crate::support::customer::valid_user_data;
use crate::support::dashboard::PASSWORD;
use crate::support::html::links;
use crate::support::rng::canary;
use crate::support::search::Search;
use crate::support::{ApiClient, Browser, Customer, Receiver, SOON, TestApp, json, on_each_engine};

on_each_engine!(secrets_are_shown_once_and_never_stored_in_the_clear);
async fn secrets_are_shown_once_and_never_stored_in_the_clear(mut app: TestApp) {
    let email = format!("{}@example.com", canary().to_lowercase());
    let (admin, company) = (Browser::signed_in_as(&app.installation, &email, "ADMIN").await, Receiver::start().await);
    let invited = format!("{}@example.com", canary().to_lowercase());
    let mut secrets = vec![("the e-mail", email), ("the invited", invited.clone()), ("the password", PASSWORD.to_owned()), ("the token", admin.cookie().1)];
    let forms: [(&str, Vec<(&str, &str)>); 3] = [
        ("webhooks", vec![("url", company.url.as_str())]),
        ("api-keys", vec![("scope", "sessions:create"), ("scope", "sessions:read")]),
        ("operators", vec![("email", invited.as_str()), ("role", "AGENT")]),
    ];
    for (path, form) in &forms {
        let path = format!("/dashboard/{path}");
        assert_eq!(admin.post(&path, form).await.see_other(), path);
        let secret = shown_in(&admin.page(&path).await, "secret").expect("the secret that is shown once");
        assert!(!admin.page(&path).await.contains(&secret), "{path}: once");
        secrets.push(("the secret shown once", secret));
    }
    let [hook, key, invitation] = [4, 5, 6].map(|at| secrets[at].1.clone());
    admin.post("/dashboard/settings/session-api", &[("value", "on")]).await.expect(303);
    let client = ApiClient { id: String::new(), key, http: Customer::at(&app.installation, "") };
    let created = client.create(&json!({ "flow": "minimal" })).await.expect(201).json();
    let customer = app.stranger(created["sessionId"].as_str().expect("an id"));
    customer.complete(valid_user_data(&customer.selfie().await)).await.expect(202);
    let event = company.only_event(&hook, SOON).await;
    assert_eq!(event["data"]["sessionId"], *customer.id);
    let session_ref = app.operator.session_ref(&customer.id).await;
    let reason = canary();
    admin.post(&format!("{SESSIONS}/{session_ref}/decision"), &[("decision", "REJECTED"), ("reason", reason.as_str())]).await.expect(303);
    admin.reveal(&format!("{SESSIONS}/{session_ref}"), &[("reason", reason.as_str())]).await;
    let endpoint = links(&admin.page("/dashboard/webhooks").await, "/dashboard/webhooks/").remove(0);
    admin.post(&format!("{endpoint}/disable"), &[]).await.expect(303);
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM endpoints WHERE disabled_at IS NULL").await, 0);

    secrets.extend([("the reason", reason), ("the session id", customer.id.trim_start_matches("sess_").to_owned())]);
    secrets[4].1 = hook.trim_start_matches("whsec_").to_owned();
    secrets[5].1 = client.key.trim_start_matches("fs_").to_owned();
    secrets[6].1 = invitation.rsplit('/').next().expect("a token").to_owned();
    assert_eq!(app.server.sigterm().await.0.code(), Some(0));
    app.installation.log.says(&session_ref).await;
    let stored = app.installation.stored_data().await;
    Search::new(secrets.iter().map(|(what, text)| (*what, text.clone().into_bytes())), []).assert_absent_from(&stored);
}

on_each_engine!(nothing_that_a_page_carried_on_outlives_the_sign_in);
/// The addresses and cookies may still be there: in the browser's history, or copied.
async fn nothing_that_a_page_carried_on_outlives_the_sign_in(app: TestApp) {
    const REFERENCE: &str = "52998224725";
    const TYPED: &str = "no address of anybody";
    let admin = app.browser("ADMIN").await;
    app.customer_with(&["--customer", REFERENCE]).await;
    let dossier = admin.dossier(REFERENCE).await.expect("a dossier");
    let (revealed, _) = admin.reveal(&dossier, &[]).await;
    let kept = admin.submit("/dashboard/operators", &[("email", TYPED), ("role", "AGENT")]).await.see_other();
    let shows = async |browser: &Browser| (browser.page(&revealed).await.contains(REFERENCE), browser.page(&kept).await.contains(TYPED));
    assert_eq!(shows(&admin).await, (true, true));
    assert_eq!(admin.post("/dashboard/api-keys", &[("scope", "sessions:read")]).await.see_other(), "/dashboard/api-keys");

    let elsewhere = Browser::signed_out(&app.installation);
    elsewhere.sign_in(&admin.email, PASSWORD).await.expect(303);
    assert_eq!(shows(&elsewhere).await, (false, false), "of the same operator");
    admin.post("/dashboard/sign-out", &[]).await.expect(303);
    admin.sign_in(&admin.email, PASSWORD).await.expect(303);
    assert_eq!(shows(&admin).await, (false, false), "of the same browser");
    assert_eq!(shown_in(&admin.page("/dashboard/api-keys").await, "secret"), None, "nor a secret that was not shown yet");
}
