//! Keeps a sealed file: stores it, and commits its artifact in the transaction that makes it the answer to its field.

use bytes::Bytes;
use shared::{field_value::Answer, ids::ArtifactId};

use super::{
    facts::Facts,
    filed::{FileError, Filed, is_for, total},
    keys::{move_to, wrapping_key},
    twins,
    uploads::{Full, MAX_FILES, MAX_TOTAL},
};
use crate::{
    actor::{Act, Actor, Entry},
    kill,
    kit::Kit,
    model::{Artifact, SavedAnswer},
    objects,
    sessions::{saved, transition::hold_open},
    store,
    vault::Key,
};

/// Stores a sealed file and commits its artifact, or deletes the file.
pub(super) async fn keep(kit: &Kit, key: &Key, artifact: Artifact, sealed: Bytes, facts: Facts) -> Result<Filed, FileError> {
    let id = artifact.id;
    // The row in `pending_objects` comes before the object, so that a sweep finds the object if this process dies.
    objects::begin(kit, id).await?;
    let committed = async {
        kit.storage.put(id, sealed).await?;
        commit(kit, key, artifact, &facts).await
    };
    let committed = committed.await;
    let Facts { sha256, warnings, .. } = facts;
    match committed {
        Ok(Committed::Filed { artifact, replaced }) => {
            objects::delete(kit, &replaced).await;
            Ok(Filed { artifact, sha256, is_new: true, warnings })
        }
        // Two uploads brought the same bytes at once. The first one stays.
        Ok(Committed::AlreadyThere(artifact)) => {
            objects::delete(kit, &[id]).await;
            Ok(Filed { artifact, sha256, is_new: false, warnings })
        }
        // Perhaps the database did commit: only a sweep can tell, by the object's row.
        Err(error @ FileError::Failure(_)) => Err(error),
        Err(error) => {
            objects::delete(kit, &[id]).await;
            Err(error)
        }
    }
}

/// The result of committing a file.
enum Committed {
    /// The row is written. It replaced these artifacts.
    Filed { artifact: Artifact, replaced: Vec<ArtifactId> },
    /// The field's file has the same bytes already; nothing was written.
    AlreadyThere(Artifact),
}

/// Writes the row and the field's answer while the session's row is locked. The upload may have taken minutes, so the session may
/// have got a customer meanwhile. The file goes into the dossier of the customer that it has now.
async fn commit(kit: &Kit, key: &Key, mut artifact: Artifact, facts: &Facts) -> Result<Committed, FileError> {
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    let session = hold_open(&mut tx, artifact.session, now).await?.0;
    let mut replaced = Vec::new();
    let mut is_over_another_device = false;
    let all = store::artifacts::of_session(tx.db().await?, &kit.vault, artifact.session).await?;
    let (earlier, staying): (Vec<Artifact>, Vec<Artifact>) = all.into_iter().partition(|earlier| is_for(earlier, artifact.field.as_deref()));
    for earlier in earlier {
        let wrapping = wrapping_key(kit, tx.db().await?, key, earlier.customer).await?;
        if Facts::open(&wrapping, &earlier)?.sha256 == facts.sha256 {
            return Ok(Committed::AlreadyThere(earlier));
        }
        store::artifacts::remove(&mut tx, earlier.id).await?;
        is_over_another_device |= earlier.writer != artifact.writer;
        replaced.push(earlier.id);
    }
    if let Some(field) = &artifact.field {
        let answer = Answer::Text(artifact.id.to_string());
        let sealed = saved::seal(kit, key, artifact.session, field, &answer);
        let answer = SavedAnswer { field: field.clone(), value: sealed, writer: artifact.writer };
        store::answers::put(&mut tx, artifact.session, vec![answer], now).await?;
    }
    let (files, bytes) = total(staying.iter());
    if files >= MAX_FILES {
        return Err(Full::FILES.into());
    }
    if bytes + artifact.size.unsigned_abs() > MAX_TOTAL {
        return Err(Full::BYTES.into());
    }
    store::artifacts::insert(&mut tx, &kit.vault, &artifact).await?;
    if session.customer != artifact.customer {
        move_to(kit, &mut tx, &session, &artifact, session.customer).await?;
        artifact.customer = session.customer;
    }
    let (session, id) = (artifact.session, artifact.id);
    let act = match replaced.as_slice() {
        [] => Act::ArtifactUploaded { session, artifact: id },
        _ if is_over_another_device => Act::ArtifactOverwritten { session, artifact: id },
        _ => Act::ArtifactReplaced { session, artifact: id },
    };
    tx.audit(Entry::new(&kit.ambient, now, Actor::Customer, act)).await?;
    twins::note(kit, &mut tx, artifact.id, facts).await?;
    objects::keep(&mut tx, artifact.id, now).await?;
    objects::discard(&mut tx, &replaced, now).await?;
    tx.send().await?;
    kill::point("upload.before_commit");
    tx.commit().await?;
    kill::point("upload.after_commit");
    Ok(Committed::Filed { artifact, replaced })
}
