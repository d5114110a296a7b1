//! How checks are run: all of a session with one commit, a check that fails tried again, and none that keeps a session in
//! PROCESSING.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ::server::actor::Actor;
use ::server::checks::check::{Check, CheckError, Submission, found, reason};
use ::server::checks::follower::QueueChecks;
use ::server::checks::runner::CheckRuns;
use ::server::flows;
use ::server::ids::SessionRef;
use ::server::model::Verdict;
use ::server::sessions::transition::Lifecycle;
use ::server::store;
use ::server::vault::Unsealable;
use ::shared::catalogue::{Catalogue, CheckInfo, Needs, Reason};
use ::shared::flow::FieldType;
use ::shared::risk::{CheckResult, Decision};
use ::shared::session::{SessionState, Status};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::support::{Parts, on_each_engine, run_due, submit};

/// What a made-up check does when it is tried.
#[derive(Clone, Copy)]
enum Does {
    /// Finds its reason, with details.
    Finds,
    /// Fails so many times, then passes.
    FailsFirst(usize),
    Panics,
    Hangs,
    /// Asks somebody outside, who may answer for so many seconds.
    Waits(i64),
}

struct MadeUp {
    info: &'static CheckInfo,
    does: Does,
    tries: AtomicUsize,
}

impl Check for MadeUp {
    fn info(&self) -> &'static CheckInfo {
        self.info
    }

    fn timeout(&self) -> Duration {
        if matches!(self.does, Does::Hangs) { Duration::from_millis(20) } else { Duration::from_secs(5) }
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        let tries = self.tries.fetch_add(1, Ordering::SeqCst);
        async move {
            match self.does {
                Does::Finds => {
                    let field = submission.fields().next().expect("the flow has a field");
                    let mut reason = reason(self.info.reasons[0].code, field);
                    reason.details = Some("Maria Quitéria".into());
                    Ok(found(self.info, vec![reason]))
                }
                Does::FailsFirst(times) if tries < times => Err(CheckError::File(Unsealable.into())),
                Does::FailsFirst(_) => Ok(found(self.info, Vec::new())),
                Does::Panics => panic!("a check that panics"),
                Does::Hangs => std::future::pending().await,
                Does::Waits(seconds) => Ok(Verdict::Waiting { until: ::server::clock::Ambient::system().now().plus_seconds(seconds) }),
            }
        }
        .boxed()
    }
}

/// An installation with checks of its own, and a flow that runs all of them.
struct Checked {
    parts: Parts,
    checks: &'static [&'static dyn Check],
    made: Vec<&'static MadeUp>,
    lifecycle: Lifecycle,
    session: SessionRef,
}

impl Checked {
    /// A session that was submitted, and whose checks do this.
    async fn new(parts: Parts, checks: &[(&'static str, Does)]) -> Self {
        let made: Vec<&'static MadeUp> = checks.iter().map(|(name, does)| made_up(name, *does)).collect();
        let infos: Vec<&'static CheckInfo> = made.iter().map(|check| check.info).collect();
        let names: Vec<&str> = checks.iter().map(|(name, _)| *name).collect();
        let flow = serde_json::json!({
            "name": "checked", "title": "Checked", "checks": names,
            "steps": [{ "id": "one", "type": "FORM", "title": "One", "fields": [{ "name": "text", "type": "TEXT", "label": "Text" }] }]
        });
        let catalogue = Catalogue::new(infos.leak());
        flows::import(&parts.kit, &catalogue, &flow.to_string(), Actor::CommandLine).await.expect("imports");
        let session = parts.session("checked").await;
        let lifecycle = Lifecycle::new(vec![Arc::new(QueueChecks)]);
        parts.change(&lifecycle, session, submit()).await.expect("submits");
        let dynamic: Vec<&'static dyn Check> = made.iter().map(|check| *check as &dyn Check).collect();
        Self { parts, checks: dynamic.leak(), made, lifecycle, session }
    }

    /// Runs what is due. Answers how many sessions were.
    async fn run(&self) -> usize {
        run_due(&CheckRuns::new(self.parts.kit.clone(), self.lifecycle.clone(), self.checks)).await
    }

    /// The result of each check that has one.
    async fn results(&self) -> Vec<(String, CheckResult)> {
        let mut db = self.parts.kit.store.read().await.expect("a connection");
        let rows = store::checks::of_session(&mut db, self.session).await.expect("reads");
        rows.into_iter().filter_map(|row| Some((row.name.to_string(), row.result?))).collect()
    }

    fn tries(&self) -> Vec<usize> {
        self.made.iter().map(|check| check.tries.load(Ordering::SeqCst)).collect()
    }

    /// Score and decision, once the session is completed.
    async fn outcome(&self) -> (u8, Decision) {
        match self.parts.read(self.session).await.state {
            SessionState::Completed { outcome, .. } => (outcome.risk_score, outcome.decision),
            state => panic!("{state:?}"),
        }
    }
}

fn made_up(name: &'static str, does: Does) -> &'static MadeUp {
    let code: &'static str = format!("{name}.odd").leak();
    let reasons: &'static [Reason] = vec![Reason { code, weight: 30, result: CheckResult::Warning }].leak();
    let info = Box::leak(Box::new(CheckInfo { name, version: 7, reasons, needs: Needs::Type(FieldType::Text), examines: &[] }));
    Box::leak(Box::new(MadeUp { info, does, tries: AtomicUsize::new(0) }))
}

fn owned(results: &[(&str, CheckResult)]) -> Vec<(String, CheckResult)> {
    results.iter().map(|(name, result)| ((*name).to_owned(), *result)).collect()
}

on_each_engine!(the_checks_of_a_session_are_one_claim_and_one_commit, Parts);
async fn the_checks_of_a_session_are_one_claim_and_one_commit(parts: Parts) {
    let checked = Checked::new(parts, &[("finds", Does::Finds), ("passes", Does::FailsFirst(0))]).await;
    assert_eq!(checked.run().await, 1, "one row for both checks");
    assert_eq!(checked.results().await, owned(&[("finds", CheckResult::Warning), ("passes", CheckResult::Passed)]));
    assert_eq!(checked.outcome().await, (30, Decision::Review));
    let database = &checked.parts.installation.database;
    assert_eq!(database.number("SELECT COUNT(*) FROM check_runs").await, 0);
    assert_eq!(database.texts("SELECT code || ' ' || field FROM check_reasons").await, ["finds.odd text"]);
    assert_eq!(database.number("SELECT version FROM checks WHERE name = 'finds'").await, 7);
    assert_eq!(database.number("SELECT COUNT(*) FROM check_reasons WHERE details IS NOT NULL").await, 1);
    let plain = if database.url.starts_with("sqlite") { "instr(details, CAST('Maria' AS BLOB))" } else { "position('Maria'::bytea IN details)" };
    assert_eq!(database.number(&format!("SELECT CAST({plain} AS BIGINT) FROM check_reasons")).await, 0, "details are sealed");
}

on_each_engine!(a_check_that_fails_is_tried_again_and_the_others_are_not, Parts);
async fn a_check_that_fails_is_tried_again_and_the_others_are_not(parts: Parts) {
    let checked = Checked::new(parts, &[("late", Does::FailsFirst(2)), ("passes", Does::FailsFirst(0))]).await;
    checked.run().await;
    assert_eq!(checked.results().await, owned(&[("passes", CheckResult::Passed)]));
    assert_eq!(checked.run().await, 0, "it rests first");
    for _ in 0..2 {
        checked.parts.later(5);
        assert_eq!(checked.run().await, 1);
    }
    assert_eq!(checked.results().await, owned(&[("late", CheckResult::Passed), ("passes", CheckResult::Passed)]));
    assert_eq!((checked.tries(), checked.outcome().await), (vec![3, 1], (0, Decision::Approved)));
}

on_each_engine!(a_check_that_cannot_be_done_ends_as_error_and_the_session_completes, Parts);
async fn a_check_that_cannot_be_done_ends_as_error_and_the_session_completes(parts: Parts) {
    let all = [("fails", Does::FailsFirst(usize::MAX)), ("hangs", Does::Hangs), ("panics", Does::Panics)];
    let checked = Checked::new(parts, &all).await;
    for _ in 0..3 {
        assert_eq!(checked.parts.read(checked.session).await.state.status(), Status::Processing);
        assert_eq!(checked.run().await, 1);
        checked.parts.later(5);
    }
    assert_eq!(checked.results().await, owned(&all.map(|(name, _)| (name, CheckResult::Error))));
    assert_eq!((checked.tries(), checked.outcome().await), (vec![3, 3, 3], (0, Decision::Review)));
}

on_each_engine!(a_check_may_wait_for_somebody_outside_but_not_for_ever, Parts);
async fn a_check_may_wait_for_somebody_outside_but_not_for_ever(parts: Parts) {
    let checked = Checked::new(parts, &[("passes", Does::FailsFirst(0)), ("waits", Does::Waits(3_600))]).await;
    assert_eq!(checked.run().await, 1);
    assert_eq!(checked.results().await, owned(&[("passes", CheckResult::Passed)]), "the other one is done");
    checked.parts.later(3_000);
    assert_eq!((checked.run().await, checked.parts.read(checked.session).await.state.status()), (0, Status::Processing));
    checked.parts.later(700);
    assert_eq!(checked.run().await, 1);
    assert_eq!(checked.results().await, owned(&[("passes", CheckResult::Passed), ("waits", CheckResult::Error)]));
    assert_eq!((checked.tries(), checked.outcome().await), (vec![1, 1], (0, Decision::Review)), "it asked once");
}

on_each_engine!(a_check_of_another_version_of_the_server_keeps_no_session, Parts);
async fn a_check_of_another_version_of_the_server_keeps_no_session(parts: Parts) {
    let mut checked = Checked::new(parts, &[("gone", Does::FailsFirst(0)), ("passes", Does::FailsFirst(0))]).await;
    checked.checks = &checked.checks[1..];
    for _ in 0..3 {
        assert_eq!(checked.run().await, 1);
        checked.parts.later(5);
    }
    assert_eq!(checked.results().await, owned(&[("gone", CheckResult::Error), ("passes", CheckResult::Passed)]));
    assert_eq!(checked.outcome().await, (0, Decision::Review));
}

on_each_engine!(damaged_results_are_made_again, Parts);
async fn damaged_results_are_made_again(parts: Parts) {
    let checked = Checked::new(parts, &[("late", Does::FailsFirst(1)), ("passes", Does::FailsFirst(0))]).await;
    checked.run().await;
    checked.parts.installation.database.change("UPDATE checks SET result = 'BROKEN' WHERE name = 'passes'").await;
    checked.parts.later(5);
    assert_eq!(checked.run().await, 1);
    assert_eq!((checked.tries(), checked.outcome().await), (vec![2, 2], (0, Decision::Approved)));
}

on_each_engine!(a_damaged_row_of_the_queue_stops_no_other, Parts);
async fn a_damaged_row_of_the_queue_stops_no_other(parts: Parts) {
    let checked = Checked::new(parts, &[("passes", Does::FailsFirst(0))]).await;
    let other = checked.parts.session("minimal").await;
    let database = checked.parts.installation.database.clone();
    database.change(&format!("INSERT INTO check_runs (id, due_at, tries, claims) VALUES ('{other}', 0, -1, 0)")).await;
    assert_eq!(checked.run().await, 1, "the damaged row is older, and set aside");
    assert_eq!(checked.outcome().await, (0, Decision::Approved));
    assert_eq!(database.number("SELECT COUNT(*) FROM check_runs WHERE due_at IS NULL").await, 1);
}

on_each_engine!(a_session_whose_rows_are_damaged_goes_on_once_they_are_repaired, Parts);
async fn a_session_whose_rows_are_damaged_goes_on_once_they_are_repaired(parts: Parts) {
    let checked = Checked::new(parts, &[("passes", Does::FailsFirst(0))]).await;
    let database = checked.parts.installation.database.clone();
    let session = checked.session;
    database.change(&format!("UPDATE sessions SET locale = 'xx' WHERE ref = '{session}'")).await;
    for wait in [0, 4, 7, 13, 25] {
        checked.parts.later(wait);
        assert_eq!((checked.run().await, checked.run().await), (1, 0), "it rests longer each time");
    }
    database.change(&format!("UPDATE sessions SET locale = NULL WHERE ref = '{session}'")).await;
    checked.parts.later(50);
    assert_eq!((checked.run().await, checked.outcome().await), (1, (0, Decision::Approved)));
}
