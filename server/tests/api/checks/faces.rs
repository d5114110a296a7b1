//! The checks that look at faces, with drawn ones, and what happens to workers while they look.

use std::time::Duration;

use vision::sample::{Kind, Looks, selfie, together};

use super::documents::{entered, flow, person, photo, sent};
use super::{customer_of, expected, form, found};
use crate::support::{TestApp, Value, eventually, json, on_each_engine, photos};
use crate::workers::kill_workers;

/// A flow with a consent that can be declined.
fn comparing() -> Value {
    let mut flow = flow(json!({ "sandbox": true, "checks": ["face", "face_match"], "withoutBiometrics": "review" }));
    let consent = json!({ "name": "agreed", "type": "BOOLEAN", "label": "Compare my face", "covers": ["biometrics"] });
    let step = json!({ "id": "consent", "type": "CONSENT", "title": "Consent", "fields": [consent] });
    flow["steps"].as_array_mut().expect("steps").insert(0, step);
    flow
}

on_each_engine!(faces_are_counted_and_compared_only_with_consent);
async fn faces_are_counted_and_compared_only_with_consent(app: TestApp) {
    let person = person();
    let own = Looks::of(&person);
    let card = photo(Kind::CinFront, &person);
    let of = async |agreed: bool, selfie: Vec<u8>, card: &[u8]| {
        let customer = customer_of(&app, &comparing(), &[]).await;
        let mut entered = entered(&person);
        if agreed {
            entered["agreed"] = true.into();
        }
        sent(&app, &customer, entered, &[("front", card.to_vec()), ("selfie", selfie)]).await
    };
    let alone = photos::drawn(&selfie(&own));
    let shown = of(true, alone.clone(), &card).await;
    assert_eq!((found(&shown, "face"), found(&shown, "face_match")), (expected("PASSED", &[]), expected("PASSED", &[])), "{shown}");

    let shown = of(false, alone, &card).await;
    assert_eq!((found(&shown, "face"), found(&shown, "face_match")), (expected("PASSED", &[]), expected("WARNING", &["face.no_consent"])));
    assert_eq!((&shown["decision"], &shown["riskScore"]), (&json!("REVIEW"), &json!(0)), "a person looks");

    let two = photos::drawn(&together(&[&own, &Looks::new(99)]));
    let shown = of(true, two, &photos::blue(3)).await;
    assert_eq!(found(&shown, "face"), expected("WARNING", &["document.no_face", "face.several"]));
    assert_eq!(found(&shown, "face_match"), expected("WARNING", &["face.unsure"]), "there is nothing to compare with");
}

on_each_engine!(workers_that_die_end_in_an_error_and_a_person_looks);
async fn workers_that_die_end_in_an_error_and_a_person_looks(app: TestApp) {
    let fields = json!([{ "name": "selfie", "type": "ARTIFACT", "is": "selfie", "label": "Selfie" }]);
    let customer = customer_of(&app, &form(fields, json!({ "checks": ["face"] })), &[]).await;
    let photo = customer.upload("selfie", &photos::drawn(&selfie(&Looks::new(5)))).await.expect(201).json();
    customer.complete(json!({ "selfie": photo["artifactId"] })).await.expect(202);
    let killed = async || {
        kill_workers(app.server.id(), "faces");
        (app.installation.database.number("SELECT COUNT(*) FROM sessions WHERE status = 'COMPLETED'").await == 1).then_some(())
    };
    eventually("the check to give up", Duration::from_secs(60), killed).await;
    let shown = app.operator.session(&customer.id).await;
    assert_eq!((found(&shown, "face"), &shown["decision"]), (expected("ERROR", &[]), &json!("REVIEW")));
}
