//! Uploaded files are read in a child of the server: confined, one for many files, replaced when it dies, and gone when it is not needed.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ::server::model::PdfState;
use ::server::worker::{WorkerError, Workers};

use crate::support::{Customer, Engine, Installation, SOON, Server, TestApp, eventually, json, on_each_engine, photos};

const LONG: Duration = Duration::from_secs(600);

/// The workers that this process has started.
fn workers_of(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("Linux").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let is_worker = |process: &u32| {
        let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let of_parent = stat.rsplit_once(')').is_some_and(|(_, rest)| rest.split_whitespace().nth(1) == Some(&parent.to_string()));
        of_parent && arguments == b"flow-sessions\0worker\0pdf\0"
    };
    processes.filter(is_worker).collect()
}

fn line_of(process: u32, file: &str, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{process}/{file}")).expect("the process runs");
    text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {text}")).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kill(process: u32) {
    let process = rustix::process::Pid::from_raw(i32::try_from(process).expect("a process")).expect("a process");
    rustix::process::kill_process(process, rustix::process::Signal::KILL).expect("kills");
}

/// A customer of a flow that takes PDFs.
async fn with_proof(app: &TestApp) -> Customer {
    let flow = json!({ "name": "proof", "steps": [
        { "id": "address", "type": "PROOF", "title": "Address", "fields": [{ "name": "proof", "type": "ARTIFACT", "label": "Bill" }] } ] });
    let file = app.installation.home().join("proof.json");
    fs::write(&file, flow.to_string()).expect("writes the flow");
    app.operator.json(&["flow", "import", file.to_str().expect("a path in UTF-8")]).await;
    Customer::with_link(&app.installation, &app.operator.link_of("proof", &[]).await)
}

on_each_engine!(a_worker_starts_when_needed_is_confined_and_ends_with_the_server);
async fn a_worker_starts_when_needed_is_confined_and_ends_with_the_server(mut app: TestApp) {
    let customer = with_proof(&app).await;
    customer.upload("proof", photos::selfie()).await.expect(201);
    assert!(workers_of(app.server.id()).is_empty(), "an image needs none");
    for seed in 1..4 {
        customer.upload("proof", &photos::pdf(seed)).await.expect(201);
    }
    let [worker] = workers_of(app.server.id())[..] else { panic!("one for all: {:?}", workers_of(app.server.id())) };
    assert_eq!(line_of(worker, "limits", "Max address space"), "Max address space 805306368 805306368 bytes");
    assert_eq!(line_of(worker, "limits", "Max core file size"), "Max core file size 0 0 bytes");
    assert_eq!(line_of(worker, "status", "NoNewPrivs"), "NoNewPrivs: 1");
    assert_eq!(line_of(worker, "status", "Seccomp:"), "Seccomp: 2", "a filter");
    assert!(fs::read(format!("/proc/{worker}/environ")).expect("the worker runs").is_empty(), "no settings");
    let open: Vec<_> = fs::read_dir(format!("/proc/{worker}/fd")).expect("the worker runs").map(|entry| entry.expect("an entry").path()).collect();
    let sockets = open.iter().filter(|path| fs::read_link(path).is_ok_and(|to| to.to_string_lossy().starts_with("socket:"))).count();
    assert_eq!((open.len(), sockets), (3, 2), "nothing of the server's: {open:?}");

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
    let customer = with_proof(&app).await;
    let refused = customer.upload("proof", &photos::pdf(1)).await;
    refused.problem(503, "unavailable");
    assert!(!refused.header("retry-after").is_empty());
    customer.upload("proof", photos::selfie()).await.expect(201);
}

fn binary() -> Workers {
    Workers::of(env!("CARGO_BIN_EXE_flow-sessions").into(), Duration::from_millis(300))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_worker_ends_and_the_next_file_starts_another() {
    let workers = binary();
    let own = std::process::id();
    let ask = async |name: &str| workers.pdf(&photos::case(name)).await.expect("a worker starts");
    for _ in 0..2 {
        assert_eq!(ask("xfa.pdf").await, PdfState::Readable);
        eventually("no worker is left", SOON, async || workers_of(own).is_empty().then_some(())).await;
    }
    let both = tokio::join!(ask("password-aes256.pdf"), ask("fourteen-bytes.pdf"), ask("owner-password.pdf"), ask("leading-pjl.pdf"));
    assert_eq!(both, (PdfState::Password, PdfState::Unreadable, PdfState::Readable, PdfState::Readable));
    assert!(workers_of(own).len() <= 2, "two at once, the others wait");
}

/// A program that acts as a worker: it counts its starts in `starts`, says that it is ready, and then does this.
fn stand_in(folder: &Path, then: &str) -> Workers {
    use std::os::unix::fs::PermissionsExt as _;
    let program = folder.join("worker");
    let starts = folder.join("starts");
    fs::write(&program, format!("#!/bin/sh\necho x >> {}\nprintf '\\0\\0\\0\\0'\n{then}\n", starts.display())).expect("writes");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("makes it a program");
    Workers::of(program, LONG)
}

#[tokio::test]
async fn a_file_that_ends_two_workers_is_unreadable() {
    for then in ["exit 1", "kill -9 $$", "printf '\\377\\377\\377\\377'; sleep 60", "printf '\\002\\0\\0\\0n'"] {
        let folder = tempfile::tempdir().expect("a folder");
        let workers = stand_in(folder.path(), then);
        assert_eq!(workers.pdf(&photos::pdf(1)).await.expect("it starts"), PdfState::Unreadable, "{then}");
        assert_eq!(fs::read_to_string(folder.path().join("starts")).expect("it started"), "x\nx\n", "{then}: tried twice");
    }
    let missing = Workers::of("/nothing/here".into(), LONG);
    assert!(matches!(missing.pdf(b"").await, Err(WorkerError::NotStarted(_))));
    let never_ready = Workers::of("/bin/false".into(), LONG);
    assert!(matches!(never_ready.pdf(b"").await, Err(WorkerError::NotStarted(_))));
}
