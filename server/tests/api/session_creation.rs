//! The session API for a company's programs: what a key may do, which requests are refused, and that a repeated request creates
//! no second session. The API is off until an administrator switches it on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::support::installation::free_port;
use crate::support::rng::canary;
use crate::support::search::Search;
use crate::support::{ApiClient, Installation, Reply, SOON, Server, TestApp, Value, json, now_ms, on_each_engine, parse_ms};

const EVERY_SCOPE: &[&str] = &["sessions:create", "sessions:read"];

async fn sessions(app: &TestApp) -> i64 {
    app.installation.database.number("SELECT COUNT(*) FROM sessions").await
}

fn minimal() -> Value {
    json!({ "flow": "minimal" })
}

on_each_engine!(a_key_allows_what_its_scopes_say);
async fn a_key_allows_what_its_scopes_say(app: TestApp) {
    let client = ApiClient::new(&app.installation, EVERY_SCOPE).await;
    let (creates, reads) = (ApiClient::new(&app.installation, &["sessions:create"]).await, ApiClient::new(&app.installation, &["sessions:read"]).await);
    let known = app.operator.session_ref(&app.customer().await.id).await;
    client.create(&minimal()).await.problem(403, "disabled");
    client.show(&known).await.expect(200);

    app.operator.set_session_api("on").await;
    client.create(&minimal()).await.expect(201);
    creates.create(&minimal()).await.expect(201);
    reads.show(&known).await.expect(200);
    reads.create(&minimal()).await.problem(403, "forbidden");
    creates.show(&known).await.problem(403, "forbidden");
    let [wrong, bare, basic] = [format!("Bearer {}x", client.key), client.key.clone(), format!("Basic {}", client.key)];
    for header in [None, Some("Bearer fs_nonsense"), Some("Bearer "), Some("Bearer"), Some(wrong.as_str()), Some(bare.as_str()), Some(basic.as_str())] {
        for (method, path) in [(Method::POST, "/kyc-sessions".to_owned()), (Method::GET, format!("/kyc-sessions/{known}"))] {
            let request = client.http.request(method, &path).json(&minimal());
            let request = if let Some(header) = header { request.header(AUTHORIZATION, header) } else { request };
            let refused = client.http.send(request).await;
            refused.problem(401, "unauthorized");
            assert_eq!(refused.header("www-authenticate"), "Bearer", "RFC 9110, section 11.6.1");
        }
    }
    let before = sessions(&app).await;
    app.operator.set_session_api("off").await;
    client.create(&minimal()).await.problem(403, "disabled");
    app.operator.set_session_api("on").await;
    let admin = app.browser("ADMIN").await;
    admin.post(&format!("/dashboard/api-keys/{}/disable", client.id), &[]).await.expect(303);
    client.create(&minimal()).await.problem(401, "unauthorized");
    admin.post("/dashboard/settings/session-api", &[("value", "off")]).await.expect(303);
    creates.create(&minimal()).await.problem(403, "disabled");
    assert_eq!(sessions(&app).await, before);
}

on_each_engine!(a_session_is_created_as_requested);
async fn a_session_is_created_as_requested(app: TestApp) {
    app.operator.set_session_api("on").await;
    let client = ApiClient::new(&app.installation, EVERY_SCOPE).await;
    let mut flow = app.operator.run(&["flow", "export", "minimal"]).await.json();
    flow["name"] = json!("returning");
    flow["returnUrls"] = json!(["https://acme.example/done"]);
    app.operator.import_flow(&flow).await;

    let body = json!({ "flow": "returning", "customerId": "crm-1", "ttl": "2h", "locale": "es", "returnUrl": "https://acme.example/done" });
    let created = client.create(&body).await.expect(201).json();
    let id = created["sessionId"].as_str().expect("an id");
    let url = format!("{}/verify/{id}", app.installation.base());
    assert_eq!(created, json!({ "sessionId": id, "url": url, "expiresAt": created["expiresAt"] }), "exactly these three keys");
    let lifetime = parse_ms(created["expiresAt"].as_str().expect("a time")) - now_ms();
    assert!((7_100_000..7_210_000).contains(&lifetime), "{lifetime} ms");
    let customer = app.stranger(id);
    assert_eq!(customer.public().await.expect(200).json()["locale"], "es");
    customer.finish().await;
    assert!(customer.page("").await.expect(200).text().contains("https://acme.example/done"));
}

on_each_engine!(an_invalid_request_is_refused_with_every_fault);
async fn an_invalid_request_is_refused_with_every_fault(app: TestApp) {
    app.operator.set_session_api("on").await;
    let client = ApiClient::new(&app.installation, EVERY_SCOPE).await;
    let long = "x".repeat(129);
    let mut cases = vec![("flow", json!("nonsense"), "not_an_option"), ("flow", json!(null), "required"), ("flow", json!(7), "malformed")];
    cases.extend(["0s", "31d", "1w", "soon", "", "7"].map(|ttl| ("ttl", json!(ttl), "malformed")));
    cases.extend([json!(7), json!("has space"), json!(""), json!(long)].map(|reference| ("customerId", reference, "malformed")));
    cases.extend([("ttl", json!(7), "malformed"), ("locale", json!("fr"), "not_an_option"), ("nonsense", json!(1), "unknown_field")]);
    cases.extend([json!("https://evil.example/"), json!("javascript:alert(1)")].map(|url| ("returnUrl", url, "not_an_option")));
    for (field, value, code) in cases {
        let mut body = minimal();
        body[field] = value;
        let refused = client.create(&body).await;
        refused.problem(422, "invalid-request");
        assert_eq!(refused.faults(), [(field.to_owned(), code.to_owned())], "{body}");
    }
    let all = client.create(&json!({ "ttl": "soon", "customerId": "has space", "userData": {} })).await;
    let fields: Vec<String> = all.faults().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["customerId", "flow", "ttl", "userData"]);

    // Faults that depend on the flow are reported together with the others.
    for (body, expected) in [
        (json!({ "flow": "nope", "customerId": "a b", "ttl": "soon", "locale": "fr" }), &["customerId", "flow", "locale", "ttl"][..]),
        (json!({ "flow": "minimal", "customerId": "a b", "returnUrl": "https://evil.example/" }), &["customerId", "returnUrl"][..]),
        (json!({ "flow": "", "ttl": 7, "returnUrl": 7 }), &["flow", "returnUrl", "ttl"][..]),
    ] {
        let refused = client.create(&body).await;
        let problem = refused.problem(422, "invalid-request");
        let fields: Vec<String> = refused.faults().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, expected, "{body}");
        for error in problem["errors"].as_array().expect("errors") {
            let message = error["message"].as_str().expect("a message");
            assert!(message.starts_with(char::is_uppercase) && message.ends_with('.') && !message.contains(": ."), "{message}");
        }
    }

    let raw = async |kind: &str, body: String| client.send(client.request(Method::POST, "/kyc-sessions").header(CONTENT_TYPE, kind).body(body)).await;
    for broken in ["", "{", "[]", "null", "\"minimal\"", "{\"flow\": \"minimal\"} more"] {
        raw("application/json", broken.to_owned()).await.problem(400, "invalid-json");
    }
    raw("text/plain", minimal().to_string()).await.problem(415, "unsupported-media");
    raw("application/json", json!({ "flow": "x".repeat(300_000) }).to_string()).await.problem(413, "too-large");
    for name in ["", &"k".repeat(256)] {
        client.create_with_key(name, &minimal()).await.problem(422, "invalid-request");
    }
    assert_eq!(sessions(&app).await, 0, "nothing was created");
}

on_each_engine!(a_request_sent_again_gets_the_first_answer);
async fn a_request_sent_again_gets_the_first_answer(mut app: TestApp) {
    app.operator.set_session_api("on").await;
    let (client, other) = (ApiClient::new(&app.installation, EVERY_SCOPE).await, ApiClient::new(&app.installation, EVERY_SCOPE).await);
    let name = canary();
    let first = client.create_with_key(&name, &minimal()).await.expect(201);
    app.crash_and_restart().await;
    let hours = async |hours: i64| {
        let sql = format!("UPDATE idempotency SET created_at = created_at - {}", hours * 3_600_000_000);
        app.installation.database.change(&sql).await;
    };
    for passed in [0, 47] {
        hours(passed).await;
        assert_eq!(client.create_with_key(&name, &minimal()).await.expect(201).comparable(), first.comparable(), "to the byte");
        client.create_with_key(&name, &json!({ "flow": "minimal", "ttl": "1h" })).await.problem(409, "conflict");
    }
    assert_eq!(sessions(&app).await, 1);
    let theirs = other.create_with_key(&name, &minimal()).await.expect(201).json();
    assert_ne!(theirs["sessionId"], first.json()["sessionId"], "the name belongs to another API key");
    hours(2).await;
    assert_ne!(client.create_with_key(&name, &minimal()).await.expect(201).body, first.body, "an answer is kept for 48 hours");
    assert_eq!(sessions(&app).await, 3);
}

on_each_engine!(the_same_request_sent_at_once_creates_one_session);
async fn the_same_request_sent_at_once_creates_one_session(app: TestApp) {
    app.operator.set_session_api("on").await;
    let here = ApiClient::new(&app.installation, EVERY_SCOPE).await;
    let mut elsewhere = app.installation.clone();
    elsewhere.port = free_port();
    // Both processes have the same public URL, so that their answers are equal.
    let elsewhere = elsewhere.with("FLOW_LISTEN", Some(&format!("127.0.0.1:{}", elsewhere.port))).with("FLOW_PUBLIC_URL", Some(&app.installation.base()));
    let _other = Server::start(&elsewhere).await;
    let there = here.at(&elsewhere);
    for round in 0..5 {
        let (name, body) = (format!("round {round}"), minimal());
        let replies = join_all((0..12).map(|at| [&here, &there][at % 2].create_with_key(&name, &body))).await;
        let (created, refused): (Vec<Reply>, Vec<Reply>) = replies.into_iter().partition(|reply| reply.status == 201);
        assert!(!created.is_empty() && created.iter().all(|reply| reply.body == created[0].body), "one answer");
        for reply in refused {
            reply.problem(409, "conflict");
            assert!(reply.header("retry-after").parse::<u64>().is_ok(), "{:?}", reply.headers);
        }
        assert_eq!(there.create_with_key(&name, &body).await.expect(201).body, created[0].body);
        assert_eq!(sessions(&app).await, round + 1);
    }
}

on_each_engine!(a_session_is_read_by_id_and_by_ref);
async fn a_session_is_read_by_id_and_by_ref(app: TestApp) {
    app.operator.set_session_api("on").await;
    let client = ApiClient::new(&app.installation, EVERY_SCOPE).await;
    let customer = app.customer_with(&["--customer", "crm-1"]).await;
    let pending = client.show(&customer.id).await.expect(200).json();
    let session_ref = app.operator.session_ref(&customer.id).await;
    let mut expected = json!({
        "ref": session_ref, "status": "PENDING", "customerId": "crm-1", "riskScore": null, "decision": null, "reasons": [],
        "createdAt": pending["createdAt"], "expiresAt": customer.expires_at, "submittedAt": null, "completedAt": null
    });
    assert_eq!(pending, expected, "exactly these ten keys");
    customer.complete(json!({ "name": "Ana", "cpf": "123.456.789-00", "selfie_url": customer.selfie().await })).await.expect(202);
    customer.wait_for_status("COMPLETED", SOON).await;
    let completed = client.show(&session_ref).await.expect(200).json();
    let times = ["createdAt", "submittedAt", "completedAt"].map(|name| parse_ms(completed[name].as_str().expect("a time")));
    assert!(times.is_sorted() && (now_ms() - times[2]) < 60_000, "{completed}");
    let shown = app.operator.session(&customer.id).await;
    expected["reasons"] = json!(["cpf.check_digits"]);
    for (key, from) in [("status", &shown), ("riskScore", &shown), ("decision", &shown), ("submittedAt", &completed), ("completedAt", &completed)] {
        expected[key] = from[key].clone();
    }
    assert_eq!(completed, expected);
    assert_eq!(client.show(&customer.id).await.expect(200).json(), expected);

    let nobodys = app.customer_with(&["--ttl", "1s"]).await;
    nobodys.wait_for_status("EXPIRED", SOON).await;
    let expired = client.show(&nobodys.id).await.expect(200).json();
    assert_eq!((&expired["status"], &expired["customerId"]), (&json!("EXPIRED"), &json!(null)));
    for unknown in ["sess_0123456789abcdefghjkmnpqrs", "sess_1", "01234567-89ab-7def-8123-456789abcdef", "nonsense"] {
        client.show(unknown).await.problem(404, "not-found");
    }
}

on_each_engine!(a_key_can_be_used_600_times_a_minute, Installation);
async fn a_key_can_be_used_600_times_a_minute(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on"))).await;
    app.operator.set_session_api("on").await;
    let (client, other) = (ApiClient::new(&app.installation, EVERY_SCOPE).await, ApiClient::new(&app.installation, EVERY_SCOPE).await);
    let session_ref = app.operator.session_ref(&app.customer().await.id).await;
    for at in 0..600 {
        if at % 10 == 0 {
            client.create(&minimal()).await.expect(201)
        } else {
            client.show(&session_ref).await.expect(200)
        };
    }
    for refused in [client.show(&session_ref).await, client.create(&minimal()).await] {
        let detail = refused.problem(429, "rate-limited")["detail"].to_string();
        assert!(detail.contains("600") && (1..=60).contains(&refused.header("retry-after").parse::<u64>().expect("seconds")), "{detail}");
    }
    other.show(&session_ref).await.expect(200);
    assert_eq!(sessions(&app).await, 61);
}

on_each_engine!(what_a_key_sends_is_never_stored_in_the_clear);
async fn what_a_key_sends_is_never_stored_in_the_clear(app: TestApp) {
    app.operator.set_session_api("on").await;
    let client = ApiClient::new(&app.installation, EVERY_SCOPE).await;
    let (name, reference) = (canary(), canary());
    let created = client.create_with_key(&name, &json!({ "flow": "minimal", "customerId": reference })).await.expect(201).json();
    let secret = client.key.trim_start_matches("fs_").to_owned();
    let id = created["sessionId"].as_str().expect("an id").trim_start_matches("sess_").to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&secret).expect("a key in base64");
    let texts = [("the key", secret), ("the name", name), ("the reference", reference), ("the session id", id)].map(|(what, text)| (what, text.into_bytes()));
    Search::new(texts.into_iter().chain([("the key's bytes", bytes)]), []).assert_absent_from(&app.installation.stored_data().await);
}

on_each_engine!(invalid_arguments_are_refused_on_the_command_line);
async fn invalid_arguments_are_refused_on_the_command_line(app: TestApp) {
    for wrong in [
        "api-key create",
        "api-key create --scope",
        "api-key create --scope nonsense",
        "operator add ana@example.com",
        "operator add ana@example.com --role OWNER",
        "settings set session-api",
        "settings set session-api maybe",
        "settings set nonsense on",
    ] {
        let outcome = app.operator.run(&wrong.split(' ').collect::<Vec<_>>()).await;
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{wrong}: {outcome:?}");
    }
    assert_eq!(app.installation.database.number("SELECT (SELECT COUNT(*) FROM api_keys) + (SELECT COUNT(*) FROM operators)").await, 0);
}
