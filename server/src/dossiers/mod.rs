//! Dossiers: the evidence file of each customer. Files of a session with a customer are in it from the start. Other files are UNRESOLVED
//! until an operator links them. An operator can also unlink them. Neither changes events that were sent before.

use shared::ids::ArtifactId;

use crate::{
    actor::{Act, Actor, Entry},
    artifacts,
    customers::{self, CustomerReference},
    failure::Failure,
    ids::{CustomerId, RowId as _, SessionRef},
    kit::Kit,
    model::{Artifact, Customer, Session},
    sessions::transition,
    store::{self, Listed, StoreError, Tx, sessions::By},
};

/// Why a dossier was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// There is no such customer, session or file.
    #[error("there is no such customer, session or file")]
    NotFound,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(DossierError);

/// A customer with their sessions and artifacts.
pub struct Dossier {
    /// The customer.
    pub customer: Customer,
    /// Their newest sessions.
    pub sessions: Vec<Listed<Session>>,
    /// Their newest artifacts.
    pub artifacts: Vec<Listed<Artifact>>,
}

/// Reads the dossier of this customer, with at most `limit` sessions and as many artifacts.
///
/// # Errors
/// [`DossierError::NotFound`]
pub async fn open(kit: &Kit, customer: CustomerId, limit: i64) -> Result<Dossier, DossierError> {
    let mut db = kit.store.read().await?;
    Ok(Dossier {
        customer: store::customers::by_id(&mut db, customer).await?.ok_or(DossierError::NotFound)?,
        sessions: store::sessions::list(&mut db, By::Customer(customer), SessionRef::last(), limit).await?,
        artifacts: store::artifacts::of_customer(&mut db, &kit.vault, customer, limit).await?,
    })
}

/// Writes the audit row for an operator who looks at a customer's whole reference. Call it before showing that.
///
/// # Errors
/// [`DossierError::NotFound`]
pub async fn reveal(kit: &Kit, customer: CustomerId, by: Actor) -> Result<(), DossierError> {
    let mut tx = kit.store.write().await?;
    store::customers::by_id(tx.db().await?, customer).await?.ok_or(DossierError::NotFound)?;
    tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), by, Act::CustomerRevealed(customer))).await?;
    Ok(tx.commit().await?)
}

/// What is linked or unlinked.
#[derive(Clone, Copy, Debug)]
pub enum Linked {
    /// One file.
    Artifact(ArtifactId),
    /// A session with its files.
    Session,
}

/// What came of linking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linking {
    /// It is in the dossier.
    Done,
    /// Nothing was done: no dossier has the reference, and nobody agreed to a new one.
    WouldCreate,
}

/// Links a session or a file to a customer's dossier. If no customer has this reference, or none is given, it creates one, but only if
/// `may_create`: a mistyped reference must not make a dossier.
///
/// # Errors
/// [`DossierError::NotFound`]; a conflict if it is in another dossier already.
pub async fn link(kit: &Kit, session: SessionRef, linked: Linked, to: Option<CustomerReference>, may_create: bool, by: Actor) -> Result<Linking, DossierError> {
    let mut tx = kit.store.write().await?;
    let known = match &to {
        Some(reference) => customers::find_in(kit, tx.db().await?, reference).await?,
        None => None,
    };
    let to = match known {
        Some(known) => known,
        None if may_create => customers::find_or_create(kit, &mut tx, &to.unwrap_or_else(|| CustomerReference::random(kit))).await?.id,
        None => return Ok(Linking::WouldCreate),
    };
    set(kit, &mut tx, session, linked, None, Some(to), by).await?;
    tx.commit().await?;
    Ok(Linking::Done)
}

/// Removes a session or a file from its dossier.
///
/// # Errors
/// [`DossierError::NotFound`]; a conflict if `from` is given and it is not in that dossier.
pub async fn unlink(kit: &Kit, session: SessionRef, linked: Linked, from: Option<CustomerId>, by: Actor) -> Result<(), DossierError> {
    let mut tx = kit.store.write().await?;
    set(kit, &mut tx, session, linked, from, None, by).await?;
    Ok(tx.commit().await?)
}

async fn set(
    kit: &Kit,
    tx: &mut Tx,
    session: SessionRef,
    linked: Linked,
    from: Option<CustomerId>,
    to: Option<CustomerId>,
    by: Actor,
) -> Result<(), DossierError> {
    // Locked first, so that an upload that commits now is either seen here, or sees the session's new customer.
    let found = transition::hold(tx, session, None).await?.ok_or(DossierError::NotFound)?.0;
    let all = store::artifacts::of_session(tx.db().await?, &kit.vault, session).await?;
    let (moved, is_in): (Vec<Artifact>, Option<CustomerId>) = match linked {
        Linked::Artifact(id) => {
            let artifact = all.into_iter().find(|artifact| artifact.id == id).ok_or(DossierError::NotFound)?;
            let customer = artifact.customer;
            (vec![artifact], customer)
        }
        // Files that an operator linked to another dossier stay there.
        Linked::Session => {
            let own = all.into_iter().filter(|artifact| artifact.customer == found.customer || artifact.customer.is_none());
            (own.collect(), found.customer)
        }
    };
    let is_elsewhere = if to.is_some() { is_in.is_some() && is_in != to } else { from.is_some() && is_in != from };
    if is_elsewhere {
        return Err(StoreError::Conflict.into());
    }
    if matches!(linked, Linked::Session) && found.customer != to {
        store::sessions::set_customer(tx, session, to).await?;
        let act = match (to, found.customer) {
            (Some(customer), _) => Some(Act::SessionLinked { session, customer }),
            (None, Some(customer)) => Some(Act::SessionUnlinked { session, customer }),
            (None, None) => None,
        };
        audit(kit, tx, by, act).await?;
    }
    for artifact in moved.iter().filter(|artifact| artifact.customer != to) {
        artifacts::move_to(kit, tx, &found, artifact, to).await?;
        let act = match (to, artifact.customer) {
            (Some(customer), _) => Some(Act::ArtifactLinked { session, artifact: artifact.id, customer }),
            (None, Some(customer)) => Some(Act::ArtifactUnlinked { session, artifact: artifact.id, customer }),
            (None, None) => None,
        };
        audit(kit, tx, by, act).await?;
    }
    Ok(())
}

async fn audit(kit: &Kit, tx: &mut Tx, by: Actor, act: Option<Act>) -> Result<(), StoreError> {
    match act {
        Some(act) => tx.audit(Entry::new(&kit.ambient, kit.ambient.now(), by, act)).await,
        None => Ok(()),
    }
}
