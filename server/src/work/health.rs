//! Counts the panics of this process's jobs. The supervisor restarts a job that panics; a job that keeps panicking makes `/readyz`
//! answer 503. The failure of a single item never does, because otherwise one hostile file could stop every process.

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

/// A job with this many panics within [`WITHIN`] counts as not running.
const DEATHS: usize = 3;
/// See [`DEATHS`].
const WITHIN: Duration = Duration::from_secs(60);

/// The panics of the jobs of this process.
#[derive(Debug, Default)]
pub struct Health(Mutex<BTreeMap<&'static str, Counts>>);

#[derive(Debug, Default)]
struct Counts {
    /// When the job's loop last panicked; at most [`DEATHS`] times.
    deaths: Vec<Instant>,
    /// How many times the run of an item panicked.
    panics: u64,
}

impl Health {
    /// Records that a job's loop panicked. Returns how many times it did within the last minute, at most [`DEATHS`] + 1.
    pub(super) fn died(&self, job: &'static str, now: Instant) -> usize {
        let mut counts = self.0.lock().expect("nothing panics while it holds this lock");
        let deaths = &mut counts.entry(job).or_default().deaths;
        deaths.retain(|death| now.saturating_duration_since(*death) < WITHIN);
        deaths.push(now);
        let often = deaths.len();
        deaths.drain(..often.saturating_sub(DEATHS));
        often
    }

    /// Records that the run of an item panicked. Returns how many times that has happened to the job.
    pub(super) fn panicked(&self, job: &'static str) -> u64 {
        let mut counts = self.0.lock().expect("nothing panics while it holds this lock");
        let panics = &mut counts.entry(job).or_default().panics;
        *panics += 1;
        *panics
    }

    /// The name of a job that keeps panicking, if there is one.
    pub fn dying(&self, now: Instant) -> Option<&'static str> {
        let counts = self.0.lock().expect("nothing panics while it holds this lock");
        let is_dying = |counts: &Counts| counts.deaths.iter().filter(|death| now.saturating_duration_since(**death) < WITHIN).count() >= DEATHS;
        counts.iter().find(|(_, counts)| is_dying(counts)).map(|(job, _)| *job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_died_three_times_in_a_minute_is_dying_until_the_minute_is_over() {
        let (health, start) = (Health::default(), Instant::now());
        let second = Duration::from_secs(1);
        assert_eq!(health.died("checks", start), 1);
        assert_eq!(health.died("checks", start + second), 2);
        assert_eq!(health.dying(start + second), None);
        assert_eq!(health.died("checks", start + second * 2), 3);
        assert_eq!(health.dying(start + second * 2), Some("checks"));
        assert_eq!(health.dying(start + second * 62), None);
        assert_eq!(health.died("checks", start + second * 70), 1, "deaths of long ago do not count");
    }

    #[test]
    fn items_that_panic_are_counted_and_no_reason_to_be_unready() {
        let health = Health::default();
        assert_eq!((0..100).map(|_| health.panicked("checks")).last(), Some(100));
        assert_eq!(health.dying(Instant::now()), None);
    }
}
