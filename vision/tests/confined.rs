//! Everything works in a process like a worker's: it can start no thread and no program, open no file and no socket, and its address
//! space is bounded. A file of its own, because that holds for the whole process.

use std::collections::BTreeMap;

use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use vision::{
    codes, faces, keep_to_this_thread,
    sample::{Dice, Kind, Looks, Person, document, photograph, selfie},
    text,
};

/// What a worker has, in bytes.
const MEMORY: u64 = 768 * 1024 * 1024;

/// What is refused: threads and programs, files, sockets.
const REFUSED: [i64; 7] = [libc::SYS_clone, libc::SYS_clone3, libc::SYS_execve, libc::SYS_execveat, libc::SYS_openat, libc::SYS_openat2, libc::SYS_socket];

#[test]
fn pictures_are_looked_at_without_threads_files_and_sockets_and_in_bounded_memory() {
    let refused = REFUSED.map(|call| (call, Vec::new()));
    let target = std::env::consts::ARCH.try_into().expect("a processor with filters");
    let filter = SeccompFilter::new(BTreeMap::from(refused), SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32), target).expect("a filter");
    seccompiler::apply_filter(&BpfProgram::try_from(filter).expect("a filter")).expect("the filter is applied");
    setrlimit(Resource::As, Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) }).expect("the limit is set");
    assert!(std::thread::Builder::new().spawn(|| {}).is_err(), "threads are refused");
    assert!(std::fs::File::open("/dev/null").is_err(), "files are refused");
    assert!(std::net::UdpSocket::bind("127.0.0.1:0").is_err(), "sockets are refused");

    assert!(keep_to_this_thread());
    let mut dice = Dice::new(11);
    let person = Person::any(&mut dice);
    let photo = photograph(&document(Kind::Cnh, &person, &mut dice), &[], &mut dice);
    let reading = text::read(&photo).expect("the networks run");
    assert!(reading.lines.iter().any(|line| line.text == person.cpf_written()), "{:?}", reading.lines);
    assert_eq!(codes::read(&photo).len(), 1);
    let templates = [photo, selfie(&Looks::of(&person))].map(|picture| {
        let found = faces::find(&picture).expect("the networks run");
        assert_eq!(found.len(), 1, "{found:?}");
        faces::template(&picture, &found[0]).expect("the network runs")
    });
    assert!(templates[0].distance(&templates[1]).is_finite());
}
