//! On a full or read-only disk the server answers a clear error, leaves nothing half-written and keeps everything readable.
//! Once there is room again it continues without a restart.
//!
//! The kernel makes no disk read-only while a file on it is open for writing, as SQLite's database is. So the read-only tests
//! keep the database elsewhere.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use tokio::time::sleep;

use crate::support::disk::Disk;
use crate::support::{Answer, Customer, Engine, Installation, Reply, SOON, TestApp, eventually, json, on_each_engine, photos};

/// Expects a complete 503 problem with `Retry-After`.
#[track_caller]
fn assert_unavailable(reply: &Reply) {
    assert_eq!((reply.status, reply.header("content-type")), (503, "application/problem+json"), "{}", reply.text());
    let body: serde_json::Value = serde_json::from_slice(&reply.body).expect("a problem is JSON");
    assert_eq!((&body["type"], &body["status"]), (&json!("/problems/unavailable"), &json!(503)), "{body}");
    assert!(["title", "detail"].iter().all(|key| body[key].as_str().is_some_and(|text| !text.is_empty())), "{body}");
    let seconds: u32 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds));
}

async fn sent(customer: &Customer, request: RequestBuilder) -> Reply {
    customer.send_raw(request).await.expect("a whole answer")
}

fn saving(customer: &Customer, name: &str) -> RequestBuilder {
    customer.api(Method::PUT, "/steps/identity").json(&json!({ "userData": { "name": name, "cpf": "12345678909" } }))
}

/// Saves until the disk is full, and returns the last name that was saved.
async fn save_until_full(customer: &Customer) -> String {
    let mut last = String::new();
    for number in 0..2_000 {
        let name = format!("{number} {}", "x".repeat(150));
        let reply = sent(customer, saving(customer, &name)).await;
        if reply.status != 204 {
            assert_unavailable(&reply);
            return last;
        }
        last = name;
    }
    panic!("a full disk takes every save");
}

/// The name and size of each artifact file.
fn files(installation: &Installation) -> Vec<(PathBuf, u64)> {
    let found = installation.contents().into_keys().filter(|path| path.is_file() && path.starts_with(installation.data().join("artifacts")));
    found.map(|path| (path.clone(), fs::metadata(&path).expect("a file's size").len())).collect()
}

/// Expects the API and the pages to show what was saved and uploaded before.
async fn assert_readable(customer: &Customer, name: &str, artifact: &str) {
    assert_eq!(customer.status().await, "PENDING");
    assert_eq!(customer.answers().await.expect(200).json()["userData"]["name"], name);
    customer.send(customer.api(Method::GET, &format!("/artifacts/{artifact}"))).await.expect(200);
    assert!(customer.page("/identity").await.expect(200).text().contains(name), "the page shows what was saved");
}

/// Starts a session with a name and a photo, and returns the photo's id too.
async fn started_session(app: &TestApp, name: &str) -> (Customer, String) {
    let customer = app.customer().await;
    sent(&customer, saving(&customer, name)).await.expect(204);
    let uploaded = customer.upload("selfie_url", photos::selfie()).await.expect(201).json();
    (customer, uploaded["artifactId"].as_str().expect("an artifact id").to_owned())
}

on_each_engine!(the_server_survives_a_full_disk, Installation);
async fn the_server_survives_a_full_disk(installation: Installation) {
    let disk = Disk::mounted(&installation.data(), 16);
    let app = TestApp::at(installation.clone()).await;
    let (company, secret) = app.company().await;
    let (customer, artifact) = started_session(&app, "User Name").await;
    // The receiver refuses its event once; the second try is due while the disk is full.
    let earlier = app.customer().await;
    company.next_answer(Answer::Status(500));
    earlier.finish().await;
    app.operator.delivery_with_attempts(&earlier.id, 1, SOON).await;

    let before = files(&installation);
    disk.fill();
    assert_unavailable(&sent(&customer, customer.upload_request("selfie_url", photos::other_selfie())).await);
    let mut name = "User Name".to_owned();
    if installation.engine == Engine::Sqlite {
        let saved = save_until_full(&customer).await;
        name = if saved.is_empty() { name } else { saved };
        assert_unavailable(&sent(&customer, customer.complete_request(&json!({}))).await);
        assert_unavailable(&sent(&customer, customer.complete_request(&json!({ "name": "Somebody Else" }))).await);
    } else {
        "Saved While Full".clone_into(&mut name);
        sent(&customer, saving(&customer, &name)).await.expect(204);
    }
    assert_unavailable(&sent(&customer, customer.upload_request("selfie_url", photos::small())).await);
    assert_readable(&customer, &name, &artifact).await;
    assert_eq!(files(&installation), before, "nothing half-written is left");
    sleep(Duration::from_secs(6)).await;

    disk.free();
    sent(&customer, saving(&customer, "After All")).await.expect(204);
    customer.upload("selfie_url", photos::other_selfie()).await.expect(201);
    customer.complete(json!({})).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    for session in [&earlier, &customer] {
        eventually("a recorded delivery", SOON * 2, async || {
            let shown = app.operator.session(&session.id).await;
            (shown["deliveries"][0]["status"] == "DELIVERED").then_some(())
        })
        .await;
        let deliveries = company.received().into_iter().filter(|request| request.verified(&secret)["data"]["sessionId"] == *session.id);
        assert!(deliveries.count() >= 1, "each event reached the company");
        let session_ref = app.operator.session_ref(&session.id).await;
        assert_eq!(installation.database.events(&session_ref).await, ["session.completed"]);
    }
}

on_each_engine!(the_server_survives_a_disk_that_becomes_read_only, Installation);
async fn the_server_survives_a_disk_that_becomes_read_only(installation: Installation) {
    let elsewhere = format!("sqlite://{}/elsewhere.db", installation.home().display());
    let installation = if installation.engine == Engine::Sqlite { installation.with("FLOW_DATABASE_URL", Some(&elsewhere)) } else { installation };
    let disk = Disk::mounted(&installation.data(), 16);
    let app = TestApp::at(installation.clone()).await;
    let (company, secret) = app.company().await;
    let (customer, artifact) = started_session(&app, "User Name").await;
    let before = installation.contents();
    let artifacts = files(&installation);

    disk.read_only().await;
    for photo in [photos::other_selfie(), photos::small()] {
        assert_unavailable(&sent(&customer, customer.upload_request("selfie_url", photo)).await);
    }
    assert_readable(&customer, "User Name", &artifact).await;
    sent(&customer, saving(&customer, "Saved Elsewhere")).await.expect(204);
    assert_readable(&customer, "Saved Elsewhere", &artifact).await;
    assert_eq!(files(&installation), artifacts);
    assert!(installation.contents().keys().eq(before.keys()), "no file was added or removed");

    disk.writable();
    customer.upload("selfie_url", photos::other_selfie()).await.expect(201);
    customer.complete(json!({})).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    assert_eq!(company.only_event(&secret, SOON).await["data"]["sessionId"], customer.id);
}

on_each_engine!(a_read_only_data_folder_is_refused_at_the_start, Installation);
async fn a_read_only_data_folder_is_refused_at_the_start(installation: Installation) {
    let disk = Disk::mounted(&installation.data(), 16);
    disk.read_only().await;
    let outcome = installation.run(&["serve"]).await;
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(outcome.stderr.contains("FLOW_DATA_DIR") && outcome.stderr.contains(&installation.data().display().to_string()), "{outcome:?}");
    assert_eq!(fs::read_dir(installation.data()).expect("the folder").count(), 0);
    disk.writable();
    TestApp::at(installation.clone()).await.customer().await.finish().await;
}
