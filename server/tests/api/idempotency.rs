//! A session is completed once. Repeating the same completion gets the same answer at any time; a different completion, and
//! every other write after submission, is refused.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::support::customer::valid_user_data;
use crate::support::{SOON, TestApp, json, on_each_engine, photos};

on_each_engine!(the_same_completion_gets_the_same_answer_in_every_status);
async fn the_same_completion_gets_the_same_answer_in_every_status(app: TestApp) {
    let (company, secret) = app.company().await;
    let customer = app.customer().await;
    let selfie = customer.selfie().await;
    let artifact = selfie.rsplit('/').next().expect("a path").to_owned();
    let same = [
        valid_user_data(&selfie),
        json!({ "name": "  User Name ", "cpf": "12345678909", "selfie_url": selfie }),
        json!({ "name": "User Name", "cpf": "123 456 789 09", "selfie_url": artifact }),
        json!({ "name": "User Name", "cpf": "123.456.789-09" }),
    ];
    let first = customer.complete(same[0].clone()).await.expect(202);
    for again in &same {
        assert_eq!(customer.complete(again.clone()).await.expect(202).json(), first.json(), "at once: {again}");
    }
    customer.wait_for_status("COMPLETED", SOON).await;
    for again in &same {
        assert_eq!(customer.complete(again.clone()).await.expect(202).json(), first.json(), "once COMPLETED: {again}");
    }
    // Another device has to send the whole request; a part of it is as wrong as anything else.
    for (number, again) in same.iter().enumerate() {
        let reply = customer.on_another_device().complete(again.clone()).await;
        assert_eq!(reply.status, if number < 3 { 202 } else { 409 }, "once COMPLETED: {again}");
    }
    company.only_event(&secret, SOON).await;
    let session_ref = app.operator.session_ref(&customer.id).await;
    assert_eq!(app.installation.database.events(&session_ref).await, ["session.completed"]);
}

on_each_engine!(a_different_completion_is_a_conflict);
async fn a_different_completion_is_a_conflict(app: TestApp) {
    let customer = app.customer().await;
    customer.submit().await;
    let others = [json!({ "name": "Another Name" }), json!({ "cpf": "123.456.789-00" }), json!({ "name": "User Name", "cpf": "111.111.111-11" })];
    for other in &others {
        customer.complete(other.clone()).await.problem(409, "conflict");
    }
    customer.wait_for_status("COMPLETED", SOON).await;
    for other in &others {
        customer.complete(other.clone()).await.problem(409, "conflict");
    }
    assert_eq!(app.operator.session(&customer.id).await["riskScore"], 0, "the first completion counts");
}

on_each_engine!(nothing_is_written_after_submission);
async fn nothing_is_written_after_submission(app: TestApp) {
    let customer = app.customer().await;
    customer.submit().await;
    customer.wait_for_status("COMPLETED", SOON).await;
    let before = app.operator.session(&customer.id).await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.problem(409, "conflict");
    customer.upload("selfie_url", photos::other_selfie()).await.problem(409, "conflict");
    let broken = customer.api(Method::PUT, "/steps/identity").header(CONTENT_TYPE, "text/plain").body("{");
    customer.send(broken).await.problem(409, "conflict");
    assert_eq!(app.operator.session(&customer.id).await, before);
}

on_each_engine!(saved_answers_count_when_completions_are_compared);
async fn saved_answers_count_when_completions_are_compared(app: TestApp) {
    let customer = app.customer().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "123.456.789-09" })).await.expect(204);
    let selfie = customer.selfie().await;
    customer.complete(json!({ "selfie_url": selfie })).await.expect(202);
    customer.complete(valid_user_data(&selfie)).await.expect(202);
    customer.complete(json!({})).await.expect(202);
}
