//! Expires sessions whose time is up: PENDING → EXPIRED, with exactly one event. Readers do not depend on this job:
//! `SessionState::status_at` returns EXPIRED as soon as the time is up, even if the row still says PENDING.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use shared::session::Timestamp;
use tracing::warn;

use super::transition::{self, Lifecycle, Transition, TransitionError};
use crate::{
    actor::Actor,
    failure::Failure,
    ids::SessionRef,
    kill,
    kit::Kit,
    store::{self, Tx},
    work::{Job, Pace, Places},
};

/// Sessions that one round expires.
const BATCH: usize = 200;
/// How long a session that could not be expired is skipped, so that it does not delay the others.
const ASIDE_SECONDS: i64 = 60;
/// The most sessions to skip at once. Further ones are not skipped; the next round tries them again.
const MOST_ASIDE: usize = 10_000;

/// Why a session was not expired.
#[derive(Debug, thiserror::Error)]
pub enum ExpireError {
    /// There is no such session.
    #[error("there is no such session")]
    NotFound,
    /// It is not PENDING.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(ExpireError);

/// Expires an open session before its time, for an operator.
///
/// # Errors
/// A conflict if there is no such session, it is not PENDING, or its time is already up.
pub async fn expire_now(kit: &Kit, lifecycle: &Lifecycle, session: SessionRef, by: Actor) -> Result<(), ExpireError> {
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    // Locks in order; whether there is such a session, the next statement finds.
    transition::hold_to_settle(&mut tx, session, None).await?;
    store::sessions::end_now(&mut tx, session, now).await?;
    expire(kit, lifecycle, tx, session, by, now).await
}

async fn expire(kit: &Kit, lifecycle: &Lifecycle, mut tx: Tx, session: SessionRef, by: Actor, now: Timestamp) -> Result<(), ExpireError> {
    let held = transition::hold_to_settle(&mut tx, session, None).await?.ok_or(ExpireError::NotFound)?;
    lifecycle.change(kit, &mut tx, held, Transition::Expire, by, now).await?;
    tx.commit().await?;
    kill::point("expire.after_commit");
    Ok(())
}

/// The job that expires sessions whose time is up.
pub struct Expiry {
    kit: Kit,
    lifecycle: Lifecycle,
    /// Sessions that could not be expired, each with the time until which it is skipped.
    aside: Mutex<HashMap<SessionRef, Timestamp>>,
}

impl Expiry {
    /// A job that uses this lifecycle.
    pub fn new(kit: Kit, lifecycle: Lifecycle) -> Self {
        Self { kit, lifecycle, aside: Mutex::default() }
    }

    /// The sessions to skip now.
    fn aside(&self, now: Timestamp) -> Vec<SessionRef> {
        let mut aside = self.aside.lock().expect("nothing panics while it holds this lock");
        aside.retain(|_, until| *until > now);
        aside.keys().copied().collect()
    }

    fn set_aside(&self, session: SessionRef, until: Timestamp) {
        let mut aside = self.aside.lock().expect("nothing panics while it holds this lock");
        if aside.len() < MOST_ASIDE {
            aside.insert(session, until);
        }
    }
}

impl Job for Expiry {
    /// A batch of sessions, expired one after the other. No lease is needed: if two processes try, the guarded UPDATE lets one win.
    type Item = Vec<SessionRef>;
    type Lane = ();

    fn name(&self) -> &'static str {
        "expiry"
    }

    fn pace(&self) -> Pace {
        Pace { at_once: 1, poll: Duration::from_secs(2), wake: None, renew: None }
    }

    async fn claim(&self, places: &Places<()>) -> Result<Vec<Vec<SessionRef>>, Failure> {
        if places.free(&()) == 0 {
            return Ok(Vec::new());
        }
        let now = self.kit.ambient.now();
        let aside = self.aside(now);
        let limit = i64::try_from(BATCH + aside.len()).unwrap_or(i64::MAX);
        let mut overdue = store::sessions::overdue(&mut *self.kit.store.read().await?, now, limit).await?;
        overdue.retain(|session| !aside.contains(session));
        Ok(if overdue.is_empty() { Vec::new() } else { vec![overdue] })
    }

    fn lane(&self, _: &Vec<SessionRef>) {}

    async fn run(&self, sessions: &Vec<SessionRef>) -> Result<(), Failure> {
        for session in sessions {
            let now = self.kit.ambient.now();
            match expire(&self.kit, &self.lifecycle, self.kit.store.write().await?, *session, Actor::System, now).await {
                // Another process has expired it, or the customer has submitted it.
                Ok(()) | Err(ExpireError::NotFound | ExpireError::Transition(TransitionError::Refused(_))) => {}
                Err(error) => {
                    warn!(session = %session, %error, "a session could not be expired; it is skipped for a minute");
                    self.set_aside(*session, now.plus_seconds(ASIDE_SECONDS));
                }
            }
        }
        Ok(())
    }

    async fn panicked(&self, sessions: &Vec<SessionRef>) -> Result<(), Failure> {
        let until = self.kit.ambient.now().plus_seconds(ASIDE_SECONDS);
        for session in sessions {
            self.set_aside(*session, until);
        }
        Ok(())
    }
}
