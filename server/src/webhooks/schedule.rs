//! When a delivery is tried again: the contract's schedule as one table. The random number for the jitter is a parameter, so that tests
//! can set it.

use std::time::Duration;

/// The wait before each try, in seconds, from the try before ("Webhooks" in the contract).
const WAITS_S: [u64; 11] = [0, 5, 30, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// How much a random number shortens or lengthens a wait, so that a receiver that recovers does not get every delivery at once.
const JITTER: f64 = 0.2;

/// The number of tries after which a delivery is FAILED.
pub const MAX_TRIES: u32 = WAITS_S.len() as u32;

/// The wait before the next try, after `tries_made` tries; `None` after the last one.
///
/// `jitter` is uniform in `0..1`: 0 shortens the wait by 20 %, 1 would lengthen it by 20 %.
pub fn next_delay(tries_made: u32, jitter: f64) -> Option<Duration> {
    let wait = WAITS_S.get(usize::try_from(tries_made).ok()?)?;
    let factor = 1.0 - JITTER + 2.0 * JITTER * jitter.clamp(0.0, 1.0);
    Some(Duration::from_secs(*wait).mul_f64(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_as_the_contract_says() {
        let cases = [
            (0, Some(0)),
            (1, Some(5)),
            (2, Some(30)),
            (3, Some(300)),
            (4, Some(1_800)),
            (5, Some(7_200)),
            (6, Some(18_000)),
            (7, Some(36_000)),
            (8, Some(50_400)),
            (9, Some(72_000)),
            (10, Some(86_400)),
            (11, None),
            (u32::MAX, None),
        ];
        for (tries_made, seconds) in cases {
            let wait = next_delay(tries_made, 0.5).map(|wait| wait.as_secs_f64().round() as u64);
            assert_eq!(wait, seconds, "after {tries_made} tries");
        }
        assert_eq!(MAX_TRIES, 11);
    }

    #[test]
    fn jitter_is_a_fifth_either_way() {
        let cases = [(-1.0, 80.0), (0.0, 80.0), (0.25, 90.0), (0.5, 100.0), (0.999_999, 120.0), (7.0, 120.0)];
        for (jitter, percent) in cases {
            for tries_made in 1..MAX_TRIES {
                let exact = WAITS_S[tries_made as usize] as f64 * percent / 100.0;
                let wait = next_delay(tries_made, jitter).unwrap().as_secs_f64();
                assert!((wait - exact).abs() <= exact / 1e5, "{tries_made} tries, jitter {jitter}: {wait}");
            }
            assert_eq!(next_delay(0, jitter), Some(Duration::ZERO), "the first try does not wait");
        }
    }
}
