//! What strangers send, damaged: files, multipart bodies, flows, JSON bodies, sealed files, answers to webhooks, and headers. Each target
//! begins with real inputs, changes them a little, and states what must hold whatever comes of it. The rule that is always there: no panic,
//! and an end within [`PATIENCE`].
//!
//! `make test` runs a fixed number of cases, the same in every run. `make soak PART=fuzz` sets `FLOW_SOAK_FUZZ_SECONDS`: how long each
//! target then goes on with other cases. It prints its seed; `FLOW_SOAK_SEED` repeats it. A finding is shown as small as it still fails,
//! and becomes a test with that input beside the code that was wrong.

mod bodies;
mod change;
mod files;
mod flows;
mod headers;
mod multipart;
mod sealed;
mod webhooks;

use std::time::{Duration, Instant};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use change::damaged;

use crate::support::now_ms;
use crate::support::soak::setting;

/// The longest that one input may take, on a machine that does other things besides.
const PATIENCE: Duration = Duration::from_secs(10);
/// The cases between two looks at the time, while a target runs for a number of seconds.
const ROUND: u32 = 200;

/// Words for every target that takes JSON.
#[rustfmt::skip]
const JSON: &[&[u8]] = &[
    b"null", b"true", b"{}", b"[]", b"\"\"", b"0", b"-0", b"-1", b"1e400", b"9007199254740993", b",", b":", b"{", b"}", b"[", b"]", b"\"",
    b"\\u0000", b"\\ud83d", b"\xff", b"\xef\xbb\xbf",
];

/// What a check finds.
type Found = Result<(), TestCaseError>;

/// Checks inputs that are these with some damage, and with some of these words in them. In `make test` there are `cases` of them.
#[track_caller]
fn target(name: &str, cases: u32, inputs: Vec<Vec<u8>>, words: &[&'static [u8]], check: impl Fn(&[u8]) -> Found) {
    for input in &inputs {
        check(input).unwrap_or_else(|found| panic!("{name}, undamaged: {found}"));
    }
    let inputs = damaged(inputs, words);
    let run = |seed: u64, cases: u32| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let ended = runner.run(&inputs, |input| {
            let began = Instant::now();
            check(&input)?;
            let took = began.elapsed();
            if took < PATIENCE { Ok(()) } else { Err(TestCaseError::fail(format!("it took {took:?}"))) }
        });
        match ended {
            Ok(()) => {}
            Err(TestError::Fail(why, input)) => panic!("{name}, FLOW_SOAK_SEED={seed}: {why}\n{} bytes: \"{}\"", input.len(), input.escape_ascii()),
            Err(TestError::Abort(why)) => panic!("{name}: {why}"),
        }
    };
    let Some(seconds) = setting("FLOW_SOAK_FUZZ_SECONDS") else { return run(0, cases) };
    let first = setting("FLOW_SOAK_SEED").unwrap_or_else(|| now_ms().unsigned_abs());
    let (began, mut rounds) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(seconds) {
        run(first.wrapping_add(rounds), ROUND);
        rounds += 1;
    }
    println!("{name}: {} cases in {seconds} s, FLOW_SOAK_SEED={first}", rounds * u64::from(ROUND));
}
