//! Completing a session: PENDING → PROCESSING, decided here. What was saved, overlaid with what is sent, is held against
//! the pinned flow while the session's row is held; then user data, queued checks, the transition and its audit row commit
//! together. Tested in `tests/api/` (documented_example, races, crash) and, for the rules, in `shared::answers`.

use shared::{
    answers::{self, Answers},
    api::RawUserData,
    flow::Step,
    language::Language,
    session::Status,
};

use super::{Sender, SessionError, find_artifact, load_saved, open::Opened, save};
use crate::{
    app::App,
    artifacts, checks, kill,
    store::{self, StoreError},
};

/// Submits a session. Sent again with the same outcome it succeeds again, whatever the status by then.
///
/// # Errors
/// [`SessionError::Invalid`] with every fault; [`SessionError::Expired`]; [`SessionError::NotOpen`] where another outcome
/// was submitted before.
pub async fn complete(app: &App, opened: &Opened, sent: &RawUserData, sender: Sender) -> Result<(), SessionError> {
    kill::point("complete.accepted");
    let steps = opened.flow.definition.steps(Language::default());
    let now = app.ambient.now();
    let session = opened.session.r#ref;
    let mut tx = match save::hold(app, opened, now).await {
        Ok(tx) => tx,
        Err(SessionError::NotOpen) => return same_outcome(app, opened, &steps, sent).await,
        Err(error) => return Err(error),
    };
    let saved = load_saved(&mut tx, session, &opened.key).await?;
    let artifacts = store::artifacts::of_session(&mut tx, session).await?;
    let prefix = opened.artifact_prefix(app);
    let all = answers::check_all(&steps, sent, &saved.answers, &|field, text| find_artifact(field, text, &prefix, &artifacts))
        .map_err(|incomplete| SessionError::Invalid { faults: incomplete.faults, missing_steps: incomplete.missing_steps })?;

    let change = save::Change { before: &saved.answers, after: &all, saved: &saved, steps: &steps, sent, artifacts: &artifacts, sender, now };
    let dropped = save::write(app, &mut tx, opened, change).await?;
    for name in opened.flow.definition.checks() {
        store::checks::insert(&mut tx, app.ambient.uuid(), session, name, now).await?;
    }
    store::sessions::submit(&mut tx, session, now).await?;
    tx.audit(app.ambient.uuid(), now, "customer", "session.submitted", &session.to_string()).await?;
    // A flow without checks is done with this.
    let settled = checks::runner::settle(app, &mut tx, session, &opened.flow).await?;
    kill::point("complete.before_commit");
    tx.commit().await?;
    kill::point("complete.after_commit");
    if settled {
        app.event_written.notify_one()
    } else {
        app.checks_queued.notify_one()
    }
    artifacts::delete_files(app, &dropped).await;
    Ok(())
}

/// The session was submitted before: the same answer for the same outcome, a conflict for another.
async fn same_outcome(app: &App, opened: &Opened, steps: &[Step], sent: &RawUserData) -> Result<(), SessionError> {
    let mut db = app.store.read().await?;
    let session = store::sessions::by_ref(&mut db, opened.session.r#ref).await?.ok_or(SessionError::NotFound)?;
    match session.state.status() {
        Status::Processing | Status::Completed => {}
        Status::Expired => return Err(SessionError::Expired),
        Status::Pending => return Err(StoreError::Conflict.into()),
    }
    let submitted: Answers = load_saved(&mut db, session.r#ref, &opened.key).await?.answers;
    let artifacts = store::artifacts::of_session(&mut db, session.r#ref).await?;
    let prefix = opened.artifact_prefix(app);
    match answers::check_all(steps, sent, &submitted, &|field, text| find_artifact(field, text, &prefix, &artifacts)) {
        Ok(outcome) if outcome == submitted => Ok(()),
        _ => Err(SessionError::NotOpen),
    }
}
