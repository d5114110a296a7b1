//! Operators: how they are invited, come in, and go. An invitation, a set-up link or a one-time link lets somebody choose a
//! password or sign in, once; a token that a browser holds stands for an operator until it is idle, old or signed out.
//! E-mails are sealed and found by an index, tokens by their SHA-256.

pub mod password;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::{role::Role, session::Timestamp};
use uuid::Uuid;

use self::password::{Busy, MAX_BYTES, MIN_CHARS};
use crate::{
    app::App,
    model::{LinkKind, Operator, SignIn},
    store::{self, StoreError, Tx, operators::TokenHash},
    vault::Unsealable,
};

/// How long an invitation is open.
const INVITATION_SECONDS: i64 = 7 * 24 * 3_600;
/// How long a one-time sign-in link is open.
const ONE_TIME_SECONDS: i64 = 15 * 60;
/// How long a sign-in lasts while it is not used.
const IDLE_SECONDS: i64 = 3_600;
/// How long a sign-in lasts in all.
pub const SIGN_IN_SECONDS: i64 = 12 * 3_600;
/// How often it is written down that a sign-in was used.
const TOUCH_SECONDS: i64 = 60;
/// Stands in the database once there is an administrator who can sign in: the set-up link opens nothing then.
const ADMINISTRATOR: &str = "administrator";
/// Whom the one-time link of a demonstration signs in.
const DEMO_EMAIL: &str = "demo@localhost";

/// Why an operator could not be let in, invited or changed.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// E-mail or password is wrong, or the operator is disabled.
    #[error("e-mail or password is wrong")]
    WrongCredentials,
    /// The link was used, is too old, or never was.
    #[error("this link opens nothing any more")]
    Gone,
    /// There is no such operator.
    #[error("there is no such operator")]
    NotFound,
    /// No e-mail address.
    #[error("{0:?} is no e-mail address; allowed is one such as ana@example.com, at most 254 characters")]
    BadEmail(String),
    /// The operator signed in before, or is disabled.
    #[error("there is an operator of this e-mail already")]
    EmailTaken,
    /// Nobody locks themselves out.
    #[error("operators cannot disable themselves")]
    Oneself,
    /// Who asks was disabled while they asked.
    #[error("you were disabled meanwhile")]
    Disabled,
    /// A password of too few characters.
    #[error("a password has at least {MIN_CHARS} characters")]
    ShortPassword,
    /// A password of too many bytes.
    #[error("a password has at most {MAX_BYTES} bytes")]
    LongPassword,
    /// Too many passwords wait to be looked at.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An e-mail that does not open.
    #[error(transparent)]
    Sealed(#[from] Unsealable),
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The operator's row.
    pub id: Uuid,
    /// Their e-mail.
    pub email: String,
    /// What they may do.
    pub role: Role,
}

impl SignedIn {
    /// How audit rows name them.
    pub fn actor(&self) -> String {
        format!("operator:{}", self.id)
    }
}

/// What a browser or a link holds: 256 random bits, of which only the hash is kept. `Debug` hides it.
pub struct Token(String);

impl Token {
    fn random(app: &App) -> Self {
        Self(URL_SAFE_NO_PAD.encode(app.ambient.random::<32>()))
    }

    /// The token itself, for a cookie or a link.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> TokenHash {
        hash(&self.0)
    }
}

/// The hash that a token is found by.
pub(crate) fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// The link that lets the first administrator in: in this process's memory, and open only while there is none.
pub struct SetUp(Token);

impl SetUp {
    /// A new one.
    pub fn new(app: &App) -> Self {
        Self(Token::random(app))
    }
}

/// An e-mail as it is looked for: without surrounding spaces, in lower case.
///
/// # Errors
/// [`OperatorError::BadEmail`]
pub fn normalised(email: &str) -> Result<String, OperatorError> {
    let email = email.trim().to_lowercase();
    let parts: Vec<&str> = email.split('@').collect();
    let fits = parts.len() == 2 && parts.iter().all(|part| !part.is_empty()) && email.len() <= 254;
    // U+FFFD stands for bytes that were no text.
    let is_plain = !email.chars().any(|c| c.is_whitespace() || c.is_control() || c == char::REPLACEMENT_CHARACTER);
    if fits && is_plain { Ok(email) } else { Err(OperatorError::BadEmail(email.chars().take(254).collect())) }
}

fn check_password(password: &str) -> Result<(), OperatorError> {
    if password.len() > MAX_BYTES {
        return Err(OperatorError::LongPassword);
    }
    if password.chars().count() < MIN_CHARS {
        return Err(OperatorError::ShortPassword);
    }
    Ok(())
}

fn index(app: &App, email: &str) -> Vec<u8> {
    app.vault.index("operators.email", email)
}

/// An operator's e-mail.
///
/// # Errors
/// Where it does not open.
pub fn email(app: &App, operator: &Operator) -> Result<String, Unsealable> {
    let plain = app.vault.open_own("operators", "email", &operator.id.to_string(), &operator.email)?;
    String::from_utf8(plain).map_err(|_| Unsealable)
}

fn new_operator(app: &App, email: &str, role: Role, password: Option<String>) -> Operator {
    let id = app.ambient.uuid();
    let sealed = app.vault.seal_own("operators", "email", &id.to_string(), email.as_bytes());
    Operator { id, email: sealed, role, password, created_at: app.ambient.now(), disabled_at: None }
}

/// A new token for somebody who just showed who they are.
async fn begin(app: &App, tx: &mut Tx, operator: Uuid) -> Result<Token, StoreError> {
    let (token, now) = (Token::random(app), app.ambient.now());
    store::operators::insert_sign_in(tx, token.hash(), operator, now).await?;
    tx.audit(app.ambient.uuid(), now, &format!("operator:{operator}"), "operator.signed_in", &operator.to_string()).await?;
    Ok(token)
}

/// Signs an operator in.
///
/// # Errors
/// [`OperatorError::WrongCredentials`], after the same time whether the e-mail is known or not.
pub async fn sign_in(app: &App, email: &str, password: &str) -> Result<Token, OperatorError> {
    let known = match normalised(email) {
        Ok(email) => store::operators::by_email(&mut *app.store.read().await?, &index(app, &email)).await?,
        Err(_) => None,
    };
    let known = known.filter(|operator| operator.disabled_at.is_none());
    let is_it = app.passwords.verify(password, known.as_ref().and_then(|known| known.password.clone())).await?;
    let operator = known.filter(|_| is_it).ok_or(OperatorError::WrongCredentials)?;
    let mut tx = app.store.write().await?;
    let token = begin(app, &mut tx, operator.id).await?;
    tx.commit().await?;
    Ok(token)
}

/// Whose token this is, while their sign-in lasts.
///
/// # Errors
/// Where the store does not answer.
pub async fn of_token(app: &App, token: &str) -> Result<Option<SignedIn>, OperatorError> {
    let (token, now) = (hash(token), app.ambient.now());
    let Some(found) = lasting(app, token).await? else { return Ok(None) };
    if now >= found.seen_at.plus_seconds(TOUCH_SECONDS) {
        let mut tx = app.store.write().await?;
        store::operators::touch_sign_in(&mut tx, token, now).await?;
        tx.commit().await?;
    }
    Ok(Some(SignedIn { id: found.operator.id, email: email(app, &found.operator)?, role: found.operator.role }))
}

/// Whether a sign-in still lasts. To ask is not to use it.
///
/// # Errors
/// Where the store does not answer.
pub async fn is_signed_in(app: &App, token: &str) -> Result<bool, OperatorError> {
    Ok(lasting(app, hash(token)).await?.is_some())
}

async fn lasting(app: &App, token: TokenHash) -> Result<Option<SignIn>, OperatorError> {
    let now = app.ambient.now();
    let found = store::operators::sign_in(&mut *app.store.read().await?, token).await?;
    Ok(found.filter(|found| {
        let is_over = now >= found.created_at.plus_seconds(SIGN_IN_SECONDS) || now >= found.seen_at.plus_seconds(IDLE_SECONDS);
        !is_over && found.operator.disabled_at.is_none()
    }))
}

/// Signs out: the token is dead.
///
/// # Errors
/// Where the store does not answer.
pub async fn sign_out(app: &App, token: &str) -> Result<(), OperatorError> {
    let mut tx = app.store.write().await?;
    store::operators::remove_sign_in(&mut tx, hash(token)).await?;
    Ok(tx.commit().await?)
}

/// Whether there is an administrator who can sign in.
///
/// # Errors
/// Where the store does not answer.
pub async fn has_administrator(app: &App) -> Result<bool, OperatorError> {
    Ok(app.store.fact(ADMINISTRATOR).await?.is_some())
}

/// Prints a set-up link while there is no administrator.
///
/// # Errors
/// Where the store does not answer.
pub async fn set_up_url(app: &App) -> Result<Option<String>, OperatorError> {
    if has_administrator(app).await? {
        return Ok(None);
    }
    let set_up = app.set_up.get_or_init(|| SetUp::new(app));
    Ok(Some(format!("{}/dashboard/set-up/{}", app.public_url, set_up.0.expose())))
}

/// Whether a set-up link is open.
///
/// # Errors
/// Where the store does not answer.
pub async fn is_set_up_open(app: &App, token: &str) -> Result<bool, OperatorError> {
    let is_ours = app.set_up.get().is_some_and(|set_up| set_up.0.hash() == hash(token));
    Ok(is_ours && !has_administrator(app).await?)
}

/// Makes the first administrator, and signs them in.
///
/// # Errors
/// [`OperatorError::Gone`] where there is one by now.
pub async fn set_up(app: &App, token: &str, email: &str, password: &str) -> Result<Token, OperatorError> {
    if !is_set_up_open(app, token).await? {
        return Err(OperatorError::Gone);
    }
    let email = normalised(email)?;
    check_password(password)?;
    let hashed = app.passwords.hash(password, app.ambient.random()).await?;
    let operator = new_operator(app, &email, Role::Admin, Some(hashed));
    let mut tx = app.store.write().await?;
    // Of two at once, one is too late.
    if !tx.note_once(ADMINISTRATOR, "set up").await? {
        return Err(OperatorError::Gone);
    }
    store::operators::insert(&mut tx, &operator, &index(app, &email)).await.map_err(taken)?;
    tx.audit(app.ambient.uuid(), operator.created_at, "set-up", "operator.added", &operator.id.to_string()).await?;
    let token = begin(app, &mut tx, operator.id).await?;
    tx.commit().await?;
    Ok(token)
}

fn taken(error: StoreError) -> OperatorError {
    if matches!(error, StoreError::Conflict) { OperatorError::EmailTaken } else { error.into() }
}

/// An invitation.
pub struct Invited {
    /// Whom.
    pub email: String,
    /// As what.
    pub role: Role,
    /// The link that lets them in; shown this once.
    pub url: String,
}

/// Invites somebody. Who was invited before and never came is invited anew, and the link before opens nothing any more.
///
/// # Errors
/// [`OperatorError::BadEmail`], [`OperatorError::EmailTaken`]
pub async fn invite(app: &App, email: &str, role: Role, actor: &str) -> Result<Invited, OperatorError> {
    let email = normalised(email)?;
    let index = index(app, &email);
    let (token, now) = (Token::random(app), app.ambient.now());
    let mut tx = app.store.write().await?;
    let operator = match store::operators::by_email(&mut tx, &index).await? {
        Some(known) => {
            store::operators::set_role(&mut tx, known.id, role).await.map_err(taken)?;
            store::operators::remove_links(&mut tx, known.id).await?;
            known
        }
        None => {
            let operator = new_operator(app, &email, role, None);
            store::operators::insert(&mut tx, &operator, &index).await.map_err(taken)?;
            operator
        }
    };
    store::operators::insert_link(&mut tx, token.hash(), operator.id, LinkKind::Invitation, now.plus_seconds(INVITATION_SECONDS)).await?;
    tx.audit(app.ambient.uuid(), now, actor, "operator.invited", &operator.id.to_string()).await?;
    tx.commit().await?;
    Ok(Invited { email, role, url: format!("{}/dashboard/invitation/{}", app.public_url, token.expose()) })
}

/// Whom a link of this kind lets in.
///
/// # Errors
/// [`OperatorError::Gone`] where it opens nothing any more.
pub async fn of_link(app: &App, token: &str, kind: LinkKind) -> Result<SignedIn, OperatorError> {
    let found = store::operators::by_link(&mut *app.store.read().await?, hash(token), kind, app.ambient.now()).await?;
    let operator = found.ok_or(OperatorError::Gone)?;
    Ok(SignedIn { id: operator.id, email: email(app, &operator)?, role: operator.role })
}

/// Accepts an invitation: sets the password and signs in.
///
/// # Errors
/// [`OperatorError::Gone`], or what is wrong with the password; the link stays open then.
pub async fn accept(app: &App, token: &str, password: &str) -> Result<Token, OperatorError> {
    let invited = of_link(app, token, LinkKind::Invitation).await?;
    check_password(password)?;
    let hashed = app.passwords.hash(password, app.ambient.random()).await?;
    let mut tx = app.store.write().await?;
    store::operators::use_link(&mut tx, hash(token)).await.map_err(gone)?;
    store::operators::set_password(&mut tx, invited.id, &hashed).await.map_err(gone)?;
    if invited.role == Role::Admin {
        tx.note_once(ADMINISTRATOR, "invited").await?;
    }
    let token = begin(app, &mut tx, invited.id).await?;
    tx.commit().await?;
    Ok(token)
}

/// Signs in by a one-time link.
///
/// # Errors
/// [`OperatorError::Gone`]
pub async fn enter_once(app: &App, token: &str) -> Result<Token, OperatorError> {
    let operator = of_link(app, token, LinkKind::OneTime).await?;
    let mut tx = app.store.write().await?;
    store::operators::use_link(&mut tx, hash(token)).await.map_err(gone)?;
    let token = begin(app, &mut tx, operator.id).await?;
    tx.commit().await?;
    Ok(token)
}

fn gone(error: StoreError) -> OperatorError {
    if matches!(error, StoreError::Conflict) { OperatorError::Gone } else { error.into() }
}

/// A one-time sign-in link for a demonstration, as an administrator without a password.
///
/// # Errors
/// Where the store does not answer.
pub async fn demo_url(app: &App) -> Result<String, OperatorError> {
    let index = index(app, DEMO_EMAIL);
    let (token, now) = (Token::random(app), app.ambient.now());
    let mut tx = app.store.write().await?;
    let operator = match store::operators::by_email(&mut tx, &index).await? {
        Some(known) => known,
        None => {
            let operator = new_operator(app, DEMO_EMAIL, Role::Admin, None);
            store::operators::insert(&mut tx, &operator, &index).await?;
            operator
        }
    };
    store::operators::insert_link(&mut tx, token.hash(), operator.id, LinkKind::OneTime, now.plus_seconds(ONE_TIME_SECONDS)).await?;
    tx.commit().await?;
    Ok(format!("{}/dashboard/one-time/{}", app.public_url, token.expose()))
}

/// Operators invited before `before`, the newest first, at most `limit`, each with the e-mail.
///
/// # Errors
/// Where the store does not answer.
pub async fn list(app: &App, before: Uuid, limit: i64) -> Result<Vec<(Operator, String)>, OperatorError> {
    let operators = store::operators::list(&mut *app.store.read().await?, before, limit).await?;
    let named = |operator: Operator| email(app, &operator).map(|email| (operator, email));
    Ok(operators.into_iter().map(named).collect::<Result<_, _>>()?)
}

/// Whether an operator waits for nothing: they chose a password, or are the demonstration's, who has none.
pub fn came_in(operator: &Operator, email: &str) -> bool {
    operator.password.is_some() || email == DEMO_EMAIL
}

/// Disables an operator; whatever they hold open ends at once.
///
/// # Errors
/// [`OperatorError::Oneself`], [`OperatorError::NotFound`]; [`OperatorError::Disabled`] where `by` was, so that of two who disable
/// each other one stays.
pub async fn disable(app: &App, id: Uuid, by: &SignedIn) -> Result<(), OperatorError> {
    if id == by.id {
        return Err(OperatorError::Oneself);
    }
    let now = app.ambient.now();
    let mut tx = app.store.write().await?;
    store::operators::hold(&mut tx, id, by.id).await?;
    if store::operators::by_id(&mut tx, by.id).await?.is_none_or(|by| by.disabled_at.is_some()) {
        return Err(OperatorError::Disabled);
    }
    let not_found = |error| if matches!(error, StoreError::Conflict) { OperatorError::NotFound } else { error.into() };
    store::operators::disable(&mut tx, id, now).await.map_err(not_found)?;
    tx.audit(app.ambient.uuid(), now, &by.actor(), "operator.disabled", &id.to_string()).await?;
    Ok(tx.commit().await?)
}

/// Takes sign-ins and links away that are over.
///
/// # Errors
/// Where the store does not answer.
pub async fn sweep(app: &App) -> Result<(), OperatorError> {
    let now: Timestamp = app.ambient.now();
    let mut tx = app.store.write().await?;
    store::operators::remove_over(&mut tx, now.plus_seconds(-SIGN_IN_SECONDS), now.plus_seconds(-IDLE_SECONDS), now).await?;
    Ok(tx.commit().await?)
}
