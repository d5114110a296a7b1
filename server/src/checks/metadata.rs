//! Check `metadata`: what each image said of itself before its metadata was removed. It names a program that changes pictures, it is a
//! screenshot, or it was taken long before the session or after it. Metadata is easily removed and easily forged: its absence says nothing, and
//! what it says is a hint.

use chrono::NaiveDateTime;
use futures::future::BoxFuture;
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    flow::FieldType,
    risk::CheckResult,
    session::Timestamp,
};

use super::check::{self, CheckError, Submission, found, reason, skipped};
use crate::{
    inspect::{Clues, MediaType},
    model::Verdict,
};

pub const INFO: CheckInfo = CheckInfo {
    name: "metadata",
    version: 1,
    reasons: &[
        Reason { code: "metadata.edited", weight: 25, result: CheckResult::Warning },
        Reason { code: "metadata.screenshot", weight: 25, result: CheckResult::Warning },
        Reason { code: "metadata.date", weight: 10, result: CheckResult::Warning },
    ],
    needs: Needs::Type(FieldType::Artifact),
    examines: &[],
};

/// Parts of the names of programs that change what a picture shows, in lower case. Cameras write the version of their firmware, and viewers
/// that only turn a picture write their name: these are not here.
const EDITORS: [&str; 23] = [
    "acdsee",
    "affinity",
    "airbrush",
    "canva",
    "capture one",
    "corel",
    "faceapp",
    "facetune",
    "fotor",
    "gimp",
    "krita",
    "lightroom",
    "luminar",
    "meitu",
    "paint",
    "photodirector",
    "photopea",
    "photoscape",
    "photoshop",
    "picsart",
    "pixelmator",
    "pixlr",
    "snapseed",
];
/// The same of programs that make screenshots.
const SCREENSHOTS: [&str; 6] = ["flameshot", "greenshot", "screenshot", "sharex", "snagit", "snipping"];

/// How long before the session a picture may have been taken, in microseconds: 30 days.
const MOST_BEFORE: i64 = 30 * DAY;
/// How long after it: a camera writes the time of its own zone, which may be 14 hours ahead, and its clock may be wrong by a few hours.
const MOST_AFTER: i64 = DAY;
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        Box::pin(look(submission))
    }
}

/// Looks at every image; SKIPPED if there is none.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let (mut reasons, mut is_any) = (Vec::new(), false);
    for (field, artifact) in submission.files() {
        if MediaType::parse(&artifact.media_type).is_none_or(|media| media == MediaType::Pdf) {
            continue;
        }
        let Some(clues) = submission.clues(artifact).await? else { continue };
        reasons.extend(codes(&clues, submission.submitted_at).map(|code| reason(code, field)));
        is_any = true;
    }
    Ok(if is_any { found(&INFO, reasons) } else { skipped() })
}

fn codes(clues: &Clues, at: Timestamp) -> impl Iterator<Item = &'static str> {
    let software = clues.software.as_deref().unwrap_or_default().to_lowercase();
    let is_one_of = |names: &[&str]| names.iter().any(|name| software.contains(name));
    let is_screenshot = clues.is_screenshot || is_one_of(&SCREENSHOTS);
    let is_far_off = clues.taken_at.as_deref().and_then(moment).is_some_and(|taken| taken < at.0 - MOST_BEFORE || taken > at.0 + MOST_AFTER);
    [("metadata.edited", is_one_of(&EDITORS)), ("metadata.screenshot", is_screenshot), ("metadata.date", is_far_off)]
        .into_iter()
        .filter_map(|(code, is_so)| is_so.then_some(code))
}

/// A time as EXIF writes it, without a zone, in microseconds as if it were UTC.
fn moment(text: &str) -> Option<i64> {
    Some(NaiveDateTime::parse_from_str(text, "%Y:%m:%d %H:%M:%S").ok()?.and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        // 2026-11-30T12:00:00Z
        let noon = Timestamp(1_796_040_000_000_000);
        for (software, taken_at, is_screenshot, expected) in [
            (None, None, false, &[][..]),
            (Some("Adobe Photoshop 26.1 (Windows)"), None, false, &["metadata.edited"]),
            (Some("GIMP 2.10.34"), None, false, &["metadata.edited"]),
            (Some("Snapseed 2.0"), Some("2026:11:30 09:00:00"), false, &["metadata.edited"]),
            (Some("HDR+ 1.0.540104767zd"), Some("2026:11:30 12:30:00"), false, &[]),
            (Some("18.1.1"), None, false, &[]),
            (Some("S918BXXS7CXL1"), None, false, &[]),
            (Some("Microsoft Windows Photo Viewer 6.1.7600.16385"), None, false, &[]),
            (Some("gnome-screenshot"), None, false, &["metadata.screenshot"]),
            (Some("18.1.1"), Some("2026:11:30 11:00:00"), true, &["metadata.screenshot"]),
            (None, Some("2026:10:31 12:00:00"), false, &[]),
            (None, Some("2026:10:31 11:59:59"), false, &["metadata.date"]),
            (None, Some("2026:12:01 12:00:00"), false, &[]),
            (None, Some("2026:12:01 12:00:01"), false, &["metadata.date"]),
            (Some("Canva"), Some("2001:01:01 00:00:00"), true, &["metadata.edited", "metadata.screenshot", "metadata.date"]),
            (None, Some("0000:00:00 00:00:00"), false, &[]),
            (None, Some("yesterday"), false, &[]),
        ] {
            let clues = Clues { software: software.map(str::to_owned), taken_at: taken_at.map(str::to_owned), is_screenshot, ..Clues::default() };
            assert_eq!(codes(&clues, noon).collect::<Vec<_>>(), expected, "{clues:?}");
        }
    }
}
