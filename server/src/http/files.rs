//! Raises the limit on open files. A connection needs one file, and a running upload another. With too low a limit, connections would
//! fail long before [`CONNECTIONS`] is reached.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

use super::connections::CONNECTIONS;

/// Files for the database, webhooks and logs.
const OTHERS: u64 = 200;
/// Two for each connection (itself and its temporary file), and the others.
const WANTED: u64 = 2 * CONNECTIONS as u64 + OTHERS;

/// The limits to set; `None` if the present ones are enough or cannot be raised. In [`Rlimit`], `None` means "no limit".
fn raised(now: &Rlimit) -> Option<Rlimit> {
    let most = now.maximum.unwrap_or(u64::MAX).min(WANTED);
    now.current.is_some_and(|current| current < most).then_some(Rlimit { current: Some(most), maximum: now.maximum })
}

/// Raises the limit as far as the hard limit allows. Logs a warning if that is not enough.
pub fn raise_limit() {
    let now = getrlimit(Resource::Nofile);
    let raised = raised(&now);
    if let Some(Err(error)) = raised.as_ref().map(|limits| setrlimit(Resource::Nofile, *limits)) {
        warn!(%error, "the limit on open files could not be raised");
    }
    if let Some(allowed) = getrlimit(Resource::Nofile).current.filter(|current| *current < WANTED) {
        warn!(allowed, wanted = WANTED, "the limit on open files is too low for {CONNECTIONS} connections with uploads; raise the hard limit (ulimit -Hn)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_allowed_and_never_lowered() {
        let limits = |current, maximum| Rlimit { current, maximum };
        for (now, then) in [
            (limits(Some(1_024), Some(524_288)), Some(limits(Some(4_200), Some(524_288)))),
            (limits(Some(1_024), None), Some(limits(Some(4_200), None))),
            (limits(Some(256), Some(1_024)), Some(limits(Some(1_024), Some(1_024)))),
            (limits(Some(1_024), Some(1_024)), None),
            (limits(Some(65_536), Some(65_536)), None),
            (limits(None, None), None),
        ] {
            assert_eq!(raised(&now), then, "{now:?}");
        }
    }
}
