//! What a worker gives up before it reads a stranger's file: memory and time without end, files, the network, other processes. Landlock
//! refuses every path and port, and a seccomp filter every system call that is not on a short list. So a parser that a file has taken
//! over can compute, answer and end.

use std::{collections::BTreeMap, io};

use landlock::{ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetStatus, Scope};
use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};
use tracing::warn;

use super::kind::Kind;

/// Where memory runs out, the kernel ends the process with the highest number first (proc_pid_oom_score_adj(5)).
const FIRST_TO_END: &str = "1000";

/// Which of the kernel's means work here.
#[derive(Clone, Copy, Debug, Default)]
struct Confinement {
    /// Landlock refuses paths.
    paths: bool,
    /// Seccomp refuses system calls.
    calls: bool,
}

/// The system calls of a worker: memory, its own locks and signals, reading and writing what is open, and ending. A call that is not
/// listed fails with EPERM.
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_futex,
    // A thread of the allocator may be about to start when the filter comes; these are its first calls.
    libc::SYS_rseq,
    libc::SYS_set_robust_list,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Confines this process for good to what a worker of this kind needs. Where the kernel lacks Landlock or seccomp, the rest is done.
///
/// # Errors
/// If a limit cannot be set.
pub(super) fn enter(kind: Kind) -> io::Result<()> {
    // They fail where the container forbids them or has no /proc. The limits below hold all the same.
    let _ = nice(kind.niceness());
    let _ = std::fs::write("/proc/self/oom_score_adj", FIRST_TO_END);
    for (resource, most) in [(Resource::As, kind.memory()), (Resource::Cpu, kind.life().as_secs()), (Resource::Core, 0), (Resource::Fsize, 0)] {
        // The server may have been started with less already.
        let most = getrlimit(resource).maximum.map_or(most, |given| given.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    refuse_paths();
    if let Some(filter) = filter() {
        // For all threads, because the allocator has one of its own. It fails only where the kernel has no such filters.
        let _ = seccompiler::apply_filter_all_threads(&filter);
    }
    Ok(())
}

/// Logs a warning where the kernel cannot confine workers. They run all the same, with bounded memory and time.
pub fn warn_where_unconfined() {
    warn_of_what_is_missing(std::thread::spawn(confine_thread).join().unwrap_or_default());
}

fn warn_of_what_is_missing(confinement: Confinement) {
    if !confinement.paths {
        warn!("this kernel has no Landlock: it does not keep the workers that read uploaded files from other files");
    }
    if !confinement.calls {
        warn!("this kernel has no seccomp filters: it does not keep the workers that read uploaded files from system calls");
    }
}

/// Confines the current thread for good, and says what worked. The limits, which are the whole process's, stay.
fn confine_thread() -> Confinement {
    Confinement { paths: refuse_paths(), calls: filter().is_some_and(|filter| seccompiler::apply_filter(&filter).is_ok()) }
}

/// Refuses every path, every port, and signals and sockets of other processes, as far as this kernel can. False if it has no Landlock.
fn refuse_paths() -> bool {
    let refused = || {
        let rules = Ruleset::default().handle_access(AccessFs::from_all(ABI::V6))?.handle_access(AccessNet::from_all(ABI::V6))?;
        rules.scope(Scope::from_all(ABI::V6))?.create()?.restrict_self()
    };
    refused().is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}

/// The filter. `None` on a processor that has none.
fn filter() -> Option<BpfProgram> {
    let mut rules: BTreeMap<_, _> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    // A process that aborts signals itself. It may signal no other: the server has the same user.
    let own = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, std::process::id().into()).ok()?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![own]).ok()?]);
    let filter = SeccompFilter::new(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow, std::env::consts::ARCH.try_into().ok()?);
    filter.ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        net::{TcpListener, TcpStream, UdpSocket},
        os::unix::net::UnixStream,
        process::Command,
        thread,
    };

    use super::*;

    /// Everything that a parser could want of the machine, and whether it got it.
    fn attempts(port: u16) -> [(&'static str, bool); 7] {
        [
            ("a file", File::open("/etc/passwd").is_ok()),
            ("a new file", File::create("/tmp/flow-sessions-sandbox-test").is_ok()),
            ("a folder", std::fs::read_dir("/").is_ok()),
            ("a connection", TcpStream::connect(("127.0.0.1", port)).is_ok()),
            ("a socket", UdpSocket::bind("127.0.0.1:0").is_ok() || UnixStream::pair().is_ok()),
            ("a program", Command::new("/bin/true").status().is_ok()),
            ("a thread", thread::Builder::new().spawn(|| {}).is_ok()),
        ]
    }

    #[test]
    fn a_confined_thread_can_compute_and_nothing_else() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(attempts(port).iter().all(|(_, got)| *got), "without it everything works: {:?}", attempts(port));
        std::fs::remove_file("/tmp/flow-sessions-sandbox-test").unwrap();
        let confined = thread::spawn(move || {
            let confinement = confine_thread();
            let sum: usize = vec![1_usize; 1 << 20].iter().sum();
            (confinement, attempts(port), sum)
        });
        let (confinement, attempts, sum) = confined.join().unwrap();
        assert_eq!(sum, 1 << 20);
        if confinement.calls {
            assert!(attempts.iter().all(|(_, got)| !got), "{attempts:?}");
        }
    }

    #[test]
    fn without_paths_no_file_opens() {
        let (works, opened) = thread::spawn(|| (refuse_paths(), File::open("/etc/passwd").is_ok())).join().unwrap();
        assert_eq!(works, !opened);
    }

    /// The lines of the log about a kernel with these means.
    fn warnings(confinement: Confinement) -> Vec<String> {
        let log = tempfile::NamedTempFile::new().unwrap();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(log.reopen().unwrap()).finish();
        tracing::subscriber::with_default(subscriber, || warn_of_what_is_missing(confinement));
        std::fs::read_to_string(log.path()).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_the_kernel_lacks_is_said_once() {
        const CASES: [(bool, bool, &[&str]); 4] =
            [(true, true, &[]), (false, true, &["Landlock"]), (true, false, &["seccomp"]), (false, false, &["Landlock", "seccomp"])];
        for (paths, calls, missing) in CASES {
            let said = warnings(Confinement { paths, calls });
            assert_eq!(said.len(), missing.len(), "{said:?}");
            assert!(said.iter().zip(missing).all(|(line, word)| line.contains("WARN") && line.contains(*word)), "{said:?}");
        }
    }
}
