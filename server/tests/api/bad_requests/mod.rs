//! Hundreds of kinds of bad request at the public endpoints, from a table and from chance: each that reaches the router
//! gets a problem, or a page for a person; none makes the server fail, changes the session or takes much memory.

mod addresses;
mod forms;
mod generated;
mod json;
mod row;
mod wire;

use std::collections::BTreeSet;
use std::fs;

use futures::{StreamExt, stream};

use crate::support::{Customer, Server, Value, World, json, on_each_engine, photos};
use row::{Row, Target};

/// The most memory that the server may ever have held, in KiB. Four requests come at a time, of which one may hold a file of
/// 10 MiB whole, twice while it is looked at; the rest is the program. Twice of that is room enough, and far below what
/// a bomb of pixels, parts or brackets would take.
const MOST_KIB: u64 = 160 * 1024;

/// A session that was begun by a device, a photo included.
async fn begun(world: &World) -> (Customer, Target) {
    let customer = world.customer().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "12345678909" })).await.expect(204);
    customer.selfie().await;
    let cookie = customer.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let id = customer.id.clone();
    (customer, Target { id, cookie })
}

/// All that there is to see of a session.
async fn seen(world: &World, customer: &Customer) -> (Value, Value, Value) {
    (customer.public().await.expect(200).json(), customer.answers().await.expect(200).json(), world.operator.session(&customer.id).await)
}

/// The most memory that the server held so far, in KiB.
fn peak_kib(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("the server runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells VmHWM");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

on_each_engine!(hundreds_of_kinds_of_bad_request_change_nothing);
async fn hundreds_of_kinds_of_bad_request_change_nothing(world: World) {
    let (customer, target) = begun(&world).await;
    let before = seen(&world, &customer).await;
    let rows: Vec<Row> = [json::rows(&target), addresses::rows(&target), forms::rows(&target), wire::rows(&target)].into_iter().flatten().collect();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), rows.len(), "each kind is named once");
    assert!(rows.len() >= 200, "{} kinds", rows.len());
    let port = world.place.port;
    // Those that send less than they promise take as long as the server waits: some at once.
    let mut answers = stream::iter(rows.iter().map(|row| async move { (row, row::send(port, &row.bytes).await) })).buffer_unordered(4);
    let mut faults = Vec::new();
    while let Some((row, answer)) = answers.next().await {
        faults.extend(row.fault(answer.as_ref()));
        let same = customer.public().await.expect(200).json() == before.0 && customer.answers().await.expect(200).json() == before.1;
        assert!(same, "the session changed at, or shortly before: {}", row.name);
    }
    drop(answers);
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), rows.len(), faults.join("\n\n"));
    assert_eq!(seen(&world, &customer).await, before);
    let peak = peak_kib(&world.server);
    println!("{} kinds of bad request, at most {} MiB", rows.len(), peak / 1024);
    assert!(peak < MOST_KIB, "{peak} KiB");
    customer.complete(json!({})).await.expect(202);
    customer.reaches("COMPLETED", crate::support::SOON).await;
}

on_each_engine!(whatever_chance_makes_of_a_request_changes_nothing);
async fn whatever_chance_makes_of_a_request_changes_nothing(world: World) {
    let (customer, target) = begun(&world).await;
    customer.upload("selfie_url", photos::other_selfie()).await.expect(201);
    let before = seen(&world, &customer).await;
    let (world, customer) = (&world, &customer);
    for generated in generated::cases(&target) {
        let answer = row::send(world.place.port, &generated.bytes).await;
        generated.holds(answer.as_ref());
        let same = customer.public().await.expect(200).json() == before.0 && customer.answers().await.expect(200).json() == before.1;
        assert!(same, "the session changed: {}", String::from_utf8_lossy(&generated.bytes));
    }
    assert_eq!(seen(world, customer).await, before);
    assert!(peak_kib(&world.server) < MOST_KIB);
}
