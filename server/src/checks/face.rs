//! Check `face`: the selfie shows exactly one face, large, upright and whole, and the front of the document shows one. It measures nobody: no
//! face is compared with another.

use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::json;
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    flow::{Field, Meaning},
    risk::CheckResult,
};
use vision::faces::Face;

use super::{
    check::{self, CheckError, Submission, found, reason, skipped},
    document,
};
use crate::model::{FoundReason, SeenFaces, Verdict};

pub const INFO: CheckInfo = CheckInfo {
    name: "face",
    version: 1,
    reasons: &[
        Reason { code: "document.no_face", weight: 40, result: CheckResult::Warning },
        Reason { code: "face.none", weight: 70, result: CheckResult::Failed },
        Reason { code: "face.several", weight: 40, result: CheckResult::Warning },
        Reason { code: "face.small", weight: 20, result: CheckResult::Warning },
        Reason { code: "face.turned", weight: 15, result: CheckResult::Warning },
    ],
    needs: Needs::Meanings(&[Meaning::Selfie]),
    examines: &[],
};

/// A face that is smaller than this part of the largest is somebody in the background, or on a picture on the wall.
const BACKGROUND: f32 = 0.4;
/// The least side of a face, in parts of the picture's shorter side.
const LEAST: f32 = 0.2;
/// The most that a head may be turned to a side or lean, in degrees.
const MOST_TURNED: f32 = 25.0;

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    fn timeout(&self) -> Duration {
        document::TRY
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        Box::pin(look(submission))
    }
}

/// Looks at the selfie and at the front of the document; SKIPPED if there is no selfie.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let Some((field, artifact)) = submission.file(Meaning::Selfie) else { return Ok(skipped()) };
    let mut reasons = match submission.faces(artifact).await? {
        None => vec![reason("face.none", field)],
        Some(seen) => on_selfie(&seen, field),
    };
    if let Some((field, artifact)) = submission.file(Meaning::DocumentFront) {
        let seen = submission.faces(artifact).await?;
        if seen.is_none_or(|seen| seen.faces.is_empty()) {
            reasons.push(reason("document.no_face", field));
        }
    }
    Ok(found(&INFO, reasons))
}

fn on_selfie(seen: &SeenFaces, field: &Field) -> Vec<FoundReason> {
    let Some(largest) = seen.faces.first() else { return vec![reason("face.none", field)] };
    let all: Vec<&Face> = seen.faces.iter().filter(|face| face.size >= largest.size * BACKGROUND).collect();
    let shorter = seen.width.min(seen.height) as f32;
    let is_small = largest.size < shorter * LEAST || !largest.is_whole(seen.width, seen.height);
    let is_turned = largest.yaw.abs() > MOST_TURNED || largest.roll.abs() > MOST_TURNED || seen.turn != vision::Turn::None;
    let about = |code: &str, faces: &[&Face]| {
        let places: Vec<_> = faces.iter().map(|face| seen.place(&face.area)).collect();
        FoundReason { details: Some(json!({ "seen": [{ "on": field.name, "at": places }] })), ..reason(code, field) }
    };
    let mut reasons = Vec::new();
    if all.len() > 1 {
        reasons.push(about("face.several", &all));
    }
    if is_small {
        reasons.push(about("face.small", &all[..1]));
    }
    if is_turned {
        reasons.push(about("face.turned", &all[..1]));
    }
    reasons
}
