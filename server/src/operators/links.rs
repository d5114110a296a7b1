//! Links with which operators sign in. With an invitation or a reset link somebody chooses a password; with a one-time link somebody
//! signs in once.

use shared::role::Role;

use super::{
    email::{DEMO_EMAIL, email, index, new_operator, normalised, own_words},
    error::OperatorError,
    password::{Passwords, Turn},
    set_up::{ADMINISTRATOR, taken},
    sign_in::{begin, hold},
    token::{Token, hash},
    trail,
    visit::Visit,
};
use crate::{
    actor::{Act, Actor, Entry},
    kit::Kit,
    model::{LinkKind, Operator},
    store::{self, StoreError},
};

/// How long an invitation is valid.
const INVITATION_SECONDS: i64 = 7 * 24 * 3_600;
/// How long a one-time link is valid.
const ONE_TIME_SECONDS: i64 = 15 * 60;

/// An invitation.
pub struct Invited {
    /// The e-mail address of the invited person.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The invitation's link. It is shown only once.
    pub url: String,
}

/// Invites somebody. A person who was invited before but has not accepted gets a new link, and the old link stops working.
///
/// # Errors
/// [`OperatorError::BadEmail`], [`OperatorError::EmailTaken`]
pub async fn invite(kit: &Kit, email: &str, role: Role, by: Actor) -> Result<Invited, OperatorError> {
    let email = normalised(email)?;
    // The demonstration's administrator signs in with the link that `serve --demo` prints, and with nothing else.
    if email == DEMO_EMAIL {
        return Err(OperatorError::EmailTaken);
    }
    let index = index(kit, &email);
    let (token, now) = (Token::random(kit), kit.ambient.now());
    let mut tx = kit.store.write().await?;
    store::accounts::hold_administrators(&mut tx).await?;
    let operator = match store::operators::by_email(tx.db().await?, &kit.vault, &index).await? {
        Some(known) => {
            store::operators::hold(&mut tx, known.id).await?;
            store::operators::set_role(&mut tx, &kit.vault, known.id, role).await.map_err(taken)?;
            if known.role != role {
                tx.audit(Entry::new(&kit.ambient, now, by, Act::OperatorRoleChanged { operator: known.id, role })).await?;
            }
            store::operators::remove_links(&mut tx, known.id).await?;
            known
        }
        None => {
            let operator = new_operator(kit, &email, role, None);
            store::operators::insert(&mut tx, &kit.vault, &operator, &index).await.map_err(taken)?;
            operator
        }
    };
    store::operators::insert_link(&mut tx, &kit.vault, token.hash(), operator.id, LinkKind::Invitation, now.plus_seconds(INVITATION_SECONDS)).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::OperatorInvited(operator.id))).await?;
    tx.commit().await?;
    Ok(Invited { email, role, url: format!("{}/dashboard/invitation/{}", kit.public_url, token.expose()) })
}

/// The operator of a link of this kind, and their e-mail address.
///
/// # Errors
/// [`OperatorError::Gone`] if it has expired or was used.
pub async fn of_link(kit: &Kit, token: &str, kind: LinkKind) -> Result<(Operator, String), OperatorError> {
    let found = store::operators::by_link(&mut *kit.store.read().await?, &kit.vault, hash(token), kind, kit.ambient.now()).await?;
    let operator = found.ok_or(OperatorError::Gone)?;
    let email = email(kit, &operator)?;
    Ok((operator, email))
}

/// Accepts an invitation: sets the password and signs in.
///
/// # Errors
/// [`OperatorError::Gone`], or what is wrong with the password; then the link stays valid.
pub async fn accept(kit: &Kit, passwords: &Passwords, token: &str, password: &str, visit: &Visit) -> Result<Token, OperatorError> {
    choose_password(kit, passwords, (token, LinkKind::Invitation), password, visit).await
}

/// Chooses a new password with a reset link, ends every sign-in and every other link of the operator, and signs in.
///
/// # Errors
/// As [`accept`].
pub async fn reset(kit: &Kit, passwords: &Passwords, token: &str, password: &str, visit: &Visit) -> Result<Token, OperatorError> {
    choose_password(kit, passwords, (token, LinkKind::Reset), password, visit).await
}

async fn choose_password(kit: &Kit, passwords: &Passwords, link: (&str, LinkKind), password: &str, visit: &Visit) -> Result<Token, OperatorError> {
    let (token, kind) = link;
    let (operator, email) = of_link(kit, token, kind).await?;
    let hashed = passwords.choose(Turn::Second, password, own_words(kit, &email).await?, kit.ambient.random()).await?;
    let mut tx = kit.store.write().await?;
    hold(&mut tx, operator.id, visit).await?;
    if kind == LinkKind::Reset {
        store::accounts::remove_sign_ins(&mut tx, operator.id, None).await?;
    }
    store::operators::use_link(&mut tx, hash(token)).await.map_err(gone)?;
    store::operators::set_password(&mut tx, &kit.vault, operator.id, &hashed).await.map_err(gone)?;
    // The role may have been changed meanwhile.
    let now = store::operators::by_id(tx.db().await?, &kit.vault, operator.id).await?.ok_or(OperatorError::Gone)?;
    if now.role == Role::Admin {
        tx.note_once(ADMINISTRATOR, "invited").await?;
    }
    if kind == LinkKind::Reset {
        store::operators::remove_links(&mut tx, operator.id).await?;
        let entry = Entry::new(&kit.ambient, kit.ambient.now(), Actor::Operator(operator.id), Act::OperatorPasswordReset(operator.id));
        trail::audit(kit, &mut tx, entry, visit.source).await?;
    }
    let token = begin(kit, &mut tx, operator.id, visit).await?;
    tx.commit().await?;
    Ok(token)
}

/// Signs in with a one-time link.
///
/// # Errors
/// [`OperatorError::Gone`]
pub async fn enter_once(kit: &Kit, token: &str, visit: &Visit) -> Result<Token, OperatorError> {
    let (operator, _) = of_link(kit, token, LinkKind::OneTime).await?;
    let mut tx = kit.store.write().await?;
    hold(&mut tx, operator.id, visit).await?;
    store::operators::use_link(&mut tx, hash(token)).await.map_err(gone)?;
    let token = begin(kit, &mut tx, operator.id, visit).await?;
    tx.commit().await?;
    Ok(token)
}

/// A conflict means that the link was used meanwhile.
fn gone(error: StoreError) -> OperatorError {
    if matches!(error, StoreError::Conflict) { OperatorError::Gone } else { error.into() }
}

/// A one-time link for `serve --demo`. It signs in an administrator without a password.
///
/// # Errors
/// If the store does not answer.
pub async fn demo_url(kit: &Kit) -> Result<String, OperatorError> {
    let index = index(kit, DEMO_EMAIL);
    let (token, now) = (Token::random(kit), kit.ambient.now());
    let mut tx = kit.store.write().await?;
    let operator = match store::operators::by_email(tx.db().await?, &kit.vault, &index).await? {
        Some(known) => {
            store::operators::hold(&mut tx, known.id).await?;
            // Whoever runs the demonstration on this machine may administer it, whatever was done to this operator before.
            if known.disabled_at.is_some() {
                store::accounts::enable(&mut tx, known.id).await?;
                tx.audit(Entry::new(&kit.ambient, now, Actor::CommandLine, Act::OperatorEnabled(known.id))).await?;
            }
            if known.role != Role::Admin {
                store::accounts::change_role(&mut tx, &kit.vault, known.id, Role::Admin).await?;
                let act = Act::OperatorRoleChanged { operator: known.id, role: Role::Admin };
                tx.audit(Entry::new(&kit.ambient, now, Actor::CommandLine, act)).await?;
            }
            known
        }
        None => {
            let operator = new_operator(kit, DEMO_EMAIL, Role::Admin, None);
            store::operators::insert(&mut tx, &kit.vault, &operator, &index).await?;
            tx.audit(Entry::new(&kit.ambient, now, Actor::CommandLine, Act::OperatorAdded(operator.id))).await?;
            operator
        }
    };
    store::operators::insert_link(&mut tx, &kit.vault, token.hash(), operator.id, LinkKind::OneTime, now.plus_seconds(ONE_TIME_SECONDS)).await?;
    tx.audit(Entry::new(&kit.ambient, now, Actor::CommandLine, Act::OperatorLinkMade(operator.id))).await?;
    tx.commit().await?;
    Ok(format!("{}/dashboard/one-time/{}", kit.public_url, token.expose()))
}
