//! The resume cookie: only one that a write of the server set opens what that device entered, and a device keeps at most 30 of them.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};

use crate::support::{Customer, Installation, Reply, TestApp, json, on_each_engine, photos};

fn set_cookies(reply: &Reply) -> Vec<String> {
    reply.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().expect("text").to_owned()).collect()
}

/// The attributes of a cookie. Their order says nothing.
fn attributes(cookie: &str) -> BTreeSet<&str> {
    cookie.split("; ").skip(1).collect()
}

/// The names of the cookies that an answer deletes.
fn deleted(reply: &Reply) -> Vec<String> {
    set_cookies(reply)
        .iter()
        .filter(|cookie| attributes(cookie).contains("Max-Age=0"))
        .map(|cookie| cookie.split('=').next().unwrap_or_default().to_owned())
        .collect()
}

async fn save_with(customer: &Customer, cookies: &str) -> Reply {
    let request = customer.api(Method::PUT, "/steps/identity").json(&json!({ "userData": { "name": "Ana", "cpf": "12345678909" } }));
    customer.on_another_device().send(request.header(COOKIE, cookies)).await.expect(204)
}

on_each_engine!(a_cookie_that_the_server_did_not_set_counts_as_none);
async fn a_cookie_that_the_server_did_not_set_counts_as_none(app: TestApp) {
    let customer = app.customer().await;
    // The names are known: they follow from the session's id.
    let name = format!("fs_{}", &crate::support::sha256(customer.id.as_bytes())[..16]);
    let planted = format!("{name}={}", "A".repeat(43));
    let reply = save_with(&customer, &planted).await;
    let own = set_cookies(&reply).into_iter().find(|cookie| cookie.starts_with(&name)).expect("a cookie of its own");
    let own = own.split(';').next().expect("name and value").to_owned();
    assert!(own != planted);
    let answers = async |cookie: &str| customer.on_another_device().send(customer.api(Method::GET, "/answers").header(COOKIE, cookie)).await.status;
    assert_eq!((answers(&planted).await, answers(&own).await), (404, 200), "whoever planted the cookie reads nothing by it");
    // The page and an upload likewise.
    let upload = customer.upload_request("selfie_url", photos::selfie()).header(COOKIE, &planted);
    let uploaded = customer.on_another_device().send(upload).await.expect(201);
    let file = uploaded.json()["url"].as_str().expect("a url").replace(&app.installation.base(), "");
    let read = async |cookie: &str| customer.on_another_device().send(customer.request(Method::GET, &file).header(COOKIE, cookie)).await.status;
    let got = set_cookies(&uploaded).remove(0).split(';').next().expect("name and value").to_owned();
    assert_eq!((read(&planted).await, read(&got).await), (404, 200));
    // The device's own cookie is not set again.
    assert_eq!(set_cookies(&save_with(&customer, &own).await), Vec::<String>::new());
    let post = async |cookie: &str| {
        let form = customer.request(Method::POST, &format!("/verify/{}/identity", customer.id)).header(COOKIE, cookie);
        let form = form.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body("name=Bia&cpf=12345678909");
        customer.on_another_device().send(form).await
    };
    assert_eq!((set_cookies(&post(&own).await).len(), set_cookies(&post(&planted).await).len()), (0, 1));
}

on_each_engine!(the_oldest_of_too_many_cookies_are_deleted);
async fn the_oldest_of_too_many_cookies_are_deleted(app: TestApp) {
    let customer = app.customer().await;
    let value = |seconds: i64| URL_SAFE_NO_PAD.encode([&[7; 32][..], &seconds.to_be_bytes()].concat());
    let token = URL_SAFE_NO_PAD.encode([7; 32]);
    // The time of the first is the newest, so that the order of the header alone does not decide.
    let others = |count: i64| -> Vec<String> {
        (0..count).map(|number| format!("fs_{number:016x}={}", value(if number == 0 { 2_000_000_000 } else { 1_700_000_000 + number }))).collect()
    };
    let with = |cookies: Vec<String>| format!("fs_lang=en; fs_desk=x; {}", cookies.join("; "));
    assert_eq!(deleted(&save_with(&customer, &with(others(29))).await), Vec::<String>::new());
    assert_eq!(deleted(&save_with(&customer, &with(others(30))).await), [format!("fs_{:016x}", 1)]);
    let reply = save_with(&customer, &with(others(32))).await;
    assert_eq!(deleted(&reply), [1, 2, 3].map(|number| format!("fs_{number:016x}")));
    assert!(set_cookies(&reply).iter().all(|cookie| attributes(cookie).is_superset(&BTreeSet::from(["Path=/", "HttpOnly"]))), "{:?}", set_cookies(&reply));
    // Those of an earlier build have no time: they are the oldest, in the order in which the browser sends them.
    let mut mixed = others(30);
    mixed.insert(20, format!("fs_{:016x}={token}", 99));
    assert_eq!(deleted(&save_with(&customer, &with(mixed)).await), [99, 1].map(|number| format!("fs_{number:016x}")));
    // A device that has far too many gets rid of them over some writes, and never of the one in use.
    let mut jar: Vec<String> = others(130);
    let mut writes = 0;
    while jar.len() > 30 {
        let reply = save_with(&customer, &with(jar.clone())).await;
        let names = deleted(&reply);
        assert!(!names.is_empty() && names.len() <= 10, "{names:?}");
        jar.retain(|cookie| !names.iter().any(|name| cookie.starts_with(&format!("{name}="))));
        jar.extend(
            set_cookies(&reply)
                .into_iter()
                .filter(|cookie| !attributes(cookie).contains("Max-Age=0"))
                .map(|cookie| cookie.split(';').next().unwrap_or_default().to_owned()),
        );
        writes += 1;
    }
    let own = jar.last().expect("the cookie of the device").clone();
    assert!(writes < 20 && !own.contains(&token[..40]) && jar[0].starts_with(&format!("fs_{:016x}=", 0)), "{writes} {jar:?}");
}

on_each_engine!(cookies_over_https_are_deleted_with_the_attributes_that_set_them, Installation);
async fn cookies_over_https_are_deleted_with_the_attributes_that_set_them(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_PUBLIC_URL", Some("https://verify.example"))).await;
    let link = app.operator.json(&["link", "create", "--flow", "minimal"]).await;
    let customer = app.stranger(link["sessionId"].as_str().expect("an id"));
    let cookies: Vec<String> = (0..30).map(|number| format!("__Host-fs_{number:016x}={}", "C".repeat(43))).collect();
    let set = set_cookies(&save_with(&customer, &cookies.join("; ")).await);
    assert_eq!(set.len(), 2, "{set:?}");
    assert!(set[1].starts_with("__Host-fs_0000000000000000=; "), "{set:?}");
    assert_eq!(attributes(&set[1]), BTreeSet::from(["Path=/", "HttpOnly", "Max-Age=0", "Secure", "SameSite=None", "Partitioned"]));
    let mut own = attributes(&set[0]);
    let age: i64 = own.iter().find_map(|part| part.strip_prefix("Max-Age=")).expect("an age").parse().expect("a number");
    own.retain(|part| !part.starts_with("Max-Age="));
    assert_eq!(own, BTreeSet::from(["Path=/", "HttpOnly", "Secure", "SameSite=None", "Partitioned"]));
    assert!((1..=30 * 24 * 60 * 60).contains(&age), "as long as the session: {age}");
}
