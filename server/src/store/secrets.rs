//! Which secrets a page has shown, so that no page shows one of them again. A row has a hash of the secret's sealed cookie.

use shared::session::Timestamp;

use super::{error::Result, tx::Tx};

/// Notes that a secret was shown. False if it was shown before.
pub async fn note_shown(tx: &mut Tx, cookie_sha256: &str, expires_at: Timestamp) -> Result<bool> {
    let query = sqlx::query("INSERT INTO shown_secrets (cookie_sha256, expires_at) VALUES ($1, $2) ON CONFLICT (cookie_sha256) DO NOTHING");
    Ok(query.bind(cookie_sha256.to_owned()).bind(expires_at.0).execute(tx.db().await?).await?.rows_affected() == 1)
}

/// Deletes the notes of secrets whose cookies have expired.
pub async fn forget(tx: &mut Tx, now: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM shown_secrets WHERE expires_at <= $1").bind(now.0).execute(tx.db().await?).await?;
    Ok(())
}
