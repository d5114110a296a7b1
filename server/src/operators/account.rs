//! What operators do with their own account: change the password, and see and end their sign-ins.

use super::{
    email::own_words,
    error::OperatorError,
    password::{Passwords, Turn},
    token::{SignedIn, hash, id_of},
    trail,
    visit::Visit,
};
use crate::{
    actor::{Act, Entry},
    kit::Kit,
    model::OwnSignIn,
    sealed,
    store::{self, StoreError},
    vault::Unsealable,
};

/// One of an operator's own sign-ins.
pub struct Own {
    /// The sign-in.
    pub sign_in: OwnSignIn,
    /// What names it in a form.
    pub id: String,
    /// The address it came from.
    pub source: Option<String>,
    /// It is the one of the browser that asks.
    pub is_this: bool,
}

/// An operator's account, as its own page shows it.
pub struct Account {
    /// The operator has a password. The demonstration's administrator has none.
    pub has_password: bool,
    /// The operator's sign-ins that are still valid, the one used last first.
    pub sign_ins: Vec<Own>,
}

/// Reads an operator's own account, with at most `limit` sign-ins.
///
/// # Errors
/// If the store does not answer.
pub async fn account(kit: &Kit, operator: &SignedIn, visit: &Visit, limit: i64) -> Result<Account, OperatorError> {
    let this = visit.token.as_deref().map(hash);
    let mut db = kit.store.read().await?;
    let row = store::operators::by_id(&mut db, &kit.vault, operator.id).await?.ok_or(OperatorError::NotFound)?;
    let now = kit.ambient.now();
    let found = store::accounts::sign_ins(&mut db, operator.id, limit).await?;
    let valid = found.into_iter().filter(|found| !super::sign_in::is_over(found.created_at, found.seen_at, now));
    let own = |sign_in: OwnSignIn| {
        let id = id_of(sign_in.token);
        let place = sealed::sign_in_source(id.clone());
        let open = |sealed: &[u8]| String::from_utf8(kit.vault.open_own(&place, sealed)?).map_err(|_| Unsealable);
        let source = sign_in.source.as_deref().map(open).transpose()?;
        Ok(Own { is_this: this == Some(sign_in.token), sign_in, id, source })
    };
    Ok(Account { has_password: row.password.is_some(), sign_ins: valid.map(own).collect::<Result<_, Unsealable>>()? })
}

/// Changes an operator's own password, and ends their sign-ins on other browsers and their links.
///
/// # Errors
/// [`OperatorError::WrongPassword`], or what is wrong with the new one.
pub async fn change_password(kit: &Kit, passwords: &Passwords, operator: &SignedIn, current: &str, new: &str, visit: &Visit) -> Result<(), OperatorError> {
    let row = store::operators::by_id(&mut *kit.store.read().await?, &kit.vault, operator.id).await?.ok_or(OperatorError::NotFound)?;
    let known = row.password.filter(|_| row.disabled_at.is_none());
    if !passwords.verify(Turn::First, current, known.clone()).await? {
        return Err(OperatorError::WrongPassword);
    }
    let known = known.ok_or(OperatorError::WrongPassword)?;
    let hashed = passwords.choose(Turn::First, new, own_words(kit, &operator.email).await?, kit.ambient.random()).await?;
    let mut tx = kit.store.write().await?;
    store::operators::hold(&mut tx, operator.id).await?;
    let wrong_by_now = |error| if matches!(error, StoreError::Conflict) { OperatorError::WrongPassword } else { error.into() };
    store::accounts::replace_password(&mut tx, &kit.vault, operator.id, &known, &hashed).await.map_err(wrong_by_now)?;
    store::accounts::remove_sign_ins(&mut tx, operator.id, visit.token.as_deref().map(hash)).await?;
    store::operators::remove_links(&mut tx, operator.id).await?;
    let entry = Entry::new(&kit.ambient, kit.ambient.now(), operator.actor(), Act::OperatorPasswordChanged(operator.id));
    trail::audit(kit, &mut tx, entry, visit.source).await?;
    Ok(tx.commit().await?)
}

/// Ends one of an operator's own sign-ins, or without an id all except the one of this browser.
///
/// # Errors
/// [`OperatorError::NotFound`] if there is no such sign-in.
pub async fn end_sign_ins(kit: &Kit, operator: &SignedIn, id: Option<&str>, visit: &Visit) -> Result<(), OperatorError> {
    let this = visit.token.as_deref().map(hash);
    let mut tx = kit.store.write().await?;
    store::operators::hold(&mut tx, operator.id).await?;
    match id {
        Some(id) => {
            let own = store::accounts::sign_ins(tx.db().await?, operator.id, i64::MAX).await?;
            let found = own.iter().find(|own| id_of(own.token) == id).ok_or(OperatorError::NotFound)?;
            let not_found = |error| if matches!(error, StoreError::Conflict) { OperatorError::NotFound } else { error.into() };
            store::accounts::remove_own_sign_in(&mut tx, operator.id, found.token).await.map_err(not_found)?;
        }
        None => {
            store::accounts::remove_sign_ins(&mut tx, operator.id, this).await?;
        }
    }
    let entry = Entry::new(&kit.ambient, kit.ambient.now(), operator.actor(), Act::OperatorSignInsEnded(operator.id));
    trail::audit(kit, &mut tx, entry, visit.source).await?;
    Ok(tx.commit().await?)
}
