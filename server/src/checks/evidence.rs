//! Check `evidence`: each required file is present. Each image can be decoded, and its shorter side has at least 600 pixels. Each PDF opens
//! without a password, and has a page.

use std::time::Duration;

use futures::future::BoxFuture;
use shared::{
    answers,
    catalogue::{CheckInfo, Needs, Reason},
    flow::{Field, FieldType},
    risk::CheckResult,
};

use super::check::{self, CheckError, Submission, found, reason, skipped};
use crate::{
    inspect,
    model::{PdfState, Verdict},
};

/// Version 2 of the check looks into PDFs. A flow that was imported before does not know this reason.
const PASSWORD: &str = "evidence.password";

pub const INFO: CheckInfo = CheckInfo {
    name: "evidence",
    version: 2,
    reasons: &[
        Reason { code: "evidence.missing", weight: 100, result: CheckResult::Failed },
        Reason { code: PASSWORD, weight: 60, result: CheckResult::Failed },
        Reason { code: "evidence.small", weight: 30, result: CheckResult::Warning },
        Reason { code: "evidence.unreadable", weight: 100, result: CheckResult::Failed },
    ],
    needs: Needs::Type(FieldType::Artifact),
    examines: &[],
};

/// The least length of an image's shorter side, in pixels.
const SHORT_SIDE: u32 = 600;

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    /// A session has at most 40 files. Decoding 40 PNGs of 49 megapixels took 14 s (`docs/measurements.md`).
    fn timeout(&self) -> Duration {
        Duration::from_secs(20)
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        Box::pin(look(submission))
    }
}

/// Checks every ARTIFACT field; SKIPPED if the flow has none.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let fields: Vec<&Field> = submission.fields().filter(|field| field.r#type == FieldType::Artifact).collect();
    if fields.is_empty() {
        return Ok(skipped());
    }
    let mut reasons = Vec::new();
    for field in fields {
        reasons.extend(look_at(submission, field).await?.map(|code| reason(code, field)));
    }
    Ok(found(&INFO, reasons))
}

async fn look_at(submission: &Submission, field: &Field) -> Result<Option<&'static str>, CheckError> {
    let Some(artifact) = submission.artifact(field) else {
        return Ok(answers::is_required(field, &submission.answers).then_some("evidence.missing"));
    };
    let Some(media) = inspect::MediaType::parse(&artifact.media_type) else { return Ok(Some("evidence.unreadable")) };
    let is_pdf = media == inspect::MediaType::Pdf;
    if is_pdf && !submission.knows(PASSWORD) {
        return Ok(None);
    }
    let bytes = match submission.read(artifact).await {
        Ok(bytes) => bytes,
        Err(error) if error.is_lost() => return Ok(Some("evidence.unreadable")),
        Err(error) => return Err(error.into()),
    };
    if is_pdf {
        return Ok(match submission.pdf(&bytes).await? {
            PdfState::Readable => None,
            PdfState::Password => Some(PASSWORD),
            PdfState::Unreadable => Some("evidence.unreadable"),
        });
    }
    let Ok(prepared) = submission.on_cpu(1, move || inspect::prepare(&bytes)).await? else { return Ok(Some("evidence.unreadable")) };
    Ok(match submission.on_cpu(prepared.mebibytes(), move || prepared.inspect()).await? {
        Err(_) => Some("evidence.unreadable"),
        Ok(image) if image.width.min(image.height).is_some_and(|side| side < SHORT_SIDE) => Some("evidence.small"),
        Ok(_) => None,
    })
}
