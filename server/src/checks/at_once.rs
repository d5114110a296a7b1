//! Runs the checks that only compute while their session is submitted.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt as _;

use super::{
    check::{Check, Submission},
    results::{outcome, row},
};
use crate::{
    kit::Kit,
    model::Verdict,
    sessions::at_once::{AtOnce, Checked, Submitted},
};

/// Runs these checks at once where they only compute.
pub struct ChecksAtOnce(pub &'static [&'static dyn Check]);

impl AtOnce for ChecksAtOnce {
    fn check(&self, kit: &Kit, submitted: &Submitted<'_>) -> Option<Checked> {
        let Submitted { session, key, flow, answers, at } = submitted;
        let known = |name: &str| self.0.iter().find(|check| check.info().name == name && check.only_computes()).copied();
        let checks = flow.resolved.checks.iter().map(|name| Some((name, known(name.as_str())?))).collect::<Option<Vec<_>>>()?;
        let submission = Submission::new(kit.clone(), (*key).clone(), session, flow, *at, (*answers).clone(), Vec::new());
        let (mut results, mut found) = (Vec::new(), Vec::new());
        for (name, check) in checks {
            // One that panics or fails is tried again by the job, like every other check.
            let said = catch_unwind(AssertUnwindSafe(|| check.look(&submission).now_or_never())).ok()??.ok()?;
            results.push(row(&kit.vault, key, session.r#ref, name.clone(), check.info().version, &said));
            let Verdict::Found(finding) = said else { return None };
            found.push((finding.result, finding.reasons.into_iter().map(|reason| reason.code).collect()));
        }
        Some(Checked { outcome: outcome(flow, &found), results })
    }
}
