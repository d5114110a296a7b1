//! Lists and searches use an index on both engines, however many rows there are. Each engine's own plan proves it on rows that
//! the test inserts in bulk.

mod duplicates;
mod transactions;

use crate::support::{Engine, Installation, on_each_engine};

/// The number of rows in each table that grows.
const ROWS: usize = 5_000;

/// Statements that insert the rows. An id is a letter and a number, so that later rows sort later, as with UUIDv7.
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
    // One session in a hundred is PROCESSING and one in a hundred needs a review; each customer has ten sessions.
    let status = "CASE WHEN i % 100 = 0 THEN 'PROCESSING' ELSE 'COMPLETED' END".to_owned();
    let decision = "CASE WHEN i % 100 = 1 THEN 'REVIEW' ELSE 'APPROVED' END".to_owned();
    let whose = format!("CASE WHEN i % 50 = 0 THEN NULL ELSE {} END", one_of("c", 500));
    let flow = "(SELECT MIN(id) FROM flows)".to_owned();
    let session = [("ref", id("s")), ("id_hash", bytes("h")), ("id_sealed", sealed()), ("data_key", sealed()), ("flow", flow), ("customer", one_of("c", 500))];
    let session = [&session[..], &[("status", status), ("decision", decision), ("created_at", i()), ("expires_at", i()), ("touched_at", i())]].concat();
    let artifact = [("id", id("a")), ("session_ref", id("s")), ("customer", whose), ("media_type", word("image/png")), ("size", i())];
    let artifact = [&artifact[..], &[("data_key", sealed()), ("facts", sealed()), ("created_at", i())]].concat();
    let event = [
        ("id", id("v")),
        ("type", word("session.completed")),
        ("subject_kind", word("SESSION")),
        ("subject", id("s")),
        ("occurrence", i()),
        ("sequence", i()),
        ("body", sealed()),
        ("created_at", i()),
    ];
    let delivery = [("id", id("d")), ("event", id("v")), ("endpoint", one_of("w", 50)), ("status", word("DELIVERED")), ("tries", i()), ("claims", i())];
    let answer = [("api_key", id("k")), ("key_index", bytes("x")), ("body_index", sealed()), ("answer", sealed()), ("created_at", i())];
    let mut all = vec![
        rows("customers", &[("id", id("c")), ("reference_index", bytes("r")), ("reference", sealed()), ("data_key", sealed()), ("created_at", i())]),
        rows("sessions", &session),
        rows("artifacts", &artifact),
        rows("operators", &[("id", id("o")), ("email_index", bytes("e")), ("email", sealed()), ("role", word("ADMIN")), ("created_at", i())]),
        rows("sign_ins", &[("token_hash", bytes("t")), ("operator", id("o")), ("created_at", i()), ("seen_at", i())]),
        rows("links", &[("token_hash", bytes("l")), ("operator", id("o")), ("kind", word("INVITATION")), ("expires_at", i())]),
        rows("audit", &[("id", id("u")), ("at", i()), ("actor", word("system")), ("action", word("session.created")), ("subject", id("s")), ("once", id("r"))]),
        rows("endpoints", &[("id", id("w")), ("url", word("https://example.com")), ("secret", sealed()), ("created_at", i())]),
        rows("endpoint_health", &[("endpoint", id("w")), ("succeeded_at", i())]),
        rows("events", &event),
        rows("deliveries", &delivery),
        rows("api_keys", &[("id", id("k")), ("key_hash", bytes("k")), ("scopes", word("sessions:read")), ("created_at", i())]),
        rows("idempotency", &answer),
    ];
    let tables = transactions::tables(&id, &one_of, &bytes);
    let tables = tables.into_iter().chain(duplicates::tables(engine, &id));
    all.extend(tables.map(|(table, values)| rows(table, values.as_slice())));
    all
}

/// The source files of the store, which contain its SQL.
const STORE: [&str; 16] = [
    include_str!("../../src/store/accounts.rs"),
    include_str!("../../src/store/api_keys.rs"),
    include_str!("../../src/store/artifacts.rs"),
    include_str!("../../src/store/audit.rs"),
    include_str!("../../src/store/customers.rs"),
    include_str!("../../src/store/deliveries.rs"),
    include_str!("../../src/store/endpoint_health.rs"),
    include_str!("../../src/store/endpoints.rs"),
    include_str!("../../src/store/fingerprints.rs"),
    include_str!("../../src/store/matches.rs"),
    include_str!("../../src/store/operators.rs"),
    include_str!("../../src/store/sessions.rs"),
    include_str!("../../src/store/outbox.rs"),
    include_str!("../../src/store/transaction_lists.rs"),
    include_str!("../../src/store/transactions.rs"),
    include_str!("../../src/store/visits.rs"),
];

/// Collapses white space, and joins strings that continue on the next line.
fn plain(text: &str) -> String {
    text.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A statement of the store and the index it must use, on SQLite and on PostgreSQL.
struct Query {
    what: &'static str,
    sql: String,
    indexes: [&'static str; 2],
}

/// A statement with its placeholders (`{…}` and `$…`) filled in order. Everything but the values must occur in the store's
/// source, so that the test checks the statement that really runs.
#[track_caller]
fn query(what: &'static str, statement: &str, filled: &[(&str, &str)], indexes: [&'static str; 2]) -> Query {
    let store = STORE.map(plain);
    let texts = filled.iter().filter(|(placeholder, _)| placeholder.starts_with('{') && *placeholder != "{}").map(|(_, text)| *text);
    for text in texts.chain([statement]) {
        assert!(store.iter().any(|file| file.contains(&plain(text))), "{what}: the store does not contain {text:?}");
    }
    let sql = filled.iter().fold(statement.to_owned(), |sql, (placeholder, text)| {
        assert!(sql.contains(placeholder), "{what}: no {placeholder} in {sql}");
        sql.replace(placeholder, text)
    });
    Query { what, sql, indexes }
}

const SESSION: &str = "ref, id_sealed, data_key, flow, customer, locale, status, created_at, expires_at, touched_at, submitted_at, completed_at, expired_at, risk_score, decision, reasons";
const ARTIFACT: &str = "id, session_ref, customer, field, media_type, media_type_mac, size, data_key, facts, writer, created_at";
const ENDPOINT: &str = "id, url, url_mac, secret, created_at, disabled_at";
const KEY: &str = "id, name, key_hash, key_hash_mac, scopes, scopes_mac, created_at, used_at, disabled_at";
const OPERATOR: &str = "o.id AS id, o.email AS email, o.role AS role, o.role_mac AS role_mac, o.password AS password, o.password_mac AS password_mac, o.created_at AS created_at, o.disabled_at AS disabled_at";
const DELIVERY: &str = "SELECT d.id AS id, d.status AS status, d.due_at AS due_at, e.id AS event, e.type AS type, e.subject_kind AS subject_kind, \
     e.subject AS subject, d.endpoint AS endpoint FROM deliveries d JOIN events e ON e.id = d.event";

/// A page of the list of sessions, filtered by a clause.
fn sessions(what: &'static str, clause: &str, value: Option<&str>, before: &str, indexes: [&'static str; 2]) -> Query {
    let whole = [("{COLUMNS}", SESSION), ("{clause}", "WHERE {clause} ref < $1 ORDER BY ref DESC LIMIT $2"), ("{clause}", clause)];
    let mut filled = [&whole[..], &[("$1", before), ("$2", "51")]].concat();
    filled.extend(value.map(|value| ("$3", value)));
    query(what, "SELECT {COLUMNS} FROM sessions {clause}", &filled, indexes)
}

/// All queries to check.
fn queries(engine: Engine) -> Vec<Query> {
    let binary = if engine == Engine::Sqlite { "BLOB" } else { "BYTEA" };
    let bytes = |text: &str| format!("CAST('{text}' AS {binary})");
    let sessions_by_id = |what: &'static str, count: usize| {
        let hashes: Vec<String> = (0..count).map(|number| bytes(&format!("h{number}"))).collect();
        let hashes = hashes.join(", ");
        let filled = [("{COLUMNS}", SESSION), ("{}", hashes.as_str())];
        query(what, "SELECT id_hash, {COLUMNS} FROM sessions WHERE id_hash IN ({})", &filled, ["sqlite_autoindex_sessions_2", "sessions_id_hash_key"])
    };
    let artifacts = |what: &'static str, statement: &str, values: &[(&str, &str)], indexes: [&'static str; 2]| {
        query(what, statement, &[&[("{COLUMNS}", ARTIFACT)][..], values].concat(), indexes)
    };
    let operator = |what: &'static str, statement: &str, values: &[(&str, &str)], indexes: [&'static str; 2]| {
        query(what, statement, &[&[("{COLUMNS}", OPERATOR)][..], values].concat(), indexes)
    };
    let of_ref = ["sqlite_autoindex_sessions_1", "sessions_pkey"];
    vec![
        sessions("the list of sessions", "", None, "'s99999'", of_ref),
        sessions("a page in the middle of the list", "", None, "'s12500'", of_ref),
        sessions("sessions with a status", "status = $3 AND", Some("'PROCESSING'"), "'s99999'", ["sessions_of_status"; 2]),
        sessions("sessions that need a review", "status = 'COMPLETED' AND decision = 'REVIEW' AND", None, "'s99999'", ["sessions_to_review"; 2]),
        sessions("a customer's sessions", "customer = $3 AND", Some("'c10007'"), "'s99999'", ["sessions_of_customer"; 2]),
        query("a session by its number", "SELECT ref FROM sessions WHERE substr(ref, 25) = $1", &[("$1", "'8d6f2f81ca21'")], ["sessions_by_end"; 2]),
        sessions_by_id("a session by its id", 1),
        sessions_by_id("32 sessions by their ids", 32),
        query(
            "a customer by the reference",
            "SELECT id, reference, data_key FROM customers WHERE reference_index = $1",
            &[("$1", &*bytes("r7"))],
            ["sqlite_autoindex_customers_2", "customers_reference_index_key"],
        ),
        artifacts(
            "artifacts in no dossier",
            "SELECT {COLUMNS} FROM artifacts WHERE customer IS NULL AND id < $1 ORDER BY id DESC LIMIT $2",
            &[("$1", "'a99999'"), ("$2", "51")],
            ["artifacts_of_customer", "artifacts_unresolved"],
        ),
        query(
            "the number of artifacts in no dossier",
            "SELECT COUNT(*) AS n FROM (SELECT id FROM artifacts WHERE customer IS NULL LIMIT $1) AS counted",
            &[("$1", "100")],
            ["artifacts_of_customer", "artifacts_unresolved"],
        ),
        artifacts(
            "a customer's artifacts",
            "SELECT {COLUMNS} FROM artifacts WHERE customer = $1 ORDER BY id DESC LIMIT $2",
            &[("$1", "'c10007'"), ("$2", "100")],
            ["artifacts_of_customer"; 2],
        ),
        artifacts(
            "a session's artifacts",
            "SELECT {COLUMNS} FROM artifacts WHERE session_ref = $1 ORDER BY id",
            &[("$1", "'s10007'")],
            ["artifacts_of_session"; 2],
        ),
        query(
            "a session's timeline",
            "SELECT id, at, actor, actor_id, action, artifact, customer, decision, step FROM audit WHERE subject = $1 AND routine = $2 AND routine < 2 \
             ORDER BY at DESC, id DESC LIMIT $3",
            &[("$1", "'s10007'"), ("$2", "1"), ("$3", "1001")],
            ["audit_of_subject"; 2],
        ),
        query("whether a read is written", "SELECT id FROM audit WHERE once = $1", &[("$1", "'r10007'")], ["audit_once"; 2]),
        query(
            "the deliveries that wait for an endpoint",
            "SELECT COUNT(*) AS n FROM (SELECT id FROM deliveries WHERE endpoint = $1 AND due_at IS NOT NULL LIMIT $2) AS counted",
            &[("$1", "'w10007'"), ("$2", "1000")],
            ["deliveries_due"; 2],
        ),
        query(
            "whether something is due to an endpoint",
            "SELECT d.id FROM deliveries d WHERE d.endpoint = endpoints.id AND d.due_at <= $1 ORDER BY d.due_at LIMIT 1",
            &[("endpoints.id", "'w10007'"), ("$1", "5")],
            ["deliveries_due"; 2],
        ),
        query(
            "what is due to an endpoint, in order",
            "SELECT id FROM (SELECT candidate.id AS id FROM (SELECT id, event, endpoint, tries FROM deliveries WHERE endpoint = ${endpoint} AND due_at <= $3 \
             ORDER BY due_at LIMIT {candidates} {skip}) AS candidate WHERE candidate.tries > 0 OR \
             (SELECT COUNT(*) FROM events e JOIN events b ON b.subject = e.subject AND b.sequence = e.sequence - 1 \
             JOIN deliveries f ON f.event = b.id AND f.endpoint || '' = candidate.endpoint \
             WHERE e.id = candidate.event AND f.tries = 0 AND COALESCE(f.due_at, 0) > CASE WHEN f.lease IS NULL THEN 0 ELSE $4 END) = 0 LIMIT ${limit}) AS lane_{lane}",
            &[("${endpoint}", "'w10007'"), ("$3", "5"), ("{candidates}", "64"), ("{skip}", ""), ("$4", "9"), ("${limit}", "64"), ("{lane}", "0")],
            ["deliveries_due"; 2],
        ),
        query(
            "how an endpoint answers",
            "SELECT endpoint, succeeded_at, failing_since, failed_at, failure FROM endpoint_health WHERE endpoint = $1",
            &[("$1", "'w10007'")],
            ["sqlite_autoindex_endpoint_health_1", "endpoint_health_pkey"],
        ),
        query(
            "what happened to an operator",
            "SELECT id, at, actor, actor_id, action, role, source, times FROM audit WHERE subject = $1 AND routine = 0 AND routine < 2 ORDER BY at DESC, id DESC LIMIT $2",
            &[("$1", "'s10007'"), ("$2", "200")],
            ["audit_of_subject"; 2],
        ),
        query(
            "an operator's sign-ins",
            "SELECT token_hash, operator, created_at, seen_at, browser, source FROM sign_ins WHERE operator = $1 ORDER BY seen_at DESC LIMIT $2",
            &[("$1", "'o10007'"), ("$2", "50")],
            ["sign_ins_of"; 2],
        ),
        query(
            "an endpoint's last deliveries",
            "{DELIVERIES} WHERE d.endpoint = $1 ORDER BY d.id DESC LIMIT $2",
            &[("{DELIVERIES}", DELIVERY), ("$1", "'w10007'"), ("$2", "5")],
            ["deliveries_to_endpoint"; 2],
        ),
        query(
            "the list of endpoints",
            "SELECT {COLUMNS} FROM endpoints WHERE id < $1 ORDER BY id DESC LIMIT $2",
            &[("{COLUMNS}", ENDPOINT), ("$1", "'w99999'"), ("$2", "51")],
            ["sqlite_autoindex_endpoints_1", "endpoints_pkey"],
        ),
        operator(
            "the list of operators",
            "SELECT {COLUMNS} FROM operators o WHERE o.id < $1 ORDER BY o.id DESC LIMIT $2",
            &[("$1", "'o99999'"), ("$2", "51")],
            ["sqlite_autoindex_operators_1", "operators_pkey"],
        ),
        operator(
            "an operator by e-mail",
            "SELECT {COLUMNS} FROM operators o WHERE o.email_index = $1",
            &[("$1", &*bytes("e7"))],
            ["sqlite_autoindex_operators_2", "operators_email_index_key"],
        ),
        operator(
            "a sign-in by its token",
            "SELECT {COLUMNS}, s.created_at AS began_at, s.seen_at AS seen_at, s.operator_mac AS operator_mac FROM sign_ins s JOIN operators o ON o.id = s.operator WHERE s.token_hash = $1",
            &[("$1", &*bytes("t7"))],
            ["sqlite_autoindex_sign_ins_1", "sign_ins_pkey"],
        ),
        operator(
            "an operator by the token of a link",
            "SELECT {COLUMNS}, l.operator_mac AS operator_mac FROM links l JOIN operators o ON o.id = l.operator WHERE l.token_hash = $1 AND l.kind = $2 AND l.expires_at > $3 AND o.disabled_at IS NULL",
            &[("$1", &*bytes("l7")), ("$2", "'INVITATION'"), ("$3", "0")],
            ["sqlite_autoindex_links_1", "links_pkey"],
        ),
        query(
            "the list of keys",
            "SELECT {COLUMNS} FROM api_keys WHERE id < $1 ORDER BY id DESC LIMIT $2",
            &[("{COLUMNS}", KEY), ("$1", "'k99999'"), ("$2", "51")],
            ["sqlite_autoindex_api_keys_1", "api_keys_pkey"],
        ),
        query(
            "a key by its hash",
            "SELECT {COLUMNS} FROM api_keys WHERE key_hash = $1 AND disabled_at IS NULL",
            &[("{COLUMNS}", KEY), ("$1", &*bytes("k7"))],
            ["sqlite_autoindex_api_keys_2", "api_keys_key_hash_key"],
        ),
        query(
            "a stored answer of the session API",
            "SELECT body_index, answer FROM idempotency WHERE api_key = $1 AND key_index = $2 AND created_at > $3",
            &[("$1", "'k10007'"), ("$2", &*bytes("x7")), ("$3", "0")],
            ["sqlite_autoindex_idempotency_1", "idempotency_pkey"],
        ),
    ]
}

on_each_engine!(lists_and_searches_use_an_index, Installation);
async fn lists_and_searches_use_an_index(installation: Installation) {
    assert_eq!(installation.run(&["migrate"]).await.code, Some(0));
    for sql in bulk(installation.engine) {
        installation.database.change(&sql).await;
    }
    if installation.engine == Engine::Postgres {
        installation.database.analyze().await;
    }
    let engine = installation.engine;
    for Query { what, sql, indexes } in queries(engine).into_iter().chain(transactions::queries(engine)).chain(duplicates::queries(engine)) {
        let plan = installation.database.plan(&sql).await.join("\n");
        let index = indexes[usize::from(installation.engine == Engine::Postgres)];
        assert!(plan.contains(index), "{what} must use {index}:\n{plan}");
        // These scan only the rows that the index has found.
        let is_found = |line: &str| matches!(line, "SCAN counted" | "SCAN candidate");
        let scans = plan.lines().any(|line| line.contains("Seq Scan") || (line.starts_with("SCAN ") && !is_found(line)));
        assert!(!scans, "{what} reads every row:\n{plan}");
    }
    let all = "SELECT ref FROM sessions WHERE locale = 'en'";
    let plan = installation.database.plan(all).await.join("\n");
    assert!(plan.contains("Seq Scan") || plan.contains("SCAN sessions"), "the test recognizes a plan without an index:\n{plan}");
}
