//! However the server dies, what it had answered with 2xx stays true, and half a minute after it is back every session
//! that was submitted is COMPLETED, with one event that has reached the company.
//!
//! The process kills itself at a named point (cargo feature `kill-points`), is started again without it, and the
//! customer sends again only what was never answered.

use std::time::Duration;

use reqwest::RequestBuilder;

use crate::support::customer::honest;
use crate::support::{Customer, NOBODYS_ID, Operator, Place, Receiver, Reply, SOON, Server, Value, World, at_time, eventually, json, on_each_engine, photos};

/// One test for each point, on each engine.
macro_rules! killed_at {
    ($($name:ident: $point:literal by $story:ident,)+) => {$(
        on_each_engine!($name, Place);
        async fn $name(place: Place) {
            $story(place, $point).await;
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
    killed_once_a_webhook_is_recorded: "webhook.recorded" by a_completion_survives,
    killed_after_an_expiry_commits: "expire.after_commit" by an_expiry_survives,
}

/// Sends it; a connection that breaks is no answer.
async fn perhaps(customer: &Customer, request: RequestBuilder) -> Option<Reply> {
    let reply = customer.try_send(request).await.ok()?;
    assert!(reply.is_success(), "{} {}", reply.status, reply.text());
    Some(reply)
}

/// An endpoint and a customer, made while nothing runs: commands need no server.
async fn prepared(place: &Place, arguments: &[&str]) -> (Receiver, String, Customer) {
    let operator = Operator::at(place);
    operator.json(&["migrate"]).await;
    let company = Receiver::start().await;
    let endpoint = operator.add_webhook(&company.url).await;
    let secret = endpoint["secret"].as_str().expect("a secret").to_owned();
    let customer = Customer::with_link(place, &operator.link_with(arguments).await);
    (company, secret, customer)
}

async fn a_completion_survives(place: Place, kill_point: &str) {
    let (company, secret, customer) = prepared(&place, &[]).await;
    let mut doomed = Server::start_to_die_at(&place, kill_point).await;
    let uploaded = perhaps(&customer, customer.uploading("selfie_url", photos::selfie())).await.map(|reply| reply.json());
    let mut accepted = None;
    if let Some(uploaded) = &uploaded {
        accepted = perhaps(&customer, customer.completing(&by_artifact(uploaded))).await;
    }
    assert!(!doomed.death(SOON).await.success());

    let world = World::at(place).await;
    let uploaded = match uploaded {
        Some(uploaded) => uploaded,
        None => perhaps(&customer, customer.uploading("selfie_url", photos::selfie())).await.expect("a whole answer").json(),
    };
    if accepted.is_some() {
        assert_ne!(customer.status().await, "PENDING", "the 202 from before the crash is still true");
    }
    customer.complete(by_artifact(&uploaded)).await.expect(202);
    completed_and_told_once(&world, &customer, &company, &secret).await;
}

fn by_artifact(uploaded: &Value) -> Value {
    honest(uploaded["artifactId"].as_str().expect("an upload answers an artifactId"))
}

async fn completed_and_told_once(world: &World, customer: &Customer, company: &Receiver, secret: &str) {
    customer.reaches("COMPLETED", SOON).await;
    let event = company.only_event(secret, SOON).await;
    let shown = world.operator.session(&customer.id).await;
    assert_eq!((&event["type"], &event["data"]["riskScore"]), (&json!("session.completed"), &shown["riskScore"]));
    let session_ref = shown["ref"].as_str().expect("a ref");
    assert_eq!(world.place.database.events(session_ref).await, ["session.completed"]);
    eventually("every delivery on record as done", SOON, async || {
        let delivery = world.operator.delivery_with_attempts(&customer.id, 1, SOON).await;
        let last = delivery["attempts"].as_array()?.last()?.to_string();
        last.contains("200").then_some(())
    })
    .await;
}

async fn an_expiry_survives(place: Place, kill_point: &str) {
    let (company, secret, customer) = prepared(&place, &["--ttl", "4s"]).await;
    let mut doomed = Server::start_to_die_at(&place, kill_point).await;
    at_time(&customer.expires_at, 0).await;
    assert!(!doomed.death(Duration::from_secs(15)).await.success());

    let world = World::at(place).await;
    assert_eq!(customer.status().await, "EXPIRED");
    assert_eq!(company.only_event(&secret, SOON).await["type"], "session.expired");
    let session_ref = world.operator.session_ref(&customer.id).await;
    assert_eq!(world.place.database.events(&session_ref).await, ["session.expired"]);
}

on_each_engine!(killed_in_the_middle_of_an_upload);
async fn killed_in_the_middle_of_an_upload(mut world: World) {
    let (company, secret) = world.company().await;
    let customer = world.customer().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "12345678909" })).await.expect(204);
    let before = customer.public().await.expect(200).json();
    let upload = customer.begin_upload(&photos::selfie()[..50_000]);
    // Another request goes through while this one is under way.
    customer.public().await.expect(200);
    world.crash_and_restart().await;
    assert!(upload.await.expect("no panic").is_err(), "half an upload gets no answer");
    assert_eq!(customer.public().await.expect(200).json(), before);
    customer.submit().await;
    completed_and_told_once(&world, &customer, &company, &secret).await;
}

on_each_engine!(killed_again_and_again);
async fn killed_again_and_again(mut world: World) {
    let (company, secret) = world.company().await;
    let customer = world.customer().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "12345678909" })).await.expect(204);
    world.crash_and_restart().await;
    let progress = customer.public().await.expect(200).json()["progress"].clone();
    assert_eq!(progress["done"], json!(["identity"]), "the 204 is still true");

    let selfie = customer.selfie().await;
    world.crash_and_restart().await;
    customer.complete(honest(&selfie)).await.expect(202);
    for _ in 0..3 {
        world.crash_and_restart().await;
        assert_ne!(customer.status().await, "PENDING", "the 202 is still true");
        customer.complete(honest(&selfie)).await.expect(202);
    }
    completed_and_told_once(&world, &customer, &company, &secret).await;
    assert_eq!(world.stranger(NOBODYS_ID).public().await.status, 404);
}
