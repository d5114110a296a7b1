//! Uploaded files: spooled to disk sealed, looked at, freed of metadata, sealed under a key of their own, and filed with
//! the field that they answer.

pub mod inspect;
pub mod spool;
pub mod sweep;
pub mod uploads;

use bytes::Bytes;
use object_store::{ObjectStoreExt as _, path::Path};
use serde::{Deserialize, Serialize};
use shared::{field_value::Answer, flow::FieldType, ids::ArtifactId, language::Language, problem::FieldFault};
use tracing::warn;
use uuid::Uuid;

use self::{
    inspect::{Clues, Fault, Inspected},
    spool::Spooled,
};
use crate::{
    app::App,
    kill,
    model::{Artifact, Device, Session, SessionRef},
    sessions::{SessionError, open::Opened, save, seal_answer},
    store::{self, Db, StoreError, Tx},
    vault::{self, Key, Place, Unsealable},
};

/// The largest file, in bytes.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;
/// Files and bytes that one session may hold.
const MAX_FILES: i64 = 40;
const MAX_TOTAL: i64 = 100 * 1024 * 1024;

/// Why a file was not taken, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// Its session.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The file itself.
    #[error(transparent)]
    File(#[from] Fault),
    /// A kind of file that this field does not take.
    #[error("this field takes {0}")]
    NotAccepted(String),
    /// Too many bytes: the limit, as a sentence.
    #[error("{0}")]
    TooLarge(&'static str),
    /// A part of the request that is missing or wrong.
    #[error("a part of the request is missing or wrong")]
    Request(FieldFault),
    /// The object store.
    #[error("the storage does not answer: {0}")]
    Storage(#[from] object_store::Error),
    /// A temporary file.
    #[error("a temporary file failed: {0}")]
    Io(#[from] std::io::Error),
    /// The work panicked.
    #[error("looking at the file panicked")]
    Panicked,
}

impl ArtifactError {
    /// Whether the file is gone or damaged for good, so that trying again is no use.
    pub const fn is_lost(&self) -> bool {
        matches!(self, Self::Storage(object_store::Error::NotFound { .. }) | Self::Session(SessionError::Sealed(_)))
    }
}

impl From<StoreError> for ArtifactError {
    fn from(error: StoreError) -> Self {
        Self::Session(error.into())
    }
}

impl From<Unsealable> for ArtifactError {
    fn from(error: Unsealable) -> Self {
        Self::Session(error.into())
    }
}

/// What was learnt of a file, sealed beside it.
#[derive(Debug, Serialize, Deserialize)]
struct Facts {
    sha256: String,
    width: Option<u32>,
    height: Option<u32>,
    clues: Clues,
}

/// An artifact as its uploader sees it.
pub struct Filed {
    /// Its row.
    pub artifact: Artifact,
    /// Of the bytes as uploaded, hexadecimal.
    pub sha256: String,
    /// Whether it is new; else the same bytes were there for the same field.
    pub is_new: bool,
}

fn object_path(id: ArtifactId) -> Path {
    let name = Uuid::from_u128(id.0).simple().to_string();
    // The last digits of a UUIDv7 are random, so that no folder grows too large.
    Path::from(format!("{}/{name}", &name[30..]))
}

fn facts_place<'a>(row: &'a str) -> Place<'a> {
    Place { table: "artifacts", column: "facts", row, key_of: row }
}

fn key_place<'a>(row: &'a str, owner: &'a str) -> Place<'a> {
    Place { table: "artifacts", column: "data_key", row, key_of: owner }
}

/// The key that wraps an artifact's, and the id of the row it belongs to: the customer's where the artifact is in a
/// dossier, else the session's.
async fn wrapping_key(app: &App, db: &mut Db, session: &Session, session_key: &Key, customer: Option<Uuid>) -> Result<(Key, String), ArtifactError> {
    let Some(customer) = customer else { return Ok((session_key.clone(), session.r#ref.to_string())) };
    let row = store::customers::by_id(db, customer).await?.ok_or(Unsealable)?;
    Ok((app.vault.data_key("customers", &customer.to_string(), &row.data_key)?, customer.to_string()))
}

/// Puts an artifact into a customer's dossier, or with `None` out of any: its key is wrapped anew, the file stays as it is.
///
/// # Errors
/// [`StoreError::Conflict`] where somebody else was first.
pub(crate) async fn move_to(app: &App, tx: &mut Tx, session: &Session, artifact: &Artifact, customer: Option<Uuid>) -> Result<(), ArtifactError> {
    let session_key = app.vault.data_key("sessions", &session.r#ref.to_string(), &session.data_key)?;
    let (wrapping, owner) = wrapping_key(app, tx, session, &session_key, artifact.customer).await?;
    let key = artifact_key(&wrapping, &owner, artifact)?;
    let (wrapping, owner) = wrapping_key(app, tx, session, &session_key, customer).await?;
    let row = Uuid::from_u128(artifact.id.0).to_string();
    let sealed = app.vault.seal(&wrapping, key_place(&row, &owner), key.expose());
    Ok(store::artifacts::set_customer(tx, artifact, customer, &sealed).await?)
}

fn artifact_key(wrapping: &Key, owner: &str, artifact: &Artifact) -> Result<Key, Unsealable> {
    let row = Uuid::from_u128(artifact.id.0).to_string();
    Key::from_slice(&vault::open(wrapping, key_place(&row, owner), &artifact.data_key)?)
}

/// What was learnt of an artifact.
fn facts_by(wrapping: &Key, owner: &str, artifact: &Artifact) -> Result<Facts, Unsealable> {
    let key = artifact_key(wrapping, owner, artifact)?;
    let row = Uuid::from_u128(artifact.id.0).to_string();
    serde_json::from_slice(&vault::open(&key, facts_place(&row), &artifact.facts)?).map_err(|_| Unsealable)
}

/// The bytes of an artifact as they are stored: without metadata.
///
/// # Errors
/// Where the file is gone, does not open, or the storage does not answer.
pub async fn read(app: &App, session: &Session, session_key: &Key, artifact: &Artifact) -> Result<Vec<u8>, ArtifactError> {
    let (wrapping, owner) = wrapping_key(app, &mut *app.store.read().await?, session, session_key, artifact.customer).await?;
    let key = artifact_key(&wrapping, &owner, artifact)?;
    let sealed = app.objects.get(&object_path(artifact.id)).await?.bytes().await?;
    Ok(vault::open_file(&key, &artifact.id.to_string(), &sealed)?)
}

/// The session's artifact of this id where this device uploaded it and the session is open; to everyone else there is none.
///
/// # Errors
/// [`SessionError::NotFound`] in every other case.
pub async fn of_device(app: &App, opened: &Opened, id: ArtifactId, device: Option<Device>) -> Result<(Artifact, Vec<u8>), ArtifactError> {
    let artifacts = {
        let mut db = app.store.read().await?;
        store::artifacts::of_session(&mut db, opened.session.r#ref).await?
    };
    let own = |artifact: &Artifact| artifact.id == id && device.is_some() && artifact.writer == device;
    let artifact = artifacts.into_iter().find(own).filter(|_| opened.require_open().is_ok()).ok_or(SessionError::NotFound)?;
    let bytes = read(app, &opened.session, &opened.key, &artifact).await?;
    Ok((artifact, bytes))
}

/// A session's artifact, for those who may see the session.
///
/// # Errors
/// [`SessionError::NotFound`] where this session has none of this id.
pub async fn of_session(app: &App, session: SessionRef, id: ArtifactId) -> Result<(Artifact, Vec<u8>), ArtifactError> {
    let (session, artifacts) = {
        let mut db = app.store.read().await?;
        (store::sessions::by_ref(&mut db, session).await?.ok_or(SessionError::NotFound)?, store::artifacts::of_session(&mut db, session).await?)
    };
    let artifact = artifacts.into_iter().find(|artifact| artifact.id == id).ok_or(SessionError::NotFound)?;
    let key = app.vault.data_key("sessions", &session.r#ref.to_string(), &session.data_key)?;
    let bytes = read(app, &session, &key, &artifact).await?;
    Ok((artifact, bytes))
}

/// The field that an upload is for: an ARTIFACT field of the session's flow, with what it takes.
///
/// # Errors
/// [`ArtifactError::Request`] where the flow has no such field.
fn accepted_by(opened: &Opened, name: &str) -> Result<Vec<String>, ArtifactError> {
    let steps = opened.flow.definition.steps(Language::default());
    let field = steps.iter().filter_map(|step| step.field(name)).find(|field| field.r#type == FieldType::Artifact);
    field.map(|field| field.accept.clone()).ok_or_else(|| {
        let message = "This is not an ARTIFACT field of the session's flow.".to_owned();
        ArtifactError::Request(FieldFault { field: "field".to_owned(), code: shared::problem::FieldCode::UnknownField, message })
    })
}

/// Takes a spooled file: looks at it, stores it, and files it with its field, in place of an earlier one.
///
/// # Errors
/// Where the file cannot be used, the session is not open or holds too much already; nothing was stored then.
pub async fn file(app: &App, opened: &Opened, spooled: Spooled, field: Option<&str>, device: Option<Device>) -> Result<Filed, ArtifactError> {
    opened.require_open()?;
    let accepted = field.map(|name| accepted_by(opened, name)).transpose()?;
    let sha256 = spooled.sha256().to_owned();
    let size = i64::try_from(spooled.size()).unwrap_or(i64::MAX);
    if let Some(same) = already_there(app, opened, field, &sha256).await? {
        return Ok(same);
    }
    // Held from here for as long as the file is in memory, not while a slow sender sends.
    let _permit = app.uploads.permit(opened.session.r#ref).await;
    let plain = spooled.read().await?;
    let inspected = app.on_cpu(move || inspect::inspect(&plain)).await.map_err(|_| ArtifactError::Panicked)??;
    let media_type = inspected.media_type.as_str();
    if let Some(accepted) = accepted.filter(|accepted| !accepted.iter().any(|kind| kind == media_type)) {
        return Err(ArtifactError::NotAccepted(accepted.join(", ")));
    }
    let (mut artifact, sealed) =
        seal(app, opened, inspected, Facts { sha256: sha256.clone(), width: None, height: None, clues: Clues::default() }, field, device, size).await?;
    app.objects.put(&object_path(artifact.id), sealed.into()).await?;
    match commit(app, opened, &mut artifact, &sha256).await {
        // The same bytes came twice at once: the first counts.
        Ok(Committed::AlreadyThere(same)) => {
            delete_files(app, &[artifact.id]).await;
            Ok(Filed { artifact: *same, sha256, is_new: false })
        }
        Ok(Committed::Replacing(replaced)) => {
            delete_files(app, &replaced).await;
            Ok(Filed { artifact, sha256, is_new: true })
        }
        Err(error) => {
            delete_files(app, &[artifact.id]).await;
            Err(error)
        }
    }
}

/// The artifact that already answers this field with the same bytes.
async fn already_there(app: &App, opened: &Opened, field: Option<&str>, sha256: &str) -> Result<Option<Filed>, ArtifactError> {
    let Some(field) = field else { return Ok(None) };
    let artifacts = {
        let mut db = app.store.read().await?;
        store::artifacts::of_session(&mut db, opened.session.r#ref).await?
    };
    let Some(artifact) = artifacts.into_iter().rev().find(|artifact| artifact.field.as_deref() == Some(field)) else { return Ok(None) };
    let (wrapping, owner) = wrapping_key(app, &mut *app.store.read().await?, &opened.session, &opened.key, artifact.customer).await?;
    let facts = facts_by(&wrapping, &owner, &artifact)?;
    let is_same = facts.sha256 == sha256;
    Ok(is_same.then_some(Filed { artifact, sha256: facts.sha256, is_new: false }))
}

async fn seal(
    app: &App,
    opened: &Opened,
    inspected: Inspected,
    facts: Facts,
    field: Option<&str>,
    device: Option<Device>,
    size: i64,
) -> Result<(Artifact, Bytes), ArtifactError> {
    let row = app.ambient.uuid();
    let id = ArtifactId(row.as_u128());
    let row = row.to_string();
    let key = Key::random(&app.ambient);
    let customer = opened.session.customer;
    let (wrapping, owner) = wrapping_key(app, &mut *app.store.read().await?, &opened.session, &opened.key, customer).await?;
    let facts = Facts { width: inspected.width, height: inspected.height, clues: inspected.clues, ..facts };
    let facts = serde_json::to_vec(&facts).expect("strings and numbers serialise");
    let artifact = Artifact {
        id,
        session: opened.session.r#ref,
        customer,
        field: field.map(str::to_owned),
        media_type: inspected.media_type.as_str().to_owned(),
        size,
        data_key: app.vault.seal(&wrapping, key_place(&row, &owner), key.expose()),
        facts: app.vault.seal(&key, facts_place(&row), &facts),
        writer: device,
        created_at: app.ambient.now(),
    };
    let stored = inspected.stored;
    let sealed = app.on_cpu(move || vault::seal_file(&key, &id.to_string(), &stored)).await.map_err(|_| ArtifactError::Panicked)?;
    Ok((artifact, sealed.into()))
}

/// What became of an artifact's row.
enum Committed {
    /// It is there, in place of these.
    Replacing(Vec<ArtifactId>),
    /// The same bytes answer the field already.
    AlreadyThere(Box<Artifact>),
}

/// Writes the row and what it answers while the session is held. It goes into the dossier of whoever the session belongs to by
/// now: its bytes may have been minutes on their way.
async fn commit(app: &App, opened: &Opened, artifact: &mut Artifact, sha256: &str) -> Result<Committed, ArtifactError> {
    let now = app.ambient.now();
    let mut tx = save::hold(app, opened, now).await?;
    let mut replaced = Vec::new();
    if let Some(field) = &artifact.field {
        for earlier in store::artifacts::of_session(&mut tx, artifact.session).await? {
            if earlier.field.as_ref() == Some(field) {
                let (wrapping, owner) = wrapping_key(app, &mut tx, &opened.session, &opened.key, earlier.customer).await?;
                if facts_by(&wrapping, &owner, &earlier)?.sha256 == sha256 {
                    return Ok(Committed::AlreadyThere(Box::new(earlier)));
                }
                store::artifacts::remove(&mut tx, earlier.id).await?;
                replaced.push(earlier.id);
            }
        }
        let sealed = seal_answer(app, &opened.key, artifact.session, field, &Answer::Text(artifact.id.to_string()));
        store::answers::put(&mut tx, artifact.session, field, &sealed, artifact.writer, now).await?;
    }
    let (files, bytes) = store::artifacts::total(&mut tx, artifact.session).await?;
    if files >= MAX_FILES {
        return Err(ArtifactError::TooLarge("A session holds at most 40 files."));
    }
    if bytes + artifact.size > MAX_TOTAL {
        return Err(ArtifactError::TooLarge("A session holds at most 100 MiB (104857600 bytes) of files."));
    }
    store::artifacts::insert(&mut tx, artifact).await?;
    let session = store::sessions::by_ref(&mut tx, artifact.session).await?.ok_or(SessionError::NotFound)?;
    if session.customer != artifact.customer {
        move_to(app, &mut tx, &session, artifact, session.customer).await?;
        artifact.customer = session.customer;
    }
    kill::point("upload.before_commit");
    tx.commit().await?;
    kill::point("upload.after_commit");
    Ok(Committed::Replacing(replaced))
}

/// Deletes files whose rows are gone. What fails here the sweeper finds later.
pub async fn delete_files(app: &App, ids: &[ArtifactId]) {
    for id in ids {
        if let Err(error) = app.objects.delete(&object_path(*id)).await {
            warn!(artifact = %id, %error, "a file could not be deleted; the sweeper will");
        }
    }
}
