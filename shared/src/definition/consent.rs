//! The rules for the consent to compare faces, and for what happens without it.

use super::{
    biometrics::BIOMETRIC_CHECKS,
    document::{Definition, FieldDefinition},
};
use crate::{
    flow::{FieldType, StepType},
    reading::faults::Collector,
};

impl Definition {
    /// The field by which a customer agrees that faces are compared.
    pub(super) fn biometric_consent(&self) -> Option<&FieldDefinition> {
        self.fields().map(|(_, field)| field).find(|field| field.covers.is_some())
    }
}

/// Notes a fault where faces would be compared without a consent, where nothing is said of those who decline, and for consents that nothing needs.
pub(super) fn check(flow: &Definition, faults: &Collector) {
    for (at, step) in flow.steps.iter().enumerate() {
        for (number, field) in step.fields().iter().enumerate().filter(|(_, field)| field.covers.is_some()) {
            let path = format!("steps[{at}].fields[{number}].covers");
            if step.r#type != StepType::Consent || field.r#type != FieldType::Boolean {
                faults.note(&path, "allowed is on a BOOLEAN of a CONSENT step");
            } else if field.covers.as_deref() == Some(&[]) {
                faults.note(&path, "an empty list; allowed is biometrics");
            }
        }
    }
    let consent = flow.biometric_consent();
    let named = flow.checks.iter().flatten().enumerate().find(|(_, name)| BIOMETRIC_CHECKS.contains(&name.as_str()));
    if let (Some((at, name)), None) = (named, consent) {
        faults.note(&format!("checks[{at}]"), format!("{name:?} compares faces, so a field of a CONSENT step needs \"covers\": [\"biometrics\"]"));
    }
    let can_decline = consent.is_some_and(|field| field.required != Some(true) || field.required_when.is_some());
    match (can_decline && named.is_some(), flow.without_biometrics) {
        (true, None) => faults.note("withoutBiometrics", "this key is missing, and a customer can decline; allowed is review"),
        (false, Some(_)) => faults.note("withoutBiometrics", "no customer can decline that faces are compared"),
        _ => {}
    }
}
