//! The hosted pages without script. A browser that only posts forms and follows 303s can complete a session, sees what is wrong
//! and loses nothing that was typed.

use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;

use crate::support::html::{attribute, inputs, is_linked, only_tag, tags, value_of};
use crate::support::{Customer, Reply, SOON, TestApp, json, on_each_engine, photos};

/// Follows the 303 of an answer.
async fn followed(customer: &Customer, reply: Reply) -> Reply {
    customer.get(&reply.see_other()).await
}

fn language(page: &Reply) -> String {
    attribute(only_tag(&page.text(), "html"), "lang").expect("a page says its language")
}

on_each_engine!(a_session_can_be_completed_with_forms_only);
async fn a_session_can_be_completed_with_forms_only(app: TestApp) {
    let customer = app.customer().await;
    let link = format!("/verify/{}", customer.id);
    assert_eq!(customer.page("").await.see_other(), format!("{link}/identity"));

    let page = customer.page("/identity").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let text = page.text();
    assert_eq!(tags(&text, "h1").len(), 1, "{text}");
    let form = only_tag(&text, "form");
    assert!(attribute(form, "action").is_some_and(|action| action.contains(&format!("{link}/identity"))), "{form}");
    assert_eq!(attribute(form, "method").map(|method| method.to_ascii_lowercase()).as_deref(), Some("post"));
    assert_eq!(attribute(form, "enctype").as_deref(), Some("multipart/form-data"));
    for name in ["name", "cpf"] {
        let input = inputs(&text, name)[0];
        let id = attribute(input, "id").expect("an input has an id");
        assert!(tags(&text, "label").iter().any(|label| attribute(label, "for").as_ref() == Some(&id)), "{text}");
        assert!(attribute(input, "maxlength").is_none(), "maxlength counts UTF-16: {input}");
    }

    let saved = customer.post_form("identity", &[("name", "Ana"), ("cpf", "123.456.789-09")]).await;
    assert_eq!(saved.see_other(), format!("{link}/selfie"));
    let page = followed(&customer, saved).await.expect(200);
    assert!(inputs(&page.text(), "selfie_url").iter().all(|input| attribute(input, "type").as_deref() == Some("file")));
    assert!(!inputs(&page.text(), "selfie_url").is_empty(), "{}", page.text());

    let submitted = customer.post_photo("selfie", "selfie_url", photos::selfie()).await;
    assert_eq!(submitted.see_other(), link);
    let status = followed(&customer, submitted).await.expect(200);
    assert_eq!(tags(&status.text(), "h1").len(), 1);
    customer.wait_for_status("COMPLETED", SOON).await;
    assert_eq!(app.operator.session(&customer.id).await["riskScore"], 0);
}

on_each_engine!(a_form_with_faults_comes_back_with_a_summary_and_what_was_typed);
async fn a_form_with_faults_comes_back_with_a_summary_and_what_was_typed(app: TestApp) {
    let customer = app.customer().await;
    let page = customer.post_form("identity", &[("name", "Zé <b>\"d'Água\""), ("cpf", "12")]).await.expect(422).text();
    assert!(is_linked(&page, "cpf"), "the summary links to the field with the fault: {page}");
    assert!(!is_linked(&page, "name"), "and to no other field: {page}");
    assert_eq!(value_of(&page, "name"), "Zé <b>\"d'Água\"");
    assert_eq!(value_of(&page, "cpf"), "12");
    assert_eq!(attribute(inputs(&page, "cpf")[0], "aria-invalid").as_deref(), Some("true"));

    let both = customer.post_form("identity", &[]).await.expect(422).text();
    assert!(is_linked(&both, "name") && is_linked(&both, "cpf"), "{both}");
    assert_eq!(customer.public().await.json()["progress"], json!({ "done": [], "current": "identity" }));
}

on_each_engine!(an_empty_body_is_an_empty_form);
async fn an_empty_body_is_an_empty_form(app: TestApp) {
    let customer = app.customer().await;
    for step in ["identity", "selfie"] {
        let reply = customer.send(customer.request(Method::POST, &format!("/verify/{}/{step}", customer.id))).await;
        let there = reply.status == 422 || reply.see_other().contains("check=1");
        assert!(there, "{} {}", reply.status, reply.text());
    }
    customer.finish().await;
}

on_each_engine!(a_bad_photo_is_reported_beside_its_input);
async fn a_bad_photo_is_reported_beside_its_input(app: TestApp) {
    let customer = app.customer().await;
    customer.post_form("identity", &[("name", "Ana"), ("cpf", "12345678909")]).await.expect(303);
    for bytes in [photos::HTML.to_vec(), photos::truncated(), photos::png_header_60000()] {
        let page = customer.post_photo("selfie", "selfie_url", &bytes).await.expect(422).text();
        assert!(is_linked(&page, "selfie_url"), "{page}");
    }
    assert_eq!(customer.status().await, "PENDING");
    customer.post_photo("selfie", "selfie_url", photos::selfie()).await.expect(303);
    customer.wait_for_status("COMPLETED", SOON).await;
}

on_each_engine!(the_last_step_redirects_to_what_is_missing);
async fn the_last_step_redirects_to_what_is_missing(app: TestApp) {
    let customer = app.customer().await;
    let reply = customer.post_photo("selfie", "selfie_url", photos::selfie()).await;
    assert_eq!(reply.see_other(), format!("/verify/{}/identity?check=1", customer.id));
    let page = followed(&customer, reply).await.expect(200).text();
    assert!(is_linked(&page, "name") && is_linked(&page, "cpf"), "{page}");

    customer.post_form("identity", &[("name", "Ana"), ("cpf", "12345678909")]).await.expect(303);
    // An empty file part keeps the earlier photo.
    let reply = customer.post_photo("selfie", "selfie_url", b"").await;
    assert_eq!(reply.see_other(), format!("/verify/{}", customer.id));
    customer.wait_for_status("COMPLETED", SOON).await;
}

on_each_engine!(saved_answers_are_shown_only_on_their_own_device);
async fn saved_answers_are_shown_only_on_their_own_device(app: TestApp) {
    let customer = app.customer().await;
    customer.post_form("identity", &[("name", "Quetzalmoor"), ("cpf", "12345678909")]).await.expect(303);
    assert_eq!(value_of(&customer.page("/identity").await.expect(200).text(), "name"), "Quetzalmoor");
    let other = customer.on_another_device().page("/identity").await.expect(200).text();
    assert!(!other.contains("Quetzalmoor") && !other.contains("12345678909"), "{other}");
    assert_eq!(customer.page("").await.see_other(), format!("/verify/{}/selfie", customer.id), "the first step that is not done");
}

on_each_engine!(unknown_steps_redirect_to_the_link);
async fn unknown_steps_redirect_to_the_link(app: TestApp) {
    let customer = app.customer().await;
    let link = format!("/verify/{}", customer.id);
    assert_eq!(customer.page("/nonsense").await.see_other(), link);
    assert_eq!(customer.post_form("nonsense", &[("name", "Ana")]).await.see_other(), link);
    customer.page("/selfie").await.expect(200);

    customer.finish().await;
    for step in ["/identity", "/selfie", "/nonsense"] {
        assert_eq!(customer.page(step).await.see_other(), link);
    }
    let late = customer.post_form("identity", &[("name", "Ana"), ("cpf", "12345678909")]).await;
    assert_eq!(late.see_other(), link);
    let status = customer.page("").await.expect(200).text();
    let company = customer.public().await.json()["branding"]["companyName"].as_str().expect("a name").to_owned();
    assert!(status.contains(&company), "the status in the company's branding: {status}");
}

on_each_engine!(pages_speak_the_customers_language);
async fn pages_speak_the_customers_language(app: TestApp) {
    let customer = app.customer().await;
    let page = customer.page("/identity").await;
    assert_eq!(language(&page), "pt-BR");
    for asked in ["en", "es", "pt-BR"] {
        let fresh = customer.on_another_device();
        assert_eq!(language(&fresh.page(&format!("/identity?lang={asked}")).await), asked);
    }
    for nonsense in ["xx", "%3Cscript%3E", ""] {
        let fresh = customer.on_another_device();
        assert_eq!(language(&fresh.page(&format!("/identity?lang={nonsense}")).await), "pt-BR");
    }
    let english = customer.on_another_device().page("/identity?lang=en").await.text();
    assert_ne!(english, page.text());
    let browser = customer.request(Method::GET, &format!("/verify/{}/identity", customer.id)).header(ACCEPT_LANGUAGE, "es-MX,es;q=0.9");
    let reply = customer.on_another_device().send(browser).await;
    assert!(["pt-BR", "es"].contains(&&*language(&reply)), "the session's language, or else the browser's");
}

on_each_engine!(the_language_button_keeps_what_was_typed);
async fn the_language_button_keeps_what_was_typed(app: TestApp) {
    let customer = app.customer().await;
    let mut reply = customer.post_form("identity", &[("name", "Zé"), ("cpf", "12"), ("_lang", "en")]).await;
    if reply.status == 303 {
        reply = followed(&customer, reply).await;
    }
    assert_eq!(language(&reply), "en");
    assert_eq!((value_of(&reply.text(), "name"), value_of(&reply.text(), "cpf")), ("Zé".to_owned(), "12".to_owned()));
    assert_eq!(customer.public().await.json()["progress"]["done"], json!([]), "the language button does not mark the step done");
}
