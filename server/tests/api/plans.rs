//! Lists and searches read by an index on both engines, however many rows there are: the engine's own plan says so, on rows
//! that were put there in bulk.

use crate::support::{Engine, Place, on_each_engine};

/// Rows of each table that grows.
const ROWS: usize = 5_000;

/// What puts the rows there. A row's id is its kind's letter and a number, so that later rows sort later, as UUIDv7 do.
fn bulk(engine: Engine) -> Vec<String> {
    let binary = if engine == Engine::Sqlite { "BLOB" } else { "BYTEA" };
    let bytes = |letter: &str| format!("CAST('{letter}' || i AS {binary})");
    let id = |letter: &str| format!("'{letter}' || (10000 + i)");
    let one_of = |letter: &str, kinds: usize| format!("'{letter}' || (10001 + i % {kinds})");
    let rows = |table: &str, values: &[(&str, String)]| {
        let (columns, values): (Vec<&str>, Vec<&str>) = values.iter().map(|(column, value)| (*column, value.as_str())).unzip();
        format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) INSERT INTO {table} ({}) SELECT {} FROM n",
            columns.join(", "),
            values.join(", ")
        )
    };
    let (i, sealed) = (|| "i".to_owned(), || bytes(""));
    let word = |word: &str| format!("'{word}'");
    // One session in a hundred is rare, whether it is being checked or waits for a person; ten are of each customer.
    let status = "CASE WHEN i % 100 = 0 THEN 'PROCESSING' ELSE 'COMPLETED' END".to_owned();
    let decision = "CASE WHEN i % 100 = 1 THEN 'REVIEW' ELSE 'APPROVED' END".to_owned();
    let whose = format!("CASE WHEN i % 50 = 0 THEN NULL ELSE {} END", one_of("c", 500));
    let flow = "(SELECT MIN(id) FROM flows)".to_owned();
    let session = [("ref", id("s")), ("id_hash", bytes("h")), ("id_sealed", sealed()), ("data_key", sealed()), ("flow", flow), ("customer", one_of("c", 500))];
    let session = [&session[..], &[("status", status), ("decision", decision), ("created_at", i()), ("expires_at", i()), ("touched_at", i())]].concat();
    let artifact = [("id", id("a")), ("session_ref", id("s")), ("customer", whose), ("media_type", word("image/png")), ("size", i())];
    let artifact = [&artifact[..], &[("data_key", sealed()), ("facts", sealed()), ("created_at", i())]].concat();
    let event = [("id", id("v")), ("type", word("session.completed")), ("session_ref", id("s")), ("occurrence", i()), ("body", sealed()), ("created_at", i())];
    let delivery = [("id", id("d")), ("event", id("v")), ("endpoint", one_of("w", 50)), ("status", word("DELIVERED")), ("tries", i())];
    let answer = [("api_key", id("k")), ("key_index", bytes("x")), ("body_index", sealed()), ("answer", sealed()), ("created_at", i())];
    vec![
        rows("customers", &[("id", id("c")), ("reference_index", bytes("r")), ("reference", sealed()), ("data_key", sealed()), ("created_at", i())]),
        rows("sessions", &session),
        rows("artifacts", &artifact),
        rows("operators", &[("id", id("o")), ("email_index", bytes("e")), ("email", sealed()), ("role", word("ADMIN")), ("created_at", i())]),
        rows("sign_ins", &[("token_hash", bytes("t")), ("operator", id("o")), ("created_at", i()), ("seen_at", i())]),
        rows("links", &[("token_hash", bytes("l")), ("operator", id("o")), ("kind", word("INVITATION")), ("expires_at", i())]),
        rows("audit", &[("id", id("u")), ("at", i()), ("actor", word("system")), ("action", word("session.created")), ("subject", id("s"))]),
        rows("endpoints", &[("id", id("w")), ("url", word("https://example.com")), ("secret", sealed()), ("created_at", i())]),
        rows("events", &event),
        rows("deliveries", &delivery),
        rows("api_keys", &[("id", id("k")), ("key_hash", bytes("k")), ("scopes", word("sessions:read")), ("created_at", i())]),
        rows("idempotency", &answer),
    ]
}

/// What is read, as the store reads it, and the indexes that do: on SQLite and on PostgreSQL, one name where it is the same.
fn reads(engine: Engine) -> Vec<(&'static str, String, [&'static str; 2])> {
    let binary = if engine == Engine::Sqlite { "BLOB" } else { "BYTEA" };
    let is = |column: &str, text: &str| format!("{column} = CAST('{text}' AS {binary})");
    let sessions = |clause: &str| format!("SELECT ref, id_sealed, customer, status, decision FROM sessions WHERE {clause} ORDER BY ref DESC LIMIT 51");
    let sessions_by_id = |count: usize| {
        let hashes: Vec<String> = (0..count).map(|number| format!("CAST('h{number}' AS {binary})")).collect();
        format!("SELECT id_hash, ref, id_sealed FROM sessions WHERE id_hash IN ({})", hashes.join(", "))
    };
    let artifacts = |clause: &str| format!("SELECT id, session_ref, customer, size, data_key FROM artifacts WHERE {clause}");
    let operator = |from: &str| format!("SELECT o.id, o.email, o.role FROM {from}");
    vec![
        ("the list of sessions", sessions("ref < 's99999'"), ["sqlite_autoindex_sessions_1", "sessions_pkey"]),
        ("a page in its middle", sessions("ref < 's12500'"), ["sqlite_autoindex_sessions_1", "sessions_pkey"]),
        ("sessions of a status", sessions("status = 'PROCESSING' AND ref < 's99999'"), ["sessions_of_status"; 2]),
        ("sessions that wait for a person", sessions("status = 'COMPLETED' AND decision = 'REVIEW' AND ref < 's99999'"), ["sessions_to_review"; 2]),
        ("a customer's sessions", sessions("customer = 'c10007' AND ref < 's99999'"), ["sessions_of_customer"; 2]),
        ("a session by its id", sessions_by_id(1), ["sqlite_autoindex_sessions_2", "sessions_id_hash_key"]),
        ("32 sessions by their ids", sessions_by_id(32), ["sqlite_autoindex_sessions_2", "sessions_id_hash_key"]),
        (
            "a customer by the reference",
            format!("SELECT id, reference FROM customers WHERE {}", is("reference_index", "r7")),
            ["sqlite_autoindex_customers_2", "customers_reference_index_key"],
        ),
        (
            "artifacts in no dossier",
            artifacts("customer IS NULL AND id < 'a99999' ORDER BY id DESC LIMIT 51"),
            ["artifacts_of_customer", "artifacts_unresolved"],
        ),
        (
            "how many there are",
            "SELECT COUNT(*) FROM (SELECT id FROM artifacts WHERE customer IS NULL LIMIT 100) AS counted".to_owned(),
            ["artifacts_of_customer", "artifacts_unresolved"],
        ),
        ("a customer's artifacts", artifacts("customer = 'c10007' ORDER BY id DESC LIMIT 100"), ["artifacts_of_customer"; 2]),
        ("a session's artifacts", artifacts("session_ref = 's10007' ORDER BY id"), ["artifacts_of_session"; 2]),
        (
            "a session's timeline",
            "SELECT id, at, action FROM audit WHERE subject = 's10007' ORDER BY at DESC, id DESC LIMIT 200".to_owned(),
            ["audit_of_subject"; 2],
        ),
        (
            "an endpoint's last deliveries",
            "SELECT id, event, status FROM deliveries WHERE endpoint = 'w10007' ORDER BY id DESC LIMIT 50".to_owned(),
            ["deliveries_to_endpoint"; 2],
        ),
        (
            "an operator by e-mail",
            operator(&format!("operators o WHERE {}", is("o.email_index", "e7"))),
            ["sqlite_autoindex_operators_2", "operators_email_index_key"],
        ),
        (
            "who is signed in",
            operator(&format!("sign_ins s JOIN operators o ON o.id = s.operator WHERE {}", is("s.token_hash", "t7"))),
            ["sqlite_autoindex_sign_ins_1", "sign_ins_pkey"],
        ),
        (
            "whom a link lets in",
            operator(&format!("links l JOIN operators o ON o.id = l.operator WHERE {} AND l.kind = 'INVITATION'", is("l.token_hash", "l7"))),
            ["sqlite_autoindex_links_1", "links_pkey"],
        ),
        ("a key", format!("SELECT id, scopes FROM api_keys WHERE {}", is("key_hash", "k7")), ["sqlite_autoindex_api_keys_2", "api_keys_key_hash_key"]),
        (
            "an answer that was given",
            format!("SELECT answer FROM idempotency WHERE api_key = 'k10007' AND {} AND created_at > 0", is("key_index", "x7")),
            ["sqlite_autoindex_idempotency_1", "idempotency_pkey"],
        ),
    ]
}

on_each_engine!(lists_and_searches_read_by_an_index, Place);
async fn lists_and_searches_read_by_an_index(place: Place) {
    assert_eq!(place.run(&["migrate"]).await.code, Some(0));
    for sql in bulk(place.engine) {
        place.database.change(&sql).await;
    }
    if place.engine == Engine::Postgres {
        place.database.analyze().await;
    }
    for (what, sql, indexes) in reads(place.engine) {
        let plan = place.database.plan(&sql).await.join("\n");
        let index = indexes[usize::from(place.engine == Engine::Postgres)];
        assert!(plan.contains(index), "{what} is read by {index}:\n{plan}");
        // "SCAN counted" is of rows that were found by then.
        let scans = plan.lines().any(|line| line.contains("Seq Scan") || (line.starts_with("SCAN ") && line != "SCAN counted"));
        assert!(!scans, "{what} is read row by row:\n{plan}");
    }
    let all = "SELECT ref FROM sessions WHERE locale = 'en'";
    let plan = place.database.plan(all).await.join("\n");
    assert!(plan.contains("Seq Scan") || plan.contains("SCAN sessions"), "a plan without an index would be found out:\n{plan}");
}
