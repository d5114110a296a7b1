//! Operators, their sign-ins, and the links with which they sign in. Tokens are looked up by their SHA-256.

use shared::{role::Role, session::Timestamp};
use sqlx::any::AnyRow;

use super::{
    columns::Columns,
    error::{Result, StoreError, exactly_one},
    tx::{Db, Tx},
};
use crate::{
    ids::OperatorId,
    model::{LinkKind, Operator, OwnSignIn, SignIn},
};

/// The SHA-256 of a token.
pub type TokenHash = [u8; 32];

const COLUMNS: &str = "o.id AS id, o.email AS email, o.role AS role, o.password AS password, o.created_at AS created_at, o.disabled_at AS disabled_at";

impl TryFrom<&AnyRow> for Operator {
    type Error = StoreError;
    fn try_from(row: &AnyRow) -> Result<Self> {
        let columns = Columns::new(row, "operators", "id")?;
        Ok(Self {
            id: columns.id("id")?,
            email: columns.get("email")?,
            role: columns.parsed::<Role>("role")?,
            password: columns.get("password")?,
            created_at: columns.time("created_at")?,
            disabled_at: columns.time_option("disabled_at")?,
        })
    }
}

/// The operator with this HMAC of the e-mail address.
pub async fn by_email(db: &mut Db, email_index: &[u8]) -> Result<Option<Operator>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.email_index = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(email_index.to_vec()).fetch_optional(db).await?;
    row.as_ref().map(Operator::try_from).transpose()
}

/// The operator with this id.
pub async fn by_id(db: &mut Db, id: OperatorId) -> Result<Option<Operator>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(Operator::try_from).transpose()
}

/// Operators invited before `before`, the newest first: ids are UUIDv7, so they sort by time.
pub async fn list(db: &mut Db, before: OperatorId, limit: i64) -> Result<Vec<Operator>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.id < $1 ORDER BY o.id DESC LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.to_string()).bind(limit).fetch_all(db).await?;
    rows.iter().map(Operator::try_from).collect()
}

/// Writes a new operator.
///
/// # Errors
/// [`StoreError::Conflict`] if an operator has this e-mail address.
pub async fn insert(tx: &mut Tx, operator: &Operator, email_index: &[u8]) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO operators (id, email_index, email, role, password, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email_index) DO NOTHING",
    )
    .bind(operator.id.to_string())
    .bind(email_index.to_vec())
    .bind(operator.email.clone())
    .bind(operator.role.as_str())
    .bind(operator.password.clone())
    .bind(operator.created_at.0);
    exactly_one(query.execute(&mut **tx).await?.rows_affected())
}

/// Changes the role of an operator who has not accepted the invitation yet.
///
/// # Errors
/// [`StoreError::Conflict`] if they have a password by now, or are disabled.
pub async fn set_role(tx: &mut Tx, id: OperatorId, role: Role) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET role = $2 WHERE id = $1 AND password IS NULL AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(role.as_str()).execute(&mut **tx).await?.rows_affected())
}

/// Sets an operator's password.
///
/// # Errors
/// [`StoreError::Conflict`] if they are disabled.
pub async fn set_password(tx: &mut Tx, id: OperatorId, password: &str) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET password = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(password).execute(&mut **tx).await?.rows_affected())
}

/// Locks an operator until the transaction ends. An UPDATE that changes nothing locks a row in PostgreSQL; SQLite has one writer anyway.
pub async fn hold(tx: &mut Tx, id: OperatorId) -> Result<()> {
    sqlx::query("UPDATE operators SET role = role WHERE id = $1").bind(id.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Disables an operator and deletes their sign-ins and links.
///
/// # Errors
/// [`StoreError::Conflict`] if they were disabled before.
pub async fn disable(tx: &mut Tx, id: OperatorId, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(now.0).execute(&mut **tx).await?.rows_affected())?;
    sqlx::query("DELETE FROM sign_ins WHERE operator = $1").bind(id.to_string()).execute(&mut **tx).await?;
    remove_links(tx, id).await
}

/// Writes a link for an operator.
pub async fn insert_link(tx: &mut Tx, token: TokenHash, operator: OperatorId, kind: LinkKind, expires_at: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO links (token_hash, operator, kind, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(token.to_vec())
        .bind(operator.to_string())
        .bind(kind.as_str())
        .bind(expires_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The operator of an unexpired link of this kind. None if the operator is disabled.
pub async fn by_link(db: &mut Db, token: TokenHash, kind: LinkKind, now: Timestamp) -> Result<Option<Operator>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM links l JOIN operators o ON o.id = l.operator WHERE l.token_hash = $1 AND l.kind = $2 AND l.expires_at > $3 AND o.disabled_at IS NULL"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(token.to_vec()).bind(kind.as_str()).bind(now.0);
    query.fetch_optional(db).await?.as_ref().map(Operator::try_from).transpose()
}

/// Deletes a link, because it was used.
///
/// # Errors
/// [`StoreError::Conflict`] if it was used before.
pub async fn use_link(tx: &mut Tx, token: TokenHash) -> Result<()> {
    exactly_one(sqlx::query("DELETE FROM links WHERE token_hash = $1").bind(token.to_vec()).execute(&mut **tx).await?.rows_affected())
}

/// Deletes every link of an operator.
pub async fn remove_links(tx: &mut Tx, operator: OperatorId) -> Result<()> {
    sqlx::query("DELETE FROM links WHERE operator = $1").bind(operator.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Writes a sign-in.
pub async fn insert_sign_in(tx: &mut Tx, operator: OperatorId, new: &OwnSignIn) -> Result<()> {
    sqlx::query("INSERT INTO sign_ins (token_hash, operator, created_at, seen_at, browser, source) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(new.token.to_vec())
        .bind(operator.to_string())
        .bind(new.created_at.0)
        .bind(new.seen_at.0)
        .bind(new.browser.clone())
        .bind(new.source.clone())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The sign-in with this token.
pub async fn sign_in(db: &mut Db, token: TokenHash) -> Result<Option<SignIn>> {
    let sql = format!(
        "SELECT {COLUMNS}, s.created_at AS began_at, s.seen_at AS seen_at FROM sign_ins s JOIN operators o ON o.id = s.operator WHERE s.token_hash = $1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(token.to_vec()).fetch_optional(db).await?;
    row.as_ref()
        .map(|row| {
            let columns = Columns::new(row, "sign_ins", "id")?;
            Ok(SignIn { operator: Operator::try_from(row)?, created_at: columns.time("began_at")?, seen_at: columns.time("seen_at")? })
        })
        .transpose()
}

/// Sets when a sign-in was last used.
pub async fn touch_sign_in(tx: &mut Tx, token: TokenHash, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE sign_ins SET seen_at = $2 WHERE token_hash = $1").bind(token.to_vec()).bind(now.0).execute(&mut **tx).await?;
    Ok(())
}

/// Deletes a sign-in.
pub async fn remove_sign_in(tx: &mut Tx, token: TokenHash) -> Result<()> {
    sqlx::query("DELETE FROM sign_ins WHERE token_hash = $1").bind(token.to_vec()).execute(&mut **tx).await?;
    Ok(())
}

/// Deletes sign-ins that began at or before `began` or were last used at or before `used`, and links that have expired.
pub async fn remove_over(tx: &mut Tx, began: Timestamp, used: Timestamp, now: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM sign_ins WHERE created_at <= $1 OR seen_at <= $2").bind(began.0).bind(used.0).execute(&mut **tx).await?;
    sqlx::query("DELETE FROM links WHERE expires_at <= $1").bind(now.0).execute(&mut **tx).await?;
    Ok(())
}
