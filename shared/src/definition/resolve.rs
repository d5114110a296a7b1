//! Decides which checks, weights and bands a version of a flow has: its own, or else those of the catalogue.

use super::document::Definition;
use crate::catalogue::{Catalogue, CheckInfo, Needs, Resolved};

impl Definition {
    /// The checks, weights and bands of a version that is imported now. Checks: those that the flow names, or else every one whose needs it
    /// meets. Weights: the catalogue's, replaced by the flow's. Bands: the flow's, or else 25 and 70.
    pub fn resolve(&self, catalogue: &Catalogue) -> Resolved {
        let checks = match &self.checks {
            Some(named) => named.iter().filter_map(|name| name.parse().ok()).collect(),
            None => catalogue.checks().filter(|check| self.meets(check.needs)).map(CheckInfo::check_name).collect(),
        };
        let mut weights = catalogue.weights();
        weights.extend(self.weights.clone().unwrap_or_default());
        Resolved { checks, weights, bands: self.bands.unwrap_or_default() }
    }

    fn meets(&self, needs: Needs) -> bool {
        match needs {
            Needs::Type(kind) => self.fields().any(|(_, field)| field.r#type == kind),
            Needs::Meanings(all) => all.iter().all(|meaning| self.fields().any(|(_, field)| field.meaning() == Some(*meaning))),
        }
    }
}
