//! Signs operators in and out. A browser keeps a token, which is valid until it is idle too long, too old, or signed out.

use shared::session::Timestamp;
use tracing::info;

use super::{
    email::{email, folded, index},
    error::OperatorError,
    password::{Passwords, Turn},
    token::{SignedIn, Token, hash, id_of},
    trail::{self, Refusals},
    visit::Visit,
};
use crate::{
    actor::{Act, Actor, Entry},
    ids::OperatorId,
    kit::Kit,
    model::{Operator, OwnSignIn, SignIn},
    sealed,
    store::{self, StoreError, Tx, operators::TokenHash},
};

/// How long a sign-in lasts while it is not used.
pub(super) const IDLE_SECONDS: i64 = 3_600;
/// How long a sign-in lasts in total.
pub const SIGN_IN_SECONDS: i64 = 12 * 3_600;
/// The least time between two updates of a sign-in's `seen_at`.
const TOUCH_SECONDS: i64 = 60;

/// Locks the rows of an operator who is about to sign in: the operator's, and that of the operator who is signed in on this browser.
pub(super) async fn hold(tx: &mut Tx, operator: OperatorId, visit: &Visit) -> Result<(), StoreError> {
    store::operators::hold_with_former(tx, operator, visit.token.as_deref().map(hash)).await
}

/// Makes a token for an operator who has just authenticated. The sign-in that this browser had so far ends. [`hold`] came before.
pub(super) async fn begin(kit: &Kit, tx: &mut Tx, operator: OperatorId, visit: &Visit) -> Result<Token, StoreError> {
    let (token, now) = (Token::random(kit), kit.ambient.now());
    if let Some(before) = &visit.token {
        store::operators::remove_sign_in(tx, hash(before)).await?;
    }
    let token_hash = token.hash();
    let source = visit.source.map(|source| kit.vault.seal_own(&sealed::sign_in_source(id_of(token_hash)), source.to_string().as_bytes()));
    let new = OwnSignIn { token: token_hash, created_at: now, seen_at: now, browser: visit.browser.clone(), source };
    store::operators::insert_sign_in(tx, &kit.vault, operator, &new).await?;
    let entry = Entry::new(&kit.ambient, now, Actor::Operator(operator), Act::OperatorSignedIn(operator));
    trail::audit(kit, tx, entry, visit.source).await?;
    Ok(token)
}

/// The operator with this e-mail address, as it was typed. Any text is looked up: the rule for addresses was wider once, and operators
/// with such an address still sign in.
///
/// # Errors
/// If the store does not answer.
pub async fn of_email(kit: &Kit, typed: &str) -> Result<Option<Operator>, StoreError> {
    store::operators::by_email(&mut *kit.store.read().await?, &kit.vault, &index(kit, &folded(typed))).await
}

/// Signs an operator in. A refusal is audited.
///
/// # Errors
/// [`OperatorError::WrongCredentials`]. It takes the same time whether the e-mail address is known or not.
pub async fn sign_in(
    kit: &Kit,
    passwords: &Passwords,
    refusals: &Refusals,
    turn: Turn,
    email: &str,
    password: &str,
    visit: &Visit,
) -> Result<Token, OperatorError> {
    let known = of_email(kit, email).await?;
    let enabled = known.as_ref().filter(|operator| operator.disabled_at.is_none());
    let hashed = enabled.and_then(|operator| operator.password.clone());
    let is_right = passwords.verify(turn, password, hashed.clone()).await?;
    if let Some(operator) = enabled.filter(|_| is_right) {
        let mut tx = kit.store.write().await?;
        // A password that was changed meanwhile has ended every sign-in, so this one must not begin.
        hold(&mut tx, operator.id, visit).await?;
        let now = store::operators::by_id(tx.db().await?, &kit.vault, operator.id).await?;
        if now.is_some_and(|now| now.disabled_at.is_none() && now.password == hashed) {
            let token = begin(kit, &mut tx, operator.id, visit).await?;
            tx.commit().await?;
            return Ok(token);
        }
    }
    let act = match &known {
        Some(operator) if operator.disabled_at.is_some() => Act::SignInDisabled(operator.id),
        known => Act::SignInFailed(known.as_ref().map(|operator| operator.id)),
    };
    refusals.record_aside(kit, act, visit.source);
    Err(OperatorError::WrongCredentials)
}

/// Audits a try to sign in that was one too many.
///
/// # Errors
/// If the store does not answer.
pub async fn limited(kit: &Kit, refusals: &Refusals, email: &str, visit: &Visit) -> Result<(), StoreError> {
    let known = of_email(kit, email).await?;
    refusals.record_aside(kit, Act::SignInLimited(known.map(|operator| operator.id)), visit.source);
    Ok(())
}

/// The operator with this token, while the sign-in is valid. Counts as using it.
///
/// # Errors
/// If the store does not answer.
pub async fn of_token(kit: &Kit, token: &str) -> Result<Option<SignedIn>, OperatorError> {
    let (token, now) = (hash(token), kit.ambient.now());
    let Some(found) = valid(kit, token).await? else { return Ok(None) };
    if now >= found.seen_at.plus_seconds(TOUCH_SECONDS) {
        let mut tx = kit.store.write().await?;
        store::operators::touch_sign_in(&mut tx, token, now).await?;
        tx.commit().await?;
    }
    Ok(Some(SignedIn { id: found.operator.id, email: email(kit, &found.operator)?, role: found.operator.role, sign_in: id_of(token) }))
}

/// Whether the sign-in with this token is still valid. Does not count as using it.
///
/// # Errors
/// If the store does not answer.
pub async fn is_signed_in(kit: &Kit, token: &str) -> Result<bool, OperatorError> {
    Ok(valid(kit, hash(token)).await?.is_some())
}

/// Whether a sign-in has ended by itself.
pub(super) fn is_over(created_at: Timestamp, seen_at: Timestamp, now: Timestamp) -> bool {
    now >= created_at.plus_seconds(SIGN_IN_SECONDS) || now >= seen_at.plus_seconds(IDLE_SECONDS)
}

/// The sign-in with this token, if it is still valid.
async fn valid(kit: &Kit, token: TokenHash) -> Result<Option<SignIn>, OperatorError> {
    let now = kit.ambient.now();
    let found = store::operators::sign_in(&mut *kit.store.read().await?, &kit.vault, token).await?;
    Ok(found.filter(|found| !is_over(found.created_at, found.seen_at, now) && found.operator.disabled_at.is_none()))
}

/// Signs out. The token stops working.
///
/// # Errors
/// If the store does not answer.
pub async fn sign_out(kit: &Kit, operator: OperatorId, visit: &Visit) -> Result<(), OperatorError> {
    let mut tx = kit.store.write().await?;
    store::operators::hold(&mut tx, operator).await?;
    if let Some(token) = &visit.token {
        store::operators::remove_sign_in(&mut tx, hash(token)).await?;
    }
    let act = Act::OperatorSignedOut(operator);
    let entry = Entry::new(&kit.ambient, kit.ambient.now(), Actor::Operator(operator), act);
    trail::audit(kit, &mut tx, entry, visit.source).await?;
    tx.commit().await?;
    info!(act = act.as_str(), %operator, "an operator signed out");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared::role::Role;

    use super::{super::email::new_operator, *};
    use crate::kit::testing::kit;

    #[tokio::test]
    async fn a_refusal_does_not_wait_for_its_audit_row() {
        let (kit, _folder) = kit().await;
        let (passwords, refusals) = (Passwords::default(), Refusals::default());
        let ana = new_operator(&kit, "ana@example.com", Role::Agent, None);
        let mut tx = kit.store.write().await.unwrap();
        store::operators::insert(&mut tx, &kit.vault, &ana, &index(&kit, "ana@example.com")).await.unwrap();
        tx.commit().await.unwrap();
        // Nothing else can write meanwhile.
        let writer = kit.store.write().await.unwrap();
        let visit = Visit::default();
        for email in ["ana@example.com", "nobody@example.com"] {
            let refused = sign_in(&kit, &passwords, &refusals, Turn::Second, email, "a guess", &visit);
            let refused = tokio::time::timeout(Duration::from_secs(10), refused).await.expect("it does not wait");
            assert!(matches!(refused, Err(OperatorError::WrongCredentials)), "{email}");
            let limited = tokio::time::timeout(Duration::from_secs(10), limited(&kit, &refusals, email, &visit));
            limited.await.expect("it does not wait").unwrap();
        }
        drop(writer);
    }
}
