//! Sets up the first administrator, with a link that exists only in this process's memory and works only while there is none.

use std::sync::OnceLock;

use shared::role::Role;

use super::{
    email::{DEMO_EMAIL, index, new_operator, normalised, own_words},
    error::OperatorError,
    password::{Passwords, Turn},
    sign_in::begin,
    token::{Token, hash},
    visit::Visit,
};
use crate::{
    actor::{Act, Actor, Entry},
    kit::Kit,
    store::{self, StoreError},
};

/// The key in `meta` that is written once an administrator can sign in. From then on the set-up link does not work.
pub(super) const ADMINISTRATOR: &str = "administrator";

/// The set-up link's token. It exists only in this process's memory.
pub struct SetUp(Token);

impl SetUp {
    /// A new token.
    pub fn new(kit: &Kit) -> Self {
        Self(Token::random(kit))
    }
}

/// Whether there is an administrator who can sign in.
///
/// # Errors
/// If the store does not answer.
pub async fn has_administrator(kit: &Kit) -> Result<bool, OperatorError> {
    Ok(kit.store.fact(ADMINISTRATOR).await?.is_some())
}

/// The set-up link; `None` if there is an administrator.
///
/// # Errors
/// If the store does not answer.
pub async fn set_up_url(kit: &Kit, set_up: &OnceLock<SetUp>) -> Result<Option<String>, OperatorError> {
    if has_administrator(kit).await? {
        return Ok(None);
    }
    let set_up = set_up.get_or_init(|| SetUp::new(kit));
    Ok(Some(format!("{}/dashboard/set-up/{}", kit.public_url, set_up.0.expose())))
}

/// Whether a token is the one of the set-up link, and there is no administrator yet.
///
/// # Errors
/// If the store does not answer.
pub async fn is_set_up_open(kit: &Kit, set_up: &OnceLock<SetUp>, token: &str) -> Result<bool, OperatorError> {
    let is_ours = set_up.get().is_some_and(|set_up| set_up.0.hash() == hash(token));
    Ok(is_ours && !has_administrator(kit).await?)
}

/// Makes the first administrator, and signs them in.
///
/// # Errors
/// [`OperatorError::Gone`] if there is an administrator by now; or what is wrong with the e-mail address or the password.
pub async fn set_up(
    kit: &Kit,
    set_up: &OnceLock<SetUp>,
    passwords: &Passwords,
    token: &str,
    email: &str,
    password: &str,
    visit: &Visit,
) -> Result<Token, OperatorError> {
    if !is_set_up_open(kit, set_up, token).await? {
        return Err(OperatorError::Gone);
    }
    let email = normalised(email)?;
    if email == DEMO_EMAIL {
        return Err(OperatorError::EmailTaken);
    }
    let hashed = passwords.choose(Turn::Second, password, own_words(kit, &email).await?, kit.ambient.random()).await?;
    let operator = new_operator(kit, &email, Role::Admin, Some(hashed));
    let mut tx = kit.store.write().await?;
    // If two people set up at once, the second one gets `Gone`.
    if !tx.note_once(ADMINISTRATOR, "set up").await? {
        return Err(OperatorError::Gone);
    }
    store::operators::insert(&mut tx, &kit.vault, &operator, &index(kit, &email)).await.map_err(taken)?;
    tx.audit(Entry::new(&kit.ambient, operator.created_at, Actor::SetUp, Act::OperatorAdded(operator.id))).await?;
    let token = begin(kit, &mut tx, operator.id, visit).await?;
    tx.commit().await?;
    Ok(token)
}

/// A conflict means that the e-mail is taken.
pub(super) fn taken(error: StoreError) -> OperatorError {
    if matches!(error, StoreError::Conflict) { OperatorError::EmailTaken } else { error.into() }
}
