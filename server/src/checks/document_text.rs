//! Check `document_text`: the CPF, the name and the date of birth on the document are those that were entered, and it has not expired. What is
//! only another writing is no difference, and what cannot be read for certain is none either.

use std::time::Duration;

use futures::future::BoxFuture;
use shared::{
    catalogue::{CheckInfo, Evidence, Needs, Reason},
    cpf::Cpf,
    dates::{self, Agreement},
    day::Day,
    documents::{DocumentField, NameSource},
    flow::Meaning,
    letters::folded,
    names::{self, Verdict as Names},
    risk::CheckResult,
};

use super::{
    check::{self, CheckError, Submission, found, reason, skipped},
    document::{self, Read},
};
use crate::model::{FoundReason, Verdict};

pub const INFO: CheckInfo = CheckInfo {
    name: "document_text",
    version: 1,
    reasons: &[
        Reason { code: "document.birth_differs", weight: 50, result: CheckResult::Failed },
        Reason { code: "document.cpf_differs", weight: 65, result: CheckResult::Failed },
        Reason { code: "document.expired", weight: 60, result: CheckResult::Failed },
        Reason { code: "document.name_differs", weight: 40, result: CheckResult::Failed },
        Reason { code: "document.nothing_read", weight: 30, result: CheckResult::Warning },
        Reason { code: "document.specimen", weight: 100, result: CheckResult::Failed },
    ],
    needs: Needs::Meanings(&[Meaning::DocumentFront]),
    examines: &[Evidence::Document],
};

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    /// Two sides, each as long as a worker may take.
    fn timeout(&self) -> Duration {
        document::TRY
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        Box::pin(look(submission))
    }
}

/// What comparing one value came to.
enum Compared {
    /// It stands on the document.
    Agrees,
    /// Another one does.
    Differs(FoundReason),
    /// It cannot be said: it was not entered, or not read for certain.
    Unknown,
}

/// Compares; SKIPPED if there is no photo of a document.
async fn look(submission: &Submission) -> Result<Verdict, CheckError> {
    let Some((front, _)) = submission.file(Meaning::DocumentFront) else { return Ok(skipped()) };
    let sides = document::sides(submission).await?;
    let mut reasons: Vec<FoundReason> = expired(submission, &sides).into_iter().collect();
    reasons.extend(specimen(&sides).filter(|_| !submission.settings.sandbox));
    let mut is_known = false;
    for compared in [cpf(submission, &sides), name(submission, &sides), birth(submission, &sides)] {
        is_known |= !matches!(compared, Compared::Unknown);
        if let Compared::Differs(reason) = compared {
            reasons.push(reason);
        }
    }
    let is_asked = [Meaning::Cpf, Meaning::FullName, Meaning::BirthDate].into_iter().any(|meaning| submission.entered(meaning).is_some());
    let says_something = if is_asked { is_known } else { sides.iter().any(Read::says_something) };
    if !says_something {
        reasons.push(reason("document.nothing_read", front));
    }
    Ok(found(&INFO, reasons))
}

/// A CPF counts as read only if its check digits hold.
fn cpf(submission: &Submission, sides: &[Read<'_>]) -> Compared {
    let Some((field, text)) = submission.entered(Meaning::Cpf) else { return Compared::Unknown };
    let Some(entered) = Cpf::parse(text) else { return Compared::Unknown };
    let read = || sides.iter().flat_map(|side| side.fields.cpfs.iter().map(move |cpf| (side, cpf)));
    match read().next() {
        None => Compared::Unknown,
        Some(_) if read().any(|(_, cpf)| cpf.value == entered) => Compared::Agrees,
        Some((side, cpf)) => {
            Compared::Differs(side.differs("document.cpf_differs", Some((field, &entered.formatted())), &cpf.value.formatted(), Some(cpf.line)))
        }
    }
}

/// Only a name that a label announces can differ: other words that look like one may be a parent's.
fn name(submission: &Submission, sides: &[Read<'_>]) -> Compared {
    let Some((field, entered)) = submission.entered(Meaning::FullName) else { return Compared::Unknown };
    let read = || sides.iter().flat_map(|side| side.fields.names.iter().map(move |name| (side, name, names::compare(entered, &name.text))));
    if read().any(|(.., verdict)| verdict.is_same()) {
        return Compared::Agrees;
    }
    let is_near = read().any(|(.., verdict)| matches!(verdict, Names::Near { .. }));
    match read().find(|(_, name, _)| name.source != NameSource::Unlabelled) {
        Some((side, name, _)) if !is_near => Compared::Differs(side.differs("document.name_differs", Some((field, entered)), &name.text, Some(name.line))),
        _ => Compared::Unknown,
    }
}

/// A date that one misread digit would make the same does not differ.
fn birth(submission: &Submission, sides: &[Read<'_>]) -> Compared {
    let Some((field, text)) = submission.entered(Meaning::BirthDate) else { return Compared::Unknown };
    let Some(entered) = Day::parse(text) else { return Compared::Unknown };
    if sides.iter().flat_map(|side| &side.fields.days).any(|found| found.day == entered && matches!(found.is, None | Some(DocumentField::BirthDate))) {
        return Compared::Agrees;
    }
    let mut read = sides.iter().flat_map(|side| side.days_of(DocumentField::BirthDate).map(move |(day, line)| (side, day, line)));
    match read.next() {
        Some((side, day, line)) if dates::compare(entered, day) != Agreement::Near => {
            Compared::Differs(side.differs("document.birth_differs", Some((field, text)), &day.to_string(), Some(line)))
        }
        _ => Compared::Unknown,
    }
}

/// The last day on which it is valid has passed everywhere.
fn expired(submission: &Submission, sides: &[Read<'_>]) -> Option<FoundReason> {
    let expiry = sides.iter().flat_map(|side| side.days_of(DocumentField::Expiry).map(move |(day, line)| (side, day, line)));
    let (side, day, line) = expiry.max_by_key(|(_, day, _)| *day)?;
    (day < Day::earliest_today(submission.submitted_at)).then(|| side.differs("document.expired", None, &day.to_string(), Some(line)))
}

/// One of our own sample documents, or another that says of itself that it is nobody's.
fn specimen(sides: &[Read<'_>]) -> Option<FoundReason> {
    sides.iter().find_map(|side| {
        let line = side.seen.reading.lines.iter().position(|line| folded(&line.text).contains(vision::sample::MARK))?;
        Some(side.differs("document.specimen", None, vision::sample::MARK, Some(line)))
    })
}
