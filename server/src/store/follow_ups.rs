//! Rows of followers that failed in a transition and are to be tried again.

use shared::session::Timestamp;

use super::{
    columns::Columns,
    error::Result,
    tx::{Db, Tx},
};
use crate::{
    ids::{FollowUpId, RowId as _, SessionRef},
    model::Change,
};

/// A follower that failed, and what it is to follow.
pub struct FollowUp {
    /// The follower's name.
    pub follower: String,
    /// The session that changed.
    pub session: SessionRef,
    /// The change that the follower missed.
    pub change: Change,
}

/// Queues a follower, due at `due_at`.
pub async fn insert(tx: &mut Tx, id: FollowUpId, follower: &str, session: SessionRef, change: Change, due_at: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO follow_ups (id, follower, session_ref, change, changed_at, due_at, tries, claims) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)")
        .bind(id.row())
        .bind(follower)
        .bind(session.row())
        .bind(change.kind.as_str())
        .bind(change.at.0)
        .bind(due_at.0)
        .execute(tx.db().await?)
        .await?;
    Ok(())
}

/// One row.
pub async fn get(db: &mut Db, id: FollowUpId) -> Result<Option<FollowUp>> {
    let query = sqlx::query("SELECT id, follower, session_ref, change, changed_at FROM follow_ups WHERE id = $1");
    let row = query.bind(id.row()).fetch_optional(db).await?;
    row.map(|row| {
        let columns = Columns::new(&row, "follow_ups", "id")?;
        let change = Change { kind: columns.parsed("change")?, at: Timestamp(columns.get("changed_at")?) };
        Ok(FollowUp { follower: columns.get("follower")?, session: columns.id("session_ref")?, change })
    })
    .transpose()
}
