//! Decides which checks, weights and bands a version of a flow has: its own, or else those of the catalogue.

use std::collections::BTreeSet;

use super::{biometrics::BIOMETRIC_CHECKS, document::Definition};
use crate::{
    catalogue::{Catalogue, CheckInfo, Evidence, Needs, Resolved},
    flow::{FieldType, Meaning, StepType},
};

impl Definition {
    /// The checks, weights and bands of a version that is imported now. Checks: those that the flow names, or else every one whose needs it
    /// meets, less those that compare faces. Weights: the catalogue's, replaced by the flow's. Bands: the flow's, or else 25 and 70; then what no check examines is
    /// noted. Decisive reasons: the flow's.
    pub fn resolve(&self, catalogue: &Catalogue) -> Resolved {
        let checks: BTreeSet<_> = match &self.checks {
            Some(named) => named.iter().filter_map(|name| name.parse().ok()).collect(),
            None => catalogue.checks().filter(|check| !BIOMETRIC_CHECKS.contains(&check.name) && self.meets(check.needs)).map(CheckInfo::check_name).collect(),
        };
        let mut weights = catalogue.weights();
        weights.extend(self.weights.clone().unwrap_or_default());
        let unexamined = if self.bands.is_some() {
            BTreeSet::new()
        } else {
            let examined = |evidence: &Evidence| checks.iter().filter_map(|name| catalogue.find(name.as_str())).any(|check| check.examines.contains(evidence));
            self.evidence().filter(|evidence| !examined(evidence)).collect()
        };
        let decisive = self.decisive.iter().flatten().cloned().collect();
        Resolved { checks, weights, bands: self.bands.unwrap_or_default(), decisive, unexamined }
    }

    /// The evidence that the flow collects.
    fn evidence(&self) -> impl Iterator<Item = Evidence> {
        self.fields().filter(|(_, field)| field.r#type == FieldType::Artifact).filter_map(|(step, field)| match (step.r#type, field.meaning()) {
            (StepType::Document, _) | (_, Some(Meaning::DocumentFront | Meaning::DocumentBack)) => Some(Evidence::Document),
            (StepType::Selfie, _) | (_, Some(Meaning::Selfie)) => Some(Evidence::Selfie),
            _ => None,
        })
    }

    fn meets(&self, needs: Needs) -> bool {
        match needs {
            Needs::Lists => self.lists.is_some(),
            Needs::Velocity => self.velocity.is_some(),
            Needs::Type(kind) => self.fields().any(|(_, field)| field.r#type == kind),
            Needs::Meanings(all) => all.iter().all(|meaning| self.fields().any(|(_, field)| field.meaning() == Some(*meaning))),
        }
    }
}
