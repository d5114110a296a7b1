//! Whether an operator may still do what their request does, when it commits. A request is checked before its handler runs, but it may
//! then wait, for a lock or for SQLite's writer, and the role may be taken away meanwhile. Then nothing of it is kept: an administrator who
//! was told that a role is gone finds nothing written by it later.

use shared::role::{May, Role};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::error::{Result, StoreError};
use crate::ids::{OperatorId, RowId as _};

tokio::task_local! {
    /// The operator whose request this is, and what the request needs.
    static ACTING: (OperatorId, May);
}

/// Runs the request of an operator who may do this. Its transactions commit only while they may.
pub async fn acting<F: Future>(operator: OperatorId, action: May, request: F) -> F::Output {
    ACTING.scope((operator, action), request).await
}

/// Checks that the operator, if this is the request of one, still may. `locks` is the clause that keeps the role until the transaction
/// ends. The transaction has all its other locks by now, so that they are taken in one order.
///
/// # Errors
/// [`StoreError::Conflict`]
pub(super) async fn still_may(db: &mut AnyConnection, locks: &str) -> Result<()> {
    let Ok((operator, action)) = ACTING.try_with(|acting| *acting) else { return Ok(()) };
    let sql = format!("SELECT role FROM operators WHERE id = $1 AND disabled_at IS NULL {locks}");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(operator.row()).fetch_optional(db).await?;
    let role: Option<Role> = row.map(|row| row.try_get::<String, _>("role")).transpose()?.and_then(|role| role.parse().ok());
    if role.is_some_and(|role| role.may(action)) { Ok(()) } else { Err(StoreError::Conflict) }
}
