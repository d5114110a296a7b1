//! The checks and weights of flows that were imported before imports stored them (`flows.resolved` is NULL). There were two checks then.
//! This file never changes, so that a new version of the server neither changes the score of such a flow nor starts a new check.

use std::collections::BTreeSet;

use shared::{
    catalogue::{Catalogue, CheckInfo, Needs, Reason, Resolved},
    definition::Definition,
    flow::FieldType,
    risk::CheckResult,
};

const CPF: CheckInfo = CheckInfo {
    name: "cpf",
    version: 1,
    reasons: &[
        Reason { code: "cpf.check_digits", weight: 60, result: CheckResult::Failed },
        Reason { code: "cpf.repeated_digits", weight: 80, result: CheckResult::Failed },
    ],
    needs: Needs::Type(FieldType::Cpf),
    examines: &[],
};

const EVIDENCE: CheckInfo = CheckInfo {
    name: "evidence",
    version: 1,
    reasons: &[
        Reason { code: "evidence.missing", weight: 100, result: CheckResult::Failed },
        Reason { code: "evidence.small", weight: 30, result: CheckResult::Warning },
        Reason { code: "evidence.unreadable", weight: 100, result: CheckResult::Failed },
    ],
    needs: Needs::Type(FieldType::Artifact),
    examines: &[],
};

/// The checks of that time.
const CATALOGUE: Catalogue = Catalogue::new(&[&CPF, &EVIDENCE]);

/// What such a flow resolves to. A low score approved a session then, whatever the checks had looked at.
pub fn resolve(definition: &Definition) -> Resolved {
    Resolved { unexamined: BTreeSet::new(), ..definition.resolve(&CATALOGUE) }
}
