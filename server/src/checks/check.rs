//! The trait of a check, and [`Submission`]: all that a check can read.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use shared::{
    answers::Answers,
    catalogue::CheckInfo,
    definition::{BIOMETRIC_CHECKS, Settings},
    field_value::Answer,
    flow::{Field, FieldType, Meaning, Step},
    ids::ArtifactId,
    language::Language,
    risk::{CheckResult, Weights},
    rule::ListKind,
    session::Timestamp,
};
use tokio::sync::OnceCell;

use crate::{
    artifacts::{self, ReadError},
    cpu::Panicked,
    failure::Failure,
    ids::SessionRef,
    inspect,
    kit::Kit,
    lists,
    model::{Artifact, Finding, Flow, FoundReason, PdfState, Person, Seen, SeenFaces, SeenText, Session, Twin, Verdict},
    sessions::{fingerprints, visits},
    store::StoreError,
    vault::Key,
    worker::WorkerError,
};

/// The time limit of one try, unless the check sets another.
pub const TRY: Duration = Duration::from_secs(5);

/// Why a try of a check failed.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] ReadError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No worker could look at a document.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// CPU work of the check panicked.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// One check. Its file declares it as `INFO` and implements it as `Check`.
pub trait Check: Send + Sync {
    /// The check's declaration.
    fn info(&self) -> &'static CheckInfo;

    /// The time limit of one try.
    fn timeout(&self) -> Duration {
        TRY
    }

    /// Whether it only computes, for a moment, with what was typed: it needs no file and asks nobody. Then it can run while the session is
    /// submitted.
    fn only_computes(&self) -> bool {
        false
    }

    /// Checks a session.
    ///
    /// # Errors
    /// If something could not be read. The runner then tries the check again.
    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>>;
}

/// The submitted session that a check reads. A check cannot change it.
pub struct Submission {
    kit: Kit,
    key: Key,
    person: Person,
    weights: Weights,
    /// When the customer submitted it.
    pub submitted_at: Timestamp,
    /// What its flow says to its checks.
    pub settings: Settings,
    /// The steps of its flow.
    pub steps: Vec<Step>,
    /// The submitted values.
    pub answers: Answers,
    /// The uploaded files.
    pub artifacts: Vec<Artifact>,
    /// Whether faces may be compared: the flow asks for it, and the customer agreed.
    pub may_measure_faces: bool,
    /// What is known of each file, once a check has asked.
    known: HashMap<ArtifactId, Known>,
}

/// What checks have asked of a file.
#[derive(Default)]
struct Known {
    key: OnceCell<Key>,
    text: OnceCell<Option<Arc<SeenText>>>,
    faces: OnceCell<Option<Arc<SeenFaces>>>,
}

impl Submission {
    /// This session, of this version of a flow, that was submitted then, with the key that opens its files.
    pub fn new(kit: Kit, key: Key, session: &Session, flow: &Flow, submitted_at: Timestamp, answers: Answers, artifacts: Vec<Artifact>) -> Self {
        let (weights, settings) = (flow.resolved.weights.clone(), flow.definition.settings());
        let steps = flow.definition.steps(Language::default());
        let known = artifacts.iter().map(|artifact| (artifact.id, Known::default())).collect();
        let agreed = |name: &String| answers.get(name) == Some(&Answer::Flag(true));
        let compares = BIOMETRIC_CHECKS.iter().any(|check| flow.runs(check));
        let may_measure_faces = compares && settings.biometric_consent.as_ref().is_some_and(agreed);
        let person = Person { session: session.r#ref, customer: session.customer, cpfs: fingerprints::cpfs(&kit, &steps, &answers) };
        Self { kit, key, person, weights, submitted_at, settings, steps, answers, artifacts, may_measure_faces, known }
    }

    /// Whether this reason existed when the session's version of the flow was imported. A check looks for nothing that is newer, so that
    /// an upgrade of the server changes no score.
    pub fn knows(&self, code: &str) -> bool {
        self.weights.contains_key(code)
    }

    /// Every field of the flow, in the flow's order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.steps.iter().flat_map(|step| &step.fields)
    }

    /// What was entered for the field with this meaning, and the field.
    pub fn entered(&self, meaning: Meaning) -> Option<(&Field, &str)> {
        let field = self.fields().find(|field| field.meaning() == Some(meaning))?;
        let text = self.answers.get(&field.name)?.text();
        (!text.is_empty()).then_some((field, text))
    }

    /// The file that answers a field.
    pub fn artifact(&self, field: &Field) -> Option<&Artifact> {
        let id = self.answers.get(&field.name)?.text().parse().ok()?;
        self.artifacts.iter().find(|artifact| artifact.id == id)
    }

    /// The field with this meaning, and its file.
    pub fn file(&self, meaning: Meaning) -> Option<(&Field, &Artifact)> {
        self.files().find(|(field, _)| field.meaning() == Some(meaning))
    }

    /// Each field that has a file.
    pub fn files(&self) -> impl Iterator<Item = (&Field, &Artifact)> {
        self.fields().filter(|field| field.r#type == FieldType::Artifact).filter_map(|field| Some((field, self.artifact(field)?)))
    }

    /// The key of a file, read once for all checks.
    async fn file_key(&self, artifact: &Artifact) -> Result<Key, Failure> {
        let read = || artifacts::key(&self.kit, &self.key, artifact);
        match self.known.get(&artifact.id) {
            Some(known) => known.key.get_or_try_init(read).await.cloned(),
            None => read().await,
        }
    }

    /// The bytes of a file as they are stored: without metadata.
    ///
    /// # Errors
    /// If the file is lost or damaged, or the storage does not answer.
    pub async fn read(&self, artifact: &Artifact) -> Result<Vec<u8>, ReadError> {
        artifacts::read(&self.kit, &self.file_key(artifact).await?, artifact).await
    }

    /// For each of these values, which is of a kind, whether one of the flow's lists held it when the session was submitted.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn on_lists(&self, values: &[(ListKind, &str)]) -> Result<Vec<bool>, CheckError> {
        Ok(lists::hits(&self.kit, &self.settings.lists, values, self.submitted_at).await?)
    }

    /// For each of these fields, the sessions of other customers in which the same was entered, the newest first; `None` if nothing was entered
    /// that tells people apart.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn of_other_customers(&self, fields: &[&Field]) -> Result<Vec<Option<Vec<SessionRef>>>, CheckError> {
        let values: Vec<_> = fields.iter().map(|field| fingerprints::index(&self.kit, field, &self.steps, &self.answers)).collect();
        let known: Vec<_> = values.iter().flatten().cloned().collect();
        let mut found = fingerprints::of_other_customers(&self.kit, &self.person, &known).await?.into_iter();
        Ok(values.into_iter().map(|value| value.and_then(|_| found.next())).collect())
    }

    /// The content of a file, to compare it with others of the session; `None` if its facts are damaged, or it was uploaded before files were
    /// compared.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn content(&self, artifact: &Artifact) -> Result<Option<String>, CheckError> {
        let content = self.file_key(artifact).await.and_then(|key| Ok(artifacts::twins::content(&key, artifact)?));
        Ok(intact(content)?.flatten())
    }

    /// The files of somebody else that are like this one, the likest first.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn twins(&self, artifact: &Artifact) -> Result<Vec<Twin>, CheckError> {
        let key = self.file_key(artifact).await;
        let twins = async { artifacts::twins::of_others(&self.kit, &self.person, &key?, artifact).await };
        Ok(intact(twins.await)?.unwrap_or_default())
    }

    /// The other sessions of the same device, network and customer within the flow's time; nothing if it is not known where this one was
    /// submitted from.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn seen(&self) -> Result<Vec<Seen>, CheckError> {
        Ok(visits::seen(&self.kit, self.person.session, self.submitted_at, self.settings.velocity).await?)
    }

    /// What an image's metadata told before it was removed; `None` if that is damaged.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn clues(&self, artifact: &Artifact) -> Result<Option<inspect::Clues>, CheckError> {
        let clues = self.file_key(artifact).await.and_then(|key| Ok(artifacts::facts::clues(&key, artifact)?));
        intact(clues)
    }

    /// What this PDF is to somebody who opens it. One of which a worker died is unreadable.
    ///
    /// # Errors
    /// If no worker can be started.
    pub async fn pdf(&self, bytes: &[u8]) -> Result<PdfState, WorkerError> {
        match self.kit.workers.pdf(bytes).await {
            // It was read when it was uploaded, or an earlier version of the server took it unread.
            Err(WorkerError::NoAnswer) => Ok(PdfState::Unreadable),
            looked => looked.map(|(state, _)| state),
        }
    }

    /// What is written on an image, read once for all checks; `None` if it is lost or none that can be decoded.
    ///
    /// # Errors
    /// If no worker gave an answer, or the storage does not.
    pub async fn text(&self, artifact: &Artifact) -> Result<Option<Arc<SeenText>>, CheckError> {
        let Some(known) = self.known.get(&artifact.id) else { return Ok(None) };
        let look = async || {
            let Some((file, mebibytes)) = self.image(artifact).await? else { return Ok(None) };
            Ok(self.kit.workers.text(&file, mebibytes).await?.map(Arc::new))
        };
        known.text.get_or_try_init(look).await.cloned()
    }

    /// The faces on an image, looked for once for all checks; `None` if it is lost or none that can be decoded. They are measured only if they
    /// may be.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub async fn faces(&self, artifact: &Artifact) -> Result<Option<Arc<SeenFaces>>, CheckError> {
        let Some(known) = self.known.get(&artifact.id) else { return Ok(None) };
        let look = async || {
            let Some((file, mebibytes)) = self.image(artifact).await? else { return Ok(None) };
            Ok(self.kit.workers.faces(&file, mebibytes, self.may_measure_faces).await?.map(Arc::new))
        };
        known.faces.get_or_try_init(look).await.cloned()
    }

    /// The bytes of an image, and the memory that decoding it takes, in MiB; `None` if it is lost or no image.
    async fn image(&self, artifact: &Artifact) -> Result<Option<(Vec<u8>, u32)>, CheckError> {
        let file = match self.read(artifact).await {
            Ok(file) => file,
            Err(error) if error.is_lost() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let sized = move || inspect::prepare(&file).ok().filter(inspect::Prepared::is_image).map(|image| image.mebibytes()).map(|mebibytes| (file, mebibytes));
        Ok(self.on_cpu(1, sized).await?)
    }

    /// Runs CPU-heavy work in the background, which needs this much memory in MiB.
    ///
    /// # Errors
    /// If the work panicked.
    pub async fn on_cpu<T: Send + 'static>(&self, mebibytes: u32, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
        self.kit.cpu.run_in_background(mebibytes, work).await
    }
}

/// What was read; `None` if it is damaged, so that another try cannot help.
fn intact<T>(read: Result<T, Failure>) -> Result<Option<T>, CheckError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Failure::Sealed(_)) => Ok(None),
        Err(error) => Err(ReadError::from(error).into()),
    }
}

/// A reason about one field.
pub fn reason(code: &str, field: &Field) -> FoundReason {
    FoundReason { code: code.to_owned(), field: Some(field.name.clone()), details: None }
}

/// A verdict with these reasons. Its result is the worst of the results that `info` declares for them, or PASSED if there are none.
/// An undeclared reason counts as FAILED.
pub fn found(info: &CheckInfo, reasons: Vec<FoundReason>) -> Verdict {
    let result_of = |reason: &FoundReason| info.reasons.iter().find(|declared| declared.code == reason.code).map_or(CheckResult::Failed, |known| known.result);
    let result = reasons.iter().map(result_of).fold(CheckResult::Passed, CheckResult::worse_of);
    Verdict::Found(Finding { result, reasons })
}

/// The verdict of a check that had nothing to check.
pub fn skipped() -> Verdict {
    Verdict::Found(Finding { result: CheckResult::Skipped, reasons: Vec::new() })
}

#[cfg(test)]
mod tests {
    use shared::catalogue::{Needs, Reason};

    use super::*;

    const INFO: CheckInfo = CheckInfo {
        name: "test",
        version: 1,
        reasons: &[Reason { code: "test.bad", weight: 50, result: CheckResult::Failed }, Reason { code: "test.odd", weight: 10, result: CheckResult::Warning }],
        needs: Needs::Type(FieldType::Text),
        examines: &[],
    };

    #[test]
    fn the_worst_reason_counts_in_any_order() {
        for (codes, result) in [
            (&[][..], CheckResult::Passed),
            (&["test.odd"], CheckResult::Warning),
            (&["test.bad", "test.odd"], CheckResult::Failed),
            (&["test.odd", "test.bad"], CheckResult::Failed),
            (&["test.odd", "test.bad", "test.odd"], CheckResult::Failed),
        ] {
            let reasons = codes.iter().map(|code| FoundReason { code: (*code).to_owned(), field: None, details: None }).collect();
            let Verdict::Found(finding) = found(&INFO, reasons) else { panic!("it waits for nobody") };
            assert_eq!(finding.result, result, "{codes:?}");
        }
    }
}
