//! What administrators do with operators: list, disable, enable, change a role, make a reset link, see what happened. Also deletes what has
//! expired. Nothing here can take away the last administrator who can sign in.

use shared::role::Role;

use super::{
    email::{DEMO_EMAIL, email, index, normalised},
    error::OperatorError,
    set_up::ADMINISTRATOR,
    sign_in::{IDLE_SECONDS, SIGN_IN_SECONDS},
    token::{SignedIn, Token},
    trail::{self, SOURCE_DAYS},
};
use crate::{
    actor::{Act, Actor, Entry},
    ids::OperatorId,
    kit::Kit,
    model::{LinkKind, Operator, Recorded},
    store::{self, Damaged, Listed, StoreError, Tx},
};

/// How long a reset link is valid.
const RESET_SECONDS: i64 = 3_600;

/// Operators invited before `before`, the newest first, at most `limit`, each with the e-mail address.
///
/// # Errors
/// If the store does not answer.
pub async fn list(kit: &Kit, before: OperatorId, limit: i64) -> Result<Vec<Listed<(Operator, String)>>, OperatorError> {
    let operators = store::operators::list(&mut *kit.store.read().await?, &kit.vault, before, limit).await?;
    let named = |operator: Operator| match email(kit, &operator) {
        Ok(email) => Ok((operator, email)),
        Err(_) => Err(Damaged { table: "operators", id: operator.id.to_string() }),
    };
    Ok(operators.into_iter().map(|operator| operator.and_then(named)).collect())
}

/// Whether an operator has accepted the invitation: they have a password, or are the demonstration's administrator, who needs none.
pub fn has_accepted(operator: &Operator, email: &str) -> bool {
    operator.password.is_some() || email == DEMO_EMAIL
}

/// Whether this is the e-mail address of the demonstration's administrator, who has no password and whose role is fixed.
pub fn is_demo(email: &str) -> bool {
    email == DEMO_EMAIL
}

/// An operator, and the e-mail address.
///
/// # Errors
/// [`OperatorError::NotFound`]
pub async fn one(kit: &Kit, id: OperatorId) -> Result<(Operator, String), OperatorError> {
    let operator = store::operators::by_id(&mut *kit.store.read().await?, &kit.vault, id).await?.ok_or(OperatorError::NotFound)?;
    let email = email(kit, &operator)?;
    Ok((operator, email))
}

/// Begins a change that may take an administrator away. It holds the administrators, so that two of them cannot take each other away, in
/// whichever processes they ask.
///
/// # Errors
/// [`OperatorError::OwnAccount`]; [`OperatorError::Disabled`] if `by` is no longer an administrator; [`OperatorError::NotFound`];
/// [`OperatorError::LastAdministrator`] if the operator is the last one who can sign in.
async fn begin_change(kit: &Kit, id: OperatorId, by: &SignedIn, is_admin_after: bool) -> Result<(Tx, Operator), OperatorError> {
    if id == by.id {
        return Err(OperatorError::OwnAccount);
    }
    let mut tx = kit.store.write().await?;
    store::accounts::hold_administrators(&mut tx).await?;
    let by = store::operators::by_id(tx.db().await?, &kit.vault, by.id).await?;
    if by.is_none_or(|by| by.disabled_at.is_some() || by.role != Role::Admin) {
        return Err(OperatorError::Disabled);
    }
    store::operators::hold(&mut tx, id).await?;
    let operator = store::operators::by_id(tx.db().await?, &kit.vault, id).await?.ok_or(OperatorError::NotFound)?;
    let counts = operator.role == Role::Admin && operator.disabled_at.is_none() && operator.password.is_some();
    if counts && !is_admin_after && !store::accounts::has_other_administrator(&mut tx, id).await? {
        return Err(OperatorError::LastAdministrator);
    }
    Ok((tx, operator))
}

/// Disables an operator. Their sign-ins and links end at once.
///
/// # Errors
/// Those of a change to another operator; [`OperatorError::NotFound`] if they were disabled before.
pub async fn disable(kit: &Kit, id: OperatorId, by: &SignedIn) -> Result<(), OperatorError> {
    let (mut tx, _) = begin_change(kit, id, by, false).await?;
    let now = kit.ambient.now();
    store::operators::disable(&mut tx, id, now).await.map_err(not_found)?;
    tx.audit(Entry::new(&kit.ambient, now, by.actor(), Act::OperatorDisabled(id))).await?;
    Ok(tx.commit().await?)
}

/// Lets a disabled operator sign in again, with the password from before.
///
/// # Errors
/// Those of a change to another operator; [`OperatorError::NotFound`] if they are not disabled.
pub async fn enable(kit: &Kit, id: OperatorId, by: &SignedIn) -> Result<(), OperatorError> {
    let (mut tx, _) = begin_change(kit, id, by, true).await?;
    store::accounts::enable(&mut tx, id).await.map_err(not_found)?;
    tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), by.actor(), Act::OperatorEnabled(id))).await?;
    Ok(tx.commit().await?)
}

/// Changes an operator's role, in running sign-ins too.
///
/// # Errors
/// Those of a change to another operator; [`OperatorError::IsDemo`] for the demonstration's administrator, whose role is fixed.
pub async fn change_role(kit: &Kit, id: OperatorId, role: Role, by: &SignedIn) -> Result<(), OperatorError> {
    let (mut tx, operator) = begin_change(kit, id, by, role == Role::Admin).await?;
    if email(kit, &operator)? == DEMO_EMAIL {
        return Err(OperatorError::IsDemo);
    }
    if operator.role != role {
        store::accounts::change_role(&mut tx, &kit.vault, id, role).await.map_err(not_found)?;
        if role == Role::Admin && operator.password.is_some() {
            tx.note_once(ADMINISTRATOR, "role").await?;
        }
        tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), by.actor(), Act::OperatorRoleChanged { operator: id, role })).await?;
    }
    Ok(tx.commit().await?)
}

fn not_found(error: StoreError) -> OperatorError {
    if matches!(error, StoreError::Conflict) { OperatorError::NotFound } else { error.into() }
}

/// A link with which an operator chooses a new password.
pub struct ResetLink {
    /// The operator's e-mail address.
    pub email: String,
    /// The link. It is shown only once.
    pub url: String,
}

/// Makes a link with which an operator chooses a new password. Their older links stop working.
///
/// # Errors
/// [`OperatorError::NotFound`], [`OperatorError::IsDisabled`]; [`OperatorError::IsDemo`] for the demonstration's administrator, who has
/// no password.
pub async fn reset_link(kit: &Kit, id: OperatorId, by: Actor) -> Result<ResetLink, OperatorError> {
    let (token, now) = (Token::random(kit), kit.ambient.now());
    let mut tx = kit.store.write().await?;
    store::accounts::hold_administrators(&mut tx).await?;
    store::operators::hold(&mut tx, id).await?;
    let operator = store::operators::by_id(tx.db().await?, &kit.vault, id).await?.ok_or(OperatorError::NotFound)?;
    let email = email(kit, &operator)?;
    if email == DEMO_EMAIL {
        return Err(OperatorError::IsDemo);
    }
    if operator.disabled_at.is_some() {
        return Err(OperatorError::IsDisabled);
    }
    store::operators::remove_links(&mut tx, id).await?;
    store::operators::insert_link(&mut tx, &kit.vault, token.hash(), id, LinkKind::Reset, now.plus_seconds(RESET_SECONDS)).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::OperatorResetLinked(id))).await?;
    tx.commit().await?;
    Ok(ResetLink { email, url: format!("{}/dashboard/reset/{}", kit.public_url, token.expose()) })
}

/// The same for the operator with this e-mail address.
///
/// # Errors
/// As [`reset_link`].
pub async fn reset_link_of(kit: &Kit, email: &str, by: Actor) -> Result<ResetLink, OperatorError> {
    let email = normalised(email)?;
    let known = store::operators::by_email(&mut *kit.store.read().await?, &kit.vault, &index(kit, &email)).await?;
    reset_link(kit, known.ok_or(OperatorError::NotFound)?.id, by).await
}

/// What happened to an operator: a row, and the address that it came from.
pub type Happened = (Recorded, Option<String>);

/// What happened to an operator, newest first, at most `limit`.
///
/// # Errors
/// If the store does not answer.
pub async fn history(kit: &Kit, id: OperatorId, limit: i64) -> Result<Vec<Happened>, OperatorError> {
    let rows = store::accounts::history(&mut *kit.store.read().await?, id, limit).await?;
    let with_source = |row: Recorded| {
        let source = row.source.as_deref().map(|sealed| trail::source_of(kit, &row.entry, sealed)).transpose()?;
        Ok((row, source))
    };
    rows.into_iter().map(with_source).collect()
}

/// Deletes sign-ins and links that have expired, and the addresses in audit rows of 90 days ago.
///
/// # Errors
/// If the store does not answer.
pub async fn sweep(kit: &Kit) -> Result<(), OperatorError> {
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    store::operators::remove_over(&mut tx, now.plus_seconds(-SIGN_IN_SECONDS), now.plus_seconds(-IDLE_SECONDS), now).await?;
    store::accounts::forget_sources(&mut tx, now.plus_seconds(-SOURCE_DAYS * 24 * 3_600)).await?;
    Ok(tx.commit().await?)
}
