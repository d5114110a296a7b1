//! Stores an uploaded file: inspects, encrypts and stores it. One transaction then writes its row and makes it the answer to its
//! field, in place of an earlier file.

use bytes::Bytes;
use shared::{
    api::FileWarning,
    field_value::Answer,
    flow::FieldType,
    ids::ArtifactId,
    language::Language,
    problem::{FieldCode, FieldFault},
};

use super::{
    documents,
    facts::Facts,
    inspect::{self, Fault, Inspected, MediaType},
    keys::{move_to, wrap, wrapping_key},
    permits::Busy,
    spool::{SpoolError, Spooled},
    uploads::{Full, MAX_FILES, MAX_TOTAL, Room, Uploads},
};
use crate::{
    actor::{Act, Actor, Entry},
    cpu::Panicked,
    failure::Failure,
    kill,
    kit::Kit,
    model::{Artifact, Device, SavedAnswer},
    objects, sealed,
    sessions::{
        open::Opened,
        saved,
        transition::{Closed, NotOpen, hold_open},
    },
    storage::StorageError,
    store,
    vault::{self, Key},
    worker::WorkerError,
};

/// Why a file was not stored.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The session accepts nothing more.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The file cannot be used.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The field does not accept this media type. Contains those that it accepts.
    #[error("this field takes {0}")]
    NotAccepted(String),
    /// The session would have too many files or bytes.
    #[error(transparent)]
    Full(#[from] Full),
    /// Too many others are under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The flow has no such ARTIFACT field.
    #[error("the flow has no such field")]
    Field(FieldFault),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The temporary file failed.
    #[error("a temporary file failed: {0}")]
    Io(#[from] std::io::Error),
    /// The inspection panicked.
    #[error(transparent)]
    Panicked(#[from] Panicked),
    /// No worker could look at the document.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(FileError);

impl From<SpoolError> for FileError {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::Full(full) => full.into(),
            SpoolError::Io(error) => error.into(),
        }
    }
}

impl From<NotOpen> for FileError {
    fn from(error: NotOpen) -> Self {
        match error {
            NotOpen::Closed(closed) => closed.into(),
            NotOpen::Store(error) => error.into(),
        }
    }
}

/// A stored file, for the answer to its uploader.
pub struct Filed {
    /// Its row.
    pub artifact: Artifact,
    /// SHA-256 of the bytes as uploaded, hexadecimal.
    pub sha256: String,
    /// False if the field's earlier file had the same bytes; that file stays.
    pub is_new: bool,
    /// What the customer should know of it.
    pub warnings: Vec<FileWarning>,
}

/// The media types that a field accepts.
///
/// # Errors
/// [`FileError::Field`] if the flow has no such ARTIFACT field.
fn accepted_by(opened: &Opened, name: &str) -> Result<Vec<String>, FileError> {
    let steps = opened.flow.definition.steps(Language::default());
    let field = steps.iter().filter_map(|step| step.field(name)).find(|field| field.r#type == FieldType::Artifact);
    field.map(|field| field.accept.clone()).ok_or_else(|| {
        let message = "This is not an ARTIFACT field of the session's flow.".to_owned();
        FileError::Field(FieldFault::new("field", FieldCode::UnknownField, message))
    })
}

/// Begins a file that is about to arrive. The earlier file of its field does not count, because the new one takes its place.
///
/// # Errors
/// If the session has too many files, those on their way counted.
pub async fn begin(kit: &Kit, uploads: &Uploads, opened: &Opened, field: Option<&str>) -> Result<Room, FileError> {
    let session = opened.session.r#ref;
    let artifacts = store::artifacts::of_session(&mut *kit.store.read().await?, &kit.vault, session).await?;
    let (files, bytes) = total(artifacts.iter().filter(|artifact| !is_for(artifact, field)));
    Ok(uploads.begin(session, files, bytes)?)
}

/// Whether a file of this field takes the artifact's place.
fn is_for(artifact: &Artifact, field: Option<&str>) -> bool {
    field.is_some() && artifact.field.as_deref() == field
}

/// The number of these files, and their bytes in total.
fn total<'a>(artifacts: impl Iterator<Item = &'a Artifact>) -> (u64, u64) {
    artifacts.fold((0, 0), |(files, bytes), artifact| (files + 1, bytes + artifact.size.unsigned_abs()))
}

/// Stores a spooled file, as the answer to `field` if one is given, in place of the field's earlier file.
///
/// # Errors
/// If the file cannot be used, or the session is closed or has too many files or bytes. Then nothing stays stored.
pub async fn file(
    kit: &Kit,
    uploads: &Uploads,
    opened: &Opened,
    mut spooled: Spooled,
    field: Option<&str>,
    device: Option<Device>,
) -> Result<Filed, FileError> {
    opened.require_open()?;
    let accepted = field.map(|name| accepted_by(opened, name)).transpose()?;
    let sha256 = spooled.sha256().to_owned();
    let size = i64::try_from(spooled.size()).unwrap_or(i64::MAX);
    if let Some((artifact, warnings)) = already_there(kit, opened, field, &sha256).await? {
        return Ok(Filed { artifact, sha256, is_new: false, warnings });
    }
    let _document = if spooled.may_be_pdf() { Some(uploads.document(opened.session.r#ref).await?) } else { None };
    // Only now, so that the permit is held while the file is in memory, and not while a slow sender sends it.
    let work = uploads.work(opened.session.r#ref).await?;
    let plain = spooled.read().await?;
    let prepared = kit.cpu.run(move || inspect::prepare(&plain)).await??;
    let mut inspected = kit.cpu.run_with(prepared.mebibytes(), move || prepared.inspect()).await??;
    let media_type = inspected.media_type.as_str();
    if let Some(accepted) = accepted.filter(|accepted| !accepted.iter().any(|kind| kind == media_type)) {
        return Err(FileError::NotAccepted(accepted.join(", ")));
    }
    // A PDF goes on under its own permit, while a worker looks into it.
    let _work = (inspected.media_type != MediaType::Pdf).then_some(work);
    inspected.warnings = documents::look_into(kit, &inspected).await??;
    let warnings = inspected.warnings.clone();
    let (artifact, sealed) = seal(kit, opened, inspected, &sha256, field, device, size).await?;
    let id = artifact.id;
    // The row in `pending_objects` comes before the object, so that a sweep finds the object if this process dies.
    objects::begin(kit, id).await?;
    let committed = async {
        kit.storage.put(id, sealed).await?;
        commit(kit, opened, artifact, &sha256).await
    };
    match committed.await {
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

/// The file that already answers this field with the same bytes.
async fn already_there(kit: &Kit, opened: &Opened, field: Option<&str>, sha256: &str) -> Result<Option<(Artifact, Vec<FileWarning>)>, FileError> {
    let Some(field) = field else { return Ok(None) };
    let mut db = kit.store.read().await?;
    let artifacts = store::artifacts::of_session(&mut db, &kit.vault, opened.session.r#ref).await?;
    let Some(artifact) = artifacts.into_iter().rev().find(|artifact| artifact.field.as_deref() == Some(field)) else { return Ok(None) };
    let wrapping = wrapping_key(kit, &mut db, &opened.key, artifact.customer).await?;
    let facts = Facts::open(&wrapping, &artifact)?;
    Ok((facts.sha256 == sha256).then_some((artifact, facts.warnings)))
}

async fn seal(
    kit: &Kit,
    opened: &Opened,
    inspected: Inspected,
    sha256: &str,
    field: Option<&str>,
    device: Option<Device>,
    size: i64,
) -> Result<(Artifact, Bytes), FileError> {
    let id: ArtifactId = kit.ambient.id();
    let key = Key::random(&kit.ambient);
    let customer = opened.session.customer;
    let wrapping = wrapping_key(kit, &mut *kit.store.read().await?, &opened.key, customer).await?;
    let Inspected { width, height, clues, warnings, .. } = inspected;
    let facts = Facts { sha256: sha256.to_owned(), width, height, clues, warnings };
    let facts = serde_json::to_vec(&facts).expect("strings and numbers serialise");
    let mut artifact = Artifact {
        id,
        session: opened.session.r#ref,
        customer,
        field: field.map(str::to_owned),
        media_type: inspected.media_type.as_str().to_owned(),
        size,
        data_key: Vec::new(),
        facts: kit.vault.seal(&key, &sealed::artifact_facts(id), &facts),
        writer: device,
        created_at: kit.ambient.now(),
    };
    artifact.data_key = wrap(kit, &wrapping, &artifact, customer, &key);
    let stored = inspected.stored;
    let sealed = kit.cpu.run(move || vault::seal_file(&key, &id.to_string(), &stored)).await?;
    Ok((artifact, sealed.into()))
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
async fn commit(kit: &Kit, opened: &Opened, mut artifact: Artifact, sha256: &str) -> Result<Committed, FileError> {
    let now = kit.ambient.now();
    let mut tx = kit.store.write().await?;
    let session = hold_open(&mut tx, artifact.session, now).await?.0;
    let mut replaced = Vec::new();
    let mut is_over_another_device = false;
    let all = store::artifacts::of_session(&mut tx, &kit.vault, artifact.session).await?;
    let (earlier, staying): (Vec<Artifact>, Vec<Artifact>) = all.into_iter().partition(|earlier| is_for(earlier, artifact.field.as_deref()));
    for earlier in earlier {
        let wrapping = wrapping_key(kit, &mut tx, &opened.key, earlier.customer).await?;
        if Facts::open(&wrapping, &earlier)?.sha256 == sha256 {
            return Ok(Committed::AlreadyThere(earlier));
        }
        store::artifacts::remove(&mut tx, earlier.id).await?;
        is_over_another_device |= earlier.writer != artifact.writer;
        replaced.push(earlier.id);
    }
    if let Some(field) = &artifact.field {
        let answer = Answer::Text(artifact.id.to_string());
        let sealed = saved::seal(kit, &opened.key, artifact.session, field, &answer);
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
    objects::keep(&mut tx, artifact.id, now).await?;
    objects::discard(&mut tx, &replaced, now).await?;
    kill::point("upload.before_commit");
    tx.commit().await?;
    kill::point("upload.after_commit");
    Ok(Committed::Filed { artifact, replaced })
}
