//! Links reach people in messages: with a full stop, a bracket or a slash at the end, or in capitals. What was meant opens. Whoever does
//! not have a link learns nothing from that, and a person at an address without a session gets a page.

use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE};

use crate::support::html::{attribute, tags, text_of};
use crate::support::{Customer, Installation, TestApp, UNKNOWN_ID, on_each_engine};

/// What people and their programs make of a part of a link.
fn changed(part: &str) -> Vec<String> {
    let after = ["/", ".", ",", ")", ").", "...", "%3E", "%22", "%E2%80%9D", "%E2%80%8B", "%EF%BB%BF", "*", "%2F"];
    let mut all: Vec<String> = after.into_iter().map(|after| format!("{part}{after}")).collect();
    all.extend([part.to_uppercase(), format!("{}.", part.to_uppercase())]);
    all
}

on_each_engine!(a_link_that_was_changed_on_its_way_leads_on);
async fn a_link_that_was_changed_on_its_way_leads_on(app: TestApp) {
    let customer = app.customer().await;
    let link = format!("/verify/{}", customer.id);
    for id in changed(&customer.id) {
        assert_eq!(customer.get(&format!("/verify/{id}")).await.see_other(), link, "{id}");
        assert_eq!(customer.get(&format!("/verify/{id}?lang=es&plain=1&next=//evil.example")).await.see_other(), format!("{link}?plain=1&lang=es"));
        if !id.ends_with('/') {
            assert_eq!(customer.get(&format!("/verify/{id}/identity")).await.see_other(), format!("{link}/identity"), "{id}");
        }
    }
    for step in changed("identity") {
        assert_eq!(customer.page(&format!("/{step}")).await.see_other(), format!("{link}/identity"), "{step}");
    }
    for step in ["nonsense/", "%2F%2Fevil.example%2F", "...", "%5Cevil.example."] {
        assert_eq!(customer.page(&format!("/{step}")).await.see_other(), link, "{step}");
    }
    customer.finish().await;
    for path in [format!("{link}/"), format!("{link}."), format!("{link}/identity/"), format!("{link}/identity.")] {
        assert_eq!(customer.get(&path).await.see_other(), link, "{path}");
    }
}

on_each_engine!(a_changed_link_to_no_session_is_like_any_other);
async fn a_changed_link_to_no_session_is_like_any_other(app: TestApp) {
    let customer = app.customer().await;
    let expected = app.stranger(UNKNOWN_ID).page("").await.expect(404);
    let mut unknown = changed(UNKNOWN_ID);
    unknown.extend(changed("nonsense"));
    unknown.extend([format!("{}.x", customer.id), format!(".{}", customer.id), format!("{}%00", customer.id), "...".to_owned()]);
    for id in unknown {
        for path in [format!("/verify/{id}"), format!("/verify/{id}/identity/").replace("//", "/")] {
            assert_eq!(customer.get(&path).await.comparable(), expected.comparable(), "{path}");
        }
    }
    // Only a person's page forgives. A form or a program has the id as it is.
    let capitals = app.stranger(&customer.id.to_uppercase());
    capitals.public().await.problem(404, "not-found");
    capitals.post_form("identity", &[("name", "Ana")]).await.expect(404);
}

on_each_engine!(a_changed_link_is_counted_like_any_guess, Installation);
async fn a_changed_link_is_counted_like_any_guess(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on"))).await;
    let customer = app.customer().await;
    for at in 0..20 {
        let guess = UNKNOWN_ID.to_uppercase();
        let guess = if at % 2 == 0 { format!("/verify/{guess}/") } else { format!("/verify/{guess}.") };
        customer.get(&guess).await.expect(404);
    }
    customer.get(&format!("/verify/{}/", UNKNOWN_ID.to_uppercase())).await.expect(429);
    customer.get(&format!("/verify/{}/", customer.id)).await.expect(303);
}

on_each_engine!(a_person_without_a_link_gets_a_page_and_a_program_a_problem);
async fn a_person_without_a_link_gets_a_page_and_a_program_a_problem(app: TestApp) {
    let stranger = app.stranger(UNKNOWN_ID);
    let as_person = |who: &Customer, path: &str, language: &str| {
        who.request(Method::GET, path).header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8").header(ACCEPT_LANGUAGE, language)
    };
    for (language, title, why, help) in [
        ("pt-BR", "Este link não funciona", "Ele pode estar incompleto", "O que você pode fazer"),
        ("en", "This link doesn't work", "It may be incomplete", "What you can do"),
        ("es", "Este enlace no funciona", "Puede estar incompleto", "Qué puede hacer"),
    ] {
        let unknown = stranger.send(as_person(&stranger, &format!("/verify/{UNKNOWN_ID}"), language)).await.expect(404);
        let deeper = format!("/verify/{UNKNOWN_ID}/identity/more");
        for path in ["/", "/verify", "/verify/", "/?lang=xx", "/verify/?x=//evil.example", "/verify//", &deeper] {
            let page = stranger.send(as_person(&stranger, path, language)).await.expect(404);
            assert!(page.text().contains(title), "{path} in {language}: {}", page.text());
            assert_eq!(page.comparable(), unknown.comparable(), "{path}");
        }
        let (text, read) = (unknown.text(), text_of(&unknown.text()));
        assert!(read.contains(why) && read.contains(help), "{read}");
        assert!(tags(&text, "script").is_empty(), "{text}");
        for other in ["pt-BR", "en", "es"] {
            let link = tags(&text, "a").into_iter().find(|link| attribute(link, "href").is_some_and(|href| href == format!("?lang={other}")));
            let is_current = attribute(link.expect("a link to each language"), "aria-current").is_some();
            assert_eq!(is_current, other == language);
            let path = format!("/verify/{UNKNOWN_ID}?lang={other}");
            let there = stranger.send(as_person(&stranger, &path, language)).await.expect(404).text();
            assert!(there.contains(&format!("<html lang=\"{other}\"")), "{there}");
        }
    }
    for accept in ["application/json", "*/*", ""] {
        for path in ["/", "/verify", "/verify/"] {
            let reply = stranger.send(stranger.request(Method::GET, path).header(ACCEPT, accept)).await;
            reply.problem(404, "not-found");
            assert_eq!(reply.header(CONTENT_TYPE.as_str()), "application/problem+json");
        }
    }
}
