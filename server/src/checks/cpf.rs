//! Check `cpf`: each CPF has correct check digits and is not the same digit eleven times.

use futures::future::BoxFuture;
use shared::{
    answers::Answers,
    catalogue::{CheckInfo, Needs, Reason},
    cpf::Cpf,
    flow::{Field, FieldType},
    risk::CheckResult,
};

use super::check::{self, CheckError, Submission, found, reason, skipped};
use crate::model::Verdict;

pub const INFO: CheckInfo = CheckInfo {
    name: "cpf",
    version: 1,
    reasons: &[
        Reason { code: "cpf.check_digits", weight: 60, result: CheckResult::Failed },
        Reason { code: "cpf.repeated_digits", weight: 80, result: CheckResult::Failed },
    ],
    needs: Needs::Type(FieldType::Cpf),
    examines: &[],
};

pub struct Check;

impl check::Check for Check {
    fn info(&self) -> &'static CheckInfo {
        &INFO
    }

    fn only_computes(&self) -> bool {
        true
    }

    fn look<'a>(&'a self, submission: &'a Submission) -> BoxFuture<'a, Result<Verdict, CheckError>> {
        Box::pin(async { Ok(look(submission.fields(), &submission.answers)) })
    }
}

/// Checks every CPF that was entered; SKIPPED if there is none.
fn look<'a>(fields: impl Iterator<Item = &'a Field>, answers: &Answers) -> Verdict {
    let entered = fields.filter(|field| field.r#type == FieldType::Cpf).filter_map(|field| Some((field, Cpf::parse(answers.get(&field.name)?.text())?)));
    let entered: Vec<(&Field, Cpf)> = entered.collect();
    if entered.is_empty() {
        return skipped();
    }
    let reasons = entered.iter().filter_map(|(field, cpf)| {
        if cpf.is_repeated() { Some(reason("cpf.repeated_digits", field)) } else { (!cpf.check_digits_hold()).then(|| reason("cpf.check_digits", field)) }
    });
    found(&INFO, reasons.collect())
}

#[cfg(test)]
mod tests {
    use shared::field_value::Answer;

    use super::*;

    fn found_of(cpf: Option<&str>) -> (CheckResult, Vec<(String, Option<String>)>) {
        let field = Field { name: "cpf".into(), r#type: FieldType::Cpf, ..Field::default() };
        let answers = cpf.map(|text| ("cpf".to_owned(), Answer::Text(text.into()))).into_iter().collect();
        let Verdict::Found(finding) = look([&field].into_iter(), &answers) else { panic!("it waits for nobody") };
        (finding.result, finding.reasons.into_iter().map(|reason| (reason.code, reason.field)).collect())
    }

    #[test]
    fn cases() {
        let about = |code: &str| vec![(code.to_owned(), Some("cpf".to_owned()))];
        assert_eq!(found_of(Some("52998224725")), (CheckResult::Passed, vec![]));
        assert_eq!(found_of(Some("12345678900")), (CheckResult::Failed, about("cpf.check_digits")));
        assert_eq!(found_of(Some("11111111111")), (CheckResult::Failed, about("cpf.repeated_digits")));
        assert_eq!(found_of(None), (CheckResult::Skipped, vec![]));
    }
}
