//! The product under measurement: its release binary with data of its own, its command line, an API key and an operator, and
//! the requests of a customer.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    Bench,
    client::{Connection, FORM, JSON, Request},
    database::{Database, Engine},
    report::kibibytes,
};

/// A header line: the body is what [`part`] makes.
const MULTIPART: &str = "Content-Type: multipart/form-data; boundary=cut\r\n";
/// How long checks may take to come to rest.
const REST: Duration = Duration::from_secs(600);

/// A running server.
pub struct Product {
    child: Child,
    binary: PathBuf,
    folder: TempDir,
    key: String,
    /// Its database.
    pub database: Database,
    /// `127.0.0.1:PORT`
    pub address: String,
}

impl Product {
    /// Starts one with an empty database, with an API key and the session API switched on.
    pub async fn start(bench: &Bench, engine: Engine) -> Self {
        Self::start_with(bench, engine, &[]).await
    }

    /// The same, with more flags of `serve`.
    pub async fn start_with(bench: &Bench, engine: Engine, flags: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("flow-bench-").tempdir().expect("a folder");
        let database = Database::new(bench, engine, folder.path()).await;
        let (child, address) = spawn(&bench.binary, folder.path(), &database, flags);
        let mut product = Self { child, binary: bench.binary.clone(), folder, key: String::new(), database, address };
        let made = product.run(&["api-key", "create", "--scope", "sessions:create", "--scope", "sessions:read"]);
        product.key = text(&made, "key");
        product.run(&["settings", "set", "session-api", "on"]);
        product
    }

    /// Any command, with `--json`.
    pub fn run(&self, arguments: &[&str]) -> Value {
        let done = command(&self.binary, self.folder.path(), &self.database).args(arguments).arg("--json").output().expect("the binary runs");
        assert!(done.status.success(), "{arguments:?}: {}", done.status);
        serde_json::from_slice(&done.stdout).expect("JSON")
    }

    /// A command that runs, with `--json`; its output is kept for whoever waits for it.
    pub fn running(&self, arguments: &[&str]) -> Child {
        let mut command = command(&self.binary, self.folder.path(), &self.database);
        command.args(arguments).arg("--json").stdout(Stdio::piped()).spawn().expect("the binary runs")
    }

    /// Writes a file for a command; its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).expect("writes a file");
        file.to_str().expect("a path").to_owned()
    }

    /// Imports a `flow` or a `rule`.
    pub fn import(&self, what: &str, json: &str) {
        self.run(&[what, "import", &self.write("import.json", json)]);
    }

    /// An integrator's request for a session of the flow `minimal`.
    pub fn creating(&self, customer: Option<&str>) -> Request {
        self.creating_of("minimal", customer, None)
    }

    fn creating_of(&self, flow: &str, customer: Option<&str>, ttl: Option<&str>) -> Request {
        let body = json!({ "flow": flow, "customerId": customer, "ttl": ttl }).to_string();
        Request::post("/kyc-sessions", &format!("Authorization: Bearer {}\r\n{JSON}", self.key), body)
    }

    /// A new session for each of these customers: their ids.
    pub async fn sessions(&self, customers: impl Iterator<Item = Option<String>>) -> Vec<String> {
        self.sessions_with("minimal", customers, None).await
    }

    /// The same, of another flow.
    pub async fn sessions_of(&self, flow: &str, customers: impl Iterator<Item = Option<String>>) -> Vec<String> {
        self.sessions_with(flow, customers, None).await
    }

    /// The same, for so long.
    pub async fn sessions_for(&self, customers: impl Iterator<Item = Option<String>>, ttl: Option<&str>) -> Vec<String> {
        self.sessions_with("minimal", customers, ttl).await
    }

    async fn sessions_with(&self, flow: &str, customers: impl Iterator<Item = Option<String>>, ttl: Option<&str>) -> Vec<String> {
        let (mut connection, mut ids) = (Connection::open(&self.address).await, Vec::new());
        for customer in customers {
            let status = connection.ask(&self.creating_of(flow, customer.as_deref(), ttl)).await;
            assert_eq!(status, 201, "{}", String::from_utf8_lossy(connection.whole()));
            ids.push(text(&connection.json(), "sessionId"));
        }
        ids
    }

    /// A new session of nobody in particular.
    pub async fn session(&self) -> String {
        self.sessions(std::iter::once(None)).await.swap_remove(0)
    }

    /// Sets up an administrator and signs in; answers the header line of who is signed in.
    pub async fn administrator(&self, email: &str) -> String {
        let link = text(&self.run(&["operator", "add", email, "--role", "ADMIN"]), "inviteUrl");
        let path = &link[link.find("/dashboard/").expect("the dashboard's link")..];
        let mut connection = Connection::open(&self.address).await;
        let status = connection.ask(&Request::post(path, FORM, "password=correct+horse+battery&password_again=correct+horse+battery")).await;
        assert_eq!(status, 303, "{}", String::from_utf8_lossy(connection.whole()));
        let cookie = connection.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie");
        format!("Cookie: {cookie}\r\n")
    }

    /// Waits until every check has run.
    pub async fn comes_to_rest(&self) {
        let (pool, started) = (self.database.pool().await, Instant::now());
        let count = "SELECT COUNT(*) FROM sessions WHERE status = 'PROCESSING'";
        while sqlx::query_scalar::<_, i64>(count).fetch_one(&pool).await.expect("counts") > 0 {
            assert!(started.elapsed() < REST, "checks still run after {REST:?}");
            sleep(Duration::from_millis(200)).await;
        }
        pool.close().await;
    }

    /// Memory of the process in MB: `VmRSS` now, `VmHWM` at most.
    pub fn memory(&self, name: &str) -> f64 {
        kibibytes(&format!("/proc/{}/status", self.child.id()), name) * 1.024 / 1_000.0
    }

    /// How long its own code has run, on all cores together.
    pub fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        // After the name in parentheses; utime and stime are fields 14 and 15 (proc(5)), in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit_once(')').expect("a name").1.split_whitespace().collect();
        let hundredths: u64 = [11, 12].iter().map(|place| fields[*place].parse::<u64>().expect("a number")).sum();
        Duration::from_millis(hundredths * 10)
    }

    /// Ends it and starts it again; how long until `/readyz` answers 200.
    pub async fn restart(&mut self) -> Duration {
        self.restart_with(&[]).await
    }

    /// The same, with these flags of `serve`.
    pub async fn restart_with(&mut self, flags: &[&str]) -> Duration {
        self.end();
        let started = Instant::now();
        (self.child, self.address) = spawn(&self.binary, self.folder.path(), &self.database, flags);
        let mut connection = Connection::open(&self.address).await;
        while connection.ask(&Request::get("/readyz", "")).await != 200 {
            sleep(Duration::from_millis(1)).await;
        }
        started.elapsed()
    }

    fn end(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        self.end();
    }
}

fn command(binary: &Path, folder: &Path, database: &Database) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FLOW_")) {
        command.env_remove(name);
    }
    command.env("FLOW_DATA_DIR", folder).env("FLOW_DATABASE_URL", &database.url).env("FLOW_LISTEN", "127.0.0.1:0");
    command.env("FLOW_WEBHOOK_ALLOW_NETS", "127.0.0.0/8").env("FLOW_RATE_LIMITS", "off").env("FLOW_LOG", "error").stdin(Stdio::null());
    command
}

fn spawn(binary: &Path, folder: &Path, database: &Database, flags: &[&str]) -> (Child, String) {
    let mut child = command(binary, folder, database).args(["serve", "--json"]).args(flags).stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let said: Value = serde_json::from_str(&line).expect("it serves, and says where as JSON");
    (child, text(&said, "listening").trim_start_matches("http://").to_owned())
}

/// A text in JSON.
pub fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}")).to_owned()
}

/// A file as a form sends it, as the selfie of the flow `minimal`.
pub fn part(file: &[u8]) -> Bytes {
    let head = "--cut\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nselfie_url\r\n\
                --cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo\"\r\n\r\n";
    [head.as_bytes(), file, b"\r\n--cut--\r\n"].concat().into()
}

/// A photo as a form sends it.
pub fn selfie() -> Bytes {
    part(&std::fs::read("end2end/photos/person.jpg").expect("a photo"))
}

/// A customer's request that uploads a [`part`].
pub fn uploading(id: &str, part: &Bytes) -> Request {
    Request::post(&format!("/kyc-sessions/{id}/upload"), MULTIPART, part.clone())
}

/// A customer's request that completes a session, whose selfie was uploaded before.
pub fn completing(id: &str) -> Request {
    Request::post(&format!("/kyc-sessions/{id}/complete"), JSON, r#"{"userData":{"name":"Ana de Souza","cpf":"529.982.247-25"}}"#)
}
