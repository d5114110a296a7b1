//! Events that the old build could not deliver arrive unchanged, and new events continue the count.

use std::collections::BTreeMap;

use super::{OldInstallation, is_in, list, text};
use crate::support::receiver::Received;
use crate::support::{Installation, SOON, Value, eventually, json, on_each_engine};

on_each_engine!(undelivered_events_arrive_byte_for_byte, Installation);
async fn undelivered_events_arrive_byte_for_byte(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    let app = old.serve().await;
    let missed = old.missed();
    let kinds = ["session.completed", "session.reviewed", "session.expired"];
    assert!(kinds.iter().all(|kind| missed.values().any(|body| body.contains(kind))), "the endpoint missed one event of each kind: {missed:?}");
    let arrived = eventually("every missed event", SOON, async || {
        let received = old.silent.received();
        let first = |id: &str| received.iter().find(|request| request.webhook_id() == id).cloned();
        missed.keys().map(|id| Some((*id, first(id)?))).collect::<Option<BTreeMap<&str, Received>>>()
    })
    .await;
    for (id, request) in &arrived {
        assert_eq!(String::from_utf8_lossy(&request.body), missed[id], "byte for byte");
        request.verified(old.silent_secret());
    }
    let again = old.answering.received().into_iter().find(|request| missed.contains_key(request.webhook_id()));
    assert!(again.is_none(), "delivered events are not sent again: {again:?}");
    // Each delivery continues its count of tries.
    let rejected = old.session("rejected");
    let is_waiting = |delivery: &&Value| delivery["status"] == "PENDING";
    for before in list(&rejected["shown"]["deliveries"]).iter().filter(is_waiting) {
        let tries = list(&before["attempts"]).len();
        let after = eventually("the delivery is recorded", SOON, async || {
            let shown = app.operator.session(text(&rejected["id"])).await;
            let same = |delivery: &&Value| delivery["eventId"] == before["eventId"] && delivery["endpointId"] == before["endpointId"];
            list(&shown["deliveries"]).iter().find(same).filter(|delivery| delivery["status"] == "DELIVERED").cloned()
        })
        .await;
        let attempts = list(&after["attempts"]);
        assert!(attempts.len() == tries + 1 && is_in(&before["attempts"], &json!(attempts[..tries])), "{before}\n{after}");
        assert_eq!(attempts[tries]["number"], json!(tries + 1));
    }

    // The next event of a session continues the sequence.
    let path = format!("/dashboard/sessions/{}", text(&rejected["shown"]["ref"]));
    let form = [("decision", "APPROVED"), ("reason", "Their brother had mistyped it")];
    old.admin().await.post(&format!("{path}/decision"), &form).await.expect(303);
    let event = old.new_event("session.reviewed", rejected).await;
    let sequence = list(&rejected["events"]).len() + 1;
    assert!(event["timestamp"].is_string(), "{event}");
    let data = json!({ "ref": rejected["shown"]["ref"], "customerId": "crm-2", "riskScore": 60, "decision": "APPROVED", "sequence": sequence });
    assert!(is_in(&data, &event["data"]), "{event}");
}

on_each_engine!(an_upgrade_knows_how_the_endpoints_answered, Installation);
async fn an_upgrade_knows_how_the_endpoints_answered(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    assert_eq!(old.installation.run(&["migrate"]).await.code, Some(0));
    let health = async |url: &str, condition: &str| {
        let sql = format!("SELECT COUNT(*) FROM endpoint_health h JOIN endpoints e ON e.id = h.endpoint WHERE e.url = '{url}' AND {condition}");
        old.installation.database.number(&sql).await
    };
    assert_eq!(health(&old.answering.url, "succeeded_at IS NOT NULL AND failing_since IS NULL").await, 1);
    let failing = "failing_since > COALESCE(succeeded_at, 0) AND failing_since <= failed_at AND failure IS NOT NULL";
    assert_eq!(health(&old.silent.url, failing).await, 1);
}
