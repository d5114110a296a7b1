//! Check `blocklist`: the customer stands on none of the lists that the flow names, by CPF, number of the document, e-mail or telephone. The
//! lists are those that rules over transactions ask; an entry counts if it did when the session was submitted.

use futures::future::BoxFuture;
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    definition::LISTED,
    flow::Field,
    risk::CheckResult,
    rule::ListKind,
};

use super::check::{self, CheckError, Submission, found, reason, skipped};
use crate::model::Verdict;

pub const INFO: CheckInfo = CheckInfo {
    name: "blocklist",
    version: 1,
    reasons: &[Reason { code: "blocklist.hit", weight: 100, result: CheckResult::Failed }],
    needs: Needs::Lists,
    examines: &[],
};

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        Box::pin(look(submission))
    }
}

/// Asks the lists; SKIPPED if the flow names none, or nothing was entered that can stand on one.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let entered: Vec<(&Field, ListKind, &str)> = submission.fields().filter_map(|field| entered(submission, field)).collect();
    if submission.settings.lists.is_empty() || entered.is_empty() {
        return Ok(skipped());
    }
    let values: Vec<(ListKind, &str)> = entered.iter().map(|(_, kind, value)| (*kind, *value)).collect();
    let held = submission.on_lists(&values).await?;
    let reasons = entered.iter().zip(held).filter(|(_, is_held)| *is_held).map(|((field, ..), _)| reason("blocklist.hit", field));
    Ok(found(&INFO, reasons.collect()))
}

/// What was entered for a field, and the kind of list that it can stand on.
fn entered<'a>(submission: &'a Submission, field: &'a Field) -> Option<(&'a Field, ListKind, &'a str)> {
    let (_, kind) = LISTED.into_iter().find(|(meaning, _)| field.meaning() == Some(*meaning))?;
    let value = submission.answers.get(&field.name)?.text();
    (!value.is_empty()).then_some((field, kind, value))
}
