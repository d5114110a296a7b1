//! Operators, where they are signed in, and the links that let them in. Tokens are found by their SHA-256.

use shared::{role::Role, session::Timestamp};
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{Db, Result, StoreError, Tx, columns::Columns, exactly_one};
use crate::model::{LinkKind, Operator, SignIn};

/// The hash of a token.
pub type TokenHash = [u8; 32];

const COLUMNS: &str = "o.id AS id, o.email AS email, o.role AS role, o.password AS password, o.created_at AS created_at, o.disabled_at AS disabled_at";

impl TryFrom<&AnyRow> for Operator {
    type Error = StoreError;
    fn try_from(row: &AnyRow) -> Result<Self> {
        let columns = Columns::new(row, "operators", "id")?;
        Ok(Self {
            id: columns.parsed("id")?,
            email: columns.get("email")?,
            role: columns.parsed::<Role>("role")?,
            password: columns.get("password")?,
            created_at: columns.time("created_at")?,
            disabled_at: columns.time_option("disabled_at")?,
        })
    }
}

/// The operator with this index of the e-mail.
pub async fn by_email(db: &mut Db, email_index: &[u8]) -> Result<Option<Operator>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.email_index = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(email_index.to_vec()).fetch_optional(db).await?;
    row.as_ref().map(Operator::try_from).transpose()
}

/// The operator of this row.
pub async fn by_id(db: &mut Db, id: Uuid) -> Result<Option<Operator>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(Operator::try_from).transpose()
}

/// Operators invited before `before`, the newest first: ids are UUIDv7, so they sort by time.
pub async fn list(db: &mut Db, before: Uuid, limit: i64) -> Result<Vec<Operator>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.id < $1 ORDER BY o.id DESC LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.to_string()).bind(limit).fetch_all(db).await?;
    rows.iter().map(Operator::try_from).collect()
}

/// Writes a new operator.
///
/// # Errors
/// [`StoreError::Conflict`] where there is one of this e-mail.
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

/// Gives an operator who never signed in another role.
///
/// # Errors
/// [`StoreError::Conflict`] where they have a password by now, or are disabled.
pub async fn set_role(tx: &mut Tx, id: Uuid, role: Role) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET role = $2 WHERE id = $1 AND password IS NULL AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(role.as_str()).execute(&mut **tx).await?.rows_affected())
}

/// Sets an operator's password.
///
/// # Errors
/// [`StoreError::Conflict`] where they are disabled.
pub async fn set_password(tx: &mut Tx, id: Uuid, password: &str) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET password = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(password).execute(&mut **tx).await?.rows_affected())
}

/// Nobody else changes these two operators until the transaction ends. PostgreSQL holds a row that is written, and everybody
/// takes the two in the same order, so that no two transactions wait for each other; SQLite has one writer anyway.
pub async fn hold(tx: &mut Tx, one: Uuid, other: Uuid) -> Result<()> {
    for id in [one.min(other), one.max(other)] {
        sqlx::query("UPDATE operators SET role = role WHERE id = $1").bind(id.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Disables an operator: no token and no link of theirs opens anything any more.
///
/// # Errors
/// [`StoreError::Conflict`] where they were disabled before.
pub async fn disable(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(now.0).execute(&mut **tx).await?.rows_affected())?;
    sqlx::query("DELETE FROM sign_ins WHERE operator = $1").bind(id.to_string()).execute(&mut **tx).await?;
    remove_links(tx, id).await
}

/// Writes a link for an operator.
pub async fn insert_link(tx: &mut Tx, token: TokenHash, operator: Uuid, kind: LinkKind, expires_at: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO links (token_hash, operator, kind, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(token.to_vec())
        .bind(operator.to_string())
        .bind(kind.as_str())
        .bind(expires_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The operator whom a link of this kind lets in, while it is open.
pub async fn by_link(db: &mut Db, token: TokenHash, kind: LinkKind, now: Timestamp) -> Result<Option<Operator>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM links l JOIN operators o ON o.id = l.operator WHERE l.token_hash = $1 AND l.kind = $2 AND l.expires_at > $3 AND o.disabled_at IS NULL"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(token.to_vec()).bind(kind.as_str()).bind(now.0);
    query.fetch_optional(db).await?.as_ref().map(Operator::try_from).transpose()
}

/// Uses a link up.
///
/// # Errors
/// [`StoreError::Conflict`] where it was used before.
pub async fn use_link(tx: &mut Tx, token: TokenHash) -> Result<()> {
    exactly_one(sqlx::query("DELETE FROM links WHERE token_hash = $1").bind(token.to_vec()).execute(&mut **tx).await?.rows_affected())
}

/// Takes every link of an operator away.
pub async fn remove_links(tx: &mut Tx, operator: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM links WHERE operator = $1").bind(operator.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Writes that an operator signed in.
pub async fn insert_sign_in(tx: &mut Tx, token: TokenHash, operator: Uuid, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO sign_ins (token_hash, operator, created_at, seen_at) VALUES ($1, $2, $3, $3)")
        .bind(token.to_vec())
        .bind(operator.to_string())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The sign-in of this token.
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

/// Notes that a sign-in was used.
pub async fn touch_sign_in(tx: &mut Tx, token: TokenHash, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE sign_ins SET seen_at = $2 WHERE token_hash = $1").bind(token.to_vec()).bind(now.0).execute(&mut **tx).await?;
    Ok(())
}

/// Ends a sign-in.
pub async fn remove_sign_in(tx: &mut Tx, token: TokenHash) -> Result<()> {
    sqlx::query("DELETE FROM sign_ins WHERE token_hash = $1").bind(token.to_vec()).execute(&mut **tx).await?;
    Ok(())
}

/// Takes away what is over: sign-ins that began before or were last used before these times, and links.
pub async fn remove_over(tx: &mut Tx, began: Timestamp, used: Timestamp, now: Timestamp) -> Result<()> {
    sqlx::query("DELETE FROM sign_ins WHERE created_at <= $1 OR seen_at <= $2").bind(began.0).bind(used.0).execute(&mut **tx).await?;
    sqlx::query("DELETE FROM links WHERE expires_at <= $1").bind(now.0).execute(&mut **tx).await?;
    Ok(())
}
