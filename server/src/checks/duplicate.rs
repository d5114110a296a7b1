//! Check `duplicate`: nobody else used this CPF, this number of a document, or these files before; and no file answers two fields. Somebody
//! else is another customer, or, where a session has no customer, a person with another CPF. The reasons' details name the sessions.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use serde_json::{Value, json};
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    flow::{Field, FieldType, Meaning},
    risk::CheckResult,
};

use super::check::{self, CheckError, Submission, found, reason, skipped};
use crate::model::{DUPLICATE, FoundReason, Likeness, Twin, Verdict};

pub const INFO: CheckInfo = CheckInfo {
    name: DUPLICATE,
    version: 1,
    reasons: &[
        Reason { code: "duplicate.cpf_other_customer", weight: 60, result: CheckResult::Failed },
        Reason { code: "duplicate.document_other_customer", weight: 40, result: CheckResult::Warning },
        Reason { code: "duplicate.file", weight: 40, result: CheckResult::Warning },
        Reason { code: "duplicate.picture", weight: 30, result: CheckResult::Warning },
    ],
    needs: Needs::Type(FieldType::Artifact),
    examines: &[],
};

/// The most sessions that the details of a reason name.
const MOST_NAMED: usize = 10;

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        Box::pin(look(submission))
    }
}

/// Looks for what was entered, and for every file; SKIPPED if there is neither.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let (mut reasons, mut is_any) = (Vec::new(), false);
    let fields: Vec<&Field> = submission.fields().collect();
    for (field, sessions) in fields.iter().zip(submission.of_other_customers(&fields).await?) {
        let Some(sessions) = sessions else { continue };
        is_any = true;
        let code = if field.meaning() == Some(Meaning::Cpf) { "duplicate.cpf_other_customer" } else { "duplicate.document_other_customer" };
        if !sessions.is_empty() {
            let named: Vec<_> = sessions.iter().take(MOST_NAMED).collect();
            reasons.push(FoundReason { details: Some(json!({ "sessions": named })), ..reason(code, field) });
        }
    }
    let mut contents: BTreeMap<String, &Field> = BTreeMap::new();
    for (field, artifact) in submission.files() {
        is_any = true;
        let twins = submission.twins(artifact).await?;
        let is_twice = submission.content(artifact).await?.is_some_and(|content| contents.insert(content, field).is_some());
        let (same, near): (Vec<Twin>, Vec<Twin>) = twins.into_iter().partition(|twin| twin.likeness == Likeness::Same);
        if is_twice || !same.is_empty() {
            reasons.push(FoundReason { details: named(&same), ..reason("duplicate.file", field) });
        }
        if !near.is_empty() {
            reasons.push(FoundReason { details: named(&near), ..reason("duplicate.picture", field) });
        }
    }
    Ok(if is_any { found(&INFO, reasons) } else { skipped() })
}

/// The sessions of these files, and in how many of 256 bits the likest picture differs; none for two fields of one session.
fn named(twins: &[Twin]) -> Option<Value> {
    let sessions: Vec<_> = twins.iter().take(MOST_NAMED).map(|twin| twin.session).collect();
    let mut details = json!({ "sessions": sessions });
    if let Likeness::Near(distance) = twins.first()?.likeness {
        details["distance"] = distance.into();
    }
    Some(details)
}
