//! The key of a file. The customer's key wraps it if the file is in a dossier, else the session's key does.

use crate::{
    failure::Failure,
    ids::CustomerId,
    kit::Kit,
    model::{Artifact, Session},
    sealed,
    sessions::keys,
    store::{self, Db, Tx, artifacts::Elsewhere},
    vault::{self, Key, Unsealable},
};

/// The key that wraps a file's key: the customer's if the file is in a dossier, else the session's.
pub(super) async fn wrapping_key(kit: &Kit, db: &mut Db, session_key: &Key, customer: Option<CustomerId>) -> Result<Key, Failure> {
    let Some(customer) = customer else { return Ok(session_key.clone()) };
    let row = store::customers::by_id(db, customer).await?.ok_or(Unsealable)?;
    Ok(kit.vault.data_key(&sealed::customer_key(customer), &row.data_key)?)
}

/// The same of a file of another session, whose row was read with the data keys of both.
pub(super) fn wrapping_of(kit: &Kit, other: &Elsewhere) -> Result<Key, Unsealable> {
    match (other.artifact.customer, &other.customer_key) {
        (Some(customer), Some(data_key)) => kit.vault.data_key(&sealed::customer_key(customer), data_key),
        _ => kit.vault.data_key(&sealed::session_key(other.artifact.session), &other.session_key),
    }
}

/// Wraps a file's key.
pub(super) fn wrap(kit: &Kit, wrapping: &Key, artifact: &Artifact, customer: Option<CustomerId>, key: &Key) -> Vec<u8> {
    kit.vault.seal(wrapping, &sealed::artifact_key(artifact.id, artifact.session, customer), key.expose())
}

/// Unwraps a file's key.
pub(super) fn unwrap(wrapping: &Key, artifact: &Artifact) -> Result<Key, Unsealable> {
    let place = sealed::artifact_key(artifact.id, artifact.session, artifact.customer);
    Key::from_slice(&vault::open(wrapping, &place, &artifact.data_key)?)
}

/// Moves a file into a customer's dossier, or with `None` out of its dossier. It wraps the file's key again; the stored file does
/// not change. The session's row is locked.
///
/// # Errors
/// A conflict if another transaction moved the file first.
pub async fn move_to(kit: &Kit, tx: &mut Tx, session: &Session, artifact: &Artifact, customer: Option<CustomerId>) -> Result<(), Failure> {
    let session_key = keys::session_key(kit, session)?;
    let key = unwrap(&wrapping_key(kit, tx.db().await?, &session_key, artifact.customer).await?, artifact)?;
    let wrapping = wrapping_key(kit, tx.db().await?, &session_key, customer).await?;
    Ok(store::artifacts::set_customer(tx, artifact, customer, &wrap(kit, &wrapping, artifact, customer, &key)).await?)
}
