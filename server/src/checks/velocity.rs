//! Check `velocity`: no more sessions than the flow accepts were submitted by one device, from one network or for one customer, within the
//! flow's times.

use futures::future::BoxFuture;
use serde_json::json;
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    risk::CheckResult,
};

use super::check::{self, CheckError, Submission, found, skipped};
use crate::model::{Counted, FoundReason, Seen, VELOCITY, Verdict};

pub const INFO: CheckInfo = CheckInfo {
    name: VELOCITY,
    version: 1,
    reasons: &[
        Reason { code: "velocity.device", weight: 30, result: CheckResult::Warning },
        Reason { code: "velocity.network", weight: 20, result: CheckResult::Warning },
        Reason { code: "velocity.customer", weight: 20, result: CheckResult::Warning },
    ],
    needs: Needs::Velocity,
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

/// Counts; SKIPPED if the flow sets no limit, or it is not known where the session was submitted from.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let seen = submission.seen().await?;
    if seen.is_empty() {
        return Ok(skipped());
    }
    Ok(found(&INFO, seen.into_iter().filter_map(too_many).collect()))
}

/// The reason, if there are more sessions than the flow accepts. It names the others that are newest.
fn too_many(seen: Seen) -> Option<FoundReason> {
    let code = match seen.by {
        Counted::Device => "velocity.device",
        Counted::Network => "velocity.network",
        Counted::Customer => "velocity.customer",
    };
    let named: Vec<_> = seen.sessions.iter().take(MOST_NAMED).collect();
    (seen.sessions.len() >= usize::from(seen.most)).then(|| FoundReason { code: code.to_owned(), field: None, details: Some(json!({ "sessions": named })) })
}
