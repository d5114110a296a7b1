//! Runs queued checks: each is held by a lease of 10 s, tried at most 3 times of at most 5 s, and ends as ERROR after that,
//! so that no session stays in PROCESSING. With the last check the session is completed, in the same transaction.

use std::{collections::BTreeSet, sync::Arc};

use shared::{
    event::{EventType, Told},
    language::Language,
    risk::{self, CheckResult},
    session::Outcome,
};
use tokio::{sync::Semaphore, task::JoinSet, time::Duration};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{CheckError, Subject};
use crate::{
    app::App,
    flows::{self, Flow},
    kill,
    model::{ClaimedCheck, Finding, Session, SessionRef},
    sessions::{SessionError, load_saved},
    store::{self, StoreError, Tx},
    webhooks,
};

/// Checks under way at once in this process.
const AT_ONCE: usize = 8;
/// How long a check is held: longer than a try can take.
const LEASE_SECONDS: i64 = 10;
/// How long one try may take.
const TRY: Duration = Duration::from_secs(5);
/// How often a check is tried.
const TRIES: u32 = 3;
/// How long a check rests after a try that failed.
const REST_SECONDS: i64 = 3;
/// How often the queue is looked at where nobody says that there is something in it.
const POLL: Duration = Duration::from_secs(1);

/// Runs checks until told to stop; then lets those under way end.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    while !stop.is_cancelled() {
        let free = permits.available_permits();
        let claimed = if free == 0 { Vec::new() } else { claim(&app, free).await };
        let more = free > 0 && claimed.len() == free;
        for check in claimed {
            let permit = Arc::clone(&permits).acquire_owned().await.expect("the semaphore is never closed");
            let app = Arc::clone(&app);
            running.spawn(async move {
                kill::point("check.claimed");
                let (session, name) = (check.session, check.name.as_str());
                match attempt(&app, &check).await {
                    // A stale lease or another worker's transition: theirs counts.
                    Ok(()) | Err(SessionError::Store(StoreError::Conflict)) => {}
                    Err(error) => warn!(session = %session, check = name, %error, "what a check found could not be written; it is done again"),
                }
                drop(permit);
                app.checks_queued.notify_one();
            });
        }
        while running.try_join_next().is_some() {}
        if !more {
            tokio::select! {
                () = stop.cancelled() => {}
                () = app.checks_queued.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
    while running.join_next().await.is_some() {}
}

async fn claim(app: &App, limit: usize) -> Vec<ClaimedCheck> {
    let work = async {
        let now = app.ambient.now();
        let mut tx = app.store.write().await?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let claimed = store::checks::claim(&mut tx, now, now.plus_seconds(LEASE_SECONDS), app.ambient.uuid(), limit).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(claimed)
    };
    match work.await {
        Ok(claimed) => claimed,
        Err(error) => {
            warn!(%error, "the queue of checks could not be read; the next round tries again");
            Vec::new()
        }
    }
}

/// One try of a check, and what becomes of it.
async fn attempt(app: &App, check: &ClaimedCheck) -> Result<(), SessionError> {
    if check.claim.tries > TRIES {
        warn!(session = %check.session, check = check.name.as_str(), "each try of a check was cut off; it ends as ERROR");
        return finish(app, check, Finding { result: CheckResult::Error, reasons: BTreeSet::new() }).await;
    }
    let looked = match tokio::time::timeout(TRY, look(app, check)).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err(format!("it took longer than {} s", TRY.as_secs())),
    };
    match looked {
        Ok(finding) => finish(app, check, finding).await,
        Err(error) if check.claim.tries >= TRIES => {
            warn!(session = %check.session, check = check.name.as_str(), error, "a check could not be done; it ends as ERROR");
            finish(app, check, Finding { result: CheckResult::Error, reasons: BTreeSet::new() }).await
        }
        Err(error) => {
            info!(session = %check.session, check = check.name.as_str(), error, "a check could not be done; it is tried again");
            let mut tx = app.store.write().await?;
            store::checks::give_back(&mut tx, &check.claim, app.ambient.now().plus_seconds(REST_SECONDS)).await?;
            Ok(tx.commit().await?)
        }
    }
}

async fn look(app: &App, check: &ClaimedCheck) -> Result<Finding, CheckError> {
    let mut db = app.store.read().await.map_err(SessionError::from)?;
    let session = load(&mut db, check.session).await?;
    let key = app.vault.data_key("sessions", &session.r#ref.to_string(), &session.data_key).map_err(SessionError::from)?;
    let answers = load_saved(&mut db, session.r#ref, &key).await?.answers;
    let artifacts = store::artifacts::of_session(&mut db, session.r#ref).await.map_err(SessionError::from)?;
    drop(db);
    let flow = flows::by_id(app, session.flow).await.map_err(SessionError::from)?;
    let subject = Subject { session, key, steps: flow.definition.steps(Language::default()), answers, artifacts };
    super::run(app, check.name, &subject).await
}

async fn load(db: &mut store::Db, session: SessionRef) -> Result<Session, SessionError> {
    store::sessions::by_ref(db, session).await?.ok_or(SessionError::NotFound)
}

/// Writes what a check found and, where it was the last, completes the session: results, score, decision, event and audit
/// row commit together.
async fn finish(app: &App, check: &ClaimedCheck, finding: Finding) -> Result<(), SessionError> {
    let session = load(&mut *app.store.read().await?, check.session).await?;
    let flow = flows::by_id(app, session.flow).await?;
    let now = app.ambient.now();
    let mut tx = app.store.write().await?;
    // Held first, so that of two last checks each sees the other's result.
    store::sessions::hold_processing(&mut tx, check.session, now).await?;
    store::checks::finish(&mut tx, &check.claim, finding.result, &finding.reasons, now).await?;
    let last = settle(app, &mut tx, check.session, &flow).await?;
    kill::point("check.before_commit");
    tx.commit().await?;
    kill::point("check.after_commit");
    if last {
        info!(session = %check.session, "session completed");
        app.event_written.notify_one();
    }
    Ok(())
}

/// Completes a session that is held in PROCESSING once each of its checks is done, at once where it has none: score,
/// decision, event and audit row, in the caller's transaction. Says whether it did.
///
/// # Errors
/// Where the session is not in PROCESSING, or the store does not answer.
pub async fn settle(app: &App, tx: &mut Tx, session: SessionRef, flow: &Flow) -> Result<bool, SessionError> {
    let checks = store::checks::of_session(tx, session).await?;
    let Some(found) = checks.into_iter().map(|check| check.found).collect::<Option<Vec<Finding>>>() else { return Ok(false) };
    let reasons: BTreeSet<String> = found.iter().flat_map(|finding| finding.reasons.iter().cloned()).collect();
    let risk_score = risk::score(&reasons, &flow.definition.weights());
    let any_error = found.iter().any(|finding| finding.result == CheckResult::Error);
    let outcome = Outcome { risk_score, decision: risk::decide(risk_score, flow.definition.bands, any_error), reasons };
    let now = app.ambient.now();
    store::sessions::complete(tx, session, now, &outcome).await?;
    // Whose it is may have changed until it was held.
    let held = load(tx, session).await?;
    webhooks::emit(app, tx, &held, EventType::SessionCompleted, 1, Told { risk_score: Some(risk_score), decision: None }).await?;
    tx.audit(app.ambient.uuid(), now, "system", "session.completed", &session.to_string()).await?;
    Ok(true)
}
