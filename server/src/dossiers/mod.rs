//! Dossiers: the evidence file of each customer. Artifacts of a session with a customer are in it from the start; others
//! are UNRESOLVED until an operator links them, which can be taken back. Events already sent never change.

use shared::ids::ArtifactId;
use uuid::Uuid;

use crate::{
    app::App,
    artifacts::{self, ArtifactError},
    model::{Artifact, Customer, Session, SessionRef},
    sessions::SessionError,
    store::{self, StoreError, Tx},
    vault::{self, Place, Unsealable},
};

/// Sessions and artifacts that a dossier shows.
const SHOWN: i64 = 100;

/// A company's own reference of a customer: 1 to 128 of `A-Za-z0-9_.:-`. It may be a CPF, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerReference(String);

impl CustomerReference {
    /// One that the company did not give: `cust_` and random letters and digits.
    fn made_up(app: &App) -> Self {
        let id = shared::ids::SessionId::from_random(app.ambient.random());
        Self(id.expose().replacen("sess_", "cust_", 1))
    }
}

impl std::str::FromStr for CustomerReference {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let fits = !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b));
        if fits { Ok(Self(text.to_owned())) } else { Err("a customer reference has 1 to 128 of A-Za-z0-9_.:-".to_owned()) }
    }
}

impl std::fmt::Debug for CustomerReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomerReference(…)")
    }
}

fn index(app: &App, reference: &CustomerReference) -> Vec<u8> {
    app.vault.index("customers.reference", &reference.0)
}

/// The customer of this reference; a new one where there is none.
pub(crate) async fn find_or_make(app: &App, tx: &mut Tx, reference: &CustomerReference) -> Result<Customer, StoreError> {
    let id = app.ambient.uuid();
    let row = id.to_string();
    let (key, data_key) = app.vault.new_data_key("customers", &row);
    let sealed = app.vault.seal(&key, Place { table: "customers", column: "reference", row: &row, key_of: &row }, reference.0.as_bytes());
    let new = Customer { id, reference: sealed, data_key };
    store::customers::find_or_insert(tx, &index(app, reference), &new, app.ambient.now()).await
}

/// The company's own reference of a customer.
///
/// # Errors
/// Where it does not open.
pub fn reference(app: &App, customer: &Customer) -> Result<String, Unsealable> {
    let row = customer.id.to_string();
    let key = app.vault.data_key("customers", &row, &customer.data_key)?;
    vault::open_text(&key, Place { table: "customers", column: "reference", row: &row, key_of: &row }, &customer.reference)
}

/// The dossier of the customer with exactly this reference.
///
/// # Errors
/// Where the store does not answer.
pub async fn find(app: &App, text: &str) -> Result<Option<Uuid>, StoreError> {
    let Ok(reference) = text.parse() else { return Ok(None) };
    let found = store::customers::by_index(&mut *app.store.read().await?, &index(app, &reference)).await?;
    Ok(found.map(|customer| customer.id))
}

/// A customer with sessions and artifacts, each newest first.
pub struct Dossier {
    /// The customer.
    pub customer: Customer,
    /// At most 100.
    pub sessions: Vec<Session>,
    /// At most 100.
    pub artifacts: Vec<Artifact>,
}

/// The dossier of this customer.
///
/// # Errors
/// [`SessionError::NotFound`]
pub async fn open(app: &App, customer: Uuid) -> Result<Dossier, SessionError> {
    let mut db = app.store.read().await?;
    Ok(Dossier {
        customer: store::customers::by_id(&mut db, customer).await?.ok_or(SessionError::NotFound)?,
        sessions: store::sessions::list(&mut db, store::sessions::By::Customer(customer), Uuid::max(), SHOWN).await?,
        artifacts: store::artifacts::of_customer(&mut db, customer, SHOWN).await?,
    })
}

/// Writes down that somebody looked at a customer's whole reference.
///
/// # Errors
/// [`SessionError::NotFound`]
pub async fn reveal(app: &App, customer: Uuid, actor: &str) -> Result<(), SessionError> {
    let mut tx = app.store.write().await?;
    store::customers::by_id(&mut tx, customer).await?.ok_or(SessionError::NotFound)?;
    tx.audit(app.ambient.uuid(), app.ambient.now(), actor, "customer.revealed", &customer.to_string()).await?;
    Ok(tx.commit().await?)
}

/// What is linked: one artifact, or a session with all that is uploaded to it.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// This artifact alone.
    Artifact(ArtifactId),
    /// The session too.
    Session,
}

/// Links to the dossier of a customer, new or existing; without a reference a new customer is made.
///
/// # Errors
/// [`SessionError::NotFound`]; [`StoreError::Conflict`] where it is in another dossier already: somebody else was first.
pub async fn link(app: &App, session: SessionRef, what: What, to: Option<CustomerReference>, actor: &str) -> Result<(), ArtifactError> {
    let mut tx = app.store.write().await?;
    let to = find_or_make(app, &mut tx, &to.unwrap_or_else(|| CustomerReference::made_up(app))).await?.id;
    set(app, &mut tx, session, what, None, Some(to), actor).await?;
    Ok(tx.commit().await?)
}

/// Takes out of a dossier again: out of this one, where it is named.
///
/// # Errors
/// As [`link`].
pub async fn unlink(app: &App, session: SessionRef, what: What, from: Option<Uuid>, actor: &str) -> Result<(), ArtifactError> {
    let mut tx = app.store.write().await?;
    set(app, &mut tx, session, what, from, None, actor).await?;
    Ok(tx.commit().await?)
}

async fn set(app: &App, tx: &mut Tx, session: SessionRef, what: What, from: Option<Uuid>, to: Option<Uuid>, actor: &str) -> Result<(), ArtifactError> {
    // Held first: an upload that commits now is seen here, or sees what is done here.
    store::sessions::hold(tx, session).await?;
    let found = store::sessions::by_ref(tx, session).await?.ok_or(SessionError::NotFound)?;
    let all = store::artifacts::of_session(tx, session).await?;
    let (moved, is_in): (Vec<Artifact>, Option<Uuid>) = match what {
        What::Artifact(id) => {
            let artifact = all.into_iter().find(|artifact| artifact.id == id).ok_or(SessionError::NotFound)?;
            let customer = artifact.customer;
            (vec![artifact], customer)
        }
        // Those that somebody put elsewhere by hand stay there.
        What::Session => {
            let with_it = all.into_iter().filter(|artifact| artifact.customer == found.customer || artifact.customer.is_none());
            (with_it.collect(), found.customer)
        }
    };
    let is_elsewhere = if to.is_some() { is_in.is_some() && is_in != to } else { from.is_some() && is_in != from };
    if is_elsewhere {
        return Err(StoreError::Conflict.into());
    }
    let (subject, now) = (session.to_string(), app.ambient.now());
    let verb = if to.is_some() { "linked" } else { "unlinked" };
    if matches!(what, What::Session) && found.customer != to {
        store::sessions::set_customer(tx, session, to).await?;
        let customer = to.or(found.customer).map(|id| id.to_string());
        tx.audit_about(app.ambient.uuid(), now, actor, &format!("session.{verb}"), &subject, customer.as_deref()).await?;
    }
    for artifact in moved.iter().filter(|artifact| artifact.customer != to) {
        artifacts::move_to(app, tx, &found, artifact, to).await?;
        let customer = to.or(artifact.customer).map(|id| format!("{} {id}", artifact.id));
        tx.audit_about(app.ambient.uuid(), now, actor, &format!("artifact.{verb}"), &subject, customer.as_deref()).await?;
    }
    Ok(())
}
