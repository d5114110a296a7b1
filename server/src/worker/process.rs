//! One worker process, as the server sees it. Dropping it ends it.

use std::{
    io,
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream as StdStream, process::CommandExt as _},
    },
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
};

use super::{frame, kind::Kind};
use crate::cpu;

/// How long a worker may take to start.
const START: Duration = Duration::from_secs(10);

/// A running worker, and the socket that leads to it.
pub(super) struct Process {
    child: Option<Child>,
    socket: UnixStream,
}

impl Process {
    /// Starts a worker, and waits until it is ready.
    ///
    /// # Errors
    /// If it cannot be started, or is not ready in time.
    pub(super) async fn start(program: &Path, kind: Kind) -> io::Result<Self> {
        let (own, other) = StdStream::pair()?;
        own.set_nonblocking(true)?;
        let socket = UnixStream::from_std(own)?;
        let output = other.try_clone()?;
        let mut command = Command::new(program);
        // No settings, which may hold a password; nothing on stderr, which may hold a part of a file; no signals of the terminal.
        command.arg0("flow-sessions").args(["worker", kind.name()]).env_clear().current_dir("/").process_group(0);
        command.stdin(Stdio::from(OwnedFd::from(other))).stdout(Stdio::from(OwnedFd::from(output))).stderr(Stdio::null());
        // `command` is dropped there, and with it this process's copies of the worker's end of the socket.
        let child = tokio::task::spawn_blocking(move || command.spawn()).await.map_err(io::Error::other)??;
        let mut process = Self { child: Some(child), socket };
        match tokio::time::timeout(START, process.read()).await {
            Ok(ready) => ready.map(|_| process),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// Sends a request, and waits for its answer.
    ///
    /// # Errors
    /// If the worker died.
    pub(super) async fn ask(&mut self, input: &[u8]) -> io::Result<Vec<u8>> {
        self.socket.write_all(&frame::head(input)?).await?;
        self.socket.write_all(input).await?;
        self.read().await
    }

    /// The CPU time that it has taken so far.
    pub(super) fn cpu_time(&self) -> Duration {
        self.child.as_ref().and_then(|child| cpu::of_process(child.id())).unwrap_or_default()
    }

    async fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut head = [0; 4];
        self.socket.read_exact(&mut head).await?;
        let mut answer = vec![0; frame::length(head)?];
        self.socket.read_exact(&mut answer).await?;
        Ok(answer)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let mut end = move || {
            // An error means that it has ended already.
            let _ = child.kill();
            let _ = child.wait();
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(end)),
            Err(_) => end(),
        }
    }
}
