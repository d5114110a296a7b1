//! Takes an uploaded file: inspects and encrypts it, and then has it kept as the answer to its field, in place of an earlier file.

use bytes::Bytes;
use shared::{
    api::FileWarning,
    flow::FieldType,
    ids::ArtifactId,
    language::Language,
    problem::{FieldCode, FieldFault},
};

pub use super::filed::{FileError, Filed};
use super::{
    documents,
    facts::{Facts, content_of},
    filed::{is_for, total},
    keep,
    keys::{wrap, wrapping_key},
    spool::Spooled,
    uploads::{Room, Uploads},
};
use crate::{
    cpu::Panicked,
    failure::Failure,
    inspect::{self, Inspected, MediaType},
    kit::Kit,
    model::{Artifact, DUPLICATE, Device},
    sealed,
    sessions::open::Opened,
    store,
    vault::{self, Key},
};

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
    let session = opened.session.r#ref;
    let sha256 = spooled.sha256().to_owned();
    let size = i64::try_from(spooled.size()).unwrap_or(i64::MAX);
    if let Some((artifact, warnings)) = already_there(kit, opened, field, &sha256).await? {
        return Ok(Filed { artifact, sha256, is_new: false, warnings });
    }
    let document = if spooled.may_be_pdf() { Some(documents::permit(uploads, session, &sha256).await?) } else { None };
    // Only now, so that the permit is held while the file is in memory, and not while a slow sender sends it.
    let work = uploads.work(session).await?;
    let plain = spooled.read().await?;
    let prepared = uploads.run(&kit.cpu, session, 1, move || inspect::prepare(&plain)).await??;
    let mebibytes = prepared.mebibytes();
    // What a file is found by is not known of files that nobody compares.
    let is_compared = opened.flow.runs(DUPLICATE);
    let look = move || prepared.inspect().map(|inspected| (is_compared.then(|| content_of(&inspected.stored)), inspected));
    let (content, mut inspected) = uploads.run(&kit.cpu, session, mebibytes, look).await??;
    let media_type = inspected.media_type.as_str();
    if let Some(accepted) = accepted.filter(|accepted| !accepted.iter().any(|kind| kind == media_type)) {
        return Err(FileError::NotAccepted(accepted.join(", ")));
    }
    // A PDF goes on under its own permit, while a worker looks into it.
    let work = (inspected.media_type != MediaType::Pdf).then_some(work);
    inspected.warnings = documents::look_into(kit, uploads, session, &inspected, &sha256).await?;
    let &Inspected { width, height, ref clues, ref warnings, .. } = &inspected;
    let print = inspected.print.filter(|_| is_compared);
    let facts = Facts { sha256, width, height, clues: clues.clone(), content, print, warnings: warnings.clone() };
    let (artifact, sealed) = seal(kit, opened, inspected, &facts, field, device, size).await?;
    let (kit, key) = (kit.clone(), opened.key.clone());
    let keeping = async move {
        // They count until the file is stored or deleted.
        let _held = (document, work, spooled);
        keep::keep(&kit, &key, artifact, sealed, facts).await
    };
    // A task of its own: a request may be given up at any moment, and then a file without an artifact would stay for an hour.
    let kept = tokio::spawn(store::settled(keeping)).await.map_err(|_| Panicked)?;
    kept.map_err(Failure::from)?
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
    facts: &Facts,
    field: Option<&str>,
    device: Option<Device>,
    size: i64,
) -> Result<(Artifact, Bytes), FileError> {
    let id: ArtifactId = kit.ambient.id();
    let key = Key::random(&kit.ambient);
    let customer = opened.session.customer;
    let wrapping = wrapping_key(kit, &mut *kit.store.read().await?, &opened.key, customer).await?;
    let facts = serde_json::to_vec(facts).expect("strings and numbers serialise");
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
