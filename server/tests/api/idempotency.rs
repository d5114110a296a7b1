//! A session is decided once. The same completion again gets the same answer, however late; another one, and every
//! other write, is refused once the session is on its way.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::support::customer::honest;
use crate::support::{SOON, World, json, on_each_engine, photos};

on_each_engine!(the_same_outcome_gets_the_same_answer_in_every_status);
async fn the_same_outcome_gets_the_same_answer_in_every_status(world: World) {
    let (company, secret) = world.company().await;
    let customer = world.customer().await;
    let selfie = customer.selfie().await;
    let artifact = selfie.rsplit('/').next().expect("a path").to_owned();
    let same = [
        honest(&selfie),
        json!({ "name": "  User Name ", "cpf": "12345678909", "selfie_url": selfie }),
        json!({ "name": "User Name", "cpf": "123 456 789 09", "selfie_url": artifact }),
        json!({ "name": "User Name", "cpf": "123.456.789-09" }),
    ];
    let first = customer.complete(same[0].clone()).await.expect(202);
    for again in &same {
        assert_eq!(customer.complete(again.clone()).await.expect(202).json(), first.json(), "at once: {again}");
    }
    customer.reaches("COMPLETED", SOON).await;
    for again in &same {
        let reply = customer.on_another_device().complete(again.clone()).await.expect(202);
        assert_eq!(reply.json(), first.json(), "once COMPLETED: {again}");
    }
    company.only_event(&secret, SOON).await;
    let session_ref = world.operator.session_ref(&customer.id).await;
    assert_eq!(world.place.database.events(&session_ref).await, ["session.completed"]);
}

on_each_engine!(another_outcome_is_a_conflict);
async fn another_outcome_is_a_conflict(world: World) {
    let customer = world.customer().await;
    customer.submit().await;
    let others = [json!({ "name": "Another Name" }), json!({ "cpf": "123.456.789-00" }), json!({ "name": "User Name", "cpf": "111.111.111-11" })];
    for other in &others {
        customer.complete(other.clone()).await.problem(409, "conflict");
    }
    customer.reaches("COMPLETED", SOON).await;
    for other in &others {
        customer.complete(other.clone()).await.problem(409, "conflict");
    }
    assert_eq!(world.operator.session(&customer.id).await["riskScore"], 0, "the first outcome is the one decided");
}

on_each_engine!(nothing_is_written_once_the_session_is_on_its_way);
async fn nothing_is_written_once_the_session_is_on_its_way(world: World) {
    let customer = world.customer().await;
    customer.submit().await;
    customer.reaches("COMPLETED", SOON).await;
    let before = world.operator.session(&customer.id).await;
    customer.save("identity", json!({ "name": "Ana", "cpf": "12345678909" })).await.problem(409, "conflict");
    customer.upload("selfie_url", photos::other_selfie()).await.problem(409, "conflict");
    let broken = customer.api(Method::PUT, "/steps/identity").header(CONTENT_TYPE, "text/plain").body("{");
    customer.send(broken).await.problem(409, "conflict");
    assert_eq!(world.operator.session(&customer.id).await, before);
}

on_each_engine!(what_was_saved_before_counts_in_the_comparison);
async fn what_was_saved_before_counts_in_the_comparison(world: World) {
    let customer = world.customer().await;
    customer.save("identity", json!({ "name": "User Name", "cpf": "123.456.789-09" })).await.expect(204);
    let selfie = customer.selfie().await;
    customer.complete(json!({ "selfie_url": selfie })).await.expect(202);
    customer.complete(honest(&selfie)).await.expect(202);
    customer.complete(json!({})).await.expect(202);
}
