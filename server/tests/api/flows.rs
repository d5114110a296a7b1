//! Imported flows run to their end like the bundled ones.

use std::fs;

use ::server::actor::Actor;
use ::server::store::Tx;
use ::server::{checks, flows};
use futures::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::support::{Customer, Engine, Operator, Parts, SOON, TestApp, json, on_each_engine, photos};

async fn customer_of(app: &TestApp, name: &str, steps: serde_json::Value) -> Customer {
    app.operator.import_flow(&json!({ "name": name, "steps": steps })).await;
    Customer::with_link(&app.installation, &app.operator.link_of(name, &[]).await)
}

fn text_step() -> serde_json::Value {
    json!({ "id": "about", "type": "FORM", "title": "About", "fields": [{ "name": "nickname", "type": "TEXT", "label": "Nickname", "required": true }] })
}

on_each_engine!(a_flow_without_checks_completes);
async fn a_flow_without_checks_completes(app: TestApp) {
    let (receiver, secret) = app.company().await;
    let customer = customer_of(&app, "unchecked", json!([text_step()])).await;
    customer.complete(json!({ "nickname": "Ana" })).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let shown = app.operator.session(&customer.id).await;
    assert_eq!((&shown["riskScore"], &shown["decision"], &shown["checks"]), (&json!(0), &json!("APPROVED"), &json!([])));
    assert_eq!(receiver.only_event(&secret, SOON).await["data"]["riskScore"], 0);
}

on_each_engine!(evidence_that_no_check_examines_is_reviewed);
async fn evidence_that_no_check_examines_is_reviewed(app: TestApp) {
    let photo = |name: &str| json!({ "name": name, "type": "ARTIFACT", "label": name, "required": true });
    let step = |kind: &str, name: &str| json!({ "id": name, "type": kind, "title": name, "fields": [photo(name)] });
    let steps = json!([step("DOCUMENT", "front"), step("SELFIE", "face")]);
    let file = app.installation.home().join("flow.json");
    let reviewer = app.browser("REVIEWER").await;
    let unexamined = "No check of this flow examines the document or the selfie, so this session needs manual review.";
    let bands = json!({ "bands": { "review": 25, "reject": 70 } });
    for (more, decision, front, face) in [(json!({}), "REVIEW", photos::selfie(), photos::png()), (bands, "APPROVED", photos::other_selfie(), photos::webp())] {
        let mut flow = json!({ "name": "photos", "steps": steps });
        flow.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        fs::write(&file, flow.to_string()).expect("writes the flow");
        let is_review = decision == "REVIEW";
        for command in ["check", "import"] {
            let said = app.operator.json(&["flow", command, file.to_str().expect("a path in UTF-8")]).await;
            let notes = said["notes"].as_array().expect("notes").iter().filter(|note| note.as_str().is_some_and(|note| note.contains("REVIEW"))).count();
            assert_eq!(notes, if is_review { 2 } else { 0 }, "{command} {decision}: {said}");
        }
        let customer = Customer::with_link(&app.installation, &app.operator.link_of("photos", &[]).await);
        customer.upload("front", front).await.expect(201);
        customer.upload("face", &face).await.expect(201);
        customer.complete(json!({})).await.expect(202);
        customer.wait_for_status("COMPLETED", SOON).await;
        let shown = app.operator.session(&customer.id).await;
        let score = shown["riskScore"].as_i64().expect("a score");
        assert!(score < 25 && shown["decision"] == decision, "{shown}");
        let page = reviewer.page(&format!("/dashboard/sessions/{}?lang=en", shown["ref"].as_str().expect("a ref"))).await;
        assert_eq!((page.contains(unexamined), page.contains("0–24: approved automatically")), (is_review, !is_review), "{page}");
    }
}

on_each_engine!(a_field_refuses_an_artifact_of_the_wrong_kind);
async fn a_field_refuses_an_artifact_of_the_wrong_kind(app: TestApp) {
    let customer = app.customer().await;
    let pdf = Part::bytes(photos::pdf(1)).file_name("proof.pdf");
    let uploaded = customer.send(customer.api(Method::POST, "/upload").multipart(Form::new().part("file", pdf))).await.expect(201).json();
    let answers = json!({ "name": "Ana", "cpf": "529.982.247-25", "selfie_url": uploaded["artifactId"] });
    let problem = customer.complete(answers).await.problem(422, "invalid-user-data");
    assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!("selfie_url"), &json!("wrong_type")));
    customer.upload("selfie_url", photos::selfie()).await.expect(201);
    customer.complete(json!({ "name": "Ana", "cpf": "529.982.247-25" })).await.expect(202);
}

on_each_engine!(our_server_serves_the_logo);
async fn our_server_serves_the_logo(app: TestApp) {
    let logo = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    let flow = json!({ "name": "branded", "branding": { "companyName": "Bänk & Co", "logo": logo, "primaryColor": "#ffee00" }, "steps": [text_step()] });
    app.operator.import_flow(&flow).await;
    let customer = Customer::with_link(&app.installation, &app.operator.link_of("branded", &[]).await);
    let public = customer.public().await.expect(200).json();
    assert_eq!(public["branding"]["companyName"], "Bänk & Co");
    let path = public["branding"]["logoUrl"].as_str().expect("a logo");
    let image = reqwest::get(format!("{}{path}", app.installation.base())).await.expect("an answer");
    assert_eq!(image.headers()["content-type"], "image/png");
    assert!(image.bytes().await.expect("a body").starts_with(b"\x89PNG"));
    let page = customer.page("/about").await.expect(200).text();
    assert!(page.contains("Bänk &amp; Co") && page.contains(&format!("src=\"{path}\"")), "{page}");
}

on_each_engine!(two_photos_can_be_swapped);
async fn two_photos_can_be_swapped(app: TestApp) {
    let photo = |name: &str| json!({ "name": name, "type": "ARTIFACT", "label": name, "required": true });
    let step = json!({ "id": "paper", "type": "DOCUMENT", "title": "Paper", "fields": [photo("front"), photo("back")] });
    let customer = customer_of(&app, "two-photos", json!([step])).await;
    let front = customer.upload("front", photos::selfie()).await.expect(201).json()["artifactId"].clone();
    let back = customer.upload("back", &photos::png()).await.expect(201).json()["artifactId"].clone();
    customer.save("paper", json!({ "front": back, "back": front })).await.expect(204);
    customer.save("paper", json!({ "front": front, "back": front })).await.problem(422, "invalid-user-data");
    for artifact in [&front, &back] {
        customer.get(&format!("/kyc-sessions/{}/artifacts/{}", customer.id, artifact.as_str().expect("an id"))).await.expect(200);
    }
    customer.complete(json!({})).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let shown = app.operator.session(&customer.id).await;
    let check = shown["checks"].as_array().expect("checks").iter().find(|check| check["name"] == "evidence").expect("the check");
    assert!(check["reasons"].as_array().expect("reasons").iter().all(|reason| reason != "evidence.missing"), "{check}");
}

on_each_engine!(imports_of_one_name_at_once_follow_one_another, Parts);
async fn imports_of_one_name_at_once_follow_one_another(parts: Parts) {
    let flow = json!({ "name": "twice", "steps": [text_step()] }).to_string();
    let import = async |tx: &mut Tx| flows::import_in(&parts.kit, tx, &checks::CATALOGUE, &flow, Actor::CommandLine).await;
    let mut first = parts.kit.store.write().await.expect("a transaction");
    assert_eq!(import(&mut first).await.expect("imports").version, 1);
    let (kit, json) = (parts.kit.clone(), flow.clone());
    let second = tokio::spawn(async move { flows::import(&kit, &checks::CATALOGUE, &json, Actor::CommandLine).await });
    if parts.installation.engine == Engine::Postgres {
        parts.installation.database.until_waiting(1).await;
    }
    first.commit().await.expect("commits");
    assert_eq!(second.await.expect("no panic").expect("imports too").version, 2);

    // Processes of their own.
    let file = parts.installation.home().join("flow.json");
    fs::write(&file, &flow).expect("writes the flow");
    let operator = Operator::at(&parts.installation);
    let command = ["flow", "import", file.to_str().expect("a path in UTF-8")];
    let imports = join_all((0..4).map(|_| operator.json(&command))).await;
    let mut versions: Vec<i64> = imports.iter().map(|imported| imported["version"].as_i64().expect("a version")).collect();
    versions.sort_unstable();
    assert_eq!(versions, [3, 4, 5, 6]);
}
