//! However the server dies, everything that it answered with 2xx stays true. Within 30 s after the restart every submitted
//! session is COMPLETED, and the company has received one event.
//!
//! The server kills itself at a named point (cargo feature `kill-points`) and is started again without it. The customer repeats
//! only requests that were never answered.

use std::time::Duration;

use reqwest::RequestBuilder;

use crate::support::customer::valid_user_data;
use crate::support::{
    Customer, Installation, Operator, Receiver, Reply, SOON, Server, TestApp, UNKNOWN_ID, Value, at_time, eventually, json, on_each_engine, photos,
};

/// Makes one test for each kill point on each engine.
macro_rules! killed_at {
    ($($name:ident: $point:literal by $story:ident,)+) => {$(
        on_each_engine!($name, Installation);
        async fn $name(installation: Installation) {
            $story(installation, $point).await;
        }
    )+};
}

killed_at! {
    killed_before_an_upload_commits: "upload.before_commit" by a_completion_survives,
    killed_after_an_upload_commits: "upload.after_commit" by a_completion_survives,
    killed_once_a_completion_is_accepted: "complete.accepted" by a_completion_survives,
    killed_before_a_completion_commits: "complete.before_commit" by a_completion_survives,
    killed_after_a_completion_commits: "complete.after_commit" by a_completion_survives,
    killed_once_a_check_is_claimed: "check.claimed" by a_completion_survives,
    killed_before_a_check_commits: "check.before_commit" by a_completion_survives,
    killed_after_a_check_commits: "check.after_commit" by a_completion_survives,
    killed_once_a_webhook_is_claimed: "webhook.claimed" by a_completion_survives,
    killed_between_sending_and_recording: "webhook.sent" by a_completion_survives,
    killed_before_webhooks_are_recorded: "webhook.before_commit" by a_completion_survives,
    killed_once_a_webhook_is_recorded: "webhook.recorded" by a_completion_survives,
    killed_after_an_expiry_commits: "expire.after_commit" by an_expiry_survives,
}

/// Sends a request and returns its answer, or `None` where the connection broke.
async fn send_if_alive(customer: &Customer, request: RequestBuilder) -> Option<Reply> {
    let reply = customer.try_send(request).await.ok()?;
    assert!(reply.is_success(), "{} {}", reply.status, reply.text());
    Some(reply)
}

/// Creates an endpoint and a customer while no server runs.
async fn prepared(installation: &Installation, arguments: &[&str]) -> (Receiver, String, Customer) {
    let operator = Operator::at(installation);
    operator.json(&["migrate"]).await;
    let company = Receiver::start().await;
    let endpoint = operator.add_webhook(&company.url).await;
    let secret = endpoint["secret"].as_str().expect("a secret").to_owned();
    let customer = Customer::with_link(installation, &operator.link_with(arguments).await);
    (company, secret, customer)
}

async fn a_completion_survives(installation: Installation, kill_point: &str) {
    let (company, secret, customer) = prepared(&installation, &[]).await;
    let mut doomed = Server::start_with_kill_point(&installation, kill_point).await;
    let uploaded = send_if_alive(&customer, customer.upload_request("selfie_url", photos::selfie())).await.map(|reply| reply.json());
    let mut accepted = None;
    if let Some(uploaded) = &uploaded {
        accepted = send_if_alive(&customer, customer.complete_request(&by_artifact(uploaded))).await;
    }
    assert!(!doomed.wait_for_exit(SOON).await.success());

    let app = TestApp::at(installation).await;
    let uploaded = match uploaded {
        Some(uploaded) => uploaded,
        None => send_if_alive(&customer, customer.upload_request("selfie_url", photos::selfie())).await.expect("a whole answer").json(),
    };
    if accepted.is_some() {
        assert_ne!(customer.status().await, "PENDING", "the 202 from before the crash is still true");
    }
    customer.complete(by_artifact(&uploaded)).await.expect(202);
    assert_completed_with_one_event(&app, &customer, &company, &secret).await;
}

fn by_artifact(uploaded: &Value) -> Value {
    valid_user_data(uploaded["artifactId"].as_str().expect("an upload answers an artifactId"))
}

async fn assert_completed_with_one_event(app: &TestApp, customer: &Customer, company: &Receiver, secret: &str) {
    customer.wait_for_status("COMPLETED", SOON).await;
    let event = company.only_event(secret, SOON).await;
    let shown = app.operator.session(&customer.id).await;
    assert_eq!((&event["type"], &event["data"]["riskScore"]), (&json!("session.completed"), &shown["riskScore"]));
    let session_ref = shown["ref"].as_str().expect("a ref");
    assert_eq!(app.installation.database.events(session_ref).await, ["session.completed"]);
    eventually("the delivery to be recorded as done", SOON, async || {
        let delivery = app.operator.delivery_with_attempts(&customer.id, 1, SOON).await;
        let last = delivery["attempts"].as_array()?.last()?.to_string();
        last.contains("200").then_some(())
    })
    .await;
}

async fn an_expiry_survives(installation: Installation, kill_point: &str) {
    let (company, secret, customer) = prepared(&installation, &["--ttl", "4s"]).await;
    let mut doomed = Server::start_with_kill_point(&installation, kill_point).await;
    at_time(&customer.expires_at, 0).await;
    assert!(!doomed.wait_for_exit(Duration::from_secs(15)).await.success());

    let app = TestApp::at(installation).await;
    assert_eq!(customer.status().await, "EXPIRED");
    assert_eq!(company.only_event(&secret, SOON).await["type"], "session.expired");
    let session_ref = app.operator.session_ref(&customer.id).await;
    assert_eq!(app.installation.database.events(&session_ref).await, ["session.expired"]);
}

on_each_engine!(killed_in_the_middle_of_an_upload);
async fn killed_in_the_middle_of_an_upload(mut app: TestApp) {
    let (company, secret) = app.company().await;
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "12345678909" })).await.expect(204);
    let before = customer.public().await.expect(200).json();
    let upload = customer.begin_upload(&photos::selfie()[..50_000]);
    // Another request succeeds during the upload.
    customer.public().await.expect(200);
    app.crash_and_restart().await;
    assert!(upload.await.expect("no panic").is_err(), "half an upload gets no answer");
    assert_eq!(customer.public().await.expect(200).json(), before);
    customer.submit().await;
    assert_completed_with_one_event(&app, &customer, &company, &secret).await;
}

on_each_engine!(repeated_kills_lose_nothing);
async fn repeated_kills_lose_nothing(mut app: TestApp) {
    let (company, secret) = app.company().await;
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "12345678909" })).await.expect(204);
    app.crash_and_restart().await;
    let progress = customer.public().await.expect(200).json()["progress"].clone();
    assert_eq!(progress["done"], json!(["identity"]), "the 204 is still true");

    let selfie = customer.selfie().await;
    app.crash_and_restart().await;
    customer.complete(valid_user_data(&selfie)).await.expect(202);
    for _ in 0..3 {
        app.crash_and_restart().await;
        assert_ne!(customer.status().await, "PENDING", "the 202 is still true");
        customer.complete(valid_user_data(&selfie)).await.expect(202);
    }
    assert_completed_with_one_event(&app, &customer, &company, &secret).await;
    assert_eq!(app.stranger(UNKNOWN_ID).public().await.status, 404);
}
