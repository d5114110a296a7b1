//! Check `evidence`: each required artifact is there and, where it is an image, decodes and is at least 600 px on its short
//! side.

use shared::{
    answers,
    flow::{Field, FieldType},
    risk::CheckResult,
};

use super::{CheckError, Subject, finding};
use crate::{
    app::App,
    artifacts::{self, inspect},
    model::Finding,
};

/// The least an image needs on its short side, in pixels, to be looked at.
const SHORT_SIDE: u32 = 600;

/// Looks at every artifact field; SKIPPED where the flow has none.
pub async fn check(app: &App, subject: &Subject) -> Result<Finding, CheckError> {
    let mut reasons = Vec::new();
    let fields: Vec<&Field> = subject.steps.iter().flat_map(|step| &step.fields).filter(|field| field.r#type == FieldType::Artifact).collect();
    if fields.is_empty() {
        return Ok(Finding { result: CheckResult::Skipped, reasons: std::collections::BTreeSet::new() });
    }
    for field in fields {
        reasons.extend(look(app, subject, field).await?);
    }
    Ok(finding(reasons))
}

async fn look(app: &App, subject: &Subject, field: &Field) -> Result<Option<(&'static str, CheckResult)>, CheckError> {
    let id = subject.answers.get(&field.name).and_then(|answer| answer.text().parse().ok());
    let Some(artifact) = subject.artifacts.iter().find(|artifact| Some(artifact.id) == id) else {
        let required = answers::is_required(field, &subject.answers);
        return Ok(required.then_some(("evidence.missing", CheckResult::Failed)));
    };
    let Some(media) = inspect::MediaType::parse(&artifact.media_type) else {
        return Ok(Some(("evidence.unreadable", CheckResult::Failed)));
    };
    if media == inspect::MediaType::Pdf {
        return Ok(None);
    }
    let bytes = match artifacts::read(app, &subject.session, &subject.key, artifact).await {
        Ok(bytes) => bytes,
        Err(error) if error.is_lost() => return Ok(Some(("evidence.unreadable", CheckResult::Failed))),
        Err(error) => return Err(error.into()),
    };
    let decoded = app.on_cpu(move || inspect::decode(&bytes, media)).await.map_err(|_| CheckError::Panicked)?;
    Ok(match decoded {
        Err(_) => Some(("evidence.unreadable", CheckResult::Failed)),
        Ok(image) if image.width().min(image.height()) < SHORT_SIDE => Some(("evidence.small", CheckResult::Warning)),
        Ok(_) => None,
    })
}
