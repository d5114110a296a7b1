//! API keys, and the stored answers to requests with an `Idempotency-Key`.

use shared::{ids::KeyId, session::Timestamp};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use super::{
    bound,
    columns::{Columns, Listed, listed},
    error::{Result, exactly_one},
    operators::TokenHash,
    tx::{Db, Tx},
};
use crate::{ids::RowId as _, model::ApiKey, vault::Vault};

const COLUMNS: &str = "id, name, key_hash, key_hash_mac, scopes, scopes_mac, created_at, used_at, disabled_at";

fn read(row: &AnyRow, vault: &Vault) -> Result<ApiKey> {
    let columns = Columns::new(row, "api_keys", "id")?;
    columns.check_bound(vault, "key_hash", columns.get::<Vec<u8>>("key_hash")?)?;
    columns.bound(vault, "scopes")?;
    let scopes: Vec<String> = columns.words("scopes")?;
    let scopes: Result<Vec<_>, String> = scopes.iter().map(|scope| scope.parse()).collect();
    Ok(ApiKey {
        id: columns.id("id")?,
        name: columns.parsed_option("name")?,
        scopes: scopes.map_err(|_| columns.inconsistent("scopes"))?,
        created_at: columns.time("created_at")?,
        used_at: columns.time_option("used_at")?,
        disabled_at: columns.time_option("disabled_at")?,
    })
}

/// The key with this hash, unless it is disabled.
pub async fn by_hash(db: &mut Db, vault: &Vault, hash: TokenHash) -> Result<Option<ApiKey>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE key_hash = $1 AND disabled_at IS NULL");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(hash.to_vec());
    query.fetch_optional(db).await?.as_ref().map(|row| read(row, vault)).transpose()
}

/// Keys older than `before`, the newest first: ids are UUIDv7, so they sort by time.
pub async fn list(db: &mut Db, vault: &Vault, before: KeyId, limit: i64) -> Result<Vec<Listed<ApiKey>>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE id < $1 ORDER BY id DESC LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(before.row()).bind(limit).fetch_all(db).await?;
    Ok(listed(&rows, "api_keys", "id", |row| read(row, vault)))
}

/// The key with this id.
pub async fn by_id(db: &mut Db, vault: &Vault, id: KeyId) -> Result<Option<ApiKey>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE id = $1");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(id.row());
    query.fetch_optional(db).await?.as_ref().map(|row| read(row, vault)).transpose()
}

/// Writes a new key.
pub async fn insert(tx: &mut Tx, vault: &Vault, key: &ApiKey, hash: TokenHash) -> Result<()> {
    let scopes = key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(",");
    sqlx::query("INSERT INTO api_keys (id, key_hash, scopes, created_at, key_hash_mac, scopes_mac, name) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(key.id.row())
        .bind(hash.to_vec())
        .bind(scopes.clone())
        .bind(key.created_at.0)
        .bind(bound::mac(vault, "api_keys", "key_hash", &key.id.row(), hash))
        .bind(bound::mac(vault, "api_keys", "scopes", &key.id.row(), &scopes))
        .bind(key.name.as_ref().map(|name| name.as_str().to_owned()))
        .execute(tx.db().await?)
        .await?;
    Ok(())
}

/// Sets when a key was last used.
pub async fn touch(tx: &mut Tx, id: KeyId, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE api_keys SET used_at = $2 WHERE id = $1").bind(id.row()).bind(now.0).execute(tx.db().await?).await?;
    Ok(())
}

/// Disables a key.
///
/// # Errors
/// [`super::StoreError::Conflict`] if there is no key with this id, or it was disabled before.
pub async fn disable(tx: &mut Tx, id: KeyId, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE api_keys SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.row()).bind(now.0).execute(tx.db().await?).await?.rows_affected())
}

/// A stored answer, and the body of the request that it answered.
pub struct Answered {
    /// An HMAC of the request's body.
    pub body: Vec<u8>,
    /// The encrypted answer.
    pub answer: Vec<u8>,
}

/// The answer to the request with this `Idempotency-Key`, if it is newer than `oldest`.
pub async fn answered(db: &mut Db, key: KeyId, index: &[u8], oldest: Timestamp) -> Result<Option<Answered>> {
    let query = sqlx::query("SELECT body_index, answer FROM idempotency WHERE api_key = $1 AND key_index = $2 AND created_at > $3");
    let row = query.bind(key.row()).bind(index.to_vec()).bind(oldest.0).fetch_optional(db).await?;
    row.map(|row| Ok(Answered { body: row.try_get("body_index")?, answer: row.try_get("answer")? })).transpose()
}

/// Every stored answer, with its API key and the HMAC of its `Idempotency-Key`.
pub async fn answers(db: &mut Db) -> Result<Vec<(KeyId, Vec<u8>, Answered)>> {
    let rows = sqlx::query("SELECT api_key, key_index, body_index, answer FROM idempotency").fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "idempotency", "api_key")?;
            Ok((columns.id("api_key")?, columns.get("key_index")?, Answered { body: columns.get("body_index")?, answer: columns.get("answer")? }))
        })
        .collect()
}

/// Replaces a stored answer with the same one, sealed at another place.
pub async fn reseal_answer(tx: &mut Tx, key: KeyId, index: &[u8], answer: &[u8]) -> Result<()> {
    let query = sqlx::query("UPDATE idempotency SET answer = $3 WHERE api_key = $1 AND key_index = $2");
    exactly_one(query.bind(key.row()).bind(index.to_vec()).bind(answer.to_vec()).execute(tx.db().await?).await?.rows_affected())
}

/// Stores the answer to a request. It replaces one that is not newer than `oldest`.
///
/// # Errors
/// If the database refuses something that was written before. If another process has stored an answer meanwhile, the transaction fails with
/// [`super::StoreError::Conflict`] when this is sent.
pub async fn insert_answer(tx: &mut Tx, key: KeyId, index: &[u8], answered: &Answered, now: Timestamp, oldest: Timestamp) -> Result<()> {
    tx.later_one(
        "INSERT INTO idempotency (api_key, key_index, body_index, answer, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (api_key, key_index) DO UPDATE SET body_index = excluded.body_index, answer = excluded.answer, created_at = excluded.created_at \
         WHERE idempotency.created_at <= $6",
    )
    .await?
    .bind(key.row())
    .bind(index.to_vec())
    .bind(answered.body.clone())
    .bind(answered.answer.clone())
    .bind(now.0)
    .bind(oldest.0);
    Ok(())
}

/// Deletes answers that are too old to be given again.
pub async fn remove_answers(tx: &mut Tx, oldest: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM idempotency WHERE created_at <= $1").bind(oldest.0).execute(tx.db().await?).await?;
    Ok(())
}
