//! Remembers what the files of a session cost. A PDF that ended a worker is not read again for a minute, and a session that sends two such
//! files waits. And a session whose files have taken much CPU time waits, whether they were refused or not. So a few links cannot keep all
//! workers and cores busy with files that are made to be slow.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::ids::SessionRef;

/// How long a file and a session are remembered after the last worker that they ended.
const WAIT: Duration = Duration::from_secs(60);
/// How many such files a session may send within [`WAIT`].
const ALLOWED: u32 = 1;
/// The CPU time that the files of a session may take at once. Its dozen photos take about two seconds of a core.
const MOST_CPU: Duration = Duration::from_secs(10);
/// So many seconds give a second of it back.
const GIVES_BACK: u32 = 6;
/// More is not remembered, so that no session waits for longer than a minute.
const MOST_REMEMBERED: Duration = Duration::from_secs(20);

/// Why a PDF is not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Struck {
    /// Its session waits for so long.
    Session(Duration),
    /// The same file ended a worker a moment ago.
    File,
}

/// The files and sessions that ended workers. There are never more than the workers of a minute.
#[derive(Default)]
pub(super) struct Strikes(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// By session: how many workers it ended, and when the last one.
    sessions: HashMap<SessionRef, (u32, Instant)>,
    /// By SHA-256: when it ended a worker.
    files: HashMap<String, Instant>,
    /// By session: the CPU time that its files took, and when that was counted.
    spent: HashMap<SessionRef, (Duration, Instant)>,
}

/// What is left of a CPU time that was counted then.
fn left_of((spent, counted): (Duration, Instant), now: Instant) -> Duration {
    spent.saturating_sub(now.saturating_duration_since(counted) / GIVES_BACK)
}

impl Strikes {
    /// Checks that a worker may look into a session's file, of which this is the SHA-256.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn check(&self, session: SessionRef, sha256: &str, now: Instant) -> Result<(), Struck> {
        let inner = self.0.lock().expect("nothing panics while it holds this lock");
        let left = |since: Instant| WAIT.checked_sub(now.saturating_duration_since(since)).filter(|left| !left.is_zero());
        if let Some((count, last)) = inner.sessions.get(&session)
            && *count > ALLOWED
            && let Some(wait) = left(*last)
        {
            return Err(Struck::Session(wait));
        }
        if inner.files.get(sha256).is_some_and(|since| left(*since).is_some()) { Err(Struck::File) } else { Ok(()) }
    }

    /// Checks that a session's files may take more CPU time.
    ///
    /// # Errors
    /// How long it waits, if they took too much.
    pub(super) fn check_cpu(&self, session: SessionRef, now: Instant) -> Result<(), Duration> {
        let inner = self.0.lock().expect("nothing panics while it holds this lock");
        let left = inner.spent.get(&session).map_or(Duration::ZERO, |spent| left_of(*spent, now));
        left.checked_sub(MOST_CPU).filter(|over| !over.is_zero()).map_or(Ok(()), |over| Err(over * GIVES_BACK))
    }

    /// Counts the CPU time that a session's file took.
    pub(super) fn spend(&self, session: SessionRef, used: Duration, now: Instant) {
        let mut inner = self.0.lock().expect("nothing panics while it holds this lock");
        inner.spent.retain(|_, spent| !left_of(*spent, now).is_zero());
        let left = inner.spent.get(&session).map_or(Duration::ZERO, |spent| left_of(*spent, now));
        if !(left + used).is_zero() {
            inner.spent.insert(session, ((left + used).min(MOST_REMEMBERED), now));
        }
    }

    /// The CPU time that a session's files took, as it was last counted.
    #[cfg(test)]
    pub(super) fn spent_by(&self, session: SessionRef) -> Duration {
        self.0.lock().unwrap().spent.get(&session).map_or(Duration::ZERO, |(spent, _)| *spent)
    }

    /// Remembers that a session's file ended a worker.
    pub(super) fn add(&self, session: SessionRef, sha256: &str, now: Instant) {
        let mut inner = self.0.lock().expect("nothing panics while it holds this lock");
        let counts = |since: Instant| now.saturating_duration_since(since) < WAIT;
        inner.sessions.retain(|_, (_, last)| counts(*last));
        inner.files.retain(|_, since| counts(*since));
        let of_session = inner.sessions.entry(session).or_insert((0, now));
        *of_session = (of_session.0 + 1, now);
        inner.files.insert(sha256.to_owned(), now);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::RowId as _;

    #[test]
    fn a_session_whose_files_took_much_cpu_time_waits() {
        const SECOND: Duration = Duration::from_secs(1);
        let (strikes, now) = (Strikes::default(), Instant::now());
        let [one, other] = [1, 2].map(|number| SessionRef::from_uuid(Uuid::from_u128(number)));
        for _ in 0..5 {
            strikes.spend(one, SECOND * 2, now);
            assert_eq!(strikes.check_cpu(one, now), Ok(()));
        }
        strikes.spend(one, SECOND, now);
        assert_eq!(strikes.check_cpu(one, now), Err(SECOND * 6));
        assert_eq!(strikes.check_cpu(other, now), Ok(()));
        assert_eq!(strikes.check_cpu(one, now + SECOND * 3), Err(SECOND * 3));
        assert_eq!(strikes.check_cpu(one, now + SECOND * 6), Ok(()));
        strikes.spend(one, SECOND * 500, now);
        assert_eq!(strikes.check_cpu(one, now), Err(SECOND * 60), "a minute at most");
        strikes.spend(other, Duration::ZERO, now);
        assert_eq!(strikes.0.lock().unwrap().spent.len(), 1);
        strikes.spend(other, SECOND, now + SECOND * 120);
        assert_eq!(strikes.0.lock().unwrap().spent.len(), 1, "what is over is not kept");
    }

    #[test]
    fn a_session_waits_a_minute_after_its_second_and_a_file_after_its_first() {
        let (strikes, now) = (Strikes::default(), Instant::now());
        let [one, other] = [1, 2].map(|number| SessionRef::from_uuid(Uuid::from_u128(number)));
        strikes.add(one, "a", now);
        assert_eq!(strikes.check(one, "a", now), Err(Struck::File));
        assert_eq!(strikes.check(other, "a", now), Err(Struck::File));
        assert_eq!(strikes.check(one, "b", now), Ok(()));
        let later = now + Duration::from_secs(20);
        strikes.add(one, "b", later);
        assert_eq!(strikes.check(one, "c", later), Err(Struck::Session(WAIT)));
        assert_eq!(strikes.check(other, "c", later), Ok(()));
        assert_eq!(strikes.check(one, "c", later + WAIT), Ok(()));
        assert_eq!(strikes.check(other, "b", later + WAIT), Ok(()));
        strikes.add(other, "d", later + WAIT);
        let inner = strikes.0.lock().unwrap();
        assert_eq!((inner.sessions.len(), inner.files.len()), (1, 1), "what is over is not kept");
    }
}
