//! Opens a session by its id, and builds what anyone who has the id may see.

use std::sync::Arc;

use shared::{
    answers::{self, Answers},
    api::{Progress, PublicSession},
    flow::Step,
    ids::SessionId,
    language::Language,
    return_url,
    session::Status,
};
use url::Url;

use super::{
    keys,
    saved::{self, Saved},
    transition::{self, Closed},
};
use crate::{
    clock::rfc3339,
    failure::Failure,
    flows,
    ids::SessionRef,
    kit::Kit,
    model::{Artifact, Device, Flow, Session},
    store::{self, Db},
    vault::Key,
};

/// Why a session was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No session has this id or ref.
    #[error("there is no such session")]
    NotFound,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(OpenError);

/// An opened session: its row, its key and its flow.
pub struct Opened {
    /// The id that opened it.
    pub id: SessionId,
    /// Its row.
    pub session: Session,
    /// Its data key.
    pub key: Key,
    /// The flow it is pinned to.
    pub flow: Arc<Flow>,
    /// Its status when it was opened.
    pub status: Status,
}

impl Opened {
    /// Checks that the session still accepts data from its customer.
    ///
    /// # Errors
    /// Why it does not.
    pub const fn require_open(&self) -> Result<(), Closed> {
        transition::require_open(self.status)
    }

    /// Whether nothing had been saved or uploaded when it was opened: every write sets `touched_at`.
    pub fn is_untouched(&self) -> bool {
        self.session.touched_at == self.session.created_at
    }

    /// The start of the URL of each of its artifacts.
    pub fn artifact_prefix(&self, kit: &Kit) -> String {
        format!("{}/kyc-sessions/{}/artifacts/", kit.public_url, self.id.expose())
    }
}

/// Opens a session.
///
/// # Errors
/// [`OpenError::NotFound`] if there is none.
pub async fn open(kit: &Kit, id: SessionId) -> Result<Opened, OpenError> {
    let session = kit.store.session(&id).await?.ok_or(OpenError::NotFound)?;
    let key = keys::session_key(kit, &session)?;
    // Whoever can write to the database must not be able to give a session another id.
    if keys::session_id(&session, &key)?.expose() != id.expose() {
        return Err(OpenError::NotFound);
    }
    opened(kit, id, session, key).await
}

/// Opens a session by its ref, for operators, who do not need its id.
///
/// # Errors
/// [`OpenError::NotFound`] if there is none.
pub async fn by_ref(kit: &Kit, r#ref: SessionRef) -> Result<Opened, OpenError> {
    let found = store::sessions::by_ref(&mut *kit.store.read().await?, r#ref).await?;
    let session = found.ok_or(OpenError::NotFound)?;
    let key = keys::session_key(kit, &session)?;
    opened(kit, keys::session_id(&session, &key)?, session, key).await
}

async fn opened(kit: &Kit, id: SessionId, session: Session, key: Key) -> Result<Opened, OpenError> {
    let flow = flows::by_id(kit, session.flow).await?;
    let status = session.state.status_at(kit.ambient.now());
    Ok(Opened { id, session, key, flow, status })
}

/// Reads the session's saved values.
///
/// # Errors
/// If the store does not answer.
pub async fn saved(kit: &Kit, opened: &Opened) -> Result<Saved, Failure> {
    saved::load(&mut *kit.store.read().await?, opened.session.r#ref, &opened.key).await
}

/// Reads the rows of the session's artifacts.
///
/// # Errors
/// If the store does not answer.
pub async fn artifacts(kit: &Kit, opened: &Opened) -> Result<Vec<Artifact>, Failure> {
    Ok(store::artifacts::of_session(&mut *kit.store.read().await?, &kit.vault, opened.session.r#ref).await?)
}

/// Whether this device wrote something to the session: an answer, a file, or its submission.
///
/// # Errors
/// If the store does not answer.
pub async fn has_written(kit: &Kit, opened: &Opened, device: Device) -> Result<bool, Failure> {
    if opened.is_untouched() {
        return Ok(false);
    }
    has_written_now(kit, opened, device).await
}

/// The same for a device that may have written after the session was opened.
///
/// # Errors
/// If the store does not answer.
pub async fn has_written_now(kit: &Kit, opened: &Opened, device: Device) -> Result<bool, Failure> {
    Ok(store::sessions::has_writer(&mut *kit.store.read().await?, opened.session.r#ref, device).await?)
}

/// Where the customer goes now that the session is over; `None` if it has no return URL. We add only the status to it.
///
/// # Errors
/// If the store does not answer, or somebody else wrote the URL into the database.
pub async fn return_url(kit: &Kit, opened: &Opened, status: Status) -> Result<Option<String>, Failure> {
    let url = store::sessions::return_url(&mut *kit.store.read().await?, &kit.vault, opened.session.r#ref).await?;
    Ok(url.filter(|url| return_url::is_allowed(url)).and_then(|url| Url::parse(&url).ok()).map(|mut url| {
        url.query_pairs_mut().append_pair("status", status.as_str());
        url.into()
    }))
}

/// How far the customer of an open session has come.
///
/// # Errors
/// If the store does not answer.
pub async fn progress(db: &mut Db, opened: &Opened, steps: &[Step]) -> Result<Progress, Failure> {
    let saved = saved::load(db, opened.session.r#ref, &opened.key).await?;
    let saved_steps = store::answers::saved_steps(db, opened.session.r#ref).await?;
    Ok(answers::progress(steps, &|step| saved_steps.iter().any(|saved| saved == step), &saved.answers))
}

/// The body of `GET /public`: what anyone who has the id may see. It has no answers, no score and no decision.
///
/// # Errors
/// If the store does not answer.
pub async fn public(kit: &Kit, opened: &Opened, language: Language) -> Result<PublicSession, Failure> {
    let definition = &opened.flow.definition;
    let (steps, progress) = if opened.status == Status::Pending {
        let steps = definition.steps_at(language, kit.ambient.now());
        let progress = if opened.is_untouched() {
            answers::progress(&steps, &|_| false, &Answers::new())
        } else {
            progress(&mut *kit.store.read().await?, opened, &steps).await?
        };
        (steps, progress)
    } else {
        (Vec::new(), Progress::default())
    };
    Ok(PublicSession {
        status: opened.status,
        flow_name: definition.title(language),
        expires_at: rfc3339(opened.session.expires_at),
        locale: language,
        branding: definition.branding(Some(opened.flow.logo_path())),
        steps,
        progress,
        sandbox: definition.is_sandbox(),
    })
}
