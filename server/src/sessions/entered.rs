//! Begins a change that a session's customer makes: locks the session and reads what was entered. It is read before the lock, so that
//! nobody waits for that, and counts if the session was not touched since it was opened; else it is read again.

use shared::{flow::FieldType, language::Language, session::Timestamp};

use super::{
    open::Opened,
    saved::{self, Saved},
    transition::{Held, NotOpen, hold_open, hold_unchanged},
};
use crate::{
    failure::Failure,
    kit::Kit,
    model::Artifact,
    store::{self, Db, Tx},
};

/// What a session's customer has entered.
pub struct Entered {
    /// The saved values.
    pub saved: Saved,
    /// The files.
    pub artifacts: Vec<Artifact>,
}

/// A change that has begun.
pub struct Begun {
    /// Its transaction.
    pub tx: Tx,
    /// The session, locked.
    pub held: Held,
    /// What was entered before.
    pub entered: Entered,
}

/// Begins a change of an open session.
///
/// # Errors
/// [`NotOpen::Closed`] if the session accepts nothing more.
pub async fn begin(kit: &Kit, opened: &Opened, now: Timestamp) -> Result<Begun, NotOpen> {
    let entered = before_lock(kit, opened).await?;
    lock(kit, kit.store.write().await?, opened, entered, now).await
}

/// As [`begin`], for a change that may end the session and so settle the money transactions that wait for it: locks their customer's row
/// first.
///
/// # Errors
/// As [`begin`].
pub async fn begin_to_settle(kit: &Kit, opened: &Opened, now: Timestamp) -> Result<Begun, NotOpen> {
    let entered = before_lock(kit, opened).await?;
    let mut tx = kit.store.write().await?;
    store::step_ups::hold_customer(&mut tx, opened.session.r#ref).await?;
    lock(kit, tx, opened, entered, now).await
}

async fn before_lock(kit: &Kit, opened: &Opened) -> Result<Option<Entered>, Failure> {
    Ok(if opened.require_open().is_ok() { Some(read(kit, &mut *kit.store.read().await?, opened).await?) } else { None })
}

async fn lock(kit: &Kit, mut tx: Tx, opened: &Opened, entered: Option<Entered>, now: Timestamp) -> Result<Begun, NotOpen> {
    if let Some(entered) = entered
        && let Some(held) = hold_unchanged(&mut tx, &opened.session, now).await?
    {
        return Ok(Begun { tx, held, entered });
    }
    let held = hold_open(&mut tx, opened.session.r#ref, now).await?;
    let entered = read(kit, tx.db().await?, opened).await?;
    Ok(Begun { tx, held, entered })
}

async fn read(kit: &Kit, db: &mut Db, opened: &Opened) -> Result<Entered, Failure> {
    let session = opened.session.r#ref;
    let saved = saved::load(db, session, &opened.key).await?;
    let has_files = opened.flow.definition.steps(Language::default()).iter().flat_map(|step| &step.fields).any(|field| field.r#type == FieldType::Artifact);
    let artifacts = if has_files { store::artifacts::of_session(db, &kit.vault, session).await? } else { Vec::new() };
    Ok(Entered { saved, artifacts })
}
