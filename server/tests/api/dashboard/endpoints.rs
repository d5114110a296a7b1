//! An endpoint that fails looks like one: its state, since when and why, its last success, and what waits for it.

use crate::support::{Answer, Receiver, SOON, TestApp, eventually, on_each_engine};

const WEBHOOKS: &str = "/dashboard/webhooks";

/// What follows a term in the facts of a page, up to the next term.
fn fact(page: &str, term: &str) -> Option<String> {
    let rest = page.split(&format!("<dt>{term}</dt>")).nth(1)?;
    rest.split("</dd>").next().map(str::to_owned)
}

fn page_in(path: &str, language: &str) -> String {
    format!("{path}?lang={language}")
}

on_each_engine!(a_failing_endpoint_says_since_when_and_why);
async fn a_failing_endpoint_says_since_when_and_why(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let (company, _) = app.company().await;
    let page = admin.page(&page_in(WEBHOOKS, "en")).await;
    assert!(page.contains("Nothing sent yet") && !page.contains("Failing"), "{page}");
    assert!(fact(&page, "Last success").is_some_and(|text| text.contains("Never")), "{page}");
    assert!(fact(&page, "Waiting deliveries").is_some_and(|text| text.ends_with(">0")), "{page}");

    company.next_answer(Answer::Status(503));
    let customer = app.customer().await;
    customer.finish().await;
    app.operator.delivery_with_attempts(&customer.id, 1, SOON).await;
    let page = admin.page(&page_in(WEBHOOKS, "en")).await;
    assert!(page.contains("Failing since") && !page.contains("Working"), "{page}");
    assert!(fact(&page, "Last failure").is_some_and(|text| text.contains("It answered with status 503") && text.contains("<time")), "{page}");
    assert!(fact(&page, "Waiting deliveries").is_some_and(|text| text.ends_with(">1")), "the event waits for its second try: {page}");
    for (language, words) in [("pt-BR", ["Falhando desde", "Respondeu com o status 503"]), ("es", ["Falla desde", "Respondió con el estado 503"])] {
        let page = admin.page(&page_in(WEBHOOKS, language)).await;
        assert!(words.iter().all(|word| page.contains(word)), "{language}: {page}");
    }

    app.operator.delivery_with_attempts(&customer.id, 2, SOON).await;
    let page = admin.page(&page_in(WEBHOOKS, "en")).await;
    assert!(page.contains("Working") && !page.contains("Failing since"), "{page}");
    assert!(fact(&page, "Last success").is_some_and(|text| text.contains("<time")), "{page}");
    assert!(fact(&page, "Waiting deliveries").is_some_and(|text| text.ends_with(">0")), "{page}");
}

on_each_engine!(each_kind_of_failure_has_its_words);
async fn each_kind_of_failure_has_its_words(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    // Nothing listens there; the other answers with a redirect.
    let closed = app.operator.add_webhook("http://127.0.0.1:9/hook").await;
    let company = Receiver::start().await;
    let redirecting = app.operator.add_webhook(&company.url).await;
    company.next_answer(Answer::Redirect("http://127.0.0.1:9/".to_owned()));
    app.customer().await.finish().await;
    for (endpoint, why) in [(&closed, "It accepted no connection"), (&redirecting, "It answered with status 302")] {
        let path = page_in(&format!("{WEBHOOKS}/{}", endpoint["id"].as_str().expect("an id")), "en");
        let page = async || Some(admin.page(&path).await).filter(|page| page.contains("Failing since"));
        let page = eventually("the first try", SOON, page).await;
        assert!(fact(&page, "Last failure").is_some_and(|text| text.contains(why)), "{why}: {page}");
    }
    let disabled = closed["id"].as_str().expect("an id");
    admin.post(&format!("{WEBHOOKS}/{disabled}/disable"), &[]).await.expect(303);
    let page = admin.page(&page_in(&format!("{WEBHOOKS}/{disabled}"), "en")).await;
    assert!(page.contains(">Disabled<") && !page.contains(">Failing<"), "nothing is sent to it any more: {page}");
    assert!(fact(&page, "Waiting deliveries").is_some_and(|text| text.ends_with(">0")), "{page}");
}

on_each_engine!(a_busy_endpoint_stays_failing_until_a_try_succeeds);
async fn a_busy_endpoint_stays_failing_until_a_try_succeeds(app: TestApp) {
    let (company, _) = app.company().await;
    let mut customers = Vec::new();
    for _ in 0..3 {
        company.next_answer(Answer::Status(500));
        customers.push(app.customer().await);
    }
    let database = &app.installation.database;
    for customer in &customers {
        customer.finish().await;
        app.operator.delivery_with_attempts(&customer.id, 1, SOON).await;
    }
    let between = "SELECT COUNT(*) FROM endpoint_health WHERE failing_since BETWEEN (SELECT MIN(started_at) FROM attempts) AND failed_at";
    assert_eq!(database.number(between).await, 1, "since the first failure, which is before the last one");
    eventually("a success", SOON, async || (database.number("SELECT COUNT(*) FROM endpoint_health WHERE failing_since IS NULL").await == 1).then_some(()))
        .await;
    assert_eq!(database.number("SELECT COUNT(*) FROM endpoint_health WHERE succeeded_at IS NOT NULL").await, 1);
}
