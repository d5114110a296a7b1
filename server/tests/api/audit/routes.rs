//! Sends a request to every route of the route table, and holds the audit log against what `docs/audit.md` says of the route.

use reqwest::Method;

use super::{added, page::promises};
use crate::support::customer::valid_user_data;
use crate::support::dashboard::{PASSWORD, list_file, path_of};
use crate::support::{ApiClient, Browser, Customer, Reply, SOON, TestApp, eventually, json, on_each_engine, photos};

const OTHER_PASSWORD: &str = "wooden harbour lantern quietly";

/// Routes that only exist in a debug build, and one that needs `serve --demo`; `commands.rs` sends that.
const ELSEWHERE: [&str; 3] = ["GET /dev/reload", "GET /dev/reload.js", "POST /dashboard/one-time/{token}"];

/// Those who send the requests.
struct Stage {
    app: TestApp,
    admin: Browser,
    program: ApiClient,
}

impl Stage {
    async fn new(app: TestApp) -> Self {
        app.operator.set_session_api("on").await;
        let program = ApiClient::new(&app.installation, &["sessions:create", "sessions:read", "transactions", "rules"]).await;
        let admin = Browser::signed_out(&app.installation);
        Self { app, admin, program }
    }

    /// A customer with a new session, and the session's ref.
    async fn customer(&self) -> (Customer, String) {
        let created = self.program.create(&json!({ "flow": "minimal" })).await.expect(201).json();
        let customer = self.app.stranger(created["sessionId"].as_str().expect("an id"));
        let session_ref = self.app.installation.database.texts("SELECT ref FROM sessions ORDER BY ref DESC LIMIT 1").await.remove(0);
        (customer, session_ref)
    }

    /// The id of the newest row of a table.
    async fn newest(&self, column: &str, table: &str) -> String {
        self.app.installation.database.texts(&format!("SELECT {column} FROM {table} ORDER BY id DESC LIMIT 1")).await.remove(0)
    }

    async fn send_as_customer(&self, route: &str) -> (Reply, Vec<String>) {
        let (customer, _) = self.customer().await;
        let identity = json!({ "name": "Ana", "cpf": "39053344705" });
        let installation = &self.app.installation;
        match route {
            "GET /verify/{id}" => added(installation, customer.page("")).await,
            "GET /verify/{id}/" => added(installation, customer.page("/")).await,
            "GET /verify/{id}/{step}/" => added(installation, customer.page("/identity/")).await,
            "GET /verify/{id}/{step}" => added(installation, customer.page("/identity")).await,
            "POST /verify/{id}/{step}" => added(installation, customer.post_form("identity", &[("name", "Ana"), ("cpf", "39053344705")])).await,
            "GET /kyc-sessions/{id}/public" => added(installation, customer.public()).await,
            "GET /kyc-sessions/{id}/events" => added(installation, opened(customer.api(Method::GET, "/events"))).await,
            "GET /kyc-sessions/{id}/answers" => {
                customer.save("identity", identity).await.expect(204);
                added(installation, customer.answers()).await
            }
            "POST /kyc-sessions/{id}/upload" => added(installation, customer.upload("selfie_url", photos::selfie())).await,
            "GET /kyc-sessions/{id}/artifacts/{artifact}" => {
                let url = customer.selfie().await;
                added(installation, customer.get(&path_of(&url))).await
            }
            "PUT /kyc-sessions/{id}/steps/{step}" => added(installation, customer.save("identity", identity)).await,
            "POST /kyc-sessions/{id}/complete" => {
                let selfie = customer.selfie().await;
                added(installation, customer.complete(valid_user_data(&selfie))).await
            }
            "GET /kyc-sessions/{id}" => added(installation, self.program.show(&customer.id)).await,
            _ => panic!("this test sends nothing to {route}"),
        }
    }

    async fn send_to_session(&self, route: &str, rest: &str) -> (Reply, Vec<String>) {
        let (customer, session_ref) = self.customer().await;
        let artifact = customer.selfie().await.rsplit('/').next().expect("an id").to_owned();
        let page = format!("/dashboard/sessions/{session_ref}");
        let path = format!("{page}{}", rest.replace("{artifact}", &artifact));
        let (admin, installation) = (&self.admin, &self.app.installation);
        let link: &[(&str, &str)] = &[("customer", "crm-1"), ("create", "1")];
        match rest {
            "/events" => {
                let (name, token) = admin.cookie();
                added(installation, opened(admin.request(Method::GET, &path).header("cookie", format!("{name}={token}")))).await
            }
            "/decision" => {
                customer.complete(valid_user_data(&artifact)).await.expect(202);
                customer.wait_for_status("COMPLETED", SOON).await;
                added(installation, admin.post(&path, &[("decision", "REJECTED"), ("reason", "seen")])).await
            }
            "/unlink" | "/artifacts/{artifact}/unlink" => {
                admin.post(&path.replace("/unlink", "/link"), link).await.expect(303);
                added(installation, admin.post(&path, &[])).await
            }
            _ if route.starts_with("GET") => added(installation, admin.get(&path)).await,
            _ => added(installation, admin.post(&path, link)).await,
        }
    }

    async fn send_as_operator(&self, route: &str) -> (Reply, Vec<String>) {
        let (app, admin, installation) = (&self.app, &self.admin, &self.app.installation);
        let (method, path) = route.split_once(' ').expect("a method and a path");
        if let Some(rest) = path.strip_prefix("/dashboard/sessions/{ref}") {
            return self.send_to_session(route, rest).await;
        }
        let form: &[(&str, &str)] = match path {
            "/dashboard/links" => &[("flow", "minimal")],
            "/dashboard/sessions" | "/dashboard/customers" | "/dashboard/transactions" => &[("q", "crm-1")],
            "/dashboard/webhooks" => &[("url", "http://127.0.0.1:9/hook")],
            "/dashboard/api-keys" => &[("name", "Billing"), ("scope", "sessions:read")],
            "/dashboard/settings/session-api" => &[("value", "on")],
            "/dashboard/operators" => &[("email", "someone@example.com"), ("role", "AGENT")],
            "/dashboard/language" => &[("language", "en"), ("back", "/dashboard/links")],
            "/dashboard/account/password" => &[("password_current", PASSWORD), ("password", OTHER_PASSWORD), ("password_again", OTHER_PASSWORD)],
            "/dashboard/operators/{id}/role" => &[("role", "AUDITOR")],
            "/dashboard/sign-in" => &[("email", "first@example.com"), ("password", PASSWORD)],
            _ => &[],
        };
        let other = Browser::signed_out(installation);
        match route {
            "POST /dashboard/set-up/{token}" => {
                let fields = [("email", "first@example.com"), ("password", PASSWORD), ("password_again", PASSWORD)];
                let path = path_of(&app.server.link("set-up").await);
                return added(installation, admin.post(&path, &fields)).await;
            }
            "POST /dashboard/invitation/{token}" => {
                let path = path_of(&app.operator.invite("invited@example.com", "AGENT").await);
                return added(installation, other.choose_password(&path)).await;
            }
            "POST /dashboard/sign-in" => return added(installation, other.post(path, form)).await,
            "POST /dashboard/reset/{token}" => {
                let invited = Browser::signed_in(installation, "AGENT").await;
                let reset = app.operator.json(&["operator", "reset", &invited.email]).await;
                let path = path_of(reset["resetUrl"].as_str().expect("a link"));
                return added(installation, other.post(&path, &[("password", OTHER_PASSWORD), ("password_again", OTHER_PASSWORD)])).await;
            }
            "POST /dashboard/sign-out" | "POST /dashboard/account/password" => {
                let other = Browser::signed_in(installation, "AGENT").await;
                return added(installation, other.post(path, form)).await;
            }
            _ => {}
        }
        if let Some(rest) = path.strip_prefix("/dashboard/transactions/{ref}") {
            return self.send_to_transaction(method, rest).await;
        }
        if let Some(rest) = path.strip_prefix("/dashboard/rules/backtests") {
            return self.send_to_backtests(method, rest).await;
        }
        if let Some(rest) = path.strip_prefix("/dashboard/lists") {
            return self.send_to_list(method, rest).await;
        }
        if path.starts_with("/dashboard/rules") {
            return self.send_to_rules(method, path).await;
        }
        let id = match path.split('/').nth(2) {
            Some("links") => self.customer().await.1,
            Some("customers") => {
                app.customer_with(&["--customer", "crm-1"]).await;
                self.newest("id", "customers").await
            }
            Some("webhooks") => app.operator.add_webhook("http://127.0.0.1:9/hook").await["id"].as_str().expect("an id").to_owned(),
            Some("api-keys") => app.operator.add_key(&["sessions:read"]).await["id"].as_str().expect("an id").to_owned(),
            Some("operators") => {
                Browser::signed_in(installation, "AGENT").await;
                let id = self.newest("id", "operators").await;
                if path.ends_with("/enable") {
                    admin.post(&format!("/dashboard/operators/{id}/disable"), &[]).await.expect(303);
                }
                id
            }
            _ => "unknown".to_owned(),
        };
        let path = ["{ref}", "{id}", "{token}", "{*rest}"].into_iter().fold(path.to_owned(), |path, place| path.replace(place, &id));
        if method == "GET" { added(installation, admin.get(&path)).await } else { added(installation, admin.post(&path, form)).await }
    }

    async fn send_to_list(&self, method: &str, rest: &str) -> (Reply, Vec<String>) {
        let (app, admin, installation) = (&self.app, &self.admin, &self.app.installation);
        app.operator.import_list("payees", "value\nacct-1\n").await;
        let list = installation.database.texts("SELECT id FROM lists WHERE name = 'payees'").await.remove(0);
        let entry = installation.database.texts("SELECT id FROM list_entries WHERE until_at IS NULL").await.remove(0);
        let path = format!("/dashboard/lists{}", rest.replace("{id}", &list).replace("{entry}", &entry));
        let form: &[(&str, &str)] = match rest {
            "" => &[("name", "devices"), ("kind", "device")],
            "/{id}/search" => &[("q", "acct-1")],
            _ => &[("value", "acct-2")],
        };
        match (method, rest) {
            ("GET", _) => added(installation, admin.get(&path)).await,
            (_, "/{id}/import") => added(installation, admin.send(list_file(admin.request(Method::POST, &path), "value\nacct-3\n"))).await,
            _ => added(installation, admin.post(&path, form)).await,
        }
    }

    /// A rule of its own for each route, and a transaction to try it on.
    async fn send_to_rules(&self, method: &str, path: &str) -> (Reply, Vec<String>) {
        let name = format!("desk-{}", path.rsplit('/').next().expect("a part").replace(['{', '}'], ""));
        let rule = json!({ "name": name, "when": { "field": "type", "is": "TED" }, "then": { "action": "REVIEW" } });
        let payment = json!({ "transactionId": "desk-1", "customerId": "crm-7", "amount": 5, "currency": "BRL", "direction": "OUT", "type": "PIX" });
        let here = format!("/rules/{name}");
        for (method, path, body) in [(Method::PUT, here.as_str(), &rule), (Method::POST, "/transactions", &payment)] {
            self.program.http.send_raw(self.program.request(method, path).json(body)).await.expect("an answer");
        }
        let new = match path.rsplit('/').next() {
            Some("new") => "desk-made",
            Some("{preset}") => "desk-begun",
            _ => &name,
        };
        let over = if path.ends_with("/new") { "0" } else { "1" };
        let form = [
            ("_action", "save"),
            ("_over", over),
            ("name", new),
            ("w.what", "type"),
            ("w.op", "is"),
            ("w.value", "PIX"),
            ("action", "BLOCK"),
            ("mode", "TEST"),
            ("stored", "desk-1"),
            ("amount", "50000"),
            ("type", "CASH"),
            ("currency", "BRL"),
        ];
        let (admin, path) = (&self.admin, path.replace("{name}", &name).replace("{preset}", "large-cash"));
        let installation = &self.app.installation;
        if method == "GET" { added(installation, admin.get(&path)).await } else { added(installation, admin.post(&path, &form)).await }
    }

    /// Sends a request about a transaction of its own, which waits for a person.
    async fn send_to_transaction(&self, method: &str, rest: &str) -> (Reply, Vec<String>) {
        let rule = json!({ "name": "waits", "when": { "field": "type", "is": "TED" }, "then": { "action": "REVIEW" } });
        let id = format!("ted-{}", rest.len());
        let payment = json!({ "transactionId": id, "customerId": "crm-7", "amount": 5, "currency": "BRL", "direction": "OUT", "type": "TED" });
        self.program.http.send_raw(self.program.request(Method::PUT, "/rules/waits").json(&rule)).await.expect("an answer");
        self.program.http.send_raw(self.program.request(Method::POST, "/transactions").json(&payment)).await.expect("an answer");
        let held = self.app.installation.database.texts("SELECT ref FROM transactions WHERE status = 'REVIEW' ORDER BY ref DESC").await.remove(0);
        let path = format!("/dashboard/transactions/{held}{rest}");
        let installation = &self.app.installation;
        if method == "GET" {
            added(installation, self.admin.get(&path)).await
        } else {
            added(installation, self.admin.post(&path, &[("decision", "BLOCKED"), ("reason", "seen")])).await
        }
    }

    async fn send_to_backtests(&self, method: &str, rest: &str) -> (Reply, Vec<String>) {
        let (admin, installation) = (&self.admin, &self.app.installation);
        let draft = json!({ "name": "draft", "when": { "field": "type", "is": "WIRE" }, "then": { "action": "REVIEW" } });
        let payment = json!({ "transactionId": "wire-1", "customerId": "crm-7", "amount": 5, "currency": "BRL", "direction": "OUT", "type": "WIRE" });
        self.program.http.send_raw(self.program.request(Method::POST, "/transactions").json(&payment)).await.expect("an answer");
        let file = installation.home().join("draft.json");
        std::fs::write(&file, draft.to_string()).expect("writes the draft");
        self.app.operator.json(&["rule", "backtest", file.to_str().expect("UTF-8")]).await;
        let id = self.newest("id", "backtests").await;
        let path = format!("/dashboard/rules/backtests{}", rest.replace("{id}", &id));
        if method == "GET" {
            return added(installation, admin.get(&path)).await;
        }
        let lease = |status: &str, until: &str| format!("UPDATE backtests SET status = '{status}', lease_until = {until} WHERE id = '{id}'");
        if rest.ends_with("/cancel") {
            installation.database.change(&lease("RUNNING", "9000000000000000")).await;
        }
        let sent = added(installation, admin.post(&path, &[("rule", &draft.to_string())])).await;
        installation.database.change(&lease("DONE", "0")).await;
        let running = "SELECT COUNT(*) FROM backtests WHERE status = 'RUNNING'";
        eventually("its end", SOON, async || (installation.database.number(running).await == 0).then_some(())).await;
        sent
    }

    async fn send_as_program(&self, method: &str, path: &str) -> (Reply, Vec<String>) {
        let rule =
            json!({ "name": "held", "when": { "field": "amount", "atLeast": 100, "currency": "BRL" }, "then": { "action": "STEP_UP", "flow": "minimal" } });
        let payment = json!({ "transactionId": "pix-1", "customerId": "crm-7", "amount": 5, "currency": "BRL", "direction": "OUT", "type": "PIX" });
        let send = async |method: Method, path: &str, body: &crate::support::Value| {
            self.program.http.send_raw(self.program.request(method, path).json(body)).await.expect("an answer")
        };
        match (method, path) {
            ("GET", "/rules/{name}") => {
                send(Method::PUT, "/rules/held", &rule).await.expect(201);
            }
            ("GET", "/transactions/{id}") => {
                send(Method::POST, "/transactions", &payment).await;
            }
            _ => {}
        }
        let (body, at) = if path.starts_with("/rules") { (&rule, path.replace("{name}", "held")) } else { (&payment, path.replace("{id}", "pix-1")) };
        // A version of its own: the same rule again makes none.
        let mut body = body.clone();
        match method {
            "PUT" => body["weight"] = json!(7),
            "POST" if path.ends_with("/batch") => {
                body["transactionId"] = json!("pix-3");
                body = json!({ "transactions": [body] });
            }
            "POST" => body["transactionId"] = json!("pix-2"),
            _ => {}
        }
        let method = method.parse().expect("a method");
        added(&self.app.installation, send(method, &at, &body)).await
    }

    async fn send(&self, route: &str) -> (Reply, Vec<String>) {
        let installation = &self.app.installation;
        let (method, path) = route.split_once(' ').expect("a method and a path");
        match path.split('/').nth(1) {
            Some("verify" | "kyc-sessions") if path.contains("{id}") => self.send_as_customer(route).await,
            Some("rules" | "transactions") => self.send_as_program(method, path).await,
            Some("kyc-sessions") => added(installation, self.program.create(&json!({ "flow": "minimal" }))).await,
            Some("dashboard") => self.send_as_operator(route).await,
            _ => {
                assert_eq!(method, "GET", "{route}");
                let path = path.replace("{code}", "conflict").replace("{flow}", "minimal").replace("{*file}", "nothing.js");
                added(installation, async { self.program.http.send_raw(self.program.http.request(Method::GET, &path)).await.expect("an answer") }).await
            }
        }
    }
}

/// The head of a stream, which is then closed.
async fn opened(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.expect("an answer");
    Reply { status: response.status().as_u16(), headers: response.headers().clone(), body: Vec::new() }
}

on_each_engine!(every_route_is_audited_as_the_page_says);
async fn every_route_is_audited_as_the_page_says(app: TestApp) {
    let stage = Stage::new(app).await;
    let mut routes: Vec<_> = promises("Routes").into_iter().filter(|(route, _)| !ELSEWHERE.contains(&route.as_str())).collect();
    // The set-up makes the administrator who sends the others.
    routes.sort_by_key(|(route, _)| route != "POST /dashboard/set-up/{token}");
    for (route, promise) in routes {
        let (reply, found) = stage.send(&route).await;
        if promise.acts.is_empty() {
            assert!(found.is_empty(), "{route} is not audited, says the page: {found:?}");
        } else {
            assert!(reply.status < 400, "{route}: {} {}", reply.status, reply.text());
            assert!(!found.is_empty(), "{route} is audited, says the page");
        }
        assert!(found.iter().all(|act| promise.acts.contains(act)), "{route}: {found:?}, the page says {promise:?}");
    }
}
