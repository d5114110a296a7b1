//! Check `barcode`: the QR and PDF417 on a document say what was entered. That its issuer signed a code is not verified.

use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::json;
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    cpf::Cpf,
    documents::{Area, Documents, Line, read_fields},
    flow::Meaning,
    risk::CheckResult,
};
use vision::codes::Code;

use super::{
    check::{self, CheckError, Submission, found, skipped},
    document::{self, Read},
};
use crate::model::{FoundReason, Verdict};

pub const INFO: CheckInfo = CheckInfo {
    name: "barcode",
    version: 1,
    reasons: &[Reason { code: "barcode.differs", weight: 60, result: CheckResult::Failed }],
    needs: Needs::Meanings(&[Meaning::DocumentFront]),
    examines: &[],
};

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

/// Compares the CPFs in every code; SKIPPED if no code has one that can be compared.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let Some((field, text)) = submission.entered(Meaning::Cpf) else { return Ok(skipped()) };
    let Some(entered) = Cpf::parse(text) else { return Ok(skipped()) };
    let sides = document::sides(submission).await?;
    let codes = sides.iter().flat_map(|side| side.seen.codes.iter().map(move |code| (side, code)));
    let with_cpfs: Vec<(&Read<'_>, &Code, Vec<Cpf>)> =
        codes.map(|(side, code)| (side, code, cpfs(code, submission))).filter(|(.., cpfs)| !cpfs.is_empty()).collect();
    if with_cpfs.is_empty() {
        return Ok(skipped());
    }
    let others = with_cpfs.into_iter().filter(|(.., cpfs)| !cpfs.contains(&entered));
    let reasons: Vec<FoundReason> = others
        .map(|(side, code, cpfs)| {
            let places = json!([side.seen.place(&code.quad)]);
            side.reason("barcode.differs", Some((field, &entered.formatted())), &cpfs[0].formatted(), Some(places))
        })
        .collect();
    Ok(found(&INFO, reasons))
}

/// The CPFs in what a code says.
fn cpfs(code: &Code, submission: &Submission) -> Vec<Cpf> {
    let lines: Vec<Line> = code.text.lines().map(|line| Line { text: line.to_owned(), area: Area::default() }).collect();
    let fields = read_fields(&lines, document::kind(submission), Documents::known(), document::today(submission));
    fields.cpfs.into_iter().map(|cpf| cpf.value).collect()
}
