//! Opening a session by its id, and what anyone who has the id may see of it.

use std::sync::Arc;

use shared::{
    answers::{self, Answers},
    api::{Progress, PublicSession},
    flow::Step,
    ids::SessionId,
    language::Language,
    session::Status,
};

use super::{Saved, SessionError, load_saved};
use crate::{
    app::App,
    clock::rfc3339,
    flows::{self, Flow},
    model::{Artifact, Session, SessionRef},
    store::{self, Db},
    vault::Key,
    webhooks,
};

/// A session, opened by its id.
pub struct Opened {
    /// The id that opened it.
    pub id: SessionId,
    /// Its row.
    pub session: Session,
    /// Its data key.
    pub key: Key,
    /// The flow it is pinned to.
    pub flow: Arc<Flow>,
    /// Its status as of when it was opened.
    pub status: Status,
}

impl Opened {
    /// Refuses a session that is over or was submitted.
    ///
    /// # Errors
    /// [`SessionError::Expired`] or [`SessionError::NotOpen`].
    pub const fn require_open(&self) -> Result<(), SessionError> {
        match self.status {
            Status::Pending => Ok(()),
            Status::Expired => Err(SessionError::Expired),
            Status::Processing | Status::Completed => Err(SessionError::NotOpen),
        }
    }

    /// What an artifact's URL begins with.
    pub fn artifact_prefix(&self, app: &App) -> String {
        format!("{}/kyc-sessions/{}/artifacts/", app.public_url, self.id.expose())
    }
}

/// Opens a session.
///
/// # Errors
/// [`SessionError::NotFound`] where there is none.
pub async fn open(app: &App, id: SessionId) -> Result<Opened, SessionError> {
    let found = app.store.session(&id).await?;
    opened(app, id, found.ok_or(SessionError::NotFound)?).await
}

/// Opens a session by its ref, for those who may see it without its id.
///
/// # Errors
/// [`SessionError::NotFound`] where there is none.
pub async fn by_ref(app: &App, r#ref: SessionRef) -> Result<Opened, SessionError> {
    let found = {
        let mut db = app.store.read().await?;
        store::sessions::by_ref(&mut db, r#ref).await?
    };
    let session = found.ok_or(SessionError::NotFound)?;
    let key = app.vault.data_key("sessions", &r#ref.to_string(), &session.data_key)?;
    opened(app, webhooks::session_id(&session, &key)?, session).await
}

async fn opened(app: &App, id: SessionId, session: Session) -> Result<Opened, SessionError> {
    let key = app.vault.data_key("sessions", &session.r#ref.to_string(), &session.data_key)?;
    let flow = flows::by_id(app, session.flow).await?;
    let status = session.state.status_at(app.ambient.now());
    Ok(Opened { id, session, key, flow, status })
}

/// What was saved of it.
///
/// # Errors
/// Where the store does not answer.
pub async fn saved(app: &App, opened: &Opened) -> Result<Saved, SessionError> {
    let mut db = app.store.read().await?;
    load_saved(&mut db, opened.session.r#ref, &opened.key).await
}

/// What was uploaded to it.
///
/// # Errors
/// Where the store does not answer.
pub async fn artifacts(app: &App, opened: &Opened) -> Result<Vec<Artifact>, SessionError> {
    let mut db = app.store.read().await?;
    Ok(store::artifacts::of_session(&mut db, opened.session.r#ref).await?)
}

/// How far the customer of an open session is.
///
/// # Errors
/// Where the store does not answer.
pub(crate) async fn progress(db: &mut Db, opened: &Opened, steps: &[Step]) -> Result<Progress, SessionError> {
    let saved = load_saved(db, opened.session.r#ref, &opened.key).await?;
    let saved_steps = store::answers::saved_steps(db, opened.session.r#ref).await?;
    Ok(answers::progress(steps, &|step| saved_steps.iter().any(|saved| saved == step), &saved.answers))
}

/// What anyone who has the id may see: never what was entered, nor a score, nor a decision.
///
/// # Errors
/// Where the store does not answer.
pub async fn public(app: &App, opened: &Opened, language: Language) -> Result<PublicSession, SessionError> {
    let definition = &opened.flow.definition;
    let (steps, progress) = if opened.status == Status::Pending {
        let steps = definition.steps(language);
        // Every saving touches the session, so there is nothing to look for where nothing did.
        let progress = if opened.session.touched_at == opened.session.created_at {
            answers::progress(&steps, &|_| false, &Answers::new())
        } else {
            progress(&mut *app.store.read().await?, opened, &steps).await?
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
    })
}
