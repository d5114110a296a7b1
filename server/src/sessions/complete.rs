//! Completes a session: PENDING → PROCESSING. It locks the session's row, checks the saved values together with the values in the
//! request against the pinned flow, and commits the answers and the transition together. `tests/api/` tests it (documented_example,
//! races, crash), and `shared::answers` tests the rules. `repeat.rs` answers a completion that is sent again.

use shared::{answers, api::RawUserData, language::Language, session::Timestamp};

use super::{
    at_once::{Checked, Submitted},
    entered::{self, Begun, Entered},
    fingerprints,
    open::Opened,
    repeat,
    save::{self, Invalid, Sender},
    saved::find_artifact,
    transition::{Closed, Lifecycle, NotOpen, Step, Transition, TransitionError},
    visits,
};
use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    kill,
    kit::Kit,
    model::{DUPLICATE, VELOCITY, Visit},
    objects, store,
};

/// Why a session was not submitted.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// Other answers were submitted before, or the session's time is up.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The answers do not fit the flow.
    #[error("some answers need correcting")]
    Invalid(Invalid),
    /// The lifecycle refused, or a follower failed.
    #[error(transparent)]
    Transition(TransitionError),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(CompleteError);

impl From<TransitionError> for CompleteError {
    fn from(error: TransitionError) -> Self {
        match error {
            TransitionError::Failure(failure) => Self::Failure(failure),
            error => Self::Transition(error),
        }
    }
}

/// How a session came to be submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completed {
    /// By this request.
    Now,
    /// By an earlier one that was the same.
    Before,
}

/// Submits a session. The same request sent again succeeds again (`repeat.rs` says when), unless the session has expired.
///
/// # Errors
/// [`CompleteError::Invalid`] with every fault; [`CompleteError::Closed`] if the session's time is up, or if other answers were
/// submitted before.
pub async fn complete(
    kit: &Kit,
    lifecycle: &Lifecycle,
    opened: &Opened,
    sent: &RawUserData,
    sender: Sender,
    visit: &Visit,
) -> Result<Completed, CompleteError> {
    kill::point("complete.accepted");
    let steps = opened.flow.definition.steps(Language::default());
    let now = kit.ambient.now();
    let session = opened.session.r#ref;
    let Begun { mut tx, held, entered: Entered { saved, artifacts } } = match entered::begin_to_settle(kit, opened, now).await {
        Ok(begun) => begun,
        Err(NotOpen::Closed(Closed::Submitted)) => {
            let is_same = repeat::is_repeated(kit, opened, &steps, sent, sender.device).await?;
            return if is_same { Ok(Completed::Before) } else { Err(Closed::Submitted.into()) };
        }
        Err(NotOpen::Closed(closed)) => return Err(closed.into()),
        Err(NotOpen::Failure(failure)) => return Err(failure.into()),
    };
    let prefix = opened.artifact_prefix(kit);
    // The bounds of dates count here only. Sent again on another day, the same answers are still the same.
    let dated = opened.flow.definition.steps_at(Language::default(), now);
    let all = answers::check_all(&dated, sent, &saved.answers, &|field, text| find_artifact(field, text, &prefix, &artifacts))
        .map_err(|incomplete| CompleteError::Invalid(Invalid { faults: incomplete.faults, missing_steps: incomplete.missing_steps }))?;

    let change = save::Change { before: &saved.answers, after: &all, saved: &saved, steps: &steps, sent, artifacts: &artifacts, sender, now };
    if change.is_over_another_device() {
        tx.audit(Entry::new(&kit.ambient, now, Actor::Customer, Act::SessionOverwritten(session))).await?;
    }
    let dropped = save::write(kit, &mut tx, opened, change).await?;
    if opened.flow.runs(DUPLICATE) {
        fingerprints::note(kit, &mut tx, session, &steps, &all).await?;
    }
    if opened.flow.runs(VELOCITY) {
        visits::note(kit, &mut tx, &held.0, visit, now).await?;
    }
    let submission = repeat::submission(kit, opened, &steps, sent, sender.device);
    let submitted = Submitted { session: &held.0, key: &opened.key, flow: &opened.flow, answers: &all, at: now };
    let checked = lifecycle.at_once.as_ref().and_then(|checks| checks.check(kit, &submitted));
    let mut steps = vec![Step { transition: Transition::Submit(submission), by: Actor::Customer, at: now }];
    if let Some(Checked { outcome, results }) = checked {
        // Later than the submission, so that a timeline shows them in order.
        let at = Timestamp(kit.ambient.now().0.max(now.0 + 1));
        steps.push(Step { transition: Transition::Complete(outcome), by: Actor::System, at });
        store::checks::put(&mut tx, session, results).await?;
    }
    lifecycle.change_through(kit, &mut tx, held, &steps).await?;
    tx.send().await?;
    kill::point("complete.before_commit");
    tx.commit().await?;
    kill::point("complete.after_commit");
    objects::delete(kit, &dropped).await;
    Ok(Completed::Now)
}
