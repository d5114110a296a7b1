//! Saving one step. Everything that depends on the session being open happens while its row is held.

use shared::{
    answers::{self, Answers},
    api::RawUserData,
    field_value::Answer,
    flow::{Field, FieldType, Step},
    ids::ArtifactId,
    language::Language,
    problem::FieldFault,
    session::Timestamp,
};

use super::{Saved, Sender, SessionError, consent, find_artifact, load_saved, open::Opened, seal_answer};
use crate::{
    app::App,
    artifacts,
    model::Artifact,
    store::{self, StoreError, Tx},
};

/// Saves one step's values: all of them, or with a fault none.
///
/// # Errors
/// [`SessionError::UnknownStep`], [`SessionError::Invalid`] with every fault, or that the session is not open.
pub async fn save(app: &App, opened: &Opened, step_id: &str, sent: &RawUserData, sender: Sender) -> Result<(), SessionError> {
    opened.require_open()?;
    let steps = opened.flow.definition.steps(Language::default());
    let step = steps.iter().find(|step| step.id == step_id).ok_or(SessionError::UnknownStep)?;
    let session = opened.session.r#ref;
    let now = app.ambient.now();
    let mut tx = hold(app, opened, now).await?;
    let saved = load_saved(&mut tx, session, &opened.key).await?;
    let artifacts = store::artifacts::of_session(&mut tx, session).await?;
    let prefix = opened.artifact_prefix(app);
    let lookup = |field: &Field, text: &str| find_artifact(field, text, &prefix, &artifacts);
    let values = answers::check_step(step, sent, &saved.answers, &lookup).map_err(|faults| {
        let missing_steps = vec![step.id.clone()];
        SessionError::Invalid { faults, missing_steps }
    })?;
    let before: Answers = saved.answers.iter().filter(|(name, _)| step.field(name).is_some()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let change = Change { before: &before, after: &values, saved: &saved, steps: &steps, sent, artifacts: &artifacts, sender, now };
    let dropped = write(app, &mut tx, opened, change).await?;
    store::answers::mark_saved(&mut tx, session, step_id, now).await?;
    tx.commit().await?;
    artifacts::delete_files(app, &dropped).await;
    Ok(())
}

/// Holds the session's row, or says why it cannot be written any more.
pub(crate) async fn hold(app: &App, opened: &Opened, now: Timestamp) -> Result<Tx, SessionError> {
    let mut tx = app.store.write().await?;
    match store::sessions::hold_open(&mut tx, opened.session.r#ref, now).await {
        Ok(()) => Ok(tx),
        Err(StoreError::Conflict) => {
            let session = store::sessions::by_ref(&mut tx, opened.session.r#ref).await?.ok_or(SessionError::NotFound)?;
            let expired = session.state.status_at(now) == shared::session::Status::Expired;
            Err(if expired { SessionError::Expired } else { SessionError::NotOpen })
        }
        Err(error) => Err(error.into()),
    }
}

/// A change of saved values.
pub(crate) struct Change<'a> {
    /// The values there were, of the fields in question.
    pub before: &'a Answers,
    /// The values there are to be.
    pub after: &'a Answers,
    /// Everything that was saved, with its writers.
    pub saved: &'a Saved,
    /// The flow's steps.
    pub steps: &'a [Step],
    /// What was sent, and so is written by this device.
    pub sent: &'a RawUserData,
    /// The session's artifacts.
    pub artifacts: &'a [Artifact],
    /// Who writes.
    pub sender: Sender,
    /// When.
    pub now: Timestamp,
}

impl Change<'_> {
    /// Whether any field holds this value once the change is made.
    fn still_names(&self, value: &Answer) -> bool {
        let untouched = self.saved.answers.iter().filter(|(field, _)| !self.before.contains_key(*field)).map(|(_, answer)| answer);
        self.after.values().chain(untouched).any(|answer| answer == value)
    }

    fn is_artifact(&self, field: &str) -> bool {
        self.steps.iter().filter_map(|step| step.field(field)).any(|field| field.r#type == FieldType::Artifact)
    }
}

/// Writes a change. Artifacts that no field answers with any more are removed; their files are for the caller to delete
/// once the transaction has committed.
pub(crate) async fn write(app: &App, tx: &mut Tx, opened: &Opened, change: Change<'_>) -> Result<Vec<ArtifactId>, SessionError> {
    let session = opened.session.r#ref;
    let mut dropped = Vec::new();
    for (field, old) in change.before {
        if change.after.get(field) == Some(old) {
            continue;
        }
        if !change.after.contains_key(field) {
            store::answers::remove(tx, session, field).await?;
        }
        if change.is_artifact(field)
            && !change.still_names(old)
            && let Ok(id) = old.text().parse()
        {
            store::artifacts::remove(tx, id).await?;
            dropped.push(id);
        }
    }
    for (field, answer) in change.after {
        let same = change.before.get(field) == Some(answer);
        if same && !change.sent.contains_key(field) {
            continue;
        }
        let writer = change.sender.device.or_else(|| if same { change.saved.writers.get(field).copied().flatten() } else { None });
        store::answers::put(tx, session, field, &seal_answer(app, &opened.key, session, field, answer), writer, change.now).await?;
        if let (true, Answer::Text(text)) = (change.is_artifact(field), answer)
            && let Ok(id) = text.parse::<ArtifactId>()
            && change.artifacts.iter().any(|a| a.id == id && a.field.as_deref() != Some(field))
        {
            store::artifacts::assign(tx, id, field).await?;
        }
    }
    consent::note(tx, opened, change.sent, change.after, change.sender.language, change.now).await?;
    Ok(dropped)
}

/// What would be wrong with a step if this were sent; nothing is saved.
///
/// # Errors
/// Where the store does not answer.
pub async fn faults(app: &App, opened: &Opened, step: &Step, sent: &RawUserData) -> Result<Vec<FieldFault>, SessionError> {
    let mut db = app.store.read().await?;
    let saved = load_saved(&mut db, opened.session.r#ref, &opened.key).await?;
    let artifacts = store::artifacts::of_session(&mut db, opened.session.r#ref).await?;
    let prefix = opened.artifact_prefix(app);
    let checked = answers::check_step(step, sent, &saved.answers, &|field, text| find_artifact(field, text, &prefix, &artifacts));
    Ok(checked.err().unwrap_or_default())
}

/// What is wrong with a step as it was saved.
///
/// # Errors
/// Where the store does not answer.
pub async fn faults_as_saved(app: &App, opened: &Opened, step: &Step) -> Result<Vec<FieldFault>, SessionError> {
    let saved = super::open::saved(app, opened).await?;
    let own = saved.answers.iter().filter(|(name, _)| step.field(name).is_some());
    let sent = own.map(|(name, answer)| (name.clone(), answer.to_json())).collect();
    faults(app, opened, step, &sent).await
}
