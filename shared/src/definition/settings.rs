//! The keys of a flow that say what a check looks for, such as `age`, and the rules for them.

use std::collections::BTreeSet;

use super::{
    ages::Ages,
    consent,
    document::{Definition, FieldDefinition},
    velocity::{Limits, VelocityDefinition},
};
use crate::{
    flow::Meaning,
    reading::faults::Collector,
    rule::{ListKind, is_name},
};

/// The most lists that a flow names.
const MOST_LISTS: usize = 20;
/// What of a flow can stand on which kind of list.
pub const LISTED: [(Meaning, ListKind); 4] =
    [(Meaning::Cpf, ListKind::Cpf), (Meaning::DocumentNumber, ListKind::Document), (Meaning::Email, ListKind::Email), (Meaning::Phone, ListKind::Phone)];

/// What a flow says to its checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The ages that it accepts.
    pub ages: Ages,
    /// The names of the lists on which no customer may stand.
    pub lists: Vec<String>,
    /// The most sessions of one device, network and customer.
    pub velocity: Limits,
    /// The field by which a customer agrees that faces are compared.
    pub biometric_consent: Option<String>,
    /// Sample documents are taken for real.
    pub sandbox: bool,
}

impl Definition {
    /// What the flow says to its checks.
    pub fn settings(&self) -> Settings {
        let velocity = self.velocity.as_ref().map(VelocityDefinition::limits).unwrap_or_default();
        Settings {
            ages: self.age.unwrap_or_default(),
            lists: self.lists.clone().unwrap_or_default(),
            velocity,
            biometric_consent: self.biometric_consent().map(|field| field.name.clone()),
            sandbox: self.is_sandbox(),
        }
    }
}

impl Definition {
    /// Whether sample documents are taken for real.
    pub fn is_sandbox(&self) -> bool {
        self.sandbox == Some(true)
    }

    /// Whether a customer of the wrong age passes by leaving the date of birth empty.
    pub fn age_can_be_left_out(&self) -> bool {
        let is_optional = |field: &FieldDefinition| field.required != Some(true) || field.required_when.is_some();
        self.age.is_some() && self.fields().any(|(_, field)| field.meaning() == Some(Meaning::BirthDate) && is_optional(field))
    }
}

/// Notes a fault for every setting that cannot be followed.
pub(super) fn check(flow: &Definition, faults: &Collector) {
    if let Some(ages) = flow.age {
        check_ages(ages, faults);
        needs(flow, faults, "age", "age");
        if !flow.fields().any(|(_, field)| field.meaning() == Some(Meaning::BirthDate)) {
            faults.note("age", "no field has \"is\": \"birth_date\"");
        }
    }
    if let Some(lists) = &flow.lists {
        check_lists(lists, faults);
        needs(flow, faults, "lists", "blocklist");
        if !flow.fields().any(|(_, field)| LISTED.iter().any(|(meaning, _)| field.meaning() == Some(*meaning))) {
            faults.note("lists", "no field is of type CPF, EMAIL or PHONE, and none has \"is\": \"document_number\"");
        }
    }
    if let Some(velocity) = &flow.velocity {
        velocity.check(faults);
        needs(flow, faults, "velocity", "velocity");
    }
    consent::check(flow, faults);
}

fn check_lists(lists: &[String], faults: &Collector) {
    if lists.is_empty() || lists.len() > MOST_LISTS {
        faults.note("lists", format!("{} lists; allowed are 1 to {MOST_LISTS}", lists.len()));
    }
    let mut named = BTreeSet::new();
    for (at, name) in lists.iter().enumerate() {
        let path = format!("lists[{at}]");
        if !is_name(name) {
            faults.note(&path, format!("{name:?}; allowed is [a-z][a-z0-9-]{{0,63}}"));
        }
        if !named.insert(name) {
            faults.note(&path, format!("{name:?} is named twice"));
        }
    }
}

fn check_ages(ages: Ages, faults: &Collector) {
    if !faults.was_read("age") {
        return;
    }
    match (ages.min, ages.max) {
        (None, None) => faults.note("age", "allowed are min, max or both"),
        (Some(min), Some(max)) if min > max => faults.note("age", "min must not be above max"),
        _ => {}
    }
}

/// A setting is of a check that runs.
fn needs(flow: &Definition, faults: &Collector, key: &str, check: &str) {
    if flow.checks.as_ref().is_some_and(|named| faults.was_read("checks") && named.iter().all(|name| name != check)) {
        faults.note(key, format!("the check {check:?} is not among the flow's checks"));
    }
}
