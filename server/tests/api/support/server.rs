//! The server under test: the real binary. A test can stop it, kill it, or let it kill itself at a named point. It never
//! outlives the test or the test process.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::installation::Log;
use super::{Installation, eventually};

/// A running `flow-sessions serve`.
pub struct Server {
    child: Child,
    watchdog: Child,
    stdout: Log,
    log: Log,
    log_reader: Option<thread::JoinHandle<()>>,
    exit: Option<ExitStatus>,
}

impl Server {
    /// Starts the server of an installation and returns when it is ready.
    pub async fn start(installation: &Installation) -> Self {
        Self::start_command(installation, || installation.command(&["serve"])).await
    }

    /// The same with an option, such as `--demo`.
    pub async fn start_with(installation: &Installation, option: &str) -> Self {
        Self::start_command(installation, || installation.command(&["serve", option])).await
    }

    /// The same; the server kills itself when it first reaches this kill point.
    pub async fn start_with_kill_point(installation: &Installation, kill_point: &str) -> Self {
        Self::start_command(installation, || {
            let mut command = installation.command(&["serve"]);
            command.env("FLOW_KILL_POINT", kill_point);
            command
        })
        .await
    }

    /// The same, from a shell that first runs `setup`, such as `ulimit -n 1000`.
    pub async fn start_with_shell(installation: &Installation, setup: &str) -> Self {
        Self::start_command(installation, || {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("{setup}; exec \"$0\" serve"), env!("CARGO_BIN_EXE_flow-sessions")]);
            installation.prepare(&mut command);
            command
        })
        .await
    }

    async fn start_command(installation: &Installation, command: impl Fn() -> Command) -> Self {
        for _ in 0..20 {
            let (mut server, ready) = Self::spawn(command(), installation.log.clone());
            match timeout(Duration::from_secs(60), ready).await {
                Ok(Ok(line)) => {
                    assert_eq!(line, format!("listening on {}", installation.base()), "the first line on stdout");
                    return server;
                }
                Ok(Err(_)) => {
                    server.wait_for_exit(Duration::from_secs(10)).await;
                    let lost_the_port = installation.log.text().lines().last().is_some_and(|line| line.contains("FLOW_LISTEN"));
                    assert!(lost_the_port, "serve ended at once");
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                Err(_) => panic!("serve wrote nothing to stdout for a minute"),
            }
        }
        panic!("the port {} stays taken", installation.port);
    }

    fn spawn(mut command: Command, log: Log) -> (Self, oneshot::Receiver<String>) {
        let mut child = command.spawn().expect("starts the server");
        let (ready, is_ready) = oneshot::channel();
        let stdout_log = Log::default();
        let shared_stdout = stdout_log.clone();
        let stdout = child.stdout.take().expect("stdout is piped");
        thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
            if let Some(first) = lines.next() {
                let _ = ready.send(first);
            }
            lines.for_each(|line| shared_stdout.append(format!("{line}\n").as_bytes()));
        });
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let shared_log = log.clone();
        let log_reader = thread::spawn(move || {
            let mut chunk = [0; 64 * 1024];
            while let Ok(length @ 1..) = stderr.read(&mut chunk) {
                shared_log.append(&chunk[..length]);
            }
        });
        let watchdog = watchdog(child.id());
        (Self { child, watchdog, stdout: stdout_log, log, log_reader: Some(log_reader), exit: None }, is_ready)
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to stdout after the first line.
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// The link of this kind, such as `set-up`, that it wrote to stdout.
    pub async fn link(&self, kind: &str) -> String {
        let beginning = format!("/dashboard/{kind}/");
        let found = async || self.stdout().split_whitespace().find(|word| word.contains(&beginning)).map(str::to_owned);
        eventually(&format!("a link of {kind} on stdout"), Duration::from_secs(10), found).await
    }

    /// Kills the server with SIGKILL.
    pub fn kill(&mut self) {
        if self.exit.is_none() {
            self.child.kill().expect("kills the server");
            self.reap(None);
        }
    }

    /// Sends SIGTERM and does not wait.
    pub fn send_sigterm(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("runs kill");
        assert!(sent.success(), "the server still ran");
    }

    /// Stops the server with SIGTERM. Returns the exit status and the time it took.
    pub async fn sigterm(&mut self) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        self.send_sigterm();
        let status = self.wait_for_exit(Duration::from_secs(60)).await;
        (status, asked.elapsed())
    }

    /// Waits for the process to end by itself.
    pub async fn wait_for_exit(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().expect("checks whether the server has ended") {
                return self.reap(Some(status));
            }
            assert!(Instant::now() < deadline, "the server did not end within {within:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits this long. Returns whether the process has ended by itself.
    pub async fn ends_within(&mut self, long: Duration) -> bool {
        let deadline = Instant::now() + long;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("checks whether the server has ended") {
                self.reap(Some(status));
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// Stops the watchdog first, so that it never kills another process with the same id.
    fn reap(&mut self, status: Option<ExitStatus>) -> ExitStatus {
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
        let status = status.unwrap_or_else(|| self.child.wait().expect("waits for the server"));
        if let Some(reader) = self.log_reader.take() {
            reader.join().expect("reads the log to its end");
        }
        *self.exit.insert(status)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            let log = self.log.text();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("--- the end of the server's log");
            lines.iter().skip(lines.len().saturating_sub(40)).for_each(|line| eprintln!("{line}"));
        }
    }
}

/// Kills the server when the test process has ended, however it ended: only that process holds the pipe.
fn watchdog(server: u32) -> Child {
    Command::new("sh")
        .args(["-c", r#"read -r nothing; kill -9 "$0""#, &server.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("starts the watchdog")
}
