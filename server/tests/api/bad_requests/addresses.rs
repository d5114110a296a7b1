//! Unknown paths, malformed ids, and methods that a route does not support.

use super::row::{Expected, Row, Target};

const NOT_FOUND: Expected = Expected::Problem(&[404]);

/// Texts to use as an id.
fn ids(target: &Target) -> Vec<String> {
    let real = &target.id;
    let mut ids: Vec<String> =
        ["%", "%zz", "%00", "%ff%fe", "%2e%2e", "..%2f..", "%2F", "%252F", "null", "undefined", "0", "-1", "*", "~", "sess_", "SESS_", "sess_%F0%9F%98%80"]
            .map(str::to_owned)
            .to_vec();
    ids.extend([format!("{real}%00"), format!("{real}%20"), format!("%73{}0", &real[1..]), real.to_uppercase(), real.replace('_', "-"), format!("{real};a=b")]);
    ids.extend(["x".repeat(8_000), "%41".repeat(3_000)]);
    ids
}

const NOWHERE: [&str; 14] = [
    "/kyc-sessions",
    "/kyc-sessions/",
    "/verify",
    "/verify/",
    "/.env",
    "/.git/config",
    "/wp-login.php",
    "/api/v1/sessions",
    "/admin",
    "//etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/graphql",
    "/problems/nonsense",
    "/pkg/../Cargo.toml",
];

pub fn rows(target: &Target) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name: String, expected: Expected, method: &str, path: &str| {
        rows.push(Row { name, expected, bytes: target.request(method, path, &[], b"") });
    };
    for id in ids(target) {
        add(format!("id {id:.40}"), NOT_FOUND, "GET", &format!("/kyc-sessions/{id}/public"));
        // Capitals lead on to what was meant.
        let status: &[u16] = if id.to_lowercase() == target.id { &[303] } else { &[404] };
        add(format!("page of id {id:.40}"), Expected::Page(status), "GET", &format!("/verify/{id}/identity"));
    }
    for path in NOWHERE {
        add(format!("path {path}"), Expected::Problem(&[404, 405]), "GET", path);
    }
    add("a session without an API key".to_owned(), Expected::Problem(&[401]), "GET", &target.api(""));
    for rest in
        ["/", "/public/", "/public/more", "/PUBLIC", "/public%00", "/public;a=b", "/artifacts", "/artifacts/", "/steps", "/upload/x/y", "/..", "/%2e%2e/public"]
    {
        add(format!("session path {rest:?}"), NOT_FOUND, "GET", &target.api(rest));
    }
    for artifact in [
        "art_",
        "nonsense",
        "%00",
        "%ff",
        "..%2f..%2fmaster.key",
        "art_0123456789abcdefghjkmnpqrs",
        "ART_0123456789ABCDEFGHJKMNPQRS",
        "art_0123456789abcdefghjkmnpqrs.jpg",
    ] {
        add(format!("artifact {artifact}"), NOT_FOUND, "GET", &target.api(&format!("/artifacts/{artifact}")));
    }
    for step in ["nonsense", "IDENTITY", "identity%00", "identity%20", "%ff", "0", "identity%2F..", "..%2Fcomplete", "ident%C3%ADty"] {
        let body = br#"{"userData":{"name":"Ana","cpf":"12345678909"}}"#;
        let bytes = target.request("PUT", &target.api(&format!("/steps/{step}")), &[("Content-Type", "application/json")], body);
        rows.push(Row { name: format!("step {step}"), expected: NOT_FOUND, bytes });
        let bytes = target.request("GET", &target.page(&format!("/{step}")), &[], b"");
        rows.push(Row { name: format!("page of step {step}"), expected: Expected::Page(&[303, 404]), bytes });
    }
    let routes = [
        ("GET", target.api("/public")),
        ("GET", target.api("/answers")),
        ("GET", target.api("/events")),
        ("GET", target.api("/artifacts/art_0123456789abcdefghjkmnpqrs")),
        ("POST", target.api("/upload")),
        ("POST", target.api("/complete")),
        ("PUT", target.api("/steps/identity")),
        ("GET", target.page("")),
        ("GET, POST", target.page("/identity")),
    ];
    for (allowed, path) in routes {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW", "get"] {
            if !allowed.contains(method) {
                let name = format!("{method} where {allowed} is: {}", path.replace(&target.id, ""));
                rows.push(Row { name, expected: Expected::Problem(&[405]), bytes: target.request(method, &path, &[], b"") });
            }
        }
    }
    rows
}
