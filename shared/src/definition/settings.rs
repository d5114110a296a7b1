//! The keys of a flow that say what a check looks for, such as `age`, and the rules for them.

use super::{ages::Ages, document::Definition};
use crate::{flow::Meaning, reading::faults::Collector};

/// What a flow says to its checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The ages that it accepts.
    pub ages: Ages,
}

impl Definition {
    /// What the flow says to its checks.
    pub fn settings(&self) -> Settings {
        Settings { ages: self.age.unwrap_or_default() }
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
