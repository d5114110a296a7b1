//! Sweeps: each is run by one process at a time, and comes back when it is due.

use std::sync::atomic::{AtomicUsize, Ordering};

use ::server::work::sweeps::{Sweep, Sweeps};
use ::server::work::{Job as _, Places};
use futures::FutureExt as _;

use crate::support::{Parts, on_each_engine, run_due};

const EVERY: i64 = 900;

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// One that works and one that fails.
const SWEEPS: [Sweep; 2] = [
    Sweep {
        name: "works",
        every_seconds: EVERY,
        run: |_| {
            RUNS.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }.boxed()
        },
    },
    Sweep { name: "fails", every_seconds: EVERY, run: |_| async { Err("the storage is away".into()) }.boxed() },
];

on_each_engine!(a_sweep_is_run_by_one_process_at_a_time, Parts);
async fn a_sweep_is_run_by_one_process_at_a_time(parts: Parts) {
    let (one, other) = (Sweeps::new(parts.kit.clone(), &SWEEPS[..1]), Sweeps::new(parts.kit.clone(), &SWEEPS[..1]));
    one.due_now().await.expect("queues");
    let places = Places::new(1);
    let claimed = one.claim(&places).await.expect("claims");
    assert_eq!(claimed.len(), 1);
    other.due_now().await.expect("a second process starts");
    assert!(other.claim(&places).await.expect("claims").is_empty(), "while the first one runs it");
    let before = RUNS.load(Ordering::SeqCst);
    one.run(&claimed[0]).await.expect("runs");
    assert!(RUNS.load(Ordering::SeqCst) > before);
    assert!(other.claim(&places).await.expect("claims").is_empty(), "it was just done");
    parts.later(EVERY);
    assert_eq!(other.claim(&places).await.expect("claims").len(), 1);
}

on_each_engine!(a_sweep_that_fails_comes_back_sooner, Parts);
async fn a_sweep_that_fails_comes_back_sooner(parts: Parts) {
    let sweeps = Sweeps::new(parts.kit.clone(), &SWEEPS[1..]);
    sweeps.due_now().await.expect("queues");
    assert_eq!((run_due(&sweeps).await, run_due(&sweeps).await), (1, 0));
    parts.later(60);
    assert_eq!(run_due(&sweeps).await, 1);
}

on_each_engine!(a_sweep_of_a_process_that_died_is_taken_over, Parts);
async fn a_sweep_of_a_process_that_died_is_taken_over(parts: Parts) {
    let (one, other) = (Sweeps::new(parts.kit.clone(), &SWEEPS[..1]), Sweeps::new(parts.kit.clone(), &SWEEPS[..1]));
    one.due_now().await.expect("queues");
    let left = one.claim(&Places::new(1)).await.expect("claims");
    parts.later(61);
    assert_eq!(run_due(&other).await, 1);
    let late = one.run(&left[0]).await.expect_err("it is no longer its own to record");
    assert!(late.is_conflict(), "{late}");
}
