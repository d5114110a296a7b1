//! The workers of one kind: takes an idle one or starts one for each request, bounds its time, and ends those that stay idle.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use tokio::sync::Semaphore;
use tracing::warn;

use super::{kind::Kind, process::Process};
use crate::cpu::{self, Cpu};

/// Why a worker gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// No worker could be started, for example because the machine has no memory left. The request is not at fault.
    #[error("a worker could not be started: {0}")]
    NotStarted(#[source] std::io::Error),
    /// A fresh worker died of this request, or one took too long.
    #[error("no worker gave an answer")]
    NoAnswer,
}

/// The workers of one kind.
pub(super) struct Pool {
    kind: Kind,
    program: PathBuf,
    idle_time: Duration,
    cpu: Cpu,
    places: Semaphore,
    idle: Mutex<Idle>,
}

/// The workers that wait for a request.
#[derive(Default)]
struct Idle {
    /// The newest last. Each with the number of its wait.
    processes: Vec<(u64, Process)>,
    waits: u64,
}

impl Pool {
    /// No worker yet. Each ends once it was idle for this long.
    pub(super) fn new(kind: Kind, program: PathBuf, idle_time: Duration, cpu: Cpu) -> Arc<Self> {
        Arc::new(Self { kind, program, idle_time, cpu, places: Semaphore::new(kind.at_once()), idle: Mutex::default() })
    }

    /// Sends a request to a worker, which takes this many MiB, and gives its answer and the CPU time that it took. If a worker dies that had
    /// others before, a fresh one gets it, because the fault may be in what came before. A request that ends a fresh one, or takes too long, would do so again, at others' cost.
    ///
    /// # Errors
    /// If no worker can be started, or if none gave an answer.
    pub(super) async fn ask(self: &Arc<Self>, input: &[u8], mebibytes: u32) -> Result<(Vec<u8>, Duration), WorkerError> {
        let _place = cpu::waiting(self.places.acquire()).await.expect("the semaphore is never closed");
        // Only now: what waits for a place holds no memory.
        let _memory = cpu::waiting(self.cpu.memory(mebibytes)).await;
        let mut used = self.take();
        loop {
            let (mut process, is_fresh) = match used.take() {
                Some(process) => (process, false),
                None => (Process::start(&self.program, self.kind).await.map_err(WorkerError::NotStarted)?, true),
            };
            let before = process.cpu_time();
            match tokio::time::timeout(self.kind.time(), process.ask(input)).await {
                Ok(Ok(answer)) => {
                    let after = process.cpu_time();
                    let used = after.saturating_sub(before);
                    // One that is old would end in the middle of a request.
                    if after < self.kind.life() / 2 {
                        self.give_back(process);
                    }
                    return Ok((answer, used));
                }
                Ok(Err(error)) => {
                    warn!(kind = self.kind.name(), %error, is_fresh, "a worker died during a request");
                    if is_fresh {
                        return Err(WorkerError::NoAnswer);
                    }
                }
                Err(_) => {
                    warn!(kind = self.kind.name(), seconds = self.kind.time().as_secs(), "a worker took too long and was ended");
                    return Err(WorkerError::NoAnswer);
                }
            }
        }
    }

    fn take(&self) -> Option<Process> {
        self.idle.lock().expect("nothing panics while it holds this lock").processes.pop().map(|(_, process)| process)
    }

    fn give_back(self: &Arc<Self>, process: Process) {
        let mut idle = self.idle.lock().expect("nothing panics while it holds this lock");
        idle.waits += 1;
        let wait = idle.waits;
        idle.processes.push((wait, process));
        let (pool, idle_time) = (Arc::downgrade(self), self.idle_time);
        tokio::spawn(async move {
            tokio::time::sleep(idle_time).await;
            Self::end(&pool, wait);
        });
    }

    /// Ends the worker of this wait, unless it got a request meanwhile.
    fn end(pool: &Weak<Self>, wait: u64) {
        let Some(pool) = pool.upgrade() else { return };
        let mut idle = pool.idle.lock().expect("nothing panics while it holds this lock");
        idle.processes.retain(|(number, _)| *number != wait);
    }
}
