//! How many tries run at once to each endpoint: from 8 to 64, by how quickly the endpoint answers. A fixed number would be too many for
//! a small receiver, or make a backlog to a quick one last for hours.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use shared::ids::EndpointId;

use crate::kit;

/// The tries at once to an endpoint that nothing is known of yet, or that fails.
pub const LEAST: usize = kit::TRIES;
/// The most tries at once to one endpoint.
pub const MOST: usize = kit::MOST_TRIES;
/// How many tries beyond the least of each endpoint run at once in this process.
const SPARE: usize = 448;
/// An answer within this time is quick, whatever the endpoint's usual time is: below it, this machine's own work is most of the time.
const QUICK: Duration = Duration::from_millis(100);
/// An answer is slow if it takes more than this many times the endpoint's usual time.
const SLOWER: u32 = 2;
/// How slowly the usual time grows while answers take longer: by this part of the difference with each answer.
const DRIFT: u32 = 256;

/// The limits of all endpoints.
#[derive(Debug, Default)]
pub struct Lanes(Mutex<HashMap<EndpointId, Lane>>);

#[derive(Debug)]
struct Lane {
    /// Tries at once.
    limit: usize,
    /// The last claim used the whole limit. Only then does an answer say anything about a higher one.
    is_full: bool,
    /// The time of an answer while few tries run.
    usual: Option<Duration>,
}

impl Default for Lane {
    fn default() -> Self {
        Self { limit: LEAST, is_full: false, usual: None }
    }
}

impl Lane {
    fn answered(&mut self, took: Duration, is_success: bool) {
        if !is_success {
            self.limit = (self.limit / 2).max(LEAST);
            return;
        }
        let usual = self.usual.map_or(took, |usual| if took < usual { took } else { usual + (took - usual) / DRIFT });
        self.usual = Some(usual);
        if took > QUICK.max(usual * SLOWER) {
            self.limit = self.limit.saturating_sub(1).max(LEAST);
        } else if self.is_full {
            self.limit = (self.limit + 1).min(MOST);
        }
    }
}

impl Lanes {
    /// How many more tries may begin to an endpoint to which `taken` run, while `in_all` run to all endpoints.
    pub fn free(&self, endpoint: &EndpointId, taken: usize, in_all: usize) -> usize {
        let limit = self.lock().get(endpoint).map_or(LEAST, |lane| lane.limit);
        limit.saturating_sub(taken).min(SPARE.saturating_sub(in_all)).max(LEAST.saturating_sub(taken))
    }

    /// Says whether a claim used every place of an endpoint.
    pub fn claimed(&self, endpoint: EndpointId, is_full: bool) {
        self.lock().entry(endpoint).or_default().is_full = is_full;
    }

    /// Says how a try ended, and how long it took.
    pub fn answered(&self, endpoint: EndpointId, took: Duration, is_success: bool) {
        self.lock().entry(endpoint).or_default().answered(took, is_success);
    }

    /// Forgets every endpoint but these.
    pub fn keep(&self, endpoints: &HashSet<EndpointId>) {
        self.lock().retain(|endpoint, _| endpoints.contains(endpoint));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EndpointId, Lane>> {
        self.0.lock().expect("nothing panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: EndpointId = EndpointId(1);

    fn after(lanes: &Lanes, answers: usize, millis: u64, is_success: bool) -> usize {
        for _ in 0..answers {
            lanes.answered(ONE, Duration::from_millis(millis), is_success);
        }
        lanes.free(&ONE, 0, 0)
    }

    #[test]
    fn a_quick_endpoint_gets_more_places_and_one_that_slows_down_fewer() {
        let lanes = Lanes::default();
        assert_eq!(lanes.free(&ONE, 0, 0), 8);
        assert_eq!(after(&lanes, 100, 5, true), 8, "nothing says that it takes more than it was given");
        lanes.claimed(ONE, true);
        assert_eq!(after(&lanes, 10, 5, true), 18);
        assert_eq!(after(&lanes, 1_000, 5, true), 64, "never more");
        assert_eq!(after(&lanes, 20, 150, true), 44, "it took 5 ms before");
        assert_eq!(after(&lanes, 1, 0, false), 22);
        assert_eq!(after(&lanes, 10, 20_000, false), 8, "never fewer");
    }

    #[test]
    fn what_is_usual_is_the_endpoints_own() {
        let lanes = Lanes::default();
        lanes.claimed(ONE, true);
        assert_eq!(after(&lanes, 100, 400, true), 64, "slow, and no slower with more at once");
        assert_eq!(after(&lanes, 10, 900, true), 54);
        assert_eq!(after(&lanes, 2_000, 900, true), 64, "in time, that is usual");
    }

    #[test]
    fn each_has_its_least_and_what_is_beyond_is_shared() {
        let lanes = Lanes::default();
        lanes.claimed(ONE, true);
        assert_eq!(after(&lanes, 100, 5, true), 64);
        assert_eq!([0, 8, 60, 64, 70].map(|taken| lanes.free(&ONE, taken, taken)), [64, 56, 4, 0, 0]);
        assert_eq!([400, 440, 447, 448, 5_000].map(|in_all| lanes.free(&ONE, 4, in_all)), [48, 8, 4, 4, 4]);
        lanes.keep(&HashSet::new());
        assert_eq!(lanes.free(&ONE, 0, 0), 8);
    }
}
