//! The CPU time of a thread and of a process, as the kernel counts it. On a busy machine the clock says little of what some work cost.

use std::time::{Duration, Instant};

/// The unit of the times in `/proc` (proc_pid_stat(5)), the same on every processor.
const TICK: Duration = Duration::from_millis(10);

/// Runs work on this thread. Returns its result and the CPU time that it took, to 10 ms; where the system does not tell, the time.
pub fn measured<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let of_thread = || read("/proc/thread-self/stat");
    let (before, began) = (of_thread(), Instant::now());
    let done = work();
    let used = before.and_then(|before| Some(of_thread()?.saturating_sub(before)));
    (done, used.unwrap_or_else(|| began.elapsed()))
}

/// The CPU time that a process has taken so far; `None` where the system does not tell.
pub fn of_process(id: u32) -> Option<Duration> {
    read(&format!("/proc/{id}/stat"))
}

fn read(path: &str) -> Option<Duration> {
    let stat = std::fs::read_to_string(path).ok()?;
    // The name before the last bracket may have spaces. After it, the times in user and in kernel mode are the 12th and 13th.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * ticks()?.checked_add(ticks()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let thread = || read("/proc/thread-self/stat").expect("Linux tells");
            let began = thread();
            while thread() < began + SPAN {}
        };
        let ((), worked) = measured(work);
        assert!(worked >= SPAN, "{worked:?}");
        assert!(of_process(own).expect("Linux tells") - before >= SPAN);
        assert_eq!(of_process(u32::MAX), None);
    }
}
