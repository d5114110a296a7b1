//! Signs operators in and out. A browser keeps a token, which is valid until it is idle too long, too old, or signed out.

use super::{
    email::{email, folded, index},
    error::OperatorError,
    password::Passwords,
    token::{SignedIn, Token, hash},
};
use crate::{
    actor::{Act, Actor, Entry},
    ids::OperatorId,
    kit::Kit,
    model::SignIn,
    store::{self, StoreError, Tx, operators::TokenHash},
};

/// How long a sign-in lasts while it is not used.
pub(super) const IDLE_SECONDS: i64 = 3_600;
/// How long a sign-in lasts in total.
pub const SIGN_IN_SECONDS: i64 = 12 * 3_600;
/// The least time between two updates of a sign-in's `seen_at`.
const TOUCH_SECONDS: i64 = 60;

/// Makes a token for an operator who has just authenticated.
pub(super) async fn begin(kit: &Kit, tx: &mut Tx, operator: OperatorId) -> Result<Token, StoreError> {
    let (token, now) = (Token::random(kit), kit.ambient.now());
    store::operators::insert_sign_in(tx, &kit.vault, token.hash(), operator, now).await?;
    tx.audit(Entry::new(&kit.ambient, now, Actor::Operator(operator), Act::OperatorSignedIn(operator))).await?;
    Ok(token)
}

/// Signs an operator in.
///
/// # Errors
/// [`OperatorError::WrongCredentials`]. It takes the same time whether the e-mail address is known or not.
pub async fn sign_in(kit: &Kit, passwords: &Passwords, email: &str, password: &str) -> Result<Token, OperatorError> {
    // Any text is looked up: the rule for addresses was wider once, and whoever has such an address still signs in.
    let known = store::operators::by_email(&mut *kit.store.read().await?, &kit.vault, &index(kit, &folded(email))).await?;
    let known = known.filter(|operator| operator.disabled_at.is_none());
    let is_right = passwords.verify(password, known.as_ref().and_then(|known| known.password.clone())).await?;
    let operator = known.filter(|_| is_right).ok_or(OperatorError::WrongCredentials)?;
    let mut tx = kit.store.write().await?;
    let token = begin(kit, &mut tx, operator.id).await?;
    tx.commit().await?;
    Ok(token)
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
    Ok(Some(SignedIn { id: found.operator.id, email: email(kit, &found.operator)?, role: found.operator.role }))
}

/// Whether the sign-in with this token is still valid. Does not count as using it.
///
/// # Errors
/// If the store does not answer.
pub async fn is_signed_in(kit: &Kit, token: &str) -> Result<bool, OperatorError> {
    Ok(valid(kit, hash(token)).await?.is_some())
}

/// The sign-in with this token, if it is still valid.
async fn valid(kit: &Kit, token: TokenHash) -> Result<Option<SignIn>, OperatorError> {
    let now = kit.ambient.now();
    let found = store::operators::sign_in(&mut *kit.store.read().await?, &kit.vault, token).await?;
    Ok(found.filter(|found| {
        let is_over = now >= found.created_at.plus_seconds(SIGN_IN_SECONDS) || now >= found.seen_at.plus_seconds(IDLE_SECONDS);
        !is_over && found.operator.disabled_at.is_none()
    }))
}

/// Signs out. The token stops working.
///
/// # Errors
/// If the store does not answer.
pub async fn sign_out(kit: &Kit, token: &str) -> Result<(), OperatorError> {
    let mut tx = kit.store.write().await?;
    store::operators::remove_sign_in(&mut tx, hash(token)).await?;
    Ok(tx.commit().await?)
}
