//! One installation: its folder, its database, its port and its settings. Every command of the binary runs in it, without
//! the environment variables of the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::Instant;

use super::{Database, Engine, SOON, Value, eventually, postgres, sha256};

/// A free port, outside the range of ports for outgoing connections.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let next = std::process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + next % 20_000).expect("under 30,000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Everything that the binary wrote to stderr over all its runs.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn append(&self, bytes: &[u8]) {
        self.0.lock().expect("no reader panicked").extend_from_slice(bytes);
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no reader panicked")).into_owned()
    }

    /// Waits until the log says this: it is read by a thread of its own, after an answer that has come already.
    pub async fn says(&self, words: &str) {
        eventually(&format!("the log to say {words}"), SOON, async || self.text().contains(words).then_some(())).await;
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// The only JSON value on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not one JSON value: {error}: {self:?}"))
    }
}

/// The commands in a help page.
fn commands_in(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

/// An installation. Its folder is removed with its last clone.
#[derive(Clone)]
pub struct Installation {
    pub engine: Engine,
    pub database: Database,
    pub port: u16,
    pub log: Log,
    pub http: reqwest::Client,
    home: Arc<TempDir>,
    settings: BTreeMap<String, String>,
}

impl Installation {
    /// A new installation where nothing has run: its data folder does not exist yet.
    pub async fn on(engine: Engine) -> Self {
        let home = tempfile::Builder::new().prefix("flow-test-").tempdir().expect("a temporary folder");
        let data = home.path().join("data").display().to_string();
        let port = free_port();
        let mut settings = BTreeMap::from([
            ("FLOW_LISTEN".to_owned(), format!("127.0.0.1:{port}")),
            ("FLOW_DATA_DIR".to_owned(), data.clone()),
            ("FLOW_WEBHOOK_ALLOW_NETS".to_owned(), "127.0.0.0/8".to_owned()),
            ("FLOW_RATE_LIMITS".to_owned(), "off".to_owned()),
            ("FLOW_LOG".to_owned(), "trace".to_owned()),
        ]);
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{data}/flow-sessions.db"),
            Engine::Postgres => {
                let url = postgres::new_database().await;
                settings.insert("FLOW_DATABASE_URL".to_owned(), url.clone());
                url
            }
        };
        // Without a pool no request uses a connection that a killed server has left open.
        let http = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .expect("an HTTP client");
        let database = Database { url };
        Self { engine, database, port, log: Log::default(), http, home: Arc::new(home), settings }
    }

    /// The same installation with one setting added, changed or (`None`) removed.
    pub fn with(&self, name: &str, value: Option<&str>) -> Self {
        let mut changed = self.clone();
        match value {
            Some(value) => changed.settings.insert(name.to_owned(), value.to_owned()),
            None => changed.settings.remove(name),
        };
        changed
    }

    /// The same installation for a second server, on a port of its own.
    pub fn on_another_port(&self) -> Self {
        let port = free_port();
        Self { port, ..self.with("FLOW_LISTEN", Some(&format!("127.0.0.1:{port}"))) }
    }

    /// The folder around the data folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    /// The default public URL: scheme, host and port.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The binary with these arguments and this installation's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow-sessions"));
        command.args(arguments);
        self.prepare(&mut command);
        command
    }

    /// Gives any command this installation's settings, its folder as working directory, and pipes.
    pub fn prepare(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("FLOW_") || name == "RUST_LOG" || name.to_string_lossy().starts_with("SSL_CERT_") {
                command.env_remove(name);
            }
        }
        command.envs(&self.settings).current_dir(self.home());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    }

    /// Runs a command, which must end within a minute.
    pub async fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_prepared(self.command(arguments)).await
    }

    /// The same for a command that the test has built.
    pub async fn run_prepared(&self, mut command: Command) -> Outcome {
        let mut child = command.spawn().expect("starts the command");
        let stdout = read_all(child.stdout.take().expect("stdout is piped"));
        let stderr = read_all(child.stderr.take().expect("stderr is piped"));
        let deadline = Instant::now() + Duration::from_secs(60);
        let status = loop {
            if let Some(status) = child.try_wait().expect("checks whether the command has ended") {
                break status;
            }
            if Instant::now() > deadline {
                child.kill().expect("kills the command");
                child.wait().expect("waits for the command");
                panic!("did not end within a minute: {command:?}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let text = |reader: thread::JoinHandle<Vec<u8>>| String::from_utf8(reader.join().expect("reads to the end")).expect("commands write UTF-8");
        let outcome = Outcome { code: status.code(), stdout: text(stdout), stderr: text(stderr) };
        self.log.append(outcome.stderr.as_bytes());
        outcome
    }

    /// Every command that `--help` lists, such as `flow import`.
    pub async fn commands(&self) -> BTreeSet<String> {
        let mut known = BTreeSet::new();
        for noun in commands_in(&self.run(&["--help"]).await.stdout) {
            let verbs = commands_in(&self.run(&[&noun, "--help"]).await.stdout);
            if verbs.is_empty() {
                known.insert(noun);
            } else {
                known.extend(verbs.iter().map(|verb| format!("{noun} {verb}")));
            }
        }
        known
    }

    /// Everything that is stored, by name: each file, on PostgreSQL every row as text, and the log.
    pub async fn stored_data(&self) -> Vec<(String, Vec<u8>)> {
        let files = self.contents().into_keys().filter(|path| path.is_file());
        let mut stored: Vec<_> = files.map(|path| (path.display().to_string(), fs::read(&path).unwrap_or_default())).collect();
        if self.engine == Engine::Postgres {
            stored.push(("every row".to_owned(), self.database.every_row().await.into_bytes()));
        }
        stored.push(("the log".to_owned(), self.log.text().into_bytes()));
        stored
    }

    /// Every file and folder with the digest of its content: equal only if nothing changed.
    pub fn contents(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.home().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("reads a folder") {
                let path = entry.expect("reads a folder's entry").path();
                if path.is_dir() {
                    found.insert(path.clone(), "folder".to_owned());
                    folders.push(path);
                } else {
                    let digest = sha256(&fs::read(&path).unwrap_or_default());
                    found.insert(path, digest);
                }
            }
        }
        found
    }
}

fn read_all(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = Vec::new();
        pipe.read_to_end(&mut all).expect("reads the pipe");
        all
    })
}
