//! The API key of an old installation works, and a repeated request gets the answer that the old build gave.

use super::{OldInstallation, is_in, text};
use crate::support::{Installation, json, on_each_engine};

on_each_engine!(api_clients_keep_using_their_key, Installation);
async fn api_clients_keep_using_their_key(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    let _app = old.serve().await;
    let client = old.api_client();
    for (name, session) in old.sessions().filter(|(_, session)| session["byProgram"].is_object()) {
        let shown = client.show(text(&session["shown"]["ref"])).await.expect(200).json();
        assert!(is_in(&session["byProgram"], &shown), "{name} was {}\nand is {shown}", session["byProgram"]);
    }
    let order = &old.facts["order"];
    let again = client.create_with_key(text(&order["key"]), &order["body"]).await.expect(201);
    assert_eq!(again.text(), text(&order["answer"]), "byte for byte");
    client.create_with_key(text(&order["key"]), &json!({ "flow": "minimal" })).await.problem(409, "conflict");
    client.create(&json!({ "flow": "own", "customerId": "crm-1" })).await.expect(201);
}
