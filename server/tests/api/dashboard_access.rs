//! Access to every route of the dashboard, from the whole route table: signed-out browsers, other sites and wrong roles are
//! refused, right roles are not, and a refused request changes nothing.

use std::collections::BTreeMap;

use reqwest::Method;
use url::form_urlencoded;

use crate::support::dashboard::PASSWORD;
use crate::support::{ApiClient, Browser, Reply, TestApp, Value, json, on_each_engine};

/// The source of the route table.
const ROUTER: &str = include_str!("../../src/router.rs");

const ROLES: [&str; 4] = ["ADMIN", "REVIEWER", "AGENT", "AUDITOR"];

/// A well-formed UUID that no row has.
const UNKNOWN_ROW: &str = "01234567-89ab-7def-8123-456789abcdef";

/// A route and the right that it requires; `None` where anyone may use it.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub right: Option<&'static str>,
}

/// The contract's table of roles.
pub fn may(role: &str, right: &str) -> bool {
    match right {
        "BeSignedIn" | "SeeStatus" => true,
        "CreateLinks" => role != "AUDITOR",
        "SeeSessions" => role != "AGENT",
        "Review" => ["ADMIN", "REVIEWER"].contains(&role),
        "SeeSettings" => ["ADMIN", "AUDITOR"].contains(&role),
        "ChangeSettings" => role == "ADMIN",
        _ => panic!("the contract knows no right such as {right}"),
    }
}

/// The right that the contract requires for a route.
fn right_of(method: &Method, path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').skip(1).collect();
    let reads = *method == Method::GET;
    match (parts.as_slice(), reads) {
        (["sign-in" | "language"] | ["set-up" | "invitation" | "reset" | "one-time", _], _) => None,
        ([] | ["" | "sign-out" | "{*rest}"] | ["account", ..], _) => Some("BeSignedIn"),
        (["links", ..] | ["sessions", _, "events"], true) => Some("SeeStatus"),
        (["links"], false) => Some("CreateLinks"),
        // A search is a POST, so that no address contains what was searched.
        (["sessions" | "customers" | "transactions"], _) | (["sessions" | "customers" | "transactions" | "unresolved", ..], true) => Some("SeeSessions"),
        (["sessions" | "customers" | "transactions", _, ..], false) => Some("Review"),
        (["lists", _, "search"], false) => Some("SeeSettings"),
        // It has whole values.
        (["lists", _, "export"], true) => Some("ChangeSettings"),
        // The editor is only for those who may save.
        (["rules", "new"] | ["rules", "presets", _] | ["rules", "by-name", _, "edit"], _) => Some("ChangeSettings"),
        (["webhooks" | "api-keys" | "operators" | "settings" | "rules" | "lists", ..], true) => Some("SeeSettings"),
        (["webhooks" | "api-keys" | "operators" | "settings" | "rules" | "lists", ..], false) => Some("ChangeSettings"),
        _ => panic!("this table has no right for {method} {path}"),
    }
}

/// The routes of the dashboard. Each takes one line that names its right; the count shows any route written differently.
pub fn routes() -> Vec<Route> {
    let routes: Vec<Route> = ROUTER.lines().filter_map(|line| route(line.trim())).collect();
    let named = ROUTER.matches("\"/dashboard").count();
    assert_eq!(routes.len(), named, "a route of the dashboard stands on one line as .route(\"/dashboard/…\", may(&context, May::…, get(…)))");
    assert!(routes.len() > 40, "{} routes", routes.len());
    routes
}

fn route(line: &'static str) -> Option<Route> {
    let (path, rest) = line.strip_prefix(".route(\"")?.split_once("\", ").filter(|(path, _)| path.starts_with("/dashboard"))?;
    let (right, handler) = match rest.strip_prefix("may(&context, May::") {
        Some(rest) => rest.split_once(", ").map(|(right, handler)| (Some(right), handler))?,
        None => (None, rest.strip_prefix("anyone(&context, ")?),
    };
    let (method, handler) = handler.split_once('(')?;
    assert!(!handler.contains('(') && ["get", "post", "put", "patch", "delete"].contains(&method), "one method a line: {line}");
    let method: Method = method.to_uppercase().parse().expect("a method");
    assert_eq!(right, right_of(&method, path), "who may use {method} {path}");
    Some(Route { method, path, right })
}

impl Route {
    fn is_page(&self) -> bool {
        self.method == Method::GET && !self.path.ends_with("/events") && !self.path.ends_with("/progress") && !self.path.contains("/artifacts/")
    }
}

/// Ids for the variable parts of a path, by the path segment before them.
pub struct Ids(BTreeMap<&'static str, String>);

impl Ids {
    /// Ids of existing rows.
    pub async fn real(app: &TestApp) -> Self {
        let customer = app.customer_with(&["--customer", "crm-1"]).await;
        customer.finish().await;
        let shown = app.operator.session(&customer.id).await;
        // Tests may disable the newest operator.
        Browser::signed_in(&app.installation, "AGENT").await;
        let draft = app.installation.home().join("draft.json");
        let rule = json!({ "name": "draft", "when": { "field": "type", "is": "PIX" }, "then": { "action": "BLOCK" } });
        std::fs::write(&draft, rule.to_string()).expect("writes the draft");
        app.operator.json(&["rule", "backtest", draft.to_str().expect("UTF-8")]).await;
        app.operator.import_list("payees", "value\nacct-1\n").await;
        let rule = app.installation.home().join("rule.json");
        let of_rule = json!({ "name": "held", "when": { "field": "type", "is": "TED" }, "then": { "action": "REVIEW" } });
        std::fs::write(&rule, of_rule.to_string()).expect("writes the rule");
        app.operator.json(&["rule", "import", rule.to_str().expect("UTF-8")]).await;
        let database = &app.installation.database;
        let text = |value: &Value| value.as_str().expect("an id").to_owned();
        Self(BTreeMap::from([
            ("sessions", text(&shown["ref"])),
            ("links", text(&shown["ref"])),
            ("artifacts", text(&shown["artifacts"][0]["id"])),
            ("backtests", database.texts("SELECT id FROM backtests").await.remove(0)),
            ("customers", database.texts("SELECT customer FROM sessions").await.remove(0)),
            ("by-name", "held".to_owned()),
            ("presets", "structuring".to_owned()),
            ("transactions", in_review(app).await),
            ("webhooks", text(&app.operator.add_webhook("http://127.0.0.1:9/hook").await["id"])),
            ("api-keys", text(&app.operator.add_key(&["sessions:read"]).await["id"])),
            ("operators", database.texts("SELECT id FROM operators ORDER BY id DESC").await.remove(0)),
            ("lists", database.texts("SELECT id FROM lists").await.remove(0)),
            ("entries", database.texts("SELECT id FROM list_entries").await.remove(0)),
        ]))
    }

    /// Ids of no row.
    fn unknown() -> Self {
        Self(BTreeMap::new())
    }

    pub fn fill(&self, path: &str) -> String {
        let mut filled: Vec<&str> = Vec::new();
        for part in path.split('/') {
            let of = filled.last().copied().unwrap_or_default();
            filled.push(if part.starts_with('{') { self.0.get(of).map_or(UNKNOWN_ROW, String::as_str) } else { part });
        }
        filled.join("/")
    }
}

/// A transaction that waits for a person.
async fn in_review(app: &TestApp) -> String {
    let program = ApiClient::new(&app.installation, &["transactions", "rules"]).await;
    let rule = json!({ "name": "all", "when": { "field": "amount", "atLeast": 1, "currency": "BRL" }, "then": { "action": "REVIEW" } });
    let payment = json!({ "transactionId": "pix-1", "customerId": "crm-1", "amount": 5, "currency": "BRL", "direction": "OUT", "type": "PIX" });
    program.send(program.request(Method::PUT, "/rules/all").json(&rule)).await.expect(201);
    program.send(program.request(Method::POST, "/transactions").json(&payment)).await.expect(201);
    app.installation.database.texts("SELECT ref FROM transactions").await.remove(0)
}

/// The audit rows of what was done. Refusals are audited too, and change nothing else.
pub async fn audit_rows(app: &TestApp) -> i64 {
    app.installation.database.number("SELECT COUNT(*) FROM audit WHERE action NOT IN ('operator.refused', 'sign_in.failed')").await
}

/// Expects the security headers that every answer of the dashboard has.
#[track_caller]
fn assert_protected(reply: &Reply, what: &str) {
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") || policy == "sandbox; default-src 'none'", "{what}: {policy}");
    assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
    assert_eq!(reply.header("referrer-policy"), "same-origin", "{what}");
    assert_eq!(reply.header("permissions-policy"), "camera=()", "{what}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(reply.header("x-robots-tag"), "noindex", "{what}");
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
}

/// The address to which a redirect to the sign-in page returns.
#[track_caller]
fn next(reply: &Reply) -> String {
    let to = reply.see_other();
    let query = to.strip_prefix("/dashboard/sign-in?").unwrap_or_else(|| panic!("no sign-in: {to}"));
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert!(pairs.len() == 1 && pairs[0].0 == "next", "{to}");
    pairs[0].1.clone()
}

on_each_engine!(a_signed_out_browser_is_refused_on_every_route);
async fn a_signed_out_browser_is_refused_on_every_route(app: TestApp) {
    let (ids, nobody) = (Ids::real(&app).await, Browser::signed_out(&app.installation));
    let before = audit_rows(&app).await;
    for route in routes() {
        let path = ids.fill(route.path);
        let what = format!("{} {path}", route.method);
        let reply = nobody.send(nobody.request(route.method.clone(), &path).header("sec-fetch-site", "same-origin")).await;
        assert_protected(&reply, &what);
        assert!(reply.headers.get("set-cookie").is_none(), "{what}");
        if route.method == Method::GET {
            let head = nobody.send(nobody.request(Method::HEAD, &path)).await;
            assert_eq!(head.status, reply.status, "HEAD {path}");
        }
        match route.right {
            None => assert!(![401, 403].contains(&reply.status), "{what}: {}", reply.status),
            Some(_) if route.is_page() => {
                assert_eq!(next(&reply), path, "{what}");
            }
            Some(_) => {
                reply.problem(401, "unauthorized");
            }
        }
    }
    let with_query = "/dashboard/sessions?status=PENDING&before=x";
    assert_eq!(next(&nobody.get(with_query).await), with_query);
    assert_eq!(audit_rows(&app).await, before, "refused requests change nothing");
}

on_each_engine!(requests_from_other_sites_change_nothing);
async fn requests_from_other_sites_change_nothing(app: TestApp) {
    let (ids, admin) = (Ids::real(&app).await, app.browser("ADMIN").await);
    let before = audit_rows(&app).await;
    let base = app.installation.base();
    let similar = format!("{base}.evil.example");
    let elsewhere: [&[(&str, &str)]; 9] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "nonsense")],
        &[("sec-fetch-site", "cross-site"), ("origin", base.as_str())],
        &[("origin", "https://evil.example")],
        &[("origin", similar.as_str())],
        &[("origin", "null")],
        &[],
    ];
    for route in routes().iter().filter(|route| route.method != Method::GET) {
        let path = ids.fill(route.path);
        for headers in elsewhere {
            let request = headers.iter().fold(admin.request(route.method.clone(), &path), |request, (name, value)| request.header(*name, *value));
            let reply = admin.send(request).await;
            assert_eq!(reply.status, 403, "{} {path} with {headers:?}: {}", route.method, reply.text());
            reply.problem(403, "forbidden");
            assert_protected(&reply, &path);
        }
    }
    assert_eq!(audit_rows(&app).await, before);
    assert!(admin.is_signed_in().await);
    let ours = admin.form("/dashboard/language", &[("language", "en"), ("back", "/dashboard/links")]).header("origin", &base);
    assert_eq!(admin.send(ours).await.see_other(), "/dashboard/links", "a browser that sends no Sec-Fetch-Site sends Origin");
}

on_each_engine!(each_role_can_do_what_the_contract_says_and_no_more);
async fn each_role_can_do_what_the_contract_says_and_no_more(app: TestApp) {
    let (ids, unknown) = (Ids::real(&app).await, Ids::unknown());
    for role in ROLES {
        let browser = app.browser(role).await;
        let before = audit_rows(&app).await;
        let (allowed, refused): (Vec<Route>, Vec<Route>) = routes().into_iter().partition(|route| route.right.is_none_or(|right| may(role, right)));
        for (route, ids) in refused.iter().flat_map(|route| [(route, &ids), (route, &unknown)]) {
            let what = format!("{role}: {} {}", route.method, ids.fill(route.path));
            let reply = send(&browser, route, ids).await;
            assert_eq!(reply.status, 403, "{what}: {}", reply.text());
            assert_protected(&reply, &what);
            if route.is_page() {
                assert!(reply.header("content-type").starts_with("text/html"), "{what}");
            } else {
                reply.problem(403, "forbidden");
            }
        }
        assert_eq!(audit_rows(&app).await, before, "refused requests change nothing");
        for route in &allowed {
            let what = format!("{role}: {} {}", route.method, route.path);
            let reply = send(&browser, route, &ids).await;
            assert!(![401, 403].contains(&reply.status), "{what}: {}", reply.status);
            assert!(reply.status != 404 || route.path.contains("{*rest}"), "{what}: the ids are real");
            assert_protected(&reply, &what);
            if route.path.ends_with("/sign-out") {
                assert!(!browser.is_signed_in().await);
                assert_eq!(browser.sign_in(&browser.email, PASSWORD).await.status, 303);
            }
        }
    }
}

async fn send(browser: &Browser, route: &Route, ids: &Ids) -> Reply {
    let request = browser.request(route.method.clone(), &ids.fill(route.path));
    browser.send(request.header("sec-fetch-site", "same-origin")).await
}
