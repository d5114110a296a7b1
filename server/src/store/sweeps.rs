//! When each sweep is due. The table is a queue with leases, so only one process runs a sweep at a time.

use shared::session::Timestamp;

use super::{error::Result, tx::Tx};

/// Makes a sweep due now, unless a process has its lease. Inserts its row if there is none.
pub async fn due_now(tx: &mut Tx, name: &str, now: Timestamp) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO sweeps (id, due_at, tries, claims) VALUES ($1, $2, 0, 0) \
         ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at WHERE sweeps.lease IS NULL",
    );
    query.bind(name).bind(now.0).execute(tx.db().await?).await?;
    Ok(())
}
