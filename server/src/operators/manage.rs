//! Lists and disables operators, and deletes expired sign-ins and links.

use super::{
    email::{DEMO_EMAIL, email},
    error::OperatorError,
    sign_in::{IDLE_SECONDS, SIGN_IN_SECONDS},
    token::SignedIn,
};
use crate::{
    actor::{Act, Entry},
    ids::OperatorId,
    kit::Kit,
    model::Operator,
    store::{self, Damaged, Listed, StoreError},
};

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

/// Disables an operator. Their sign-ins and links end at once.
///
/// # Errors
/// [`OperatorError::OwnAccount`], [`OperatorError::NotFound`]; [`OperatorError::Disabled`] if `by` was disabled meanwhile, so that two
/// operators cannot disable each other.
pub async fn disable(kit: &Kit, id: OperatorId, by: &SignedIn) -> Result<(), OperatorError> {
    if id == by.id {
        return Err(OperatorError::OwnAccount);
    }
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    store::operators::hold(&mut tx, id, by.id).await?;
    if store::operators::by_id(&mut tx, &kit.vault, by.id).await?.is_none_or(|by| by.disabled_at.is_some()) {
        return Err(OperatorError::Disabled);
    }
    let not_found = |error| if matches!(error, StoreError::Conflict) { OperatorError::NotFound } else { error.into() };
    store::operators::disable(&mut tx, id, now).await.map_err(not_found)?;
    tx.audit(Entry::new(&kit.ambient, now, by.actor(), Act::OperatorDisabled(id))).await?;
    Ok(tx.commit().await?)
}

/// Deletes sign-ins and links that have expired.
///
/// # Errors
/// If the store does not answer.
pub async fn sweep(kit: &Kit) -> Result<(), OperatorError> {
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    store::operators::remove_over(&mut tx, now.plus_seconds(-SIGN_IN_SECONDS), now.plus_seconds(-IDLE_SECONDS), now).await?;
    Ok(tx.commit().await?)
}
