//! Smaller protections: what may be shown once is shown once, no redirect leads out of the dashboard, a stored answer belongs to one API key,
//! files have a harmless name, browsers are told to use https, and a database on another machine is reached by verify-full.

use reqwest::Method;
use reqwest::header::COOKIE;

use crate::support::{ApiClient, Customer, Engine, Installation, TestApp, json, on_each_engine, photos};

on_each_engine!(a_secret_is_shown_once_also_to_a_copy_of_its_cookie);
async fn a_secret_is_shown_once_also_to_a_copy_of_its_cookie(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    for (address, fields, secret) in [
        ("/dashboard/api-keys", [("scope", "sessions:read")], r#"value="fs_"#),
        ("/dashboard/operators", [("email", "new@example.com")], "/dashboard/invitation/"),
    ] {
        let made = admin.post(address, &[fields[0], ("role", "AGENT")]).await;
        assert_eq!(made.see_other(), address);
        let cookie = made.headers.get_all("set-cookie").iter().find_map(|cookie| {
            let pair = cookie.to_str().expect("text").split(';').next()?;
            pair.starts_with("fs_once=").then(|| pair.to_owned())
        });
        let (name, token) = admin.cookie();
        let both = format!("{name}={token}; {}", cookie.expect("the cookie of the secret"));
        let other = Customer::at(&app.installation, "");
        let look = async || other.on_another_device().send(other.request(Method::GET, address).header(COOKIE, &both)).await.expect(200).text();
        let first = look().await;
        assert!(first.contains(secret), "{first}");
        for _ in 0..2 {
            let again = look().await;
            assert!(!again.contains(secret), "{address} shows it again");
        }
    }
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM shown_secrets").await, 2);
}

on_each_engine!(no_form_leads_out_of_the_dashboard);
async fn no_form_leads_out_of_the_dashboard(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let session_ref = app.operator.session_ref(&app.customer().await.id).await;
    let customer = app.customer().await;
    for back in ["/dashboard/../verify/x", "/dashboard/%2e%2e/verify", "/dashboard//evil.example", "/dashboard/\\..\\x", "/dashboard/..%2f..%2fx"] {
        let to = reviewer.post("/dashboard/language", &[("language", "en"), ("back", back)]).await.see_other();
        assert_eq!(to, "/dashboard", "{back}");
        let linked = reviewer.post(&format!("/dashboard/sessions/{session_ref}/link"), &[("customer", "crm-1"), ("back", back)]).await;
        assert!(linked.status != 303 || linked.see_other().starts_with("/dashboard?done="), "{back} {:?}", linked.headers);
        reviewer.post(&format!("/dashboard/sessions/{session_ref}/unlink"), &[]).await;
        let signed_in =
            reviewer.post("/dashboard/sign-in", &[("email", &reviewer.email), ("password", crate::support::dashboard::PASSWORD), ("next", back)]).await;
        assert_eq!(signed_in.see_other(), "/dashboard", "{back}");
    }
    drop(customer);
    let good = reviewer.post("/dashboard/language", &[("language", "en"), ("back", "/dashboard/sessions?status=PENDING")]).await;
    assert_eq!(good.see_other(), "/dashboard/sessions?status=PENDING");
}

on_each_engine!(a_stored_answer_belongs_to_one_key_and_one_body);
async fn a_stored_answer_belongs_to_one_key_and_one_body(app: TestApp) {
    app.operator.set_session_api("on").await;
    let (one, two) = (ApiClient::new(&app.installation, &["sessions:create"]).await, ApiClient::new(&app.installation, &["sessions:create"]).await);
    let body = json!({ "flow": "minimal" });
    let (first, second) = (one.create_with_key("order-1", &body).await.expect(201), two.create_with_key("order-1", &body).await.expect(201));
    assert_ne!(first.body, second.body);
    assert_eq!(one.create_with_key("order-1", &body).await.expect(201).body, first.body);
    // The other key's answer in this key's row.
    let database = &app.installation.database;
    let newest = "(SELECT answer FROM idempotency ORDER BY created_at DESC LIMIT 1)";
    database.change(&format!("UPDATE idempotency SET answer = {newest}")).await;
    let request = one.request(Method::POST, "/kyc-sessions").header("idempotency-key", "order-1").json(&body);
    let moved = one.http.send_raw(request).await.expect("an answer");
    assert!(moved.status == 500 && moved.body != second.body, "{} {}", moved.status, moved.text());
    assert_eq!(two.create_with_key("order-1", &body).await.expect(201).body, second.body);
}

on_each_engine!(a_file_is_served_under_the_name_of_its_field);
async fn a_file_is_served_under_the_name_of_its_field(app: TestApp) {
    let auditor = app.browser("AUDITOR").await;
    let customer = Customer::with_link(&app.installation, &app.operator.link_of("demo", &[]).await);
    let session_ref = app.operator.session_ref(&customer.id).await;
    for (field, bytes, disposition) in [
        ("address_proof_url", photos::pdf(7), r#"attachment; filename="address_proof.pdf""#),
        ("selfie_url", photos::png(), r#"inline; filename="selfie.png""#),
        ("document_front_url", photos::selfie().to_vec(), r#"inline; filename="document_front.jpg""#),
    ] {
        let uploaded = customer.upload(field, &bytes).await.expect(201).json();
        let path = uploaded["url"].as_str().expect("a url").replace(&app.installation.base(), "");
        assert_eq!(customer.get(&path).await.expect(200).header("content-disposition"), disposition);
        let artifact = uploaded["artifactId"].as_str().expect("an id");
        let shown = auditor.get(&format!("/dashboard/sessions/{session_ref}/artifacts/{artifact}")).await.expect(200);
        assert_eq!(shown.header("content-disposition"), disposition);
    }
    // Even if somebody wrote another field's name into the database.
    app.installation.database.change("UPDATE artifacts SET field = 'a\"; filename=\"x.html' WHERE field = 'selfie_url'").await;
    let artifact = app.installation.database.texts("SELECT id FROM artifacts WHERE media_type = 'image/png'").await.remove(0);
    let page = auditor.page(&format!("/dashboard/sessions/{session_ref}")).await;
    let path = page.split('"').find(|part| part.contains("/artifacts/art_") && !part.ends_with("link")).map(str::to_owned);
    assert!(path.is_some(), "{artifact}");
    for part in page.split('"').filter(|part| part.starts_with("/dashboard/sessions/") && part.contains("/artifacts/art_") && !part.contains("link")) {
        let name = auditor.get(part).await.expect(200).header("content-disposition").to_owned();
        assert!(!name.contains("html") && name.matches('"').count() == 2, "{name}");
    }
}

on_each_engine!(browsers_are_told_to_use_https_as_the_setting_says, Installation);
async fn browsers_are_told_to_use_https_as_the_setting_says(installation: Installation) {
    let https = Some("https://verify.example");
    for (url, hsts, expected) in [
        (https, None, Some("max-age=31536000")),
        (https, Some("off"), None),
        (https, Some("max-age=63072000; includeSubDomains; preload"), Some("max-age=63072000; includeSubDomains; preload")),
        (None, Some("max-age=300"), None),
    ] {
        let app = TestApp::at(installation.with("FLOW_PUBLIC_URL", url).with("FLOW_HSTS", hsts)).await;
        let reply = app.stranger("").get("/healthz").await;
        let header = reply.headers.get("strict-transport-security").map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(header.as_deref(), expected, "{url:?} {hsts:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_elsewhere_is_reached_by_verify_full_unless_the_url_says_otherwise() {
    let installation = Installation::on(Engine::Postgres).await;
    // The test's server has no certificate. 0.0.0.0 reaches it, and is no loopback address.
    let url = installation.database.url.replace("127.0.0.1", "0.0.0.0");
    let without = url.replace("?sslmode=disable", "");
    assert!(url != without && !without.contains("sslmode"));
    let refused = installation.with("FLOW_DATABASE_URL", Some(&without)).run(&["migrate"]).await;
    assert_eq!((refused.code, refused.stderr.trim_end().lines().count()), (Some(2), 1), "{refused:?}");
    for named in ["FLOW_DATABASE_URL", "sslmode=verify-full", "sslrootcert", "sslmode=disable"] {
        assert!(refused.stderr.contains(named), "{named}: {refused:?}");
    }
    for said in ["?sslmode=require", "?sslmode=verify-ca"] {
        assert_eq!(installation.with("FLOW_DATABASE_URL", Some(&format!("{without}{said}"))).run(&["migrate"]).await.code, Some(2), "{said}");
    }
    for said in ["?sslmode=disable", "?sslmode=prefer"] {
        assert_eq!(installation.with("FLOW_DATABASE_URL", Some(&format!("{without}{said}"))).run(&["migrate"]).await.code, Some(0), "{said}");
    }
    let here = without.replace("0.0.0.0", "127.0.0.1");
    assert_eq!(installation.with("FLOW_DATABASE_URL", Some(&here)).run(&["migrate"]).await.code, Some(0), "this machine needs no certificate");
}
