//! The product under measurement: its release binary with data of its own, its command line, a key and an operator.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use sqlx::{AnyPool, any::AnyPoolOptions};

use crate::client::{once, request};

/// Which database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A running server.
pub struct Product {
    child: Child,
    folder: tempfile::TempDir,
    database: String,
    engine: Engine,
    /// `127.0.0.1:PORT`
    pub address: String,
    key: String,
}

fn binary() -> PathBuf {
    std::env::var_os("FLOW_SESSIONS_BIN").map_or_else(|| "target/release/flow-sessions".into(), PathBuf::from)
}

fn command(folder: &tempfile::TempDir, database: &str) -> Command {
    let mut command = Command::new(binary());
    command.env("FLOW_DATA_DIR", folder.path()).env("FLOW_DATABASE_URL", database).env("FLOW_LISTEN", "127.0.0.1:0");
    command.env("FLOW_RATE_LIMITS", "off").env("FLOW_LOG", "error").stdin(Stdio::null()).stderr(Stdio::inherit());
    command
}

fn spawn(folder: &tempfile::TempDir, database: &str) -> (Child, String) {
    let mut child = command(folder, database).args(["serve", "--json"]).stdout(Stdio::piped()).spawn().expect("the release binary runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let said: Value = serde_json::from_str(&line).expect("JSON");
    let address = said["listening"].as_str().expect("where it listens").trim_start_matches("http://").to_owned();
    (child, address)
}

impl Product {
    /// Starts one with an empty database.
    pub async fn start(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match engine {
            Engine::Sqlite => format!("sqlite://{}/flow-sessions.db", folder.path().display()),
            Engine::Postgres => new_database().await,
        };
        let (child, address) = spawn(&folder, &database);
        let mut product = Self { child, folder, database, engine, address, key: String::new() };
        let made = product.run(&["api-key", "create", "--scope", "sessions:create"]);
        product.key = made["key"].as_str().expect("a key").to_owned();
        product.run(&["settings", "set", "session-api", "on"]);
        product
    }

    /// A command with `--json`.
    pub fn run(&self, arguments: &[&str]) -> Value {
        let done = command(&self.folder, &self.database).args(arguments).arg("--json").output().expect("the release binary runs");
        assert!(done.status.success(), "{arguments:?}");
        serde_json::from_slice(&done.stdout).expect("JSON")
    }

    /// Imports a flow.
    pub fn import(&self, flow: &Value) {
        let file = self.folder.path().join("flow.json");
        std::fs::write(&file, flow.to_string()).expect("writes the flow");
        self.run(&["flow", "import", file.to_str().expect("a path")]);
    }

    /// A request that creates a session.
    pub fn creating(&self, flow: &str) -> Vec<u8> {
        let headers = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", self.key);
        request("POST", "/kyc-sessions", &headers, format!("{{\"flow\":\"{flow}\"}}").as_bytes())
    }

    /// A new session's id.
    pub async fn session(&self, flow: &str) -> String {
        let (status, body) = once(&self.address, &self.creating(flow)).await;
        assert_eq!(status, 201, "{body}");
        serde_json::from_str::<Value>(&body).expect("JSON")["sessionId"].as_str().expect("an id").to_owned()
    }

    /// The cookie of an administrator who is signed in.
    pub async fn operator(&self) -> String {
        let invited = self.run(&["operator", "add", "bench@example.com", "--role", "ADMIN"]);
        let path = invited["inviteUrl"].as_str().expect("a link").rsplit("/dashboard/").next().map(|rest| format!("/dashboard/{rest}")).expect("a path");
        let body = "password=correct+horse+battery&password_again=correct+horse+battery";
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let sent = client.post(format!("http://{}{path}", self.address)).header("sec-fetch-site", "same-origin").body(body).send().await;
        let answer = sent.expect("an answer");
        let cookie = answer.headers()["set-cookie"].to_str().expect("a cookie").split(';').next().expect("its value");
        cookie.to_owned()
    }

    /// A connection to its database, beside it.
    pub async fn database(&self) -> AnyPool {
        open(&self.database, self.engine).await
    }

    /// Memory of the process in MB: `VmRSS` now or `VmHWM` at most.
    pub fn memory(&self, what: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find(|line| line.starts_with(what)).expect("a line of it");
        line.split_whitespace().nth(1).expect("kB").parse::<f64>().expect("a number") / 1_000.0
    }

    /// Ends it and starts it again; how long until `/readyz` answers 200.
    pub async fn restart(&mut self) -> Duration {
        self.end();
        let started = Instant::now();
        (self.child, self.address) = spawn(&self.folder, &self.database);
        while once(&self.address, &request("GET", "/readyz", "", b"")).await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(1)).await;
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

/// A pool as the product has it.
pub async fn open(url: &str, engine: Engine) -> AnyPool {
    sqlx::any::install_default_drivers();
    let connections = if engine == Engine::Sqlite { 1 } else { 20 };
    let options = AnyPoolOptions::new().max_connections(connections).after_connect(move |connection, _| {
        Box::pin(async move {
            if engine == Engine::Sqlite {
                sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
                sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
                sqlx::query("PRAGMA busy_timeout = 10000").execute(&mut *connection).await?;
            }
            Ok(())
        })
    });
    options.connect(url).await.expect("the database opens")
}

/// A database of its own on the PostgreSQL that `scripts/bench.sh` started.
pub async fn new_database() -> String {
    let server = std::env::var("BENCH_POSTGRES").expect("BENCH_POSTGRES: run this by `make bench`");
    let pool = open(&format!("{server}/postgres"), Engine::Postgres).await;
    let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.expect("makes a database");
    format!("{server}/{name}")
}
