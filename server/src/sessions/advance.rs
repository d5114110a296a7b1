//! The Continue button: saves a step and returns what comes next. The handler of the step's form calls it, so that no handler
//! decides where a customer goes. The `Flow` island uses the same rule in the browser: [`shared::flow::next_step`].

use shared::{
    answers,
    api::RawUserData,
    flow::{Step, next_step},
    problem::FieldFault,
};

use super::{
    complete::{CompleteError, complete},
    open::{self, Opened},
    save::{self, Invalid, SaveError, Sender},
    transition::Lifecycle,
};
use crate::{failure::Failure, kit::Kit, model::Visit};

/// What the customer sent for a step.
#[derive(Debug)]
pub struct Filled<'a> {
    /// The step, in the language in which the customer sees it.
    pub step: &'a Step,
    /// The values.
    pub values: &'a RawUserData,
    /// The faults of the uploaded files that were refused.
    pub refused_files: Vec<FieldFault>,
    /// The customer came from the REVIEW step to change an answer.
    pub from_review: bool,
}

/// What comes after a saved step.
#[derive(Debug, PartialEq, Eq)]
pub enum Advanced {
    /// The step with this id.
    Step(String),
    /// Nothing: it was the last step, and the session was submitted.
    Submitted,
    /// It was the last step, but the step with this id has missing or wrong answers.
    Missing(String),
}

/// Why the customer stays on the step.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// The step was not saved.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// The session was not submitted.
    #[error(transparent)]
    Complete(#[from] CompleteError),
}

/// Saves a step. After the last one, completes the session.
///
/// # Errors
/// [`SaveError::Invalid`] with every fault of the step, if it was not saved; [`SaveError::Closed`] if the session accepts nothing
/// more.
pub async fn advance(kit: &Kit, lifecycle: &Lifecycle, opened: &Opened, filled: Filled<'_>, sender: Sender, visit: &Visit) -> Result<Advanced, AdvanceError> {
    let Filled { step, values, refused_files, from_review } = filled;
    let refused_files =
        if refused_files.is_empty() { refused_files } else { that_apply(kit, opened, step, values, refused_files).await.map_err(SaveError::from)? };
    if !refused_files.is_empty() {
        let faults = refused(kit, opened, step, values, refused_files).await.map_err(SaveError::from)?;
        return Err(SaveError::Invalid(Invalid { faults, missing_steps: vec![step.id.clone()] }).into());
    }
    save::save(kit, opened, &step.id, values, sender).await?;
    let steps = opened.flow.definition.steps(sender.language);
    if let Some(next) = next_step(&steps, &step.id, from_review) {
        return Ok(Advanced::Step(next.id.clone()));
    }
    match complete(kit, lifecycle, opened, &RawUserData::new(), sender, visit).await {
        Ok(_) => Ok(Advanced::Submitted),
        Err(CompleteError::Invalid(invalid)) => Ok(Advanced::Missing(invalid.missing_steps.into_iter().next().unwrap_or_else(|| step.id.clone()))),
        Err(error) => Err(error.into()),
    }
}

/// The faults of fields that apply. A file for any other field counts for nothing.
async fn that_apply(kit: &Kit, opened: &Opened, step: &Step, values: &RawUserData, mut faults: Vec<FieldFault>) -> Result<Vec<FieldFault>, Failure> {
    let saved = open::saved(kit, opened).await?.answers;
    let idle = answers::idle(step, values, &saved);
    faults.retain(|fault| !idle.contains(&&*fault.field));
    Ok(faults)
}

/// A step with a refused file is not saved. Adds the faults of its other fields, so that the customer sees all of them at once.
async fn refused(kit: &Kit, opened: &Opened, step: &Step, values: &RawUserData, mut faults: Vec<FieldFault>) -> Result<Vec<FieldFault>, Failure> {
    let others = save::faults(kit, opened, step, values).await?;
    let others: Vec<FieldFault> = others.into_iter().filter(|other| faults.iter().all(|known| known.field != other.field)).collect();
    faults.extend(others);
    faults.sort_by_key(|fault| step.fields.iter().position(|field| field.name == fault.field));
    Ok(faults)
}
