//! Hundreds of kinds of bad request to the public endpoints, from a table and from a generator. Each that reaches the router
//! gets a problem or an error page; none makes the server fail, changes the session or uses much memory.

mod addresses;
mod forms;
mod generated;
mod json;
mod row;
mod wire;

use std::collections::BTreeSet;

use futures::{StreamExt, stream};

use crate::support::{Customer, TestApp, Value, json, on_each_engine, photos, raw};
use row::{Row, Target};

/// The most memory that the server may use, in KiB. The test sends four requests at a time. One of them may hold a file of
/// 10 MiB whole, and twice during inspection. The limit is twice what is needed, and far below what a bomb of pixels, parts
/// or brackets would take.
const MOST_KIB: u64 = 160 * 1024;

/// Starts a session with saved answers and a photo on one device.
async fn started_session(app: &TestApp) -> (Customer, Target) {
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "12345678909" })).await.expect(204);
    customer.selfie().await;
    let cookie = customer.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let id = customer.id.clone();
    (customer, Target { id, cookie })
}

/// Everything that is visible of a session.
async fn state_of(app: &TestApp, customer: &Customer) -> (Value, Value, Value) {
    (customer.public().await.expect(200).json(), customer.answers().await.expect(200).json(), app.operator.session(&customer.id).await)
}

on_each_engine!(hundreds_of_kinds_of_bad_request_change_nothing);
async fn hundreds_of_kinds_of_bad_request_change_nothing(app: TestApp) {
    let (customer, target) = started_session(&app).await;
    let before = state_of(&app, &customer).await;
    let rows: Vec<Row> = [json::rows(&target), addresses::rows(&target), forms::rows(&target), wire::rows(&target)].into_iter().flatten().collect();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), rows.len(), "every name is unique");
    assert!(rows.len() >= 200, "{} kinds", rows.len());
    let port = app.installation.port;
    // Requests that send less than they announce last until the server's time limit, so several run at once.
    let mut answers = stream::iter(rows.iter().map(|row| async move { (row, row::send(port, &row.bytes).await) })).buffer_unordered(4);
    let mut faults = Vec::new();
    while let Some((row, answer)) = answers.next().await {
        faults.extend(row.fault(answer.as_ref()));
        let same = customer.public().await.expect(200).json() == before.0 && customer.answers().await.expect(200).json() == before.1;
        assert!(same, "the session changed at, or shortly before: {}", row.name);
    }
    drop(answers);
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), rows.len(), faults.join("\n\n"));
    assert_eq!(state_of(&app, &customer).await, before);
    let peak = raw::memory_kib(&app.server, "VmHWM");
    println!("{} kinds of bad request, at most {} MiB", rows.len(), peak / 1024);
    assert!(peak < MOST_KIB, "{peak} KiB");
    customer.complete(json!({})).await.expect(202);
    customer.wait_for_status("COMPLETED", crate::support::SOON).await;
}

on_each_engine!(generated_requests_change_nothing);
async fn generated_requests_change_nothing(app: TestApp) {
    let (customer, target) = started_session(&app).await;
    customer.upload("selfie_url", photos::other_selfie()).await.expect(201);
    let before = state_of(&app, &customer).await;
    let (app, customer) = (&app, &customer);
    for generated in generated::cases(&target) {
        let answer = row::send(app.installation.port, &generated.bytes).await;
        generated.check(answer.as_ref());
        let same = customer.public().await.expect(200).json() == before.0 && customer.answers().await.expect(200).json() == before.1;
        assert!(same, "the session changed: {}", String::from_utf8_lossy(&generated.bytes));
    }
    assert_eq!(state_of(app, customer).await, before);
    assert!(raw::memory_kib(&app.server, "VmHWM") < MOST_KIB);
}
