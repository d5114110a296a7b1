//! This build opens an installation of an old build, shows everything as before and finishes what was under way.
//!
//! The build of migration 3 ran one scenario on each engine (`tests/fixtures/make.mjs`), and the script wrote that build's
//! answers into `facts.json`. Each test copies the installation that was left, starts this build on it and compares the answers.

mod api_clients;
mod bindings;
mod events;
mod operators;
mod sessions;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use flate2::read::GzDecoder;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{ApiClient, Browser, Customer, Engine, Installation, Receiver, SOON, TestApp, Value, eventually, now_ms};

/// An hour in microseconds, the unit of times in the database.
const HOUR: i64 = 3_600_000_000;

/// A copy of an old installation, with receivers at its two endpoints: one got every event, the other missed most.
struct OldInstallation {
    installation: Installation,
    facts: Value,
    answering: Receiver,
    silent: Receiver,
}

impl OldInstallation {
    /// Copies the fixture of this engine into a new installation.
    async fn copy_to(installation: Installation) -> Self {
        let engine = if installation.engine == Engine::Sqlite { "sqlite" } else { "postgres" };
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(engine);
        let data = installation.data();
        copy(&fixture.join("artifacts"), &data.join("artifacts"));
        fs::copy(fixture.join("master.key"), data.join("master.key")).expect("copies the key");
        fs::set_permissions(data.join("master.key"), fs::Permissions::from_mode(0o600)).expect("sets the key's mode");
        if installation.engine == Engine::Sqlite {
            let packed = fs::File::open(fixture.join("flow-sessions.db.gz")).expect("opens the database");
            let mut database = Vec::new();
            GzDecoder::new(packed).read_to_end(&mut database).expect("unpacks the database");
            fs::write(data.join("flow-sessions.db"), database).expect("writes the database");
        } else {
            let sql = fs::read_to_string(fixture.join("database.sql")).expect("reads the database");
            let mut connection = PgConnection::connect(&installation.database.url).await.expect("connects to the database");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("loads the database");
            connection.close().await.expect("closes");
        }
        let facts = serde_json::from_slice(&fs::read(fixture.join("facts.json")).expect("reads the facts")).expect("the facts are JSON");
        let old = Self { installation, facts, answering: Receiver::start().await, silent: Receiver::start().await };
        old.move_deadlines().await;
        old
    }

    /// The fixture may be years old, so this moves its deadlines into the future and its endpoints to the receivers of this test.
    /// It runs before the new build opens the database, so only the old tables exist.
    async fn move_deadlines(&self) {
        let now = now_ms() * 1_000;
        let mut changes = vec![
            format!("UPDATE sessions SET expires_at = {} WHERE status = 'PENDING'", now + HOUR),
            format!("UPDATE links SET expires_at = {}", now + HOUR),
            format!("UPDATE idempotency SET created_at = {now}"),
            format!("UPDATE deliveries SET due_at = {now} WHERE status = 'PENDING'"),
        ];
        for (name, receiver) in [("answering", &self.answering), ("silent", &self.silent)] {
            changes.push(format!("UPDATE endpoints SET url = '{}' WHERE url = '{}'", receiver.url, text(&self.facts[name]["url"])));
        }
        for change in changes {
            self.installation.database.change(&change).await;
        }
    }

    /// Starts this build on the old installation.
    async fn serve(&self) -> TestApp {
        TestApp::at(self.installation.clone()).await
    }

    /// The facts about the session with this name.
    fn session(&self, name: &str) -> &Value {
        let session = &self.facts["sessions"][name];
        assert!(session.is_object(), "the facts have a session {name}");
        session
    }

    fn sessions(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.facts["sessions"].as_object().expect("sessions by name").iter()
    }

    fn customer(&self, name: &str) -> Customer {
        Customer::at(&self.installation, text(&self.session(name)["id"]))
    }

    /// Signs in the old administrator with the old password.
    async fn admin(&self) -> Browser {
        let browser = Browser::signed_out(&self.installation);
        let admin = &self.facts["admin"];
        assert_eq!(browser.sign_in(text(&admin["email"]), text(&admin["password"])).await.see_other(), "/dashboard");
        browser
    }

    /// An API client with the old key.
    fn api_client(&self) -> ApiClient {
        let key = &self.facts["key"];
        ApiClient { id: text(&key["id"]).to_owned(), key: text(&key["key"]).to_owned(), http: Customer::at(&self.installation, "") }
    }

    fn silent_secret(&self) -> &str {
        text(&self.facts["silent"]["secret"])
    }

    /// The events that the silent endpoint missed: the stored body by event id.
    fn missed(&self) -> BTreeMap<&str, &str> {
        let mut missed = BTreeMap::new();
        for (_, session) in self.sessions() {
            let waiting = list(&session["shown"]["deliveries"]).iter().filter(|delivery| delivery["status"] == "PENDING");
            for delivery in waiting {
                assert_eq!(delivery["endpointId"], self.facts["silent"]["id"]);
                let event = list(&session["events"]).iter().find(|event| event["id"] == delivery["eventId"]).expect("the body of the event");
                missed.insert(text(&event["id"]), text(&event["body"]));
            }
        }
        missed
    }

    /// Waits until the silent endpoint receives an event of this type about a session that the old build did not create.
    async fn new_event(&self, kind: &str, session: &Value) -> Value {
        let missed = self.missed();
        eventually(&format!("a new {kind}"), SOON, async || {
            let received = self.silent.received();
            let new = received.iter().filter(|request| !missed.contains_key(request.webhook_id())).map(|request| request.verified(self.silent_secret()));
            let mut of_session = new.filter(|event| event["type"] == kind && event["data"]["sessionId"] == session["id"]);
            of_session.next()
        })
        .await
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("makes a folder");
    for entry in fs::read_dir(from).expect("reads a folder") {
        let path = entry.expect("an entry of a folder").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copies a file");
        }
    }
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("expected a text, not {value}"))
}

#[track_caller]
fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("expected a list, not {value}"))
}

/// Whether the new value contains everything of the old one. It may have more keys, and lists may have another order. Moved
/// deadlines do not count.
fn is_in(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let moved = |key: &str| key == "nextAttemptAt" || key == "expiresAt" && old.get("status").is_some_and(|status| status == "PENDING");
            old.iter().filter(|(key, _)| !moved(key)).all(|(key, value)| new.get(key).is_some_and(|new| is_in(value, new)))
        }
        (Value::Array(old), Value::Array(new)) => old.len() == new.len() && old.iter().all(|value| new.iter().any(|new| is_in(value, new))),
        _ => old == new,
    }
}
