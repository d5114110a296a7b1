//! Check `mrz`: the machine-readable zone of a document (ICAO 9303) has its format and every check digit, says what was entered and what is
//! printed, and has not expired.

use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::json;
use shared::{
    catalogue::{CheckInfo, Needs, Reason},
    cpf::Cpf,
    day::Day,
    documents::{CodeKind, DocumentField, Side},
    flow::{Field, Meaning},
    letters::folded,
    mrz::{self, Zone},
    names,
    risk::CheckResult,
};

use super::{
    check::{self, CheckError, Submission, found, reason, skipped},
    document::{self, Read},
};
use crate::model::{FoundReason, Verdict};

pub const INFO: CheckInfo = CheckInfo {
    name: "mrz",
    version: 1,
    reasons: &[
        Reason { code: "mrz.check_digit", weight: 60, result: CheckResult::Failed },
        Reason { code: "mrz.differs", weight: 60, result: CheckResult::Failed },
        Reason { code: "mrz.expired", weight: 60, result: CheckResult::Failed },
        Reason { code: "mrz.missing", weight: 25, result: CheckResult::Warning },
    ],
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

/// Reads the zone; SKIPPED if there is none on a document that need not have one.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let sides = document::sides(submission).await?;
    for side in &sides {
        let lines = || side.seen.reading.lines.iter().filter(|line| line.mrz.is_some());
        let Ok(zone) = mrz::read(lines().filter_map(|line| line.mrz.as_deref()), document::today(submission)) else { continue };
        let places: Vec<_> = lines().map(|line| side.seen.place(&line.quad)).collect();
        return Ok(found(&INFO, Compared { submission, sides: &sides, side, zone: &zone, places: json!(places) }.reasons()));
    }
    let expected = document::kind(submission).and_then(|kind| {
        let on = [(Side::Front, Meaning::DocumentFront), (Side::Back, Meaning::DocumentBack)];
        on.into_iter().find(|(side, _)| kind.must_have(CodeKind::Mrz, *side)).and_then(|(_, meaning)| submission.file(meaning))
    });
    Ok(expected.map_or_else(skipped, |(field, _)| found(&INFO, vec![reason("mrz.missing", field)])))
}

struct Compared<'s> {
    submission: &'s Submission,
    sides: &'s [Read<'s>],
    side: &'s Read<'s>,
    zone: &'s Zone,
    places: serde_json::Value,
}

impl Compared<'_> {
    /// A zone whose check digits do not hold says nothing else for certain.
    fn reasons(&self) -> Vec<FoundReason> {
        if !self.zone.is_valid() {
            let faults: Vec<String> = self.zone.faults.iter().map(ToString::to_string).collect();
            let mut reason = self.reason("mrz.check_digit", None, &self.zone.lines.join("\n"));
            if let Some(details) = &mut reason.details {
                details["faults"] = faults.into();
            }
            return vec![reason];
        }
        let expiry = self.zone.expiry.filter(|day| *day < Day::earliest_today(self.submission.submitted_at));
        let expired = expiry.map(|day| self.reason("mrz.expired", None, &day.to_string()));
        [self.name(), self.birth(), self.number(), self.cpf(), expired].into_iter().flatten().collect()
    }

    fn reason(&self, code: &str, entered: Option<(&Field, &str)>, read: &str) -> FoundReason {
        self.side.reason(code, entered, read, Some(self.places.clone()))
    }

    /// The name has no check digit, so a letter or two may be misread.
    fn name(&self) -> Option<FoundReason> {
        let entered = self.submission.entered(Meaning::FullName)?;
        let verdict = names::compare_mrz(entered.1, &self.zone.name);
        let is_other = matches!(verdict, names::Verdict::Different { .. });
        is_other.then(|| self.reason("mrz.differs", Some(entered), &self.zone.name.in_order()))
    }

    /// Against what was entered, or else what is printed.
    fn birth(&self) -> Option<FoundReason> {
        let read = self.zone.birth?;
        match self.submission.entered(Meaning::BirthDate) {
            Some(entered) => (Day::parse(entered.1)? != read).then(|| self.reason("mrz.differs", Some(entered), &read.to_string())),
            None => {
                let printed: Vec<Day> = self.sides.iter().flat_map(|side| side.days_of(DocumentField::BirthDate)).map(|(day, _)| day).collect();
                (!printed.is_empty() && !printed.contains(&read)).then(|| self.reason("mrz.differs", None, &read.to_string()))
            }
        }
    }

    fn number(&self) -> Option<FoundReason> {
        let entered = self.submission.entered(Meaning::DocumentNumber)?;
        let plain = |text: &str| folded(text).chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        (plain(entered.1) != plain(&self.zone.number)).then(|| self.reason("mrz.differs", Some(entered), &self.zone.number))
    }

    /// Brazilian cards have the CPF among what the issuer adds.
    fn cpf(&self) -> Option<FoundReason> {
        let entered = self.submission.entered(Meaning::Cpf)?;
        let written = Cpf::parse(entered.1)?;
        let added = [&self.zone.number, &self.zone.optional, &self.zone.more_optional];
        let read = added.into_iter().filter_map(|text| Cpf::parse(text)).find(Cpf::is_plausible)?;
        (read != written).then(|| self.reason("mrz.differs", Some((entered.0, &written.formatted())), &read.formatted()))
    }
}
