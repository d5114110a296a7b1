//! A role, a sign-in, a key or a switch that is taken away while the body of a request is under way does not count any more once the
//! body is whole: on every route of the dashboard that changes something, and where programs create sessions.

use std::collections::BTreeSet;

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::dashboard_access::{Ids, Route, audit_rows, may, routes};
use crate::support::{ApiClient, Browser, Installation, TestApp, Value, json, on_each_engine, raw};

const OPERATORS: &str = "/dashboard/operators";

/// What every form of the dashboard needs, so that each route would do what it is for.
const FORM: &[(&str, &str)] = &[
    ("email", "new@example.com"),
    ("role", "ADMIN"),
    ("url", "http://127.0.0.1:9/other"),
    ("name", "backend"),
    ("scope", "sessions:read"),
    ("value", "on"),
    ("flow", "minimal"),
    ("decision", "APPROVED"),
    ("reason", "because"),
    ("customer", "crm-2"),
    ("create", "yes"),
    ("q", "crm-1"),
];

/// A request whose body lacks its end.
struct Held {
    what: String,
    connection: TcpStream,
    rest: Vec<u8>,
}

impl Held {
    /// Sends the head and one byte, and returns once the server has begun to read the body: it has checked then who sends it.
    async fn begin(installation: &Installation, path: &str, head: &str, body: &str) -> Self {
        let mut connection = TcpStream::connect(("127.0.0.1", installation.port)).await.expect("connects");
        let (first, rest) = body.split_at(1);
        let length = body.len();
        let whole = format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n");
        connection.write_all(whole.as_bytes()).await.expect("sends the head");
        let mut asked = [0; 25];
        connection.read_exact(&mut asked).await.expect("an answer");
        assert_eq!(String::from_utf8_lossy(&asked), "HTTP/1.1 100 Continue\r\n\r\n", "{path}");
        connection.write_all(first.as_bytes()).await.expect("sends a byte");
        Self { what: path.to_owned(), connection, rest: rest.into() }
    }

    /// The same for a form of the dashboard.
    async fn form(installation: &Installation, browser: &Browser, path: &str) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(FORM).finish();
        let (name, token) = browser.cookie();
        let head = format!("Cookie: {name}={token}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        Self::begin(installation, path, &head, &body).await
    }

    /// The same for a new session.
    async fn session(client: &ApiClient, installation: &Installation, idempotency_key: Option<&str>) -> Self {
        let idempotency_key = idempotency_key.map_or_else(String::new, |key| format!("Idempotency-Key: {key}\r\n"));
        let head = format!("Authorization: Bearer {}\r\n{idempotency_key}Content-Type: application/json\r\n", client.key);
        Self::begin(installation, "/kyc-sessions", &head, &json!({ "flow": "minimal" }).to_string()).await
    }

    /// Sends the rest, and returns the status and the problem's code, if the answer is a problem.
    async fn finish(mut self) -> (String, u16, String) {
        let (status, body) = raw::ask(&mut self.connection, &self.rest).await.unwrap_or_else(|error| panic!("{}: {error}", self.what));
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        (self.what, status, problem["type"].as_str().unwrap_or_default().trim_start_matches("/problems/").to_owned())
    }
}

/// The routes that change or search something and ask for a right.
fn forms() -> Vec<Route> {
    routes().into_iter().filter(|route| route.method != Method::GET && route.right.is_some()).collect()
}

on_each_engine!(a_role_that_is_lost_while_a_form_is_under_way_does_not_count);
async fn a_role_that_is_lost_while_a_form_is_under_way_does_not_count(app: TestApp) {
    let (ids, admin) = (Ids::real(&app).await, app.browser("ADMIN").await);
    let mut covered = BTreeSet::new();
    for lost in ["AGENT", "AUDITOR", "disabled", "signed out"] {
        let victim = app.browser("ADMIN").await;
        let id = app.installation.database.texts("SELECT id FROM operators ORDER BY id DESC").await.remove(0);
        let is_role = ["AGENT", "AUDITOR"].contains(&lost);
        let refused = forms().into_iter().filter(|route| !is_role || !may(lost, route.right.expect("a right")));
        let mut held = Vec::new();
        for route in refused {
            covered.insert((is_role, route.path));
            held.push(Held::form(&app.installation, &victim, &ids.fill(route.path)).await);
        }
        let done = match lost {
            "disabled" => admin.post(&format!("{OPERATORS}/{id}/disable"), &[]).await,
            "signed out" => victim.post("/dashboard/sign-out", &[]).await,
            role => admin.post(&format!("{OPERATORS}/{id}/role"), &[("role", role)]).await,
        };
        done.expect(303);
        let before = audit_rows(&app).await;
        let expected = if is_role { (403, "forbidden") } else { (401, "unauthorized") };
        for request in held {
            let (path, status, code) = request.finish().await;
            assert_eq!((status, code.as_str()), expected, "{lost}: POST {path}");
        }
        assert_eq!(audit_rows(&app).await, before, "{lost}: what was refused changes nothing");
    }
    for route in forms() {
        assert!(covered.contains(&(false, route.path)), "{}", route.path);
        assert!(route.right == Some("BeSignedIn") || covered.contains(&(true, route.path)), "{}", route.path);
    }
    let kept = Held::form(&app.installation, &admin, "/dashboard/links").await.finish().await;
    assert_eq!(kept.1, 303, "a right that stays counts");
}

on_each_engine!(a_key_that_is_lost_while_a_body_is_under_way_does_not_count);
async fn a_key_that_is_lost_while_a_body_is_under_way_does_not_count(app: TestApp) {
    app.operator.set_session_api("on").await;
    let admin = app.browser("ADMIN").await;
    let client = ApiClient::new(&app.installation, &["sessions:create"]).await;
    client.create_with_key("known", &json!({ "flow": "minimal" })).await.expect(201);
    let here = &app.installation;
    let begin = async || [Held::session(&client, here, None).await, Held::session(&client, here, Some("known")).await];
    let finish = async |held: [Held; 2], expected: (u16, &str)| {
        for request in held {
            let (_, status, code) = request.finish().await;
            assert_eq!((status, code.as_str()), expected);
        }
    };
    finish(begin().await, (201, "")).await;
    let sessions = async || here.database.number("SELECT COUNT(*) FROM sessions").await;
    assert_eq!(sessions().await, 2);

    let held = begin().await;
    app.operator.set_session_api("off").await;
    finish(held, (403, "disabled")).await;
    app.operator.set_session_api("on").await;

    let held = begin().await;
    admin.post(&format!("/dashboard/api-keys/{}/disable", client.id), &[]).await.expect(303);
    finish(held, (401, "unauthorized")).await;
    assert_eq!(sessions().await, 2);
}
