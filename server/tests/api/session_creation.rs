//! The session API for a company's own programs: what a key may do, what is asked for and refused, and that a request that is
//! sent again makes no second session. Off until an administrator switches it on.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::support::chance::canary;
use crate::support::place::free_port;
use crate::support::search::Search;
use crate::support::{Place, Program, Reply, SOON, Server, Value, World, json, now_ms, on_each_engine, parse_ms};

const EVERY_SCOPE: &[&str] = &["sessions:create", "sessions:read"];

async fn sessions(world: &World) -> i64 {
    world.place.database.number("SELECT COUNT(*) FROM sessions").await
}

fn minimal() -> Value {
    json!({ "flow": "minimal" })
}

on_each_engine!(a_key_opens_what_its_scopes_say);
async fn a_key_opens_what_its_scopes_say(world: World) {
    let program = Program::new(&world.place, EVERY_SCOPE).await;
    let (creates, reads) = (Program::new(&world.place, &["sessions:create"]).await, Program::new(&world.place, &["sessions:read"]).await);
    let known = world.operator.session_ref(&world.customer().await.id).await;
    program.create(&minimal()).await.problem(403, "disabled");
    program.show(&known).await.problem(403, "disabled");

    world.operator.set_session_api("on").await;
    program.create(&minimal()).await.expect(201);
    creates.create(&minimal()).await.expect(201);
    reads.show(&known).await.expect(200);
    reads.create(&minimal()).await.problem(403, "forbidden");
    creates.show(&known).await.problem(403, "forbidden");
    let [wrong, bare, basic] = [format!("Bearer {}x", program.key), program.key.clone(), format!("Basic {}", program.key)];
    for header in [None, Some("Bearer fs_nonsense"), Some("Bearer "), Some("Bearer"), Some(wrong.as_str()), Some(bare.as_str()), Some(basic.as_str())] {
        for (method, path) in [(Method::POST, "/kyc-sessions".to_owned()), (Method::GET, format!("/kyc-sessions/{known}"))] {
            let request = program.http.request(method, &path).json(&minimal());
            let request = if let Some(header) = header { request.header(AUTHORIZATION, header) } else { request };
            let refused = program.http.send(request).await;
            refused.problem(401, "unauthorized");
            assert_eq!(refused.header("www-authenticate"), "Bearer", "RFC 9110, section 11.6.1");
        }
    }
    let before = sessions(&world).await;
    world.operator.set_session_api("off").await;
    program.create(&minimal()).await.problem(403, "disabled");
    world.operator.set_session_api("on").await;
    let admin = world.desk("ADMIN").await;
    admin.post(&format!("/dashboard/api-keys/{}/disable", program.id), &[]).await.expect(303);
    program.create(&minimal()).await.problem(401, "unauthorized");
    admin.post("/dashboard/settings/session-api", &[("value", "off")]).await.expect(303);
    creates.create(&minimal()).await.problem(403, "disabled");
    assert_eq!(sessions(&world).await, before);
}

on_each_engine!(a_session_is_created_as_asked);
async fn a_session_is_created_as_asked(world: World) {
    world.operator.set_session_api("on").await;
    let program = Program::new(&world.place, EVERY_SCOPE).await;
    let mut flow = world.operator.run(&["flow", "export", "minimal"]).await.json();
    flow["name"] = json!("returning");
    flow["returnUrls"] = json!(["https://acme.example/done"]);
    let file = world.place.home().join("flow.json");
    fs::write(&file, flow.to_string()).expect("writes the flow");
    world.operator.json(&["flow", "import", file.to_str().expect("UTF-8")]).await;

    let body = json!({ "flow": "returning", "customerId": "crm-1", "ttl": "2h", "locale": "es", "returnUrl": "https://acme.example/done" });
    let created = program.create(&body).await.expect(201).json();
    let id = created["sessionId"].as_str().expect("an id");
    let url = format!("{}/verify/{id}", world.place.base());
    assert_eq!(created, json!({ "sessionId": id, "url": url, "expiresAt": created["expiresAt"] }), "these three keys and no other");
    let lifetime = parse_ms(created["expiresAt"].as_str().expect("a time")) - now_ms();
    assert!((7_100_000..7_210_000).contains(&lifetime), "{lifetime} ms");
    let customer = world.stranger(id);
    assert_eq!(customer.public().await.expect(200).json()["locale"], "es");
    customer.finish().await;
    assert!(customer.page("").await.expect(200).text().contains("https://acme.example/done"));
}

on_each_engine!(what_cannot_be_created_is_refused_with_every_fault);
async fn what_cannot_be_created_is_refused_with_every_fault(world: World) {
    world.operator.set_session_api("on").await;
    let program = Program::new(&world.place, EVERY_SCOPE).await;
    let long = "x".repeat(129);
    let mut cases = vec![("flow", json!("nonsense"), "not_an_option"), ("flow", json!(null), "required"), ("flow", json!(7), "malformed")];
    cases.extend(["0s", "31d", "1w", "soon", "", "7"].map(|ttl| ("ttl", json!(ttl), "malformed")));
    cases.extend([json!(7), json!("has space"), json!(""), json!(long)].map(|reference| ("customerId", reference, "malformed")));
    cases.extend([("ttl", json!(7), "malformed"), ("locale", json!("fr"), "not_an_option"), ("nonsense", json!(1), "unknown_field")]);
    cases.extend([json!("https://evil.example/"), json!("javascript:alert(1)")].map(|url| ("returnUrl", url, "not_an_option")));
    for (field, value, code) in cases {
        let mut body = minimal();
        body[field] = value;
        let refused = program.create(&body).await;
        refused.problem(422, "invalid-request");
        assert_eq!(refused.faults(), [(field.to_owned(), code.to_owned())], "{body}");
    }
    let all = program.create(&json!({ "ttl": "soon", "customerId": "has space", "userData": {} })).await;
    let fields: Vec<String> = all.faults().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["customerId", "flow", "ttl", "userData"]);

    // What only the flow can say comes with the rest.
    for (body, expected) in [
        (json!({ "flow": "nope", "customerId": "a b", "ttl": "soon", "locale": "fr" }), &["customerId", "flow", "locale", "ttl"][..]),
        (json!({ "flow": "minimal", "customerId": "a b", "returnUrl": "https://evil.example/" }), &["customerId", "returnUrl"][..]),
        (json!({ "flow": "", "ttl": 7, "returnUrl": 7 }), &["flow", "returnUrl", "ttl"][..]),
    ] {
        let refused = program.create(&body).await;
        let problem = refused.problem(422, "invalid-request");
        let fields: Vec<String> = refused.faults().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, expected, "{body}");
        for error in problem["errors"].as_array().expect("errors") {
            let message = error["message"].as_str().expect("a message");
            assert!(message.starts_with(char::is_uppercase) && message.ends_with('.') && !message.contains(": ."), "{message}");
        }
    }

    let raw = async |kind: &str, body: String| program.send(program.request(Method::POST, "/kyc-sessions").header(CONTENT_TYPE, kind).body(body)).await;
    for broken in ["", "{", "[]", "null", "\"minimal\"", "{\"flow\": \"minimal\"} more"] {
        raw("application/json", broken.to_owned()).await.problem(400, "invalid-json");
    }
    raw("text/plain", minimal().to_string()).await.problem(415, "unsupported-media");
    raw("application/json", json!({ "flow": "x".repeat(300_000) }).to_string()).await.problem(413, "too-large");
    for name in ["", &"k".repeat(256)] {
        program.create_once(name, &minimal()).await.problem(422, "invalid-request");
    }
    assert_eq!(sessions(&world).await, 0, "nothing was created");
}

on_each_engine!(a_request_sent_again_gets_the_first_answer);
async fn a_request_sent_again_gets_the_first_answer(mut world: World) {
    world.operator.set_session_api("on").await;
    let (program, other) = (Program::new(&world.place, EVERY_SCOPE).await, Program::new(&world.place, EVERY_SCOPE).await);
    let name = canary();
    let first = program.create_once(&name, &minimal()).await.expect(201);
    world.crash_and_restart().await;
    let hours = async |hours: i64| {
        let sql = format!("UPDATE idempotency SET created_at = created_at - {}", hours * 3_600_000_000);
        world.place.database.change(&sql).await;
    };
    for passed in [0, 47] {
        hours(passed).await;
        assert_eq!(program.create_once(&name, &minimal()).await.expect(201).face(), first.face(), "to the byte");
        program.create_once(&name, &json!({ "flow": "minimal", "ttl": "1h" })).await.problem(409, "conflict");
    }
    assert_eq!(sessions(&world).await, 1);
    let theirs = other.create_once(&name, &minimal()).await.expect(201).json();
    assert_ne!(theirs["sessionId"], first.json()["sessionId"], "of another key");
    hours(2).await;
    assert_ne!(program.create_once(&name, &minimal()).await.expect(201).body, first.body, "48 hours and no longer");
    assert_eq!(sessions(&world).await, 3);
}

on_each_engine!(the_same_request_at_once_makes_one_session);
async fn the_same_request_at_once_makes_one_session(world: World) {
    world.operator.set_session_api("on").await;
    let here = Program::new(&world.place, EVERY_SCOPE).await;
    let mut elsewhere = world.place.clone();
    elsewhere.port = free_port();
    // The same public URL, so that both answer the same.
    let elsewhere = elsewhere.with("FLOW_LISTEN", Some(&format!("127.0.0.1:{}", elsewhere.port))).with("FLOW_PUBLIC_URL", Some(&world.place.base()));
    let _other = Server::start(&elsewhere).await;
    let there = here.at(&elsewhere);
    for round in 0..5 {
        let (name, body) = (format!("round {round}"), minimal());
        let replies = join_all((0..12).map(|at| [&here, &there][at % 2].create_once(&name, &body))).await;
        let (created, refused): (Vec<Reply>, Vec<Reply>) = replies.into_iter().partition(|reply| reply.status == 201);
        assert!(!created.is_empty() && created.iter().all(|reply| reply.body == created[0].body), "one answer");
        for reply in refused {
            reply.problem(409, "conflict");
            assert!(reply.header("retry-after").parse::<u64>().is_ok(), "{:?}", reply.headers);
        }
        assert_eq!(there.create_once(&name, &body).await.expect(201).body, created[0].body);
        assert_eq!(sessions(&world).await, round + 1);
    }
}

on_each_engine!(a_session_is_read_by_id_and_by_ref);
async fn a_session_is_read_by_id_and_by_ref(world: World) {
    world.operator.set_session_api("on").await;
    let program = Program::new(&world.place, EVERY_SCOPE).await;
    let customer = world.customer_with(&["--customer", "crm-1"]).await;
    let pending = program.show(&customer.id).await.expect(200).json();
    let session_ref = world.operator.session_ref(&customer.id).await;
    let mut expected = json!({
        "ref": session_ref, "status": "PENDING", "customerId": "crm-1", "riskScore": null, "decision": null, "reasons": [],
        "createdAt": pending["createdAt"], "expiresAt": customer.expires_at, "submittedAt": null, "completedAt": null
    });
    assert_eq!(pending, expected, "these ten keys and no other");
    customer.complete(json!({ "name": "Ana", "cpf": "123.456.789-00", "selfie_url": customer.selfie().await })).await.expect(202);
    customer.reaches("COMPLETED", SOON).await;
    let completed = program.show(&session_ref).await.expect(200).json();
    let times = ["createdAt", "submittedAt", "completedAt"].map(|name| parse_ms(completed[name].as_str().expect("a time")));
    assert!(times.is_sorted() && (now_ms() - times[2]) < 60_000, "{completed}");
    let shown = world.operator.session(&customer.id).await;
    expected["reasons"] = json!(["cpf.check_digits"]);
    for (key, from) in [("status", &shown), ("riskScore", &shown), ("decision", &shown), ("submittedAt", &completed), ("completedAt", &completed)] {
        expected[key] = from[key].clone();
    }
    assert_eq!(completed, expected);
    assert_eq!(program.show(&customer.id).await.expect(200).json(), expected);

    let nobodys = world.customer_with(&["--ttl", "1s"]).await;
    nobodys.reaches("EXPIRED", SOON).await;
    let expired = program.show(&nobodys.id).await.expect(200).json();
    assert_eq!((&expired["status"], &expired["customerId"]), (&json!("EXPIRED"), &json!(null)));
    for unknown in ["sess_0123456789abcdefghjkmnpqrs", "sess_1", "01234567-89ab-7def-8123-456789abcdef", "nonsense"] {
        program.show(unknown).await.problem(404, "not-found");
    }
}

on_each_engine!(a_key_is_used_600_times_a_minute, Place);
async fn a_key_is_used_600_times_a_minute(place: Place) {
    let world = World::at(place.with("FLOW_RATE_LIMITS", Some("on"))).await;
    world.operator.set_session_api("on").await;
    let (program, other) = (Program::new(&world.place, EVERY_SCOPE).await, Program::new(&world.place, EVERY_SCOPE).await);
    let session_ref = world.operator.session_ref(&world.customer().await.id).await;
    for at in 0..600 {
        if at % 10 == 0 {
            program.create(&minimal()).await.expect(201)
        } else {
            program.show(&session_ref).await.expect(200)
        };
    }
    for refused in [program.show(&session_ref).await, program.create(&minimal()).await] {
        let detail = refused.problem(429, "rate-limited")["detail"].to_string();
        assert!(detail.contains("600") && (1..=60).contains(&refused.header("retry-after").parse::<u64>().expect("seconds")), "{detail}");
    }
    other.show(&session_ref).await.expect(200);
    assert_eq!(sessions(&world).await, 61);
}

on_each_engine!(what_a_key_sends_is_kept_in_the_clear_nowhere);
async fn what_a_key_sends_is_kept_in_the_clear_nowhere(world: World) {
    world.operator.set_session_api("on").await;
    let program = Program::new(&world.place, EVERY_SCOPE).await;
    let (name, reference) = (canary(), canary());
    let created = program.create_once(&name, &json!({ "flow": "minimal", "customerId": reference })).await.expect(201).json();
    let secret = program.key.trim_start_matches("fs_").to_owned();
    let id = created["sessionId"].as_str().expect("an id").trim_start_matches("sess_").to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&secret).expect("a key in base64");
    let texts = [("the key", secret), ("the name", name), ("the reference", reference), ("the session id", id)].map(|(what, text)| (what, text.into_bytes()));
    Search::new(texts.into_iter().chain([("the key's bytes", bytes)]), []).is_nowhere_in(&world.place.kept().await);
}

on_each_engine!(what_cannot_be_meant_is_refused_on_the_command_line);
async fn what_cannot_be_meant_is_refused_on_the_command_line(world: World) {
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
        let outcome = world.operator.run(&wrong.split(' ').collect::<Vec<_>>()).await;
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{wrong}: {outcome:?}");
    }
    assert_eq!(world.place.database.number("SELECT (SELECT COUNT(*) FROM api_keys) + (SELECT COUNT(*) FROM operators)").await, 0);
}
