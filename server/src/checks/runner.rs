//! Runs the checks of submitted sessions. It runs all checks of a session at once, under one lease, and commits their results
//! together. A check that fails 3 times ends as ERROR, so that no session stays in PROCESSING. The transaction that writes the last
//! result also completes the session.

use std::{collections::BTreeSet, panic::AssertUnwindSafe, time::Duration};

use futures::{FutureExt as _, future::join_all};
use shared::{
    catalogue::CheckName,
    language::Language,
    risk::{self, CheckResult},
    session::{Outcome, Timestamp},
};
use tracing::{error, info, warn};

use super::check::{Check, Submission};
use crate::{
    actor::Actor,
    cpu,
    failure::Failure,
    flows, kill,
    kit::Kit,
    model::{CheckRow, CheckRun, Finding, Flow, Session, Verdict},
    sealed,
    sessions::{
        keys, saved,
        transition::{self, Lifecycle, Transition, TransitionError},
    },
    store::{
        self, StoreError,
        checks::{NewCheck, NewReason},
        queue::{self, Queue},
    },
    vault::Key,
    work::{Job, Pace, Places},
};

/// Sessions whose checks this process runs at once.
const AT_ONCE: usize = 8;
/// How long a lease on the checks of a session lasts between two renewals.
const LEASE_SECONDS: i64 = 10;
/// How often the lease is renewed.
const RENEW: Duration = Duration::from_secs(3);
/// How many times a check is tried.
const TRIES: u32 = 3;
/// How many claims without a recorded try before the checks end as ERROR. Such a claim means that the process died during the try.
const CLAIMS: u32 = 20;
/// The pause after a failed try.
const REST_SECONDS: i64 = 3;
/// The longest pause after a run that recorded nothing.
const MAX_REST_SECONDS: i64 = 3_600;

/// The job that runs checks.
pub struct CheckRuns {
    kit: Kit,
    lifecycle: Lifecycle,
    checks: &'static [&'static dyn Check],
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
        Self { kit, lifecycle, checks }
    }

    fn version_of(&self, name: &CheckName) -> u32 {
        self.checks.iter().map(|check| check.info()).find(|info| info.name == name.as_str()).map_or(0, |info| info.version)
    }

    async fn try_and_record(&self, run: &CheckRun) -> Result<(), RunError> {
        let session = store::sessions::by_ref(&mut *self.kit.store.read().await?, run.session).await?.ok_or(StoreError::Conflict)?;
        let before = self.results(run).await?;
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
        let steps = flow.definition.steps(Language::default());
        Ok(Submission::new(self.kit.clone(), key, flow.resolved.weights.clone(), steps, answers, artifacts))
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
            results.push(self.result(run, &key, name, version, &verdict));
            match verdict {
                Verdict::Found(finding) => found.push((finding.result, finding.reasons.into_iter().map(|reason| reason.code).collect())),
                Verdict::Waiting { until } => answer_until = Some(answer_until.map_or(until, |earlier: Timestamp| earlier.min(until))),
            }
        }
        store::checks::put(&mut tx, run.session, results).await?;
        let id = run.session.to_string();
        if failed_once {
            queue::record(&mut tx, Queue::CheckRuns, &id, run.claim.lease, Some(now.plus_seconds(REST_SECONDS))).await?;
        } else if let Some(until) = answer_until {
            queue::postpone(&mut tx, Queue::CheckRuns, &id, run.claim.lease, until).await?;
        } else {
            queue::remove(&mut tx, Queue::CheckRuns, &id, run.claim.lease).await?;
            let outcome = outcome(flow, &found);
            self.lifecycle.change(&self.kit, &mut tx, held, Transition::Complete(outcome), Actor::System, now).await.map_err(|error| match error {
                TransitionError::Failure(failure) => RunError::Failure(failure),
                error => RunError::Transition(error),
            })?;
        }
        kill::point("check.before_commit");
        tx.commit().await?;
        kill::point("check.after_commit");
        Ok(())
    }

    /// The row of a result.
    fn result(&self, run: &CheckRun, key: &Key, name: CheckName, version: u32, verdict: &Verdict) -> NewCheck {
        let (result, waiting_until, reasons) = match verdict {
            Verdict::Found(Finding { result, reasons }) => (Some(*result), None, reasons.as_slice()),
            Verdict::Waiting { until } => (None, Some(*until), &[][..]),
        };
        let reasons = reasons.iter().enumerate().map(|(at, reason)| {
            let place = sealed::reason_details(run.session, name.as_str(), at + 1);
            let details = reason.details.as_ref().map(|details| self.kit.vault.seal(key, &place, details.to_string().as_bytes()));
            NewReason { code: reason.code.clone(), field: reason.field.clone(), details }
        });
        let reasons = reasons.collect();
        NewCheck { name, version, result, waiting_until, reasons }
    }
}

/// Tries one check within its time limit. If it panics, only this check fails.
async fn look(check: &'static dyn Check, submission: &Submission) -> Result<Verdict, String> {
    let timeout = check.timeout();
    match cpu::timeout(timeout, AssertUnwindSafe(check.look(submission)).catch_unwind()).await {
        Ok(Ok(said)) => said.map_err(|error| error.to_string()),
        Ok(Err(_)) => Err("it panicked".to_owned()),
        Err(_) => Err(format!("it took longer than {} s", timeout.as_secs())),
    }
}

/// The finding of a check that could not be done.
const fn failed() -> Finding {
    Finding { result: CheckResult::Error, reasons: Vec::new() }
}

/// The score and the decision that all findings lead to.
fn outcome(flow: &Flow, found: &[(CheckResult, Vec<String>)]) -> Outcome {
    let reasons: BTreeSet<String> = found.iter().flat_map(|(_, codes)| codes.iter().cloned()).collect();
    let risk_score = risk::score(&reasons, &flow.resolved.weights);
    let must_look = found.iter().any(|(result, _)| *result == CheckResult::Error) || !flow.resolved.unexamined.is_empty();
    Outcome { risk_score, decision: risk::decide(risk_score, flow.resolved.bands, must_look), reasons }
}

impl Job for CheckRuns {
    type Item = CheckRun;
    type Lane = ();

    fn name(&self) -> &'static str {
        "checks"
    }

    fn pace(&self) -> Pace {
        Pace { at_once: AT_ONCE, poll: Duration::from_secs(1), wake: Some(self.kit.wakes.checks.clone()), renew: Some(RENEW) }
    }

    async fn claim(&self, places: &Places<()>) -> Result<Vec<CheckRun>, Failure> {
        let free = i64::try_from(places.free(&())).unwrap_or(i64::MAX);
        if free == 0 {
            return Ok(Vec::new());
        }
        let now = self.kit.ambient.now();
        let mut tx = self.kit.store.write().await?;
        let claimed = queue::claim(&mut tx, Queue::CheckRuns, now, now.plus_seconds(LEASE_SECONDS), self.kit.ambient.id(), free).await?;
        tx.commit().await?;
        Ok(claimed.into_iter().map(|(session, claim)| CheckRun { session, claim }).collect())
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
