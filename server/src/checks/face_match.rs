//! Check `face_match`: the face of the selfie and the one on the document lie close together by the numbers of a network. It runs only where a
//! flow names it, and only for customers who agreed. It never rejects by itself.

use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::json;
use shared::{
    catalogue::{CheckInfo, Evidence, Needs, Reason},
    flow::{Field, Meaning},
    risk::{CheckResult, NO_CONSENT},
};
use vision::faces::Template;

use super::{
    check::{self, CheckError, Submission, found, reason, skipped},
    document,
};
use crate::model::{FoundReason, SeenFaces, Verdict};

pub const INFO: CheckInfo = CheckInfo {
    name: "face_match",
    version: 1,
    reasons: &[
        Reason { code: "face.differs", weight: 60, result: CheckResult::Failed },
        Reason { code: NO_CONSENT, weight: 0, result: CheckResult::Warning },
        Reason { code: "face.unsure", weight: 30, result: CheckResult::Warning },
    ],
    needs: Needs::Meanings(&[Meaning::Selfie, Meaning::DocumentFront]),
    examines: &[Evidence::Selfie],
};

/// Below this distance two faces count as one person's.
const SAME: f32 = 0.50;
/// Above this distance they count as two people's.
const OTHER: f32 = 0.62;

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

/// Compares; SKIPPED if one of the two photos was not asked for. If one has no face, it is not known whether they are one person's.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let (Some((selfie, own)), Some((front, document))) = (submission.file(Meaning::Selfie), submission.file(Meaning::DocumentFront)) else {
        return Ok(skipped());
    };
    if !submission.may_measure_faces {
        return Ok(found(&INFO, vec![FoundReason { code: NO_CONSENT.to_owned(), field: submission.settings.biometric_consent.clone(), details: None }]));
    }
    let (own, document) = (submission.faces(own).await?, submission.faces(document).await?);
    let template = |seen: &SeenFaces| seen.template.as_deref().and_then(Template::from_bytes);
    let both = own.as_deref().and_then(template).zip(document.as_deref().and_then(template));
    let Some((one, other)) = both else { return Ok(found(&INFO, vec![reason("face.unsure", selfie)])) };
    let distance = one.distance(&other);
    let code = match distance {
        _ if distance < SAME => return Ok(found(&INFO, Vec::new())),
        _ if distance <= OTHER => "face.unsure",
        _ => "face.differs",
    };
    let largest = |field: &Field, seen: &SeenFaces| {
        let places: Vec<_> = seen.faces.first().map(|face| seen.place(&face.area)).into_iter().collect();
        json!({ "on": field.name, "at": places })
    };
    let both = [(selfie, own), (front, document)];
    let seen: Vec<_> = both.iter().filter_map(|(field, seen)| Some(largest(field, seen.as_deref()?))).collect();
    let rounded = (f64::from(distance) * 100.0).round() / 100.0;
    Ok(found(&INFO, vec![FoundReason { details: Some(json!({ "distance": rounded, "seen": seen })), ..reason(code, selfie) }]))
}
