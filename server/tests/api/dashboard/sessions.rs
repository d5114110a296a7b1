//! The page of a session tells operators what they need: what became of an expired session, where an open one's link is, which file a
//! reason is about, and a number that no other session has.

use std::collections::BTreeSet;

use reqwest::Method;

use super::{SESSIONS, create};
use crate::support::customer::valid_user_data;
use crate::support::html::{links, text_of};
use crate::support::{Customer, SOON, TestApp, json, on_each_engine, photos};

on_each_engine!(sessions_made_in_a_burst_have_different_numbers);
async fn sessions_made_in_a_burst_have_different_numbers(app: TestApp) {
    let admin = app.browser("ADMIN").await;
    let made: Vec<String> = futures::future::join_all((0..40).map(|_| create(&admin, &[("flow", "minimal")]))).await;
    let (sessions, link_list) = (admin.page(SESSIONS).await, admin.page("/dashboard/links").await);
    let numbers = |page: &str| -> BTreeSet<String> {
        let shown = page.split("<th scope=\"row\"").skip(1).map(|row| text_of(row.split("</th>").next().unwrap_or_default()));
        shown.map(|number| number.trim_matches(['>', ' ']).to_owned()).collect()
    };
    let expected: BTreeSet<String> = made.iter().map(|session| session[24..].to_owned()).collect();
    assert_eq!(expected.len(), 40);
    assert_eq!((numbers(&sessions), numbers(&link_list)), (expected.clone(), expected));
    for session in &made[..3] {
        assert_eq!(admin.post(SESSIONS, &[("q", &session[24..])]).await.see_other(), format!("{SESSIONS}/{session}"), "the number finds it");
    }
}

on_each_engine!(an_expired_session_says_what_it_is);
async fn an_expired_session_says_what_it_is(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let session = create(&reviewer, &[("flow", "minimal")]).await;
    let path = format!("{SESSIONS}/{session}");
    let open = reviewer.page(&format!("{path}?lang=en")).await;
    assert!(open.contains("The checks start when the customer submits.") && !open.contains("expired"), "{open}");
    reviewer.post(&format!("{path}/expire"), &[]).await.expect(303);
    let ended = reviewer.page(&format!("{path}?lang=en")).await;
    for said in ["The link expired on", "create a new link", "There is nothing to decide: the session expired", "No check ran: the session expired"] {
        assert!(ended.contains(said), "{said}: {ended}");
    }
    for never in ["The checks start when", "until the checks are done", "Expires"] {
        assert!(!ended.contains(never), "{never}: {ended}");
    }
}

on_each_engine!(an_expired_link_says_when_it_expired);
async fn an_expired_link_says_when_it_expired(app: TestApp) {
    let reviewer = app.browser("REVIEWER").await;
    let session = create(&reviewer, &[("flow", "minimal")]).await;
    let path = format!("/dashboard/links/{session}");
    let says = async |term: &str, language: &str| reviewer.page(&format!("{path}?lang={language}")).await.contains(&format!("<dt>{term}</dt>"));
    assert!(says("Expires", "en").await && !says("Expired", "en").await);
    reviewer.post(&format!("{SESSIONS}/{session}/expire"), &[]).await.expect(303);
    for (language, expires, expired) in [("en", "Expires", "Expired"), ("pt-BR", "Expira", "Expirada"), ("es", "Caduca", "Caducada")] {
        assert!(says(expired, language).await && !says(expires, language).await, "{language}");
    }
}

on_each_engine!(a_consent_is_shown_with_its_label);
async fn a_consent_is_shown_with_its_label(app: TestApp) {
    let auditor = app.browser("AUDITOR").await;
    let customer = Customer::with_link(&app.installation, &app.operator.link_of("demo", &[]).await);
    customer.post_form("consent?lang=es", &[("consent", "true")]).await.expect(303);
    let path = format!("{SESSIONS}/{}", app.operator.session_ref(&customer.id).await);
    for language in ["en", "pt-BR"] {
        let public = customer.send(customer.api(Method::GET, &format!("/public?lang={language}"))).await.expect(200).json();
        let label = public["steps"][0]["fields"][0]["label"].as_str().expect("a label").to_owned();
        let page = text_of(&auditor.page(&format!("{path}?lang={language}")).await);
        assert!(page.contains(&format!("{label}, te")), "{label}: {page}");
    }
}

on_each_engine!(an_open_session_leads_to_its_link);
async fn an_open_session_leads_to_its_link(app: TestApp) {
    let (reviewer, auditor) = (app.browser("REVIEWER").await, app.browser("AUDITOR").await);
    let session = create(&reviewer, &[("flow", "minimal")]).await;
    let (path, link) = (format!("{SESSIONS}/{session}"), format!("/dashboard/links/{session}"));
    assert_eq!(links(&reviewer.page(&path).await, &link), std::slice::from_ref(&link));
    assert_eq!(links(&auditor.page(&path).await, &link), Vec::<String>::new(), "who cannot create links is not shown the address there");
    reviewer.post(&format!("{path}/expire"), &[]).await.expect(303);
    assert_eq!(links(&reviewer.page(&path).await, &link), Vec::<String>::new());
}

on_each_engine!(a_reason_names_the_file_it_is_about);
async fn a_reason_names_the_file_it_is_about(app: TestApp) {
    let customer = app.customer().await;
    let small = customer.upload("selfie_url", photos::small()).await.expect(201).json();
    customer.complete(valid_user_data(small["artifactId"].as_str().expect("an id"))).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let session = app.operator.session_ref(&customer.id).await;
    let auditor = app.browser("AUDITOR").await;
    for (language, said) in
        [("en", "Selfie: An image is too small"), ("pt-BR", "Selfie: Uma imagem é pequena demais"), ("es", "Selfie: Una imagen es demasiado pequeña")]
    {
        let page = text_of(&auditor.page(&format!("{SESSIONS}/{session}?lang={language}")).await);
        assert_eq!(page.matches(said).count(), 2, "{language}, beside the score and beside the check: {page}");
    }
    let shown = app.operator.session(&customer.id).await;
    assert!(shown["checks"].as_array().expect("checks").iter().any(|check| check["reasons"] == json!(["evidence.small"])), "{shown}");
}
