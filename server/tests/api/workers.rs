//! Uploaded files are read in a child of the server: confined, one for many files, replaced when it dies, and gone when it is not needed.

use std::fs;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ::server::cpu::Cpu;
use ::server::model::PdfState;
use ::server::worker::{WorkerError, Workers};

use crate::support::{Engine, Installation, SOON, Server, TestApp, eventually, on_each_engine, photos};

const LONG: Duration = Duration::from_secs(600);

/// The workers that this process has started, of the kind with this name.
fn workers_of_kind(parent: u32, kind: &str) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("Linux").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let is_worker = |process: &u32| {
        let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let of_parent = stat.rsplit_once(')').is_some_and(|(_, rest)| rest.split_whitespace().nth(1) == Some(&parent.to_string()));
        of_parent && arguments == format!("flow-sessions\0worker\0{kind}\0").as_bytes()
    };
    processes.filter(is_worker).collect()
}

fn workers_of(parent: u32) -> Vec<u32> {
    workers_of_kind(parent, "pdf")
}

/// Kills every worker of this kind that this process has started.
pub fn kill_workers(parent: u32, kind: &str) {
    workers_of_kind(parent, kind).into_iter().for_each(kill);
}

fn line_of(process: u32, file: &str, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{process}/{file}")).expect("the process runs");
    text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {text}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kill(process: u32) {
    let process = rustix::process::Pid::from_raw(i32::try_from(process).expect("a process")).expect("a process");
    // It may have ended just now.
    let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
}

on_each_engine!(a_worker_starts_when_needed_is_confined_and_ends_with_the_server);
async fn a_worker_starts_when_needed_is_confined_and_ends_with_the_server(mut app: TestApp) {
    let customer = app.customer_with_proof().await;
    customer.upload("proof", photos::selfie()).await.expect(201);
    assert!(workers_of(app.server.id()).is_empty(), "an image needs none");
    for seed in 1..4 {
        customer.upload("proof", &photos::pdf(seed)).await.expect(201);
    }
    let [worker] = workers_of(app.server.id())[..] else { panic!("one for all: {:?}", workers_of(app.server.id())) };
    assert_eq!(line_of(worker, "limits", "Max address space"), "Max address space 268435456 268435456 bytes");
    assert_eq!(fs::read_to_string(format!("/proc/{worker}/oom_score_adj")).expect("the worker runs").trim(), "1000");
    let stat = fs::read_to_string(format!("/proc/{worker}/stat")).expect("the worker runs");
    assert_eq!(stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(16)), Some("10"), "its niceness");
    assert_eq!(line_of(worker, "limits", "Max core file size"), "Max core file size 0 0 bytes");
    assert_eq!(line_of(worker, "status", "NoNewPrivs"), "NoNewPrivs: 1");
    assert_eq!(line_of(worker, "status", "Seccomp:"), "Seccomp: 2", "a filter");
    assert!(fs::read(format!("/proc/{worker}/environ")).expect("the worker runs").is_empty(), "no settings");
    let open = |process: u32| fs::read_dir(format!("/proc/{process}/fd")).expect("it runs").filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    let kept: Vec<_> = open(worker).filter(|file| open(app.server.id()).any(|of_server| of_server == *file)).collect();
    let given: Vec<_> = (0..3).filter_map(|number| fs::read_link(format!("/proc/{}/fd/{number}", app.server.id())).ok()).collect();
    let standard = |file: &Path| file.starts_with("/dev") || file.to_string_lossy().starts_with("pipe:") || given.iter().any(|given| given == file);
    assert!(kept.iter().all(|file| !file.starts_with(app.installation.home()) && standard(file)), "nothing of the server's: {kept:?}");
    assert_eq!(open(worker).filter(|file| file.to_string_lossy().starts_with("socket:")).count(), 2, "its stdin and stdout");

    kill(worker);
    customer.upload("proof", &photos::pdf(9)).await.expect(201);
    let [next] = workers_of(app.server.id())[..] else { panic!("a fresh one") };
    assert_ne!(next, worker);
    app.server.kill();
    eventually("the worker ends", SOON, async || (!Path::new(&format!("/proc/{next}")).exists()).then_some(())).await;
}

/// Without `/proc` the server does not find its own binary, so it can start no worker.
#[tokio::test(flavor = "multi_thread")]
async fn where_no_worker_starts_the_answer_is_503() {
    let installation = Installation::on(Engine::Sqlite).await;
    let server = Server::start_with_shell(&installation, "exec unshare -m sh -c 'umount -l /proc && exec \"$0\" serve' \"$0\"").await;
    let operator = crate::support::Operator::at(&installation);
    let app = TestApp { installation, server, operator };
    let customer = app.customer_with_proof().await;
    let refused = customer.send_raw(customer.upload_request("proof", &photos::pdf(1))).await.expect("an answer");
    assert!(refused.status == 503 && refused.text().contains("/problems/unavailable"), "{} {}", refused.status, refused.text());
    assert!(!refused.header("retry-after").is_empty());
    customer.upload("proof", photos::selfie()).await.expect(201);
}

fn binary() -> Workers {
    Workers::of(env!("CARGO_BIN_EXE_flow-sessions").into(), Duration::from_millis(300), &Cpu::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_worker_ends_and_the_next_file_starts_another() {
    let workers = binary();
    let own = std::process::id();
    let ask = async |name: &str| workers.pdf(&photos::case(name)).await.expect("a worker starts").0;
    for _ in 0..2 {
        assert_eq!(ask("xfa.pdf").await, PdfState::Readable);
        eventually("no worker is left", SOON, async || workers_of(own).is_empty().then_some(())).await;
    }
    let both = tokio::join!(ask("password-aes256.pdf"), ask("fourteen-bytes.pdf"), ask("owner-password.pdf"), ask("leading-pjl.pdf"));
    assert_eq!(both, (PdfState::Password, PdfState::Unreadable, PdfState::Readable, PdfState::Readable));
    assert!(workers_of(own).len() <= 2, "two at once, the others wait");
}

/// The allocator of a worker starts a thread of its own at any time, so one start proves little.
#[test]
fn every_worker_answers_its_first_request() {
    use std::io::{Read as _, Write as _};
    use std::os::fd::OwnedFd;
    let pdf = photos::case("xfa.pdf");
    for start in 0..60 {
        let (mut own, other) = UnixStream::pair().expect("a pair");
        let output = other.try_clone().expect("a copy");
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow-sessions"));
        command.args(["worker", "pdf"]).env_clear().stdin(OwnedFd::from(other)).stdout(OwnedFd::from(output)).stderr(Stdio::null());
        let mut worker = command.spawn().expect("starts");
        drop(command);
        let mut answer = Vec::new();
        let length = u32::try_from(pdf.len()).expect("a short file").to_le_bytes();
        let asked = own.write_all(&length).and_then(|()| own.write_all(&pdf)).and_then(|()| own.shutdown(Shutdown::Write));
        asked.and_then(|()| own.read_to_end(&mut answer)).unwrap_or_else(|error| panic!("start {start}: {error}"));
        assert_eq!(answer, b"\0\0\0\0\x0A\0\0\0\"readable\"", "start {start}");
        assert!(worker.wait().expect("ends").success(), "it ends with its input");
    }
}

/// A program that acts as a worker: it counts its starts in `starts`, says that it is ready, and then does this.
fn stand_in(folder: &Path, then: &str) -> Workers {
    use std::os::unix::fs::PermissionsExt as _;
    let program = folder.join("worker");
    let starts = folder.join("starts");
    fs::write(&program, format!("#!/bin/sh\necho x >> {}\nprintf '\\0\\0\\0\\0'\n{then}\n", starts.display())).expect("writes");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("makes it a program");
    Workers::of(program, LONG, &Cpu::default())
}

#[tokio::test]
async fn a_file_that_ends_a_fresh_worker_is_not_tried_again() {
    for then in ["exit 1", "kill -9 $$", "printf '\\377\\377\\377\\377'; sleep 60", "printf '\\002\\0\\0\\0n'"] {
        let folder = tempfile::tempdir().expect("a folder");
        let workers = stand_in(folder.path(), then);
        for starts in ["x\n", "x\nx\n"] {
            assert!(matches!(workers.pdf(&photos::pdf(1)).await, Err(WorkerError::NoAnswer)), "{then}");
            assert_eq!(fs::read_to_string(folder.path().join("starts")).expect("it started"), starts, "{then}: once a request");
        }
    }
    let missing = Workers::of("/nothing/here".into(), LONG, &Cpu::default());
    assert!(matches!(missing.pdf(b"").await, Err(WorkerError::NotStarted(_))));
    let never_ready = Workers::of("/bin/false".into(), LONG, &Cpu::default());
    assert!(matches!(never_ready.pdf(b"").await, Err(WorkerError::NotStarted(_))));
}
