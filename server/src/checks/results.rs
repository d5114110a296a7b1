//! What one try of a check says, its rows, and what all results of a session lead to.

use std::{collections::BTreeSet, panic::AssertUnwindSafe};

use futures::FutureExt as _;
use shared::{
    catalogue::CheckName,
    risk::{self, CheckResult},
    session::Outcome,
};

use super::check::{Check, Submission};
use crate::{
    cpu,
    ids::SessionRef,
    model::{Finding, Flow, Verdict},
    sealed,
    store::checks::{NewCheck, NewReason},
    vault::{Key, Vault},
};

/// Tries one check within its time limit. If it panics, only this check fails.
pub async fn look(check: &'static dyn Check, submission: &Submission) -> Result<Verdict, String> {
    let timeout = check.timeout();
    match cpu::timeout(timeout, AssertUnwindSafe(check.look(submission)).catch_unwind()).await {
        Ok(Ok(said)) => said.map_err(|error| error.to_string()),
        Ok(Err(_)) => Err("it panicked".to_owned()),
        Err(_) => Err(format!("it took longer than {} s", timeout.as_secs())),
    }
}

/// The finding of a check that could not be done.
pub const fn failed() -> Finding {
    Finding { result: CheckResult::Error, reasons: Vec::new() }
}

/// The row of a result.
pub fn row(vault: &Vault, key: &Key, session: SessionRef, name: CheckName, version: u32, verdict: &Verdict) -> NewCheck {
    let (result, waiting_until, reasons) = match verdict {
        Verdict::Found(Finding { result, reasons }) => (Some(*result), None, reasons.as_slice()),
        Verdict::Waiting { until } => (None, Some(*until), &[][..]),
    };
    let reasons = reasons.iter().enumerate().map(|(at, reason)| {
        let place = sealed::reason_details(session, name.as_str(), at + 1);
        let details = reason.details.as_ref().map(|details| vault.seal(key, &place, details.to_string().as_bytes()));
        NewReason { code: reason.code.clone(), field: reason.field.clone(), details }
    });
    let reasons = reasons.collect();
    NewCheck { name, version, result, waiting_until, reasons }
}

/// The score and the decision that all findings lead to.
pub fn outcome(flow: &Flow, found: &[(CheckResult, Vec<String>)]) -> Outcome {
    let reasons: BTreeSet<String> = found.iter().flat_map(|(_, codes)| codes.iter().cloned()).collect();
    let risk_score = risk::score(&reasons, &flow.resolved.weights);
    let has_error = found.iter().any(|(result, _)| *result == CheckResult::Error);
    Outcome { risk_score, decision: flow.resolved.decide(risk_score, &reasons, has_error), reasons }
}
