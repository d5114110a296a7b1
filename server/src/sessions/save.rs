//! Saves one step. The session's row is locked from the check that it is open until the commit, so it cannot close in between.

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

use super::{
    consent,
    entered::{self, Begun, Entered},
    open::Opened,
    saved::{self, Saved, find_artifact},
    transition::{Closed, NotOpen},
};
use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    kit::Kit,
    model::{Artifact, Device, SavedAnswer},
    objects,
    store::{self, Tx},
};

/// Why nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The session accepts nothing more.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// Its flow has no such step.
    #[error("the flow has no such step")]
    UnknownStep,
    /// The answers do not fit the flow.
    #[error("some answers need correcting")]
    Invalid(Invalid),
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(SaveError);

impl From<NotOpen> for SaveError {
    fn from(error: NotOpen) -> Self {
        match error {
            NotOpen::Closed(closed) => Self::Closed(closed),
            NotOpen::Failure(failure) => failure.into(),
        }
    }
}

/// Answers that do not fit the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Every fault.
    pub faults: Vec<FieldFault>,
    /// The steps with a fault, in order.
    pub missing_steps: Vec<String>,
}

/// The device that sends values, and the language in which its user sees the flow.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// The device, if it is known.
    pub device: Option<Device>,
    /// The language in which the step was shown.
    pub language: Language,
}

/// Saves all values of one step. If one has a fault, it saves none.
///
/// # Errors
/// [`SaveError::UnknownStep`], [`SaveError::Invalid`] with every fault, or that the session is closed.
pub async fn save(kit: &Kit, opened: &Opened, step_id: &str, sent: &RawUserData, sender: Sender) -> Result<(), SaveError> {
    opened.require_open()?;
    let steps = opened.flow.definition.steps_at(Language::default(), kit.ambient.now());
    let (number, step) = (1..).zip(&steps).find(|(_, step)| step.id == step_id).ok_or(SaveError::UnknownStep)?;
    let session = opened.session.r#ref;
    let now = kit.ambient.now();
    let Begun { mut tx, entered: Entered { saved, artifacts }, .. } = entered::begin(kit, opened, now).await?;
    let prefix = opened.artifact_prefix(kit);
    let lookup = |field: &Field, text: &str| find_artifact(field, text, &prefix, &artifacts);
    let values = answers::check_step(step, sent, &saved.answers, &lookup).map_err(|faults| {
        let missing_steps = vec![step.id.clone()];
        SaveError::Invalid(Invalid { faults, missing_steps })
    })?;
    let before: Answers = saved.answers.iter().filter(|(name, _)| step.field(name).is_some()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let change = Change { before: &before, after: &values, saved: &saved, steps: &steps, sent, artifacts: &artifacts, sender, now };
    let act = if change.is_over_another_device() { Act::StepOverwritten { session, step: number } } else { Act::StepSaved { session, step: number } };
    let dropped = write(kit, &mut tx, opened, change).await?;
    tx.audit(Entry::new(&kit.ambient, now, Actor::Customer, act)).await?;
    store::answers::mark_saved(&mut tx, session, step_id, now).await?;
    tx.commit().await?;
    objects::delete(kit, &dropped).await;
    Ok(())
}

/// A change of saved values.
pub(super) struct Change<'a> {
    /// The saved values of the fields that this change covers.
    pub before: &'a Answers,
    /// The new values of those fields.
    pub after: &'a Answers,
    /// Every saved value of the session, with the device that wrote it.
    pub saved: &'a Saved,
    /// The flow's steps.
    pub steps: &'a [Step],
    /// What the device sent. These values get this device as their writer.
    pub sent: &'a RawUserData,
    /// The session's artifacts.
    pub artifacts: &'a [Artifact],
    /// The device that writes.
    pub sender: Sender,
    /// The time of the change.
    pub now: Timestamp,
}

impl Change<'_> {
    /// Whether it replaces or removes a value that another device wrote. A device without a cookie counts as another one.
    pub(super) fn is_over_another_device(&self) -> bool {
        let is_anothers = |field: &String| self.saved.writers.get(field).copied().flatten() != self.sender.device;
        self.before.iter().any(|(field, old)| self.after.get(field) != Some(old) && is_anothers(field))
    }

    /// Whether any field has this value after the change.
    fn still_names(&self, value: &Answer) -> bool {
        let untouched = self.saved.answers.iter().filter(|(field, _)| !self.before.contains_key(*field)).map(|(_, answer)| answer);
        self.after.values().chain(untouched).any(|answer| answer == value)
    }

    fn is_artifact(&self, field: &str) -> bool {
        self.steps.iter().filter_map(|step| step.field(field)).any(|field| field.r#type == FieldType::Artifact)
    }
}

/// Writes a change. It removes the rows of artifacts that no field refers to any more and returns their ids; the caller deletes
/// their files after the commit.
pub(super) async fn write(kit: &Kit, tx: &mut Tx, opened: &Opened, change: Change<'_>) -> Result<Vec<ArtifactId>, Failure> {
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
    let mut written = Vec::new();
    for (field, answer) in change.after {
        let same = change.before.get(field) == Some(answer);
        let earlier = change.saved.writers.get(field).copied().flatten();
        let writer = change.sender.device.or(if same { earlier } else { None });
        if same && (!change.sent.contains_key(field) || writer == earlier) {
            continue;
        }
        written.push(SavedAnswer { field: field.clone(), value: saved::seal(kit, &opened.key, session, field, answer), writer });
        if let (true, Answer::Text(text)) = (change.is_artifact(field), answer)
            && let Ok(id) = text.parse::<ArtifactId>()
            && change.artifacts.iter().any(|a| a.id == id && a.field.as_deref() != Some(field))
        {
            store::artifacts::assign(tx, id, field).await?;
        }
    }
    store::answers::put(tx, session, written, change.now).await?;
    consent::note(tx, opened, change.sent, change.after, change.sender.language, change.now).await?;
    objects::discard(tx, &dropped, change.now).await?;
    Ok(dropped)
}

/// Checks values for a step without saving them.
///
/// # Errors
/// If the store does not answer.
pub async fn faults(kit: &Kit, opened: &Opened, step: &Step, sent: &RawUserData) -> Result<Vec<FieldFault>, Failure> {
    let mut db = kit.store.read().await?;
    let saved = saved::load(&mut db, opened.session.r#ref, &opened.key).await?;
    let artifacts = store::artifacts::of_session(&mut db, &kit.vault, opened.session.r#ref).await?;
    let prefix = opened.artifact_prefix(kit);
    let checked = answers::check_step(step, sent, &saved.answers, &|field, text| find_artifact(field, text, &prefix, &artifacts));
    Ok(checked.err().unwrap_or_default())
}

/// Checks the saved values of a step.
///
/// # Errors
/// If the store does not answer.
pub async fn faults_as_saved(kit: &Kit, opened: &Opened, step: &Step) -> Result<Vec<FieldFault>, Failure> {
    let saved = super::open::saved(kit, opened).await?;
    let own = saved.answers.iter().filter(|(name, _)| step.field(name).is_some());
    let sent = own.map(|(name, answer)| (name.clone(), answer.to_json())).collect();
    faults(kit, opened, step, &sent).await
}
