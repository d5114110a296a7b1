//! What operators and administrators do with accounts: roles, passwords, sign-ins on other browsers, and the history of an operator.

use shared::{role::Role, session::Timestamp};
use sqlx::any::AnyRow;

use super::{
    audit::actor_of,
    columns::Columns,
    error::{Result, StoreError, exactly_one},
    operators::{TokenHash, mac},
    tx::{Db, Tx},
};
use crate::{
    actor::{Act, Entry},
    ids::{OperatorId, RowId as _},
    model::{OwnSignIn, Recorded},
    vault::Vault,
};

/// The key in `meta` whose row every transaction holds that may take away an administrator.
const ADMINISTRATORS: &str = "administrators";

/// Holds the administrators until the transaction ends: only one transaction at a time may take one away, whichever process it is in.
/// Each transaction in which one operator changes another holds them first: it also locks the operator who does it, when it commits.
pub async fn hold_administrators(tx: &mut Tx) -> Result<()> {
    tx.set(ADMINISTRATORS, "held").await
}

/// Whether an administrator other than this operator can sign in with a password.
pub async fn has_other_administrator(tx: &mut Tx, id: OperatorId) -> Result<bool> {
    let query = sqlx::query("SELECT id FROM operators WHERE role = 'ADMIN' AND disabled_at IS NULL AND password IS NOT NULL AND id <> $1 LIMIT 1");
    Ok(query.bind(id.row()).fetch_optional(tx.db().await?).await?.is_some())
}

/// Changes an operator's role.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such operator.
pub async fn change_role(tx: &mut Tx, vault: &Vault, id: OperatorId, role: Role) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET role = $2, role_mac = $3 WHERE id = $1");
    exactly_one(query.bind(id.row()).bind(role.as_str()).bind(mac(vault, "role", id, role.as_str())).execute(tx.db().await?).await?.rows_affected())
}

/// Lets a disabled operator sign in again.
///
/// # Errors
/// [`StoreError::Conflict`] if they are not disabled.
pub async fn enable(tx: &mut Tx, id: OperatorId) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL");
    exactly_one(query.bind(id.row()).execute(tx.db().await?).await?.rows_affected())
}

/// Sets a password in place of another one.
///
/// # Errors
/// [`StoreError::Conflict`] if the operator has another password by now, or is disabled.
pub async fn replace_password(tx: &mut Tx, vault: &Vault, id: OperatorId, known: &str, password: &str) -> Result<()> {
    let query = sqlx::query("UPDATE operators SET password = $3, password_mac = $4 WHERE id = $1 AND password = $2 AND disabled_at IS NULL");
    exactly_one(query.bind(id.row()).bind(known).bind(password).bind(mac(vault, "password", id, password)).execute(tx.db().await?).await?.rows_affected())
}

/// An operator's sign-ins, the one used last first, at most `limit`.
pub async fn sign_ins(db: &mut Db, id: OperatorId, limit: i64) -> Result<Vec<OwnSignIn>> {
    let query =
        sqlx::query("SELECT token_hash, operator, created_at, seen_at, browser, source FROM sign_ins WHERE operator = $1 ORDER BY seen_at DESC LIMIT $2");
    let rows = query.bind(id.row()).bind(limit).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let columns = Columns::new(row, "sign_ins", "operator")?;
            Ok(OwnSignIn {
                token: columns.hash_option("token_hash")?.ok_or_else(|| columns.inconsistent("token_hash"))?,
                created_at: columns.time("created_at")?,
                seen_at: columns.time("seen_at")?,
                browser: columns.get("browser")?,
                source: columns.get("source")?,
            })
        })
        .collect()
}

/// Deletes one of an operator's sign-ins.
///
/// # Errors
/// [`StoreError::Conflict`] if it ended before, or is not theirs.
pub async fn remove_own_sign_in(tx: &mut Tx, id: OperatorId, token: TokenHash) -> Result<()> {
    let query = sqlx::query("DELETE FROM sign_ins WHERE token_hash = $1 AND operator = $2");
    exactly_one(query.bind(token.to_vec()).bind(id.row()).execute(tx.db().await?).await?.rows_affected())
}

/// Deletes every sign-in of an operator except the one with this token. Returns how many there were.
pub async fn remove_sign_ins(tx: &mut Tx, id: OperatorId, except: Option<TokenHash>) -> Result<u64> {
    let kept = except.map_or_else(Vec::new, |token| token.to_vec());
    let query = sqlx::query("DELETE FROM sign_ins WHERE operator = $1 AND token_hash <> $2");
    Ok(query.bind(id.row()).bind(kept).execute(tx.db().await?).await?.rows_affected())
}

/// The audit rows about an operator, newest first, at most `limit`.
pub async fn history(db: &mut Db, id: OperatorId, limit: i64) -> Result<Vec<Recorded>> {
    let query = sqlx::query(
        "SELECT id, at, actor, actor_id, action, role, source, times FROM audit WHERE subject = $1 AND routine = 0 AND routine < 2 ORDER BY at DESC, id DESC LIMIT $2",
    );
    let rows = query.bind(id.row()).bind(limit).fetch_all(db).await?;
    rows.iter().map(|row| read(row, id)).collect()
}

fn read(row: &AnyRow, operator: OperatorId) -> Result<Recorded> {
    let columns = Columns::new(row, "audit", "id")?;
    let act = match columns.get::<String>("action")?.as_str() {
        "operator.signed_in" => Act::OperatorSignedIn(operator),
        "operator.added" => Act::OperatorAdded(operator),
        "operator.link_made" => Act::OperatorLinkMade(operator),
        "operator.invited" => Act::OperatorInvited(operator),
        "operator.disabled" => Act::OperatorDisabled(operator),
        "operator.signed_out" => Act::OperatorSignedOut(operator),
        "operator.sign_ins_ended" => Act::OperatorSignInsEnded(operator),
        "operator.password_changed" => Act::OperatorPasswordChanged(operator),
        "operator.reset_linked" => Act::OperatorResetLinked(operator),
        "operator.password_reset" => Act::OperatorPasswordReset(operator),
        "operator.role_changed" => {
            Act::OperatorRoleChanged { operator, role: columns.parsed_option("role")?.ok_or_else(|| StoreError::from(columns.inconsistent("role")))? }
        }
        "operator.enabled" => Act::OperatorEnabled(operator),
        "operator.refused" => Act::OperatorRefused(operator),
        "sign_in.failed" => Act::SignInFailed(Some(operator)),
        "sign_in.limited" => Act::SignInLimited(Some(operator)),
        "sign_in.disabled" => Act::SignInDisabled(operator),
        _ => return Err(columns.inconsistent("action").into()),
    };
    let entry = Entry { id: columns.id("id")?, at: columns.time("at")?, actor: actor_of(&columns)?, act };
    Ok(Recorded { entry, source: columns.get("source")?, times: columns.get("times")? })
}

/// Removes the address from audit rows of before `before`.
pub async fn forget_sources(tx: &mut Tx, before: Timestamp) -> Result<()> {
    sqlx::query("UPDATE audit SET source = NULL WHERE source IS NOT NULL AND at < $1").bind(before.0).execute(tx.db().await?).await?;
    Ok(())
}
