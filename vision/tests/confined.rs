//! Everything works in a process like a worker's: it can start no thread, and its address space is bounded. A file of its own, because
//! that holds for the whole process.

use std::collections::BTreeMap;

use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use vision::{
    codes, keep_to_this_thread,
    sample::{Dice, Kind, Person, document, photograph},
    text,
};

/// What a worker has, in bytes.
const MEMORY: u64 = 768 * 1024 * 1024;

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").expect("Linux lists the threads").count()
}

#[test]
fn a_picture_is_read_without_a_thread_and_in_bounded_memory() {
    let before = threads();
    let refused = [libc::SYS_clone, libc::SYS_clone3].map(|call| (call, Vec::new()));
    let target = std::env::consts::ARCH.try_into().expect("a processor with filters");
    let filter = SeccompFilter::new(BTreeMap::from(refused), SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32), target).expect("a filter");
    seccompiler::apply_filter(&BpfProgram::try_from(filter).expect("a filter")).expect("the filter is applied");
    setrlimit(Resource::As, Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) }).expect("the limit is set");
    assert!(std::thread::Builder::new().spawn(|| {}).is_err(), "the filter works");

    assert!(keep_to_this_thread());
    let mut dice = Dice::new(11);
    let person = Person::any(&mut dice);
    let photo = photograph(&document(Kind::Cnh, &person, &mut dice), &[], &mut dice);
    let reading = text::read(&photo).expect("the networks run");
    assert!(reading.lines.iter().any(|line| line.text == person.cpf_written()), "{:?}", reading.lines);
    assert_eq!(codes::read(&photo).len(), 1);
    assert_eq!(threads(), before);
}
