//! Check `quality`: what can be seen at all in each image, see `shared::quality`. A document has to be in the picture as a whole.

use std::time::Duration;

use futures::future::BoxFuture;
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    flow::{Field, FieldType, Meaning, StepType},
    quality::{self, Fault, Subject},
    risk::CheckResult,
};

use super::check::{self, CheckError, Look, Submission, found, reason, skipped};
use crate::model::Verdict;

pub const INFO: CheckInfo = CheckInfo {
    name: "quality",
    version: 1,
    reasons: &[
        Reason { code: "quality.blurred", weight: 20, result: CheckResult::Warning },
        Reason { code: "quality.dark", weight: 15, result: CheckResult::Warning },
        Reason { code: "quality.glare", weight: 15, result: CheckResult::Warning },
        Reason { code: "quality.cut_off", weight: 25, result: CheckResult::Warning },
    ],
    needs: Needs::Type(FieldType::Artifact),
    examines: &[],
};

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    /// It decodes what `evidence` decodes.
    fn timeout(&self) -> Duration {
        Duration::from_secs(20)
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        Box::pin(look(submission))
    }
}

/// Looks at every image; SKIPPED if there is none that can be decoded.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let (mut reasons, mut is_any) = (Vec::new(), false);
    for (kind, field, artifact) in submission.files() {
        let Look::Image(seen) = submission.image(artifact).await? else { continue };
        let subject = subject(kind, field);
        let faults = submission.on_cpu(1, move || quality::faults(&seen.luma, subject)).await?;
        reasons.extend(faults.into_iter().map(|fault| reason(code(fault), field)));
        is_any = true;
    }
    Ok(if is_any { found(&INFO, reasons) } else { skipped() })
}

fn subject(step: StepType, field: &Field) -> Subject {
    let is_document = step == StepType::Document || matches!(field.meaning(), Some(Meaning::DocumentFront | Meaning::DocumentBack));
    if is_document { Subject::Document } else { Subject::Other }
}

const fn code(fault: Fault) -> &'static str {
    match fault {
        Fault::Blurred => "quality.blurred",
        Fault::Dark => "quality.dark",
        Fault::Glare => "quality.glare",
        Fault::CutOff => "quality.cut_off",
    }
}
