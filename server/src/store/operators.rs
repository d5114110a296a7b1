//! Operators, their sign-ins, and the links with which they sign in. Tokens are looked up by their SHA-256.

use shared::{role::Role, session::Timestamp};
use sqlx::any::AnyRow;

use super::{
    bound,
    columns::{Columns, Listed, listed},
    error::{Result, exactly_one},
    queue::skip_locked,
    tx::{Db, Tx},
};
use crate::{
    ids::{OperatorId, RowId as _},
    model::{LinkKind, Operator, OwnSignIn, SignIn},
    vault::Vault,
};

/// The SHA-256 of a token.
pub type TokenHash = [u8; 32];

const COLUMNS: &str = "o.id AS id, o.email AS email, o.role AS role, o.role_mac AS role_mac, o.password AS password, o.password_mac AS password_mac, o.created_at AS created_at, o.disabled_at AS disabled_at";

fn read(row: &AnyRow, vault: &Vault) -> Result<Operator> {
    let columns = Columns::new(row, "operators", "id")?;
    Ok(Operator {
        id: columns.id("id")?,
        email: columns.get("email")?,
        role: columns.bound(vault, "role")?.parse().map_err(|_| columns.inconsistent("role"))?,
        password: columns.bound_option(vault, "password")?,
        created_at: columns.time("created_at")?,
        disabled_at: columns.time_option("disabled_at")?,
    })
}

pub(super) fn mac(vault: &Vault, column: &'static str, id: OperatorId, value: &str) -> Vec<u8> {
    bound::mac(vault, "operators", column, &id.row(), value)
}

/// Checks that this operator's row was found by a token that the server made for this operator. `table` has the token.
fn check_token(row: &AnyRow, vault: &Vault, table: &'static str, token: TokenHash) -> Result<()> {
    let columns = Columns::new(row, table, "id")?;
    bound::check(vault, table, "operator", &bound::hexadecimal(&token), columns.row_id(), columns.mac_of("operator")?.as_deref())
}

fn token_mac(vault: &Vault, table: &'static str, token: TokenHash, operator: OperatorId) -> Vec<u8> {
    bound::mac(vault, table, "operator", &bound::hexadecimal(&token), operator.row())
}

/// The operator with this HMAC of the e-mail address.
pub async fn by_email(db: &mut Db, vault: &Vault, email_index: &[u8]) -> Result<Option<Operator>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.email_index = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(email_index.to_vec()).fetch_optional(db).await?;
    row.as_ref().map(|row| read(row, vault)).transpose()
}

/// The operator with this id.
pub async fn by_id(db: &mut Db, vault: &Vault, id: OperatorId) -> Result<Option<Operator>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(|row| read(row, vault)).transpose()
}

/// Operators invited before `before`, the newest first: ids are UUIDv7, so they sort by time.
pub async fn list(db: &mut Db, vault: &Vault, before: OperatorId, limit: i64) -> Result<Vec<Listed<Operator>>> {
    let sql = format!("SELECT {COLUMNS} FROM operators o WHERE o.id < $1 ORDER BY o.id DESC LIMIT $2");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.to_string()).bind(limit).fetch_all(db).await?;
    Ok(listed(&rows, "operators", "id", |row| read(row, vault)))
}

/// Writes a new operator.
///
/// # Errors
/// [`super::StoreError::Conflict`] if an operator has this e-mail address.
pub async fn insert(tx: &mut Tx, vault: &Vault, operator: &Operator, email_index: &[u8]) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO operators (id, email_index, email, role, password, created_at, role_mac, password_mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email_index) DO NOTHING",
    )
    .bind(operator.id.to_string())
    .bind(email_index.to_vec())
    .bind(operator.email.clone())
    .bind(operator.role.as_str())
    .bind(operator.password.clone())
    .bind(operator.created_at.0)
    .bind(mac(vault, "role", operator.id, operator.role.as_str()))
    .bind(operator.password.as_deref().map(|password| mac(vault, "password", operator.id, password)));
    exactly_one(query.execute(tx.db().await?).await?.rows_affected())
}

/// Changes the role of an operator who has not accepted the invitation yet.
///
/// # Errors
/// [`super::StoreError::Conflict`] if they have a password by now, or are disabled.
pub async fn set_role(tx: &mut Tx, vault: &Vault, id: OperatorId, role: Role) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET role = $2, role_mac = $3 WHERE id = $1 AND password IS NULL AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(role.as_str()).bind(mac(vault, "role", id, role.as_str())).execute(tx.db().await?).await?.rows_affected())
}

/// Sets an operator's password.
///
/// # Errors
/// [`super::StoreError::Conflict`] if they are disabled.
pub async fn set_password(tx: &mut Tx, vault: &Vault, id: OperatorId, password: &str) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET password = $2, password_mac = $3 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(password).bind(mac(vault, "password", id, password)).execute(tx.db().await?).await?.rows_affected())
}

/// Locks an operator until the transaction ends. An UPDATE that changes nothing locks a row in PostgreSQL; SQLite has one writer anyway.
pub async fn hold(tx: &mut Tx, id: OperatorId) -> Result<()> {
    sqlx::query("UPDATE operators SET role = role WHERE id = $1").bind(id.to_string()).execute(tx.db().await?).await?;
    Ok(())
}

/// Locks an operator who signs in on a browser, and the operator whose sign-in that browser had so far and loses. Always in the order of
/// their ids, because two browsers may change places at once.
pub async fn hold_with_former(tx: &mut Tx, id: OperatorId, former: Option<TokenHash>) -> Result<()> {
    let mut both = vec![id];
    if let Some(token) = former {
        let query = sqlx::query("SELECT operator FROM sign_ins WHERE token_hash = $1").bind(token.to_vec());
        if let Some(row) = query.fetch_optional(tx.db().await?).await? {
            both.push(Columns::new(&row, "sign_ins", "operator")?.id("operator")?);
        }
    }
    both.sort_unstable();
    both.dedup();
    for id in both {
        hold(tx, id).await?;
    }
    Ok(())
}

/// Disables an operator and deletes their sign-ins and links.
///
/// # Errors
/// [`super::StoreError::Conflict`] if they were disabled before.
pub async fn disable(tx: &mut Tx, id: OperatorId, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL");
    exactly_one(query.bind(id.to_string()).bind(now.0).execute(tx.db().await?).await?.rows_affected())?;
    sqlx::query("DELETE FROM sign_ins WHERE operator = $1").bind(id.to_string()).execute(tx.db().await?).await?;
    remove_links(tx, id).await
}

/// Writes a link for an operator.
pub async fn insert_link(tx: &mut Tx, vault: &Vault, token: TokenHash, operator: OperatorId, kind: LinkKind, expires_at: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO links (token_hash, operator, kind, expires_at, operator_mac) VALUES ($1, $2, $3, $4, $5)")
        .bind(token.to_vec())
        .bind(operator.to_string())
        .bind(kind.as_str())
        .bind(expires_at.0)
        .bind(token_mac(vault, "links", token, operator))
        .execute(tx.db().await?)
        .await?;
    Ok(())
}

/// The operator of an unexpired link of this kind. None if the operator is disabled.
pub async fn by_link(db: &mut Db, vault: &Vault, token: TokenHash, kind: LinkKind, now: Timestamp) -> Result<Option<Operator>> {
    let sql = format!(
        "SELECT {COLUMNS}, l.operator_mac AS operator_mac FROM links l JOIN operators o ON o.id = l.operator WHERE l.token_hash = $1 AND l.kind = $2 AND l.expires_at > $3 AND o.disabled_at IS NULL"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(token.to_vec()).bind(kind.as_str()).bind(now.0);
    let Some(row) = query.fetch_optional(db).await? else { return Ok(None) };
    check_token(&row, vault, "links", token)?;
    read(&row, vault).map(Some)
}

/// Deletes a link, because it was used.
///
/// # Errors
/// [`super::StoreError::Conflict`] if it was used before.
pub async fn use_link(tx: &mut Tx, token: TokenHash) -> Result<()> {
    exactly_one(sqlx::query("DELETE FROM links WHERE token_hash = $1").bind(token.to_vec()).execute(tx.db().await?).await?.rows_affected())
}

/// Deletes every link of an operator.
pub async fn remove_links(tx: &mut Tx, operator: OperatorId) -> Result<()> {
    sqlx::query("DELETE FROM links WHERE operator = $1").bind(operator.to_string()).execute(tx.db().await?).await?;
    Ok(())
}

/// Writes a sign-in.
pub async fn insert_sign_in(tx: &mut Tx, vault: &Vault, operator: OperatorId, new: &OwnSignIn) -> Result<()> {
    sqlx::query("INSERT INTO sign_ins (token_hash, operator, created_at, seen_at, browser, source, operator_mac) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(new.token.to_vec())
        .bind(operator.to_string())
        .bind(new.created_at.0)
        .bind(new.seen_at.0)
        .bind(new.browser.clone())
        .bind(new.source.clone())
        .bind(token_mac(vault, "sign_ins", new.token, operator))
        .execute(tx.db().await?)
        .await?;
    Ok(())
}

/// The sign-in with this token.
pub async fn sign_in(db: &mut Db, vault: &Vault, token: TokenHash) -> Result<Option<SignIn>> {
    let sql = format!(
        "SELECT {COLUMNS}, s.created_at AS began_at, s.seen_at AS seen_at, s.operator_mac AS operator_mac FROM sign_ins s JOIN operators o ON o.id = s.operator WHERE s.token_hash = $1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(token.to_vec()).fetch_optional(db).await?;
    row.as_ref()
        .map(|row| {
            check_token(row, vault, "sign_ins", token)?;
            let columns = Columns::new(row, "sign_ins", "id")?;
            Ok(SignIn { operator: read(row, vault)?, created_at: columns.time("began_at")?, seen_at: columns.time("seen_at")? })
        })
        .transpose()
}

/// Sets when a sign-in was last used.
pub async fn touch_sign_in(tx: &mut Tx, token: TokenHash, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE sign_ins SET seen_at = $2 WHERE token_hash = $1").bind(token.to_vec()).bind(now.0).execute(tx.db().await?).await?;
    Ok(())
}

/// Deletes a sign-in.
pub async fn remove_sign_in(tx: &mut Tx, token: TokenHash) -> Result<()> {
    sqlx::query("DELETE FROM sign_ins WHERE token_hash = $1").bind(token.to_vec()).execute(tx.db().await?).await?;
    Ok(())
}

/// Deletes sign-ins that began at or before `began` or were last used at or before `used`, and links that have expired. It holds no
/// operator, so it leaves what another transaction has locked to the next sweep: waiting for it could be a deadlock.
pub async fn remove_over(tx: &mut Tx, began: Timestamp, used: Timestamp, now: Timestamp) -> Result<()> {
    let free = skip_locked(tx);
    let sign_ins = format!("DELETE FROM sign_ins WHERE token_hash IN (SELECT token_hash FROM sign_ins WHERE created_at <= $1 OR seen_at <= $2 {free})");
    sqlx::query(sqlx::AssertSqlSafe(sign_ins)).bind(began.0).bind(used.0).execute(tx.db().await?).await?;
    let links = format!("DELETE FROM links WHERE token_hash IN (SELECT token_hash FROM links WHERE expires_at <= $1 {free})");
    sqlx::query(sqlx::AssertSqlSafe(links)).bind(now.0).execute(tx.db().await?).await?;
    Ok(())
}
