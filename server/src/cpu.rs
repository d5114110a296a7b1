//! Runs CPU-heavy work outside the async threads, at most as much at once as there are cores. What nobody waits for at a page runs on
//! threads of a lower priority, so that it does not slow the answers of those who do.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    runtime::Runtime,
    sync::{OwnedSemaphorePermit, Semaphore},
};

/// How many times [`timeout`] looks whether its work waits.
const LOOKS: u32 = 50;

tokio::task_local! {
    /// How many tasks of the current [`timeout`] wait for a permit.
    static WAITING: Arc<AtomicUsize>;
}

/// Work took longer than its time limit.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it took too long")]
pub struct Elapsed;

/// Limits the time of some work. The time in which it waits for a permit of [`Cpu`] does not count, so that nothing fails because the
/// cores are busy with something else.
///
/// # Errors
/// If the work took longer.
pub async fn timeout<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, Elapsed> {
    let waiting = Arc::new(AtomicUsize::new(0));
    let mut work = pin!(WAITING.scope(Arc::clone(&waiting), work));
    let mut looks = 0;
    while looks < LOOKS {
        tokio::select! {
            done = &mut work => return Ok(done),
            () = tokio::time::sleep(limit / LOOKS) => looks += u32::from(waiting.load(Ordering::Relaxed) == 0),
        }
    }
    Err(Elapsed)
}

/// Counts as waiting until it is dropped.
struct Waiting(Option<Arc<AtomicUsize>>);

impl Waiting {
    fn begin() -> Self {
        let counter = WAITING.try_with(Arc::clone).ok();
        if let Some(counter) = &counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Self(counter)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(counter) = &self.0 {
            counter.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Waits without counting as time for [`timeout`].
pub async fn waiting<T>(wait: impl Future<Output = T>) -> T {
    let _waiting = Waiting::begin();
    wait.await
}

/// The work panicked.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the work panicked")]
pub struct Panicked;

/// The memory that works which say how much they need may have together, in MiB. One that needs more has it alone.
const MEMORY: u32 = 240;
/// The memory that is kept for small works besides, in MiB, and what a small work needs at most: a photo of 13 megapixels fits.
const SMALL: u32 = 80;

/// Whether work that needs this much memory, in MiB, is not small. Small work does not wait for large work.
pub const fn is_large(mebibytes: u32) -> bool {
    mebibytes > SMALL
}

/// The niceness of the threads that work in the background. While the cores are busy with answers, such a thread gets about a quarter of
/// what another one gets, so that background work always goes on.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// One permit for each core, one for each MiB of memory, and the threads of the background with a permit for each core.
#[derive(Clone, Debug)]
pub struct Cpu {
    cores: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    small: Arc<Semaphore>,
    background: Arc<Semaphore>,
    threads: Arc<Threads>,
}

/// Threads of low priority.
#[derive(Debug)]
struct Threads(Option<Runtime>);

impl Threads {
    fn new(cores: usize) -> Self {
        let mut threads = tokio::runtime::Builder::new_current_thread();
        threads.thread_name("background").max_blocking_threads(cores.max(1));
        // Without a process id, Linux sets the priority of the calling thread (sched(7)).
        #[cfg(target_os = "linux")]
        threads.on_thread_start(|| {
            let _ = rustix::process::setpriority_process(None, NICE);
        });
        Self(Some(threads.build().expect("a runtime without drivers needs nothing that can fail")))
    }

    fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> tokio::task::JoinHandle<T> {
        self.0.as_ref().expect("there until it is dropped").spawn_blocking(work)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Default for Cpu {
    fn default() -> Self {
        Self::with(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))
    }
}

impl Cpu {
    /// For a machine of so many cores.
    pub(crate) fn with(cores: usize) -> Self {
        let permits = |permits: usize| Arc::new(Semaphore::new(permits));
        Self {
            cores: permits(cores),
            memory: permits(MEMORY as usize),
            small: permits(SMALL as usize),
            background: permits(cores),
            threads: Arc::new(Threads::new(cores)),
        }
    }

    /// Waits for this much memory, in MiB. Small work takes what becomes free first: its own memory, or that of all.
    pub(crate) async fn memory(&self, mebibytes: u32) -> OwnedSemaphorePermit {
        let of = |semaphore: &Arc<Semaphore>| Arc::clone(semaphore).acquire_many_owned(mebibytes.min(MEMORY));
        let permit = if is_large(mebibytes) {
            of(&self.memory).await
        } else {
            tokio::select! {
                biased;
                permit = of(&self.small) => permit,
                permit = of(&self.memory) => permit,
            }
        };
        permit.expect("the semaphores are never closed")
    }

    /// Runs work in the background that needs this much memory, in MiB.
    ///
    /// # Errors
    /// If the work panicked.
    pub async fn run_in_background<T: Send + 'static>(&self, mebibytes: u32, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
        // First for a core, so that what waits for one holds no memory.
        let permit = waiting(Arc::clone(&self.background).acquire_owned()).await.expect("the semaphore is never closed");
        let memory = waiting(self.memory(mebibytes)).await;
        let done = self.threads.run(move || {
            let _permits = (permit, memory);
            work()
        });
        done.await.map_err(|_| Panicked)
    }

    /// The same as [`Cpu::run`] for work that needs this much memory, in MiB. It waits until there is so much.
    ///
    /// # Errors
    /// If the work panicked.
    pub async fn run_with<T: Send + 'static>(&self, mebibytes: u32, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
        let memory = waiting(self.memory(mebibytes)).await;
        self.run(move || {
            let _memory = memory;
            work()
        })
        .await
    }

    /// Runs the work as soon as a permit is free.
    ///
    /// # Errors
    /// If the work panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
        let permit = waiting(Arc::clone(&self.cores).acquire_owned()).await.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(|_| Panicked)
    }
}

/// The unit of the times in `/proc` (proc_pid_stat(5)), the same on every processor.
const TICK: Duration = Duration::from_millis(10);

/// Runs work on this thread. Returns its result and the CPU time that it took, to 10 ms; where the system does not tell, the time.
pub fn measured<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let of_thread = || cpu_time("/proc/thread-self/stat");
    let (before, began) = (of_thread(), Instant::now());
    let done = work();
    let used = before.and_then(|before| Some(of_thread()?.saturating_sub(before)));
    (done, used.unwrap_or_else(|| began.elapsed()))
}

/// The CPU time that a process has taken so far; `None` where the system does not tell.
pub fn of_process(id: u32) -> Option<Duration> {
    cpu_time(&format!("/proc/{id}/stat"))
}

fn cpu_time(path: &str) -> Option<Duration> {
    let stat = std::fs::read_to_string(path).ok()?;
    // The name before the last bracket may have spaces. After it, the times in user and in kernel mode are the 12th and 13th.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * ticks()?.checked_add(ticks()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn waiting_for_a_permit_does_not_count_as_time() {
        let cpu = Cpu::with(0);
        let permits = Arc::clone(&cpu.cores);
        let freed = async {
            tokio::time::sleep(LIMIT * 4).await;
            permits.add_permits(1);
        };
        let (done, ()) = tokio::join!(timeout(LIMIT, cpu.run(|| 7)), freed);
        assert_eq!(done.expect("in time").expect("no panic"), 7);
    }

    #[tokio::test]
    async fn work_that_needs_much_memory_has_it_alone_and_small_work_does_not_wait_for_it() {
        let cpu = Cpu::with(4);
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let large = cpu.run_with(10_000, move || ended.recv());
        let next = cpu.run_with(SMALL + 1, || 7);
        tokio::pin!(large, next);
        assert!(tokio::time::timeout(LIMIT, &mut large).await.is_err(), "it runs");
        assert!(tokio::time::timeout(LIMIT, &mut next).await.is_err(), "it waits for its memory");
        for small in [1, SMALL] {
            assert_eq!(cpu.run_with(small, || 7).await.expect("no panic"), 7);
            assert_eq!(cpu.run_in_background(small, || 7).await.expect("no panic"), 7);
        }
        end.send(()).expect("it runs");
        large.await.expect("no panic").expect("the end");
        assert_eq!(next.await.expect("no panic"), 7);
    }

    #[tokio::test]
    async fn small_works_have_the_memory_of_all_too() {
        let cpu = Cpu::with(1);
        let held = [cpu.memory(SMALL).await, cpu.memory(SMALL).await, cpu.memory(SMALL).await, cpu.memory(SMALL).await];
        assert!(tokio::time::timeout(LIMIT, cpu.memory(1)).await.is_err());
        drop(held);
        drop(cpu.memory(1).await);
    }

    #[tokio::test]
    async fn all_other_time_counts() {
        assert!(timeout(LIMIT, std::future::pending::<()>()).await.is_err());
        assert_eq!(timeout(LIMIT, async { 7 }).await.expect("in time"), 7);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn only_work_counts_and_not_waiting() {
        const SPAN: Duration = Duration::from_millis(300);
        let wait = || std::thread::sleep(SPAN);
        let ((), waited) = measured(wait);
        assert!(waited < SPAN / 2, "{waited:?}");
        let own = std::process::id();
        let before = of_process(own).expect("Linux tells");
        let work = || {
            let thread = || cpu_time("/proc/thread-self/stat").expect("Linux tells");
            let began = thread();
            while thread() < began + SPAN {}
        };
        let ((), worked) = measured(work);
        assert!(worked >= SPAN, "{worked:?}");
        assert!(of_process(own).expect("Linux tells") - before >= SPAN);
        assert_eq!(of_process(u32::MAX), None);
    }
}
