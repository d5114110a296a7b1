//! A disk that is full, or read-only: a clear error, nothing half-written, what was there stays readable, and once there is
//! room again all goes on without a restart.
//!
//! The kernel makes no disk read-only on which a file is open for writing, as SQLite's is; so that story keeps the
//! database elsewhere.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use tokio::time::sleep;

use crate::support::disk::Disk;
use crate::support::{Answer, Customer, Engine, Place, Reply, SOON, World, eventually, json, on_each_engine, photos};

/// Holds an answer to be the 503 of a server that will be back.
#[track_caller]
fn is_unavailable(reply: &Reply) {
    assert_eq!((reply.status, reply.header("content-type")), (503, "application/problem+json"), "{}", reply.text());
    let body: serde_json::Value = serde_json::from_slice(&reply.body).expect("a problem is JSON");
    assert_eq!((&body["type"], &body["status"]), (&json!("/problems/unavailable"), &json!(503)), "{body}");
    assert!(["title", "detail"].iter().all(|key| body[key].as_str().is_some_and(|text| !text.is_empty())), "{body}");
    let seconds: u32 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds));
}

async fn sent(customer: &Customer, request: RequestBuilder) -> Reply {
    customer.exchange(request).await.expect("a whole answer")
}

fn saving(customer: &Customer, name: &str) -> RequestBuilder {
    customer.api(Method::PUT, "/steps/identity").json(&json!({ "userData": { "name": name, "cpf": "12345678909" } }))
}

/// Saves until there is no room even for that; answers the last name that was saved.
async fn save_until_full(customer: &Customer) -> String {
    let mut last = String::new();
    for number in 0..2_000 {
        let name = format!("{number} {}", "x".repeat(150));
        let reply = sent(customer, saving(customer, &name)).await;
        if reply.status != 204 {
            is_unavailable(&reply);
            return last;
        }
        last = name;
    }
    panic!("a full disk takes every save");
}

/// The files of artifacts, by name and size.
fn files(place: &Place) -> Vec<(PathBuf, u64)> {
    let found = place.contents().into_keys().filter(|path| path.is_file() && path.starts_with(place.data().join("artifacts")));
    found.map(|path| (path.clone(), fs::metadata(&path).expect("a file's size").len())).collect()
}

/// What was saved and uploaded before is there to be read, in the API and on the pages.
async fn is_readable(customer: &Customer, name: &str, artifact: &str) {
    assert_eq!(customer.status().await, "PENDING");
    assert_eq!(customer.answers().await.expect(200).json()["userData"]["name"], name);
    customer.send(customer.api(Method::GET, &format!("/artifacts/{artifact}"))).await.expect(200);
    assert!(customer.page("/identity").await.expect(200).text().contains(name), "the page shows what was saved");
}

/// A session that was begun: name and photo. Also answers the photo's id.
async fn begun(world: &World, name: &str) -> (Customer, String) {
    let customer = world.customer().await;
    sent(&customer, saving(&customer, name)).await.expect(204);
    let uploaded = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    (customer, uploaded["artifactId"].as_str().expect("an artifact id").to_owned())
}

on_each_engine!(a_full_disk_is_survived, Place);
async fn a_full_disk_is_survived(place: Place) {
    let disk = Disk::mounted(&place.data(), 16);
    let world = World::at(place.clone()).await;
    let (company, secret) = world.company().await;
    let (customer, artifact) = begun(&world, "User Name").await;
    // Its event is refused at first; the second try comes due while the disk is full.
    let earlier = world.customer().await;
    company.next_answer(Answer::Status(500));
    earlier.finish().await;
    world.operator.delivery_with_attempts(&earlier.id, 1, SOON).await;

    let before = files(&place);
    disk.fill();
    is_unavailable(&sent(&customer, customer.uploading("selfie_url", photos::other_selfie())).await);
    let mut name = "User Name".to_owned();
    if place.engine == Engine::Sqlite {
        let saved = save_until_full(&customer).await;
        name = if saved.is_empty() { name } else { saved };
        is_unavailable(&sent(&customer, customer.completing(&json!({}))).await);
        is_unavailable(&sent(&customer, customer.completing(&json!({ "name": "Somebody Else" }))).await);
    } else {
        "Saved While Full".clone_into(&mut name);
        sent(&customer, saving(&customer, &name)).await.expect(204);
    }
    is_unavailable(&sent(&customer, customer.uploading("selfie_url", photos::small())).await);
    is_readable(&customer, &name, &artifact).await;
    assert_eq!(files(&place), before, "nothing half-written is left");
    sleep(Duration::from_secs(6)).await;

    disk.free();
    sent(&customer, saving(&customer, "After All")).await.expect(204);
    customer.upload("selfie_url", photos::other_selfie()).await.expect(201);
    customer.complete(json!({})).await.expect(202);
    customer.reaches("COMPLETED", SOON).await;
    for session in [&earlier, &customer] {
        eventually("the delivery on record", SOON * 2, async || {
            let shown = world.operator.session(&session.id).await;
            (shown["deliveries"][0]["status"] == "DELIVERED").then_some(())
        })
        .await;
        let told = company.received().into_iter().filter(|request| request.verified(&secret)["data"]["sessionId"] == *session.id);
        assert!(told.count() >= 1, "each event reached the company");
        let session_ref = world.operator.session_ref(&session.id).await;
        assert_eq!(place.database.events(&session_ref).await, ["session.completed"]);
    }
}

on_each_engine!(a_disk_that_turns_read_only_is_survived, Place);
async fn a_disk_that_turns_read_only_is_survived(place: Place) {
    let elsewhere = format!("sqlite://{}/elsewhere.db", place.home().display());
    let place = if place.engine == Engine::Sqlite { place.with("FLOW_DATABASE_URL", Some(&elsewhere)) } else { place };
    let disk = Disk::mounted(&place.data(), 16);
    let world = World::at(place.clone()).await;
    let (company, secret) = world.company().await;
    let (customer, artifact) = begun(&world, "User Name").await;
    let before = place.contents();
    let artifacts = files(&place);

    disk.read_only().await;
    for photo in [photos::other_selfie(), photos::small()] {
        is_unavailable(&sent(&customer, customer.uploading("selfie_url", photo)).await);
    }
    is_readable(&customer, "User Name", &artifact).await;
    sent(&customer, saving(&customer, "Saved Elsewhere")).await.expect(204);
    is_readable(&customer, "Saved Elsewhere", &artifact).await;
    assert_eq!(files(&place), artifacts);
    assert!(place.contents().keys().eq(before.keys()), "no file more, none less");

    disk.writable();
    customer.upload("selfie_url", photos::other_selfie()).await.expect(201);
    customer.complete(json!({})).await.expect(202);
    customer.reaches("COMPLETED", SOON).await;
    assert_eq!(company.only_event(&secret, SOON).await["data"]["sessionId"], customer.id);
}

on_each_engine!(a_read_only_data_folder_is_refused_at_the_start, Place);
async fn a_read_only_data_folder_is_refused_at_the_start(place: Place) {
    let disk = Disk::mounted(&place.data(), 16);
    disk.read_only().await;
    let outcome = place.run(&["serve"]).await;
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(outcome.stderr.contains("FLOW_DATA_DIR") && outcome.stderr.contains(&place.data().display().to_string()), "{outcome:?}");
    assert_eq!(fs::read_dir(place.data()).expect("the folder").count(), 0);
    disk.writable();
    World::at(place.clone()).await.customer().await.finish().await;
}
