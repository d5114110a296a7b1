//! A session id opens only its own session. These tests try every public route with one session's id and another session's
//! artifact, step, cookie and answers, and expect nothing of the other session to appear or to change.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, COOKIE};
use reqwest::{Method, RequestBuilder};
use tokio::time::timeout;

use crate::support::{Customer, Reply, SOON, TestApp, Value, json, on_each_engine, photos};

/// The source of the route table.
const ROUTER: &str = include_str!("../../src/router.rs");

/// One request: its route, what it tries, and the statuses it may get.
struct Attempt {
    method: Method,
    route: &'static str,
    what: &'static str,
    request: RequestBuilder,
    status: &'static [u16],
}

/// A session with a saved name, CPF and photo.
struct StartedSession {
    customer: Customer,
    name: &'static str,
    photo: &'static [u8],
    uploaded: Value,
}

impl StartedSession {
    async fn new(app: &TestApp, reference: &str, name: &'static str, cpf: &str, photo: &'static [u8]) -> Self {
        let customer = app.customer_with(&["--customer", reference]).await;
        customer.save("identity", json!({ "name": name, "cpf": cpf })).await.expect(204);
        let uploaded = customer.upload("selfie_url", photo).await.expect(201).json();
        Self { customer, name, photo, uploaded }
    }

    fn artifact(&self) -> &str {
        self.uploaded["artifactId"].as_str().expect("an artifact id")
    }

    /// The name and value of the resume cookie.
    fn cookie(&self) -> (String, String) {
        self.customer.cookies().into_iter().find(|(name, _)| name.starts_with("fs_")).expect("the resume cookie")
    }

    /// The three ways to name the artifact in an answer: its id, its URL, and its URL with the id of the session `elsewhere`.
    fn artifact_names(&self, elsewhere: &Customer) -> [String; 3] {
        let url = self.uploaded["url"].as_str().expect("an upload answers a url").to_owned();
        let moved = url.replace(&self.customer.id, &elsewhere.id);
        [self.artifact().to_owned(), url, moved]
    }

    /// Everything that its own device can read.
    async fn whole(&self) -> (Value, Value, Vec<u8>) {
        let customer = &self.customer;
        let file = customer.send(customer.api(Method::GET, &format!("/artifacts/{}", self.artifact()))).await.expect(200);
        (customer.public().await.expect(200).json(), customer.answers().await.expect(200).json(), file.body)
    }
}

/// Requests to every public route with the id of `mine` and data of `theirs`.
fn attempts(mine: &Customer, theirs: &StartedSession) -> Vec<Attempt> {
    let mut all = Vec::new();
    let mut add = |method: Method, route: &'static str, what: &'static str, status: &'static [u16], request: RequestBuilder| {
        all.push(Attempt { method, route, what, request, status });
    };
    let form = |step: &str, fields: &[(&str, &str)]| {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = mine.request(Method::POST, &format!("/verify/{}/{step}", mine.id));
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    };
    let page = |rest: &str| mine.request(Method::GET, &format!("/verify/{}{rest}", mine.id));
    let user_data = |route: &str, value: Value| mine.api(Method::PUT, route).json(&json!({ "userData": value }));

    add(Method::GET, "/kyc-sessions/{id}/public", "as it is", &[200], mine.api(Method::GET, "/public"));
    add(Method::GET, "/kyc-sessions/{id}", "without an API key", &[401], mine.api(Method::GET, ""));
    add(Method::GET, "/kyc-sessions/{id}/answers", "as it is", &[200, 404], mine.api(Method::GET, "/answers"));
    add(Method::GET, "/kyc-sessions/{id}/events", "as it is", &[200], mine.api(Method::GET, "/events"));
    let file = mine.api(Method::GET, &format!("/artifacts/{}", theirs.artifact()));
    add(Method::GET, "/kyc-sessions/{id}/artifacts/{artifact}", "another's artifact", &[404], file);
    let foreign = user_data("/steps/about", json!({ "nickname": "Zé" }));
    add(Method::PUT, "/kyc-sessions/{id}/steps/{step}", "another flow's step", &[404], foreign);
    add(Method::POST, "/verify/{id}/{step}", "another flow's step", &[303], form("about", &[("nickname", "Zé")]));
    for name in theirs.artifact_names(mine) {
        let value = json!({ "selfie_url": name });
        add(Method::PUT, "/kyc-sessions/{id}/steps/{step}", "another's artifact", &[422], user_data("/steps/selfie", value.clone()));
        add(Method::PUT, "/kyc-sessions/{id}/steps/{step}", "another's artifact on another step", &[422], user_data("/steps/identity", value.clone()));
        add(Method::POST, "/kyc-sessions/{id}/complete", "another's artifact", &[422], mine.complete_request(&value));
        add(Method::POST, "/verify/{id}/{step}", "another's artifact", &[422], form("selfie", &[("selfie_url", &name)]));
    }
    add(Method::POST, "/kyc-sessions/{id}/upload", "another flow's field", &[422], mine.upload_request("document_front_url", theirs.photo));
    add(Method::GET, "/verify/{id}", "as it is", &[303], page(""));
    add(Method::GET, "/verify/{id}/", "as it is", &[303], page("/"));
    add(Method::GET, "/verify/{id}/{step}", "another flow's step", &[303], page("/about"));
    add(Method::GET, "/verify/{id}/{step}/", "another flow's step", &[303], page("/about/"));
    add(Method::GET, "/verify/{id}/{step}", "a text", &[200], page("/identity"));
    add(Method::GET, "/verify/{id}/{step}", "a photo", &[200], page("/selfie?check=1"));
    // The following requests change the session, as anyone with its id may do.
    add(Method::POST, "/kyc-sessions/{id}/upload", "another's photo", &[200, 201], mine.upload_request("selfie_url", theirs.photo));
    add(Method::PUT, "/kyc-sessions/{id}/steps/{step}", "a text", &[204], user_data("/steps/identity", json!({ "name": "Ana", "cpf": "39053344705" })));
    add(Method::POST, "/verify/{id}/{step}", "a text", &[303], form("identity", &[("name", "Ana"), ("cpf", "39053344705")]));
    all
}

/// Cookies that might open the other session, and whether they include this session's own cookie.
fn cookies(mine: &StartedSession, theirs: &StartedSession) -> [(&'static str, Option<String>, bool); 5] {
    let ((my_name, my_token), (their_name, their_token)) = (mine.cookie(), theirs.cookie());
    [
        ("my own cookie", Some(format!("{my_name}={my_token}")), true),
        ("no cookie", None, false),
        ("the other's cookie", Some(format!("{their_name}={their_token}")), false),
        ("the other's token as mine", Some(format!("{my_name}={their_token}")), false),
        ("both cookies", Some(format!("{their_name}={their_token}; {my_name}={my_token}")), true),
    ]
}

/// The answer to a request; for an open stream, what arrives until it is silent for 1.5 s.
async fn answer(device: &Customer, request: RequestBuilder, is_stream: bool) -> Reply {
    if !is_stream {
        return device.send(request).await;
    }
    let mut response = request.send().await.expect("an answer");
    let (status, headers, mut body) = (response.status().as_u16(), response.headers().clone(), Vec::new());
    while let Ok(Ok(Some(chunk))) = timeout(Duration::from_millis(1500), response.chunk()).await {
        body.extend(chunk);
    }
    Reply { status, headers, body }
}

/// Expects nothing of the other session in the body or the headers.
fn assert_reveals_nothing(reply: &Reply, theirs: &StartedSession, what: &str) {
    let headers = format!("{:?}", reply.headers);
    let middle = theirs.photo.len() / 2;
    let (_, token) = theirs.cookie();
    let marks = [theirs.name, "111.444.777-35", "11144477735", "crm-theirs-0001", theirs.artifact(), &theirs.customer.id, &token];
    for mark in marks {
        assert!(!reply.text().contains(mark) && !headers.contains(mark), "{what}: {mark} is in {headers}\n{}", reply.text());
    }
    let shown = reply.body.windows(32).any(|window| window == &theirs.photo[middle..middle + 32]);
    assert!(!shown, "{what}: the other's photo");
}

/// The methods and paths of the session's routes in the route table.
fn routes_of_the_router() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for route in ROUTER.split(".route(").skip(1) {
        let (path, handlers) = route.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')).expect("a route begins with its path");
        if !["/verify/{", "/kyc-sessions/{"].iter().any(|start| path.starts_with(start)) {
            continue;
        }
        let handlers = handlers.split(';').next().unwrap_or_default();
        let words: Vec<&str> = handlers.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '(').collect();
        let methods = ["get", "post", "put", "patch", "delete", "any", "head", "options"];
        let named: Vec<_> = methods.into_iter().filter(|method| words.iter().any(|word| word.starts_with(&format!("{method}(")))).collect();
        assert!(!named.is_empty(), "no method of {path} was understood: {handlers}");
        found.extend(named.into_iter().map(|method| (method.to_uppercase(), path.to_owned())));
    }
    found
}

async fn import_another_flow(app: &TestApp) {
    let fields = json!([{ "name": "nickname", "type": "TEXT", "label": "Nickname", "required": true }]);
    let flow = json!({ "name": "other", "steps": [{ "id": "about", "type": "FORM", "title": "About", "fields": fields }] });
    app.operator.import_flow(&flow).await;
    let customer = Customer::with_link(&app.installation, &app.operator.link_of("other", &[]).await);
    customer.save("about", json!({ "nickname": "Zé" })).await.expect(204);
}

on_each_engine!(a_session_id_opens_exactly_its_own_session);
async fn a_session_id_opens_exactly_its_own_session(app: TestApp) {
    import_another_flow(&app).await;
    let theirs = StartedSession::new(&app, "crm-theirs-0001", "Bartholomew Zephyr", "111.444.777-35", photos::other_selfie()).await;
    let (before, shown_before) = (theirs.whole().await, app.operator.session(&theirs.customer.id).await);
    let mut tried = BTreeSet::new();
    for number in 0..5 {
        let mine = StartedSession::new(&app, "crm-mine-0001", "Amaryllis Quince", "529.982.247-25", photos::selfie()).await;
        let (with, cookie, is_own) = cookies(&mine, &theirs)[number].clone();
        for attempt in attempts(&mine.customer, &theirs) {
            let what = format!("{} {}, {} with {with}", attempt.method, attempt.route, attempt.what);
            tried.insert((attempt.method.to_string(), attempt.route.to_owned()));
            let device = mine.customer.on_another_device();
            let request = if let Some(cookie) = &cookie { attempt.request.header(COOKIE, cookie) } else { attempt.request };
            let reply = answer(&device, request, attempt.route.ends_with("/events")).await;
            assert!(attempt.status.contains(&reply.status), "{what}: {} {}", reply.status, reply.text());
            assert_reveals_nothing(&reply, &theirs, &what);
            if attempt.method == Method::GET && !is_own {
                assert!(!reply.text().contains(mine.name), "{what}: what another device wrote");
            }
            if attempt.route.ends_with("/answers") {
                assert_eq!(reply.status == 200, is_own, "{what}");
            }
            if attempt.status.iter().all(|status| *status >= 400) || attempt.method == Method::GET {
                assert_eq!(mine.whole().await.1["userData"]["name"], mine.name, "{what}: a refused request changed this session");
            }
            assert!(theirs.whole().await == before, "{what}: the other's session changed");
        }
    }
    assert_eq!(tried, routes_of_the_router(), "the attempts cover every route of the router");
    assert_eq!(app.operator.session(&theirs.customer.id).await, shown_before);

    let mine = StartedSession::new(&app, "crm-mine-0001", "Amaryllis Quince", "529.982.247-25", photos::selfie()).await;
    theirs.customer.complete(json!({})).await.expect(202);
    let (stream, ()) =
        tokio::join!(answer(&mine.customer, mine.customer.api(Method::GET, "/events"), true), theirs.customer.wait_for_status("COMPLETED", SOON));
    assert_reveals_nothing(&stream, &theirs, "the stream of events while the other completes");
    let text = stream.text();
    assert!(text.contains("PENDING") && !text.contains("PROCESSING") && !text.contains("COMPLETED"), "{text}");
}

on_each_engine!(another_device_sees_only_which_steps_are_done);
async fn another_device_sees_only_which_steps_are_done(app: TestApp) {
    let started = StartedSession::new(&app, "crm-theirs-0001", "Bartholomew Zephyr", "111.444.777-35", photos::other_selfie()).await;
    started.customer.save("selfie", json!({})).await.expect(204);
    let stranger = started.customer.on_another_device();
    let public = stranger.public().await.expect(200);
    assert_eq!(public.json()["progress"]["done"], json!(["identity", "selfie"]));
    let artifact = stranger.api(Method::GET, &format!("/artifacts/{}", started.artifact()));
    let replies = [
        public,
        stranger.answers().await.expect(404),
        stranger.page("/identity").await.expect(200),
        stranger.page("/selfie").await.expect(200),
        stranger.send(artifact).await.expect(404),
    ];
    for reply in replies {
        for mark in [started.name, "111.444.777-35", "11144477735", "crm-theirs-0001", started.artifact()] {
            assert!(!reply.text().contains(mark), "{mark} in {}", reply.text());
        }
    }
}
