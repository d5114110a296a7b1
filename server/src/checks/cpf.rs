//! Check `cpf`: the check digits of each CPF, and that it is not one digit eleven times.

use shared::{
    answers::Answers,
    cpf::Cpf,
    flow::{FieldType, Step},
    risk::CheckResult,
};

use super::finding;
use crate::model::Finding;

/// Looks at every CPF that was entered; SKIPPED where there is none.
pub fn check(steps: &[Step], answers: &Answers) -> Finding {
    let fields = steps.iter().flat_map(|step| &step.fields).filter(|field| field.r#type == FieldType::Cpf);
    let entered: Vec<Cpf> = fields.filter_map(|field| Cpf::parse(answers.get(&field.name)?.text())).collect();
    if entered.is_empty() {
        return Finding { result: CheckResult::Skipped, reasons: std::collections::BTreeSet::new() };
    }
    finding(entered.iter().filter_map(|cpf| {
        if cpf.is_repeated() {
            Some(("cpf.repeated_digits", CheckResult::Failed))
        } else {
            (!cpf.check_digits_hold()).then_some(("cpf.check_digits", CheckResult::Failed))
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{field_value::Answer, flow::Field};

    fn found(cpf: Option<&str>) -> (CheckResult, Vec<String>) {
        let field = Field { name: "cpf".into(), r#type: FieldType::Cpf, ..Field::default() };
        let steps = [Step { fields: vec![field], ..Step::default() }];
        let answers = cpf.map(|text| ("cpf".to_owned(), Answer::Text(text.into()))).into_iter().collect();
        let finding = check(&steps, &answers);
        (finding.result, finding.reasons.into_iter().collect())
    }

    #[test]
    fn cases() {
        assert_eq!(found(Some("52998224725")), (CheckResult::Passed, vec![]));
        assert_eq!(found(Some("12345678900")), (CheckResult::Failed, vec!["cpf.check_digits".into()]));
        assert_eq!(found(Some("11111111111")), (CheckResult::Failed, vec!["cpf.repeated_digits".into()]));
        assert_eq!(found(None), (CheckResult::Skipped, vec![]));
    }
}
