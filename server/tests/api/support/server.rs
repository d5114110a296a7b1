//! The server under test: the real binary, which can be asked to end, killed at once, or told to kill itself at a named
//! point. It never outlives the test, nor the process of the tests.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::place::Log;
use super::{Place, eventually};

/// A running `flow-sessions serve`.
pub struct Server {
    child: Child,
    leash: Child,
    said: Log,
    log: Log,
    log_reader: Option<thread::JoinHandle<()>>,
    exit: Option<ExitStatus>,
}

impl Server {
    /// Starts the server of a place and returns when it is ready to answer.
    pub async fn start(place: &Place) -> Self {
        Self::start_by(place, || place.command(&["serve"])).await
    }

    /// The same, as a demonstration.
    pub async fn start_demo(place: &Place) -> Self {
        Self::start_by(place, || place.command(&["serve", "--demo"])).await
    }

    /// The same, told to kill itself the first time it reaches this point.
    pub async fn start_to_die_at(place: &Place, kill_point: &str) -> Self {
        Self::start_by(place, || {
            let mut command = place.command(&["serve"]);
            command.env("FLOW_KILL_POINT", kill_point);
            command
        })
        .await
    }

    /// The same, by a shell that was told this first, such as `ulimit -n 1000`.
    pub async fn start_after(place: &Place, told: &str) -> Self {
        Self::start_by(place, || {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("{told}; exec \"$0\" serve"), env!("CARGO_BIN_EXE_flow-sessions")]);
            place.prepare(&mut command);
            command
        })
        .await
    }

    async fn start_by(place: &Place, command: impl Fn() -> Command) -> Self {
        for _ in 0..20 {
            let (mut server, ready) = Self::spawn(command(), place.log.clone());
            match timeout(Duration::from_secs(60), ready).await {
                Ok(Ok(line)) => {
                    assert_eq!(line, format!("listening on {}", place.base()), "the first line on stdout");
                    return server;
                }
                Ok(Err(_)) => {
                    server.death(Duration::from_secs(10)).await;
                    let lost_the_port = place.log.text().lines().last().is_some_and(|line| line.contains("FLOW_LISTEN"));
                    assert!(lost_the_port, "serve ended at once");
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                Err(_) => panic!("serve said nothing on stdout for a minute"),
            }
        }
        panic!("the port {} stays taken", place.port);
    }

    fn spawn(mut command: Command, log: Log) -> (Self, oneshot::Receiver<String>) {
        let mut child = command.spawn().expect("starts the server");
        let (ready, is_ready) = oneshot::channel();
        let said = Log::default();
        let shared_said = said.clone();
        let stdout = child.stdout.take().expect("stdout is piped");
        thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
            if let Some(first) = lines.next() {
                let _ = ready.send(first);
            }
            lines.for_each(|line| shared_said.append(format!("{line}\n").as_bytes()));
        });
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let shared_log = log.clone();
        let log_reader = thread::spawn(move || {
            let mut chunk = [0; 64 * 1024];
            while let Ok(length @ 1..) = stderr.read(&mut chunk) {
                shared_log.append(&chunk[..length]);
            }
        });
        let leash = leash(child.id());
        (Self { child, leash, said, log, log_reader: Some(log_reader), exit: None }, is_ready)
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it said on stdout after its first line.
    pub fn said(&self) -> String {
        self.said.text()
    }

    /// The link of this kind, such as `set-up`, that it said on stdout.
    pub async fn link(&self, kind: &str) -> String {
        let beginning = format!("/dashboard/{kind}/");
        let found = async || self.said().split_whitespace().find(|word| word.contains(&beginning)).map(str::to_owned);
        eventually(&format!("a link of {kind} on stdout"), Duration::from_secs(10), found).await
    }

    /// SIGKILL: nothing of the server runs after this.
    pub fn kill9(&mut self) {
        if self.exit.is_none() {
            self.child.kill().expect("kills the server");
            self.reaped(None);
        }
    }

    /// Sends SIGTERM and does not wait.
    pub fn ask_to_end(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("runs kill");
        assert!(sent.success(), "the server was still there to be asked");
    }

    /// SIGTERM: the exit status, and how long it took.
    pub async fn sigterm(&mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        self.ask_to_end();
        let status = self.death(Duration::from_secs(60)).await;
        (status, asked.elapsed())
    }

    /// Waits for the process to end by itself.
    pub async fn death(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().expect("asks after the server") {
                return self.reaped(Some(status));
            }
            assert!(Instant::now() < deadline, "the server did not end within {within:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Takes the leash off first, so that it never meets another process of the same number.
    fn reaped(&mut self, status: Option<ExitStatus>) -> ExitStatus {
        let _ = self.leash.kill();
        let _ = self.leash.wait();
        let status = status.unwrap_or_else(|| self.child.wait().expect("waits for the server"));
        if let Some(reader) = self.log_reader.take() {
            reader.join().expect("reads the log to its end");
        }
        *self.exit.insert(status)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
        if thread::panicking() {
            let log = self.log.text();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("--- the end of the server's log");
            lines.iter().skip(lines.len().saturating_sub(40)).for_each(|line| eprintln!("{line}"));
        }
    }
}

/// Kills the server when the process of the tests is gone, however it went: only that process holds the pipe.
fn leash(server: u32) -> Child {
    Command::new("sh")
        .args(["-c", r#"read -r nothing; kill -9 "$0""#, &server.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("starts the leash")
}
