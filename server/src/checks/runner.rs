//! Runs the checks of submitted sessions. It runs all checks of a session at once, under one lease, and commits their results
//! together. A check that fails 3 times ends as ERROR, so that no session stays in PROCESSING. The transaction that writes the last
//! result also completes the session.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::future::join_all;
use shared::{catalogue::CheckName, risk::CheckResult, session::Timestamp};
use tracing::{error, info, warn};

use super::{
    check::{Check, Submission},
    results::{failed, look, outcome, row},
};
use crate::{
    actor::Actor,
    failure::Failure,
    flows,
    ids::RowId as _,
    kill,
    kit::{CHECKS, Kit},
    model::{CheckRow, CheckRun, Flow, Session, Verdict},
    sessions::{
        keys, saved,
        transition::{self, Lifecycle, Transition, TransitionError},
    },
    store::{
        self, Damaged, StoreError,
        queue::{self, Queue},
    },
    work::{Job, Pace, Places},
};

/// How long a lease on the checks of a session lasts between two renewals.
pub(super) const LEASE_SECONDS: i64 = 10;
/// How often the lease is renewed.
const RENEW: Duration = Duration::from_secs(3);
/// How many times a check is tried.
const TRIES: u32 = 3;
/// How many claims without a recorded try before the checks end as ERROR. Such a claim means that the process died during the try.
const CLAIMS: u32 = 20;
/// How often this process looks for sessions that no other one has claimed, or whose lease has ended.
const POLL: Duration = Duration::from_secs(1);
/// The pause after a failed try.
const REST_SECONDS: i64 = 3;
/// The longest pause after a run that recorded nothing.
const MAX_REST_SECONDS: i64 = 3_600;

/// The job that runs checks.
pub struct CheckRuns {
    kit: Kit,
    lifecycle: Lifecycle,
    checks: &'static [&'static dyn Check],
    looked: Mutex<Looked>,
}

/// The last look into the queue.
struct Looked {
    at: Timestamp,
    /// It took as many as it wanted.
    is_more: bool,
}

/// The result of one try of one check.
struct Tried {
    name: CheckName,
    version: u32,
    /// The verdict, or why the try failed.
    said: Result<Verdict, String>,
}

/// Why nothing of a run was recorded.
#[derive(Debug, thiserror::Error)]
enum RunError {
    /// The session could not be completed.
    #[error(transparent)]
    Transition(TransitionError),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(RunError);

impl CheckRuns {
    /// A job that runs these checks.
    pub const fn new(kit: Kit, lifecycle: Lifecycle, checks: &'static [&'static dyn Check]) -> Self {
        Self { kit, lifecycle, checks, looked: Mutex::new(Looked { at: Timestamp(0), is_more: true }) }
    }

    /// The last look into the queue.
    fn looked(&self) -> MutexGuard<'_, Looked> {
        self.looked.lock().expect("nothing panics while it holds this lock")
    }

    /// Whether there may be something to claim in the queue: something was queued there, the last look left something, or it is time.
    fn may_find(&self, now: Timestamp) -> bool {
        let Looked { at, is_more } = *self.looked();
        self.kit.handoffs.checks.has_queued() || is_more || now < at || now >= at.plus(POLL)
    }

    fn version_of(&self, name: &CheckName) -> u32 {
        self.checks.iter().map(|check| check.info()).find(|info| info.name == name.as_str()).map_or(0, |info| info.version)
    }

    async fn try_and_record(&self, run: &CheckRun) -> Result<(), RunError> {
        let (session, before) = match &run.submitted {
            Some(session) => (session.clone(), Vec::new()),
            None => {
                let session = store::sessions::by_ref(&mut *self.kit.store.read().await?, run.session).await?;
                (session.ok_or(StoreError::Conflict)?, self.results(run).await?)
            }
        };
        let flow = flows::by_id(&self.kit, session.flow).await?;
        let tried = self.try_all(run, &session, &flow, &before).await?;
        self.record(run, &flow, &before, tried).await
    }

    /// The results so far. If one is damaged, all of them are deleted and every check runs again.
    async fn results(&self, run: &CheckRun) -> Result<Vec<CheckRow>, Failure> {
        match store::checks::of_session(&mut *self.kit.store.read().await?, run.session).await {
            Err(StoreError::Inconsistent(damage)) => {
                error!(session = %run.session, error = %damage, "the results of a session's checks are damaged; all its checks run again");
                let mut tx = self.kit.store.write().await?;
                store::checks::clear(&mut tx, run.session).await?;
                tx.commit().await?;
                Ok(Vec::new())
            }
            results => Ok(results?),
        }
    }

    /// Records a run without a result, such as one of a session whose rows are damaged. It is due again after a pause that doubles,
    /// so that the session goes on once the rows are repaired.
    async fn failed(&self, run: &CheckRun, reason: &str) -> Result<(), Failure> {
        let pause = REST_SECONDS.saturating_mul(1 << run.claim.tries.min(16)).min(MAX_REST_SECONDS);
        error!(session = %run.session, reason, pause, "the checks of a session failed; they are run again");
        let mut tx = self.kit.store.write().await?;
        queue::record(&mut tx, Queue::CheckRuns, &run.session.to_string(), run.claim.lease, Some(self.kit.ambient.now().plus_seconds(pause))).await?;
        Ok(tx.commit().await?)
    }

    /// Tries each check once that has no result yet.
    async fn try_all(&self, run: &CheckRun, session: &Session, flow: &Flow, before: &[CheckRow]) -> Result<Vec<Tried>, Failure> {
        let now = self.kit.ambient.now();
        let open = flow.resolved.checks.iter().filter(|name| before.iter().all(|row| row.name != **name || row.result.is_none()));
        let waiting = |name: &CheckName| before.iter().find(|row| row.name == *name).and_then(|row| row.waiting_until);
        let mut tried = Vec::new();
        let mut to_run: Vec<(&CheckName, &'static dyn Check)> = Vec::new();
        for name in open {
            let known = self.checks.iter().find(|check| check.info().name == name.as_str());
            match (waiting(name), known) {
                (Some(until), _) if until > now => tried.push(self.tried(name, Ok(Verdict::Waiting { until }))),
                (Some(_), _) => tried.push(self.tried(name, Ok(Verdict::Found(failed())))),
                (None, Some(check)) => to_run.push((name, *check)),
                // The flow names a check that another version of the server has.
                (None, None) => tried.push(self.tried(name, Err("this version of the server has no such check".to_owned()))),
            }
        }
        if to_run.is_empty() {
            return Ok(tried);
        }
        if run.claim.claims >= CLAIMS {
            tried.extend(to_run.iter().map(|(name, _)| self.tried(name, Err("the process died at each try".to_owned()))));
            return Ok(tried);
        }
        let said = match self.submission(session, flow).await {
            Ok(submission) => join_all(to_run.iter().map(|(_, check)| look(*check, &submission))).await,
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => to_run.iter().map(|_| Err(error.to_string())).collect(),
        };
        tried.extend(to_run.iter().zip(said).map(|((name, _), said)| self.tried(name, said)));
        Ok(tried)
    }

    fn tried(&self, name: &CheckName, said: Result<Verdict, String>) -> Tried {
        Tried { name: name.clone(), version: self.version_of(name), said }
    }

    async fn submission(&self, session: &Session, flow: &Flow) -> Result<Submission, Failure> {
        let key = keys::session_key(&self.kit, session)?;
        let mut db = self.kit.store.read().await?;
        let answers = saved::load(&mut db, session.r#ref, &key).await?.answers;
        let artifacts = store::artifacts::of_session(&mut db, &self.kit.vault, session.r#ref).await?;
        // A session that has checks to run was submitted.
        let submitted_at = session.submitted_at.ok_or_else(|| StoreError::from(Damaged { table: "sessions", id: session.r#ref.row() }))?;
        Ok(Submission::new(self.kit.clone(), key, session, flow, submitted_at, answers, artifacts))
    }

    /// Writes the results. Completes the session if every check has one; else the checks are due again.
    async fn record(&self, run: &CheckRun, flow: &Flow, before: &[CheckRow], tried: Vec<Tried>) -> Result<(), RunError> {
        let is_last = run.claim.tries + 1 >= TRIES || run.claim.claims >= CLAIMS;
        let now = self.kit.ambient.now();
        let mut tx = self.kit.store.write().await?;
        let Some(held) = transition::hold_to_settle(&mut tx, run.session, Some(now)).await? else { return Err(StoreError::Conflict.into()) };
        let key = keys::session_key(&self.kit, &held.0)?;
        let (mut failed_once, mut answer_until, mut results) = (false, None, Vec::new());
        let mut found: Vec<(CheckResult, Vec<String>)> =
            before.iter().filter_map(|row| Some((row.result?, row.reasons.iter().map(|(code, _)| code.clone()).collect()))).collect();
        for Tried { name, version, said } in tried {
            let verdict = match said {
                Ok(verdict) => verdict,
                Err(reason) if is_last => {
                    warn!(session = %run.session, check = %name, reason, "a check could not be done; it ends as ERROR");
                    Verdict::Found(failed())
                }
                Err(reason) => {
                    info!(session = %run.session, check = %name, reason, "a check could not be done; it is tried again");
                    failed_once = true;
                    continue;
                }
            };
            results.push(row(&self.kit.vault, &key, run.session, name, version, &verdict));
            match verdict {
                Verdict::Found(finding) => found.push((finding.result, finding.reasons.into_iter().map(|reason| reason.code).collect())),
                Verdict::Waiting { until } => answer_until = Some(answer_until.map_or(until, |earlier: Timestamp| earlier.min(until))),
            }
        }
        let id = run.session.to_string();
        if failed_once {
            queue::record(&mut tx, Queue::CheckRuns, &id, run.claim.lease, Some(now.plus_seconds(REST_SECONDS))).await?;
        } else if let Some(until) = answer_until {
            queue::postpone(&mut tx, Queue::CheckRuns, &id, run.claim.lease, until).await?;
        } else {
            let outcome = outcome(flow, &found);
            self.lifecycle.change(&self.kit, &mut tx, held, Transition::Complete(outcome), Actor::System, now).await.map_err(|error| match error {
                TransitionError::Failure(failure) => RunError::Failure(failure),
                error => RunError::Transition(error),
            })?;
            queue::remove(&mut tx, Queue::CheckRuns, &id, run.claim.lease).await?;
        }
        store::checks::put(&mut tx, run.session, results).await?;
        tx.send().await?;
        kill::point("check.before_commit");
        tx.commit().await?;
        kill::point("check.after_commit");
        Ok(())
    }
}

impl Job for CheckRuns {
    type Item = CheckRun;
    type Lane = ();

    fn name(&self) -> &'static str {
        "checks"
    }

    fn pace(&self) -> Pace {
        Pace { at_once: CHECKS, poll: POLL, wake: Some(self.kit.handoffs.checks.came()), renew: Some(RENEW) }
    }

    fn places(&self) -> Arc<Places<()>> {
        self.kit.handoffs.checks.open()
    }

    fn left(&self) -> Vec<CheckRun> {
        self.kit.handoffs.checks.close()
    }

    async fn claim(&self, places: &Places<()>) -> Result<Vec<CheckRun>, Failure> {
        let handed = self.kit.handoffs.checks.take();
        let (free, now) = (i64::try_from(places.free(&())).unwrap_or(i64::MAX), self.kit.ambient.now());
        if !handed.is_empty() || free == 0 || !self.may_find(now) {
            return Ok(handed);
        }
        let mut tx = self.kit.store.write().await?;
        let claimed = queue::claim(&mut tx, Queue::CheckRuns, now, now.plus_seconds(LEASE_SECONDS), self.kit.ambient.id(), free).await?;
        tx.commit().await?;
        let claimed: Vec<_> = claimed.into_iter().map(|(session, claim)| CheckRun { session, claim, submitted: None }).collect();
        *self.looked() = Looked { at: now, is_more: i64::try_from(claimed.len()) == Ok(free) };
        Ok(claimed)
    }

    fn lane(&self, _: &CheckRun) {}

    async fn run(&self, run: &CheckRun) -> Result<(), Failure> {
        kill::point("check.claimed");
        match self.try_and_record(run).await {
            Err(RunError::Failure(failure)) if failure.is_transient() => Err(failure),
            Err(error) => self.failed(run, &error.to_string()).await,
            Ok(()) => Ok(()),
        }
    }

    async fn panicked(&self, run: &CheckRun) -> Result<(), Failure> {
        self.failed(run, "it panicked").await
    }

    async fn renew(&self, run: &CheckRun) -> Result<(), Failure> {
        let mut tx = self.kit.store.write().await?;
        let until = self.kit.ambient.now().plus_seconds(LEASE_SECONDS);
        queue::renew(&mut tx, Queue::CheckRuns, &run.session.to_string(), run.claim.lease, until).await?;
        Ok(tx.commit().await?)
    }
}
