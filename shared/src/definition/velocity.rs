//! How many sessions of one device, network or customer a flow accepts within a time.

use serde::Serialize;

use crate::{
    duration,
    reading::{
        faults::Collector,
        json::Node,
        read::{Object, Place, Read, number},
    },
};

/// The time, where the flow does not say it.
const WITHIN: &str = "24h";
/// The sessions that a flow accepts of a device, a network and a customer where it does not say how many.
const MOST: Limits = Limits { within_seconds: 24 * 3_600, device: 3, network: 30, customer: 5 };
/// The greatest number that a flow can name.
const GREATEST: u16 = 1_000;

/// What a flow's JSON says about velocity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct VelocityDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<u16>,
}

/// The most sessions that a flow accepts within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The time, in seconds.
    pub within_seconds: i64,
    /// Of one device.
    pub device: u16,
    /// Of one network.
    pub network: u16,
    /// Of one customer.
    pub customer: u16,
}

impl Default for Limits {
    fn default() -> Self {
        MOST
    }
}

impl VelocityDefinition {
    /// What the flow accepts, with what it leaves out.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            within_seconds: duration::parse_seconds(self.within.as_deref().unwrap_or(WITHIN)).unwrap_or(MOST.within_seconds),
            device: self.device.unwrap_or(MOST.device),
            network: self.network.unwrap_or(MOST.network),
            customer: self.customer.unwrap_or(MOST.customer),
        }
    }

    /// Notes a fault for what cannot be followed.
    pub(super) fn check(&self, faults: &Collector) {
        if let Some(Err(reason)) = self.within.as_deref().map(duration::parse_seconds) {
            faults.note("velocity.within", reason);
        }
    }
}

impl Read for VelocityDefinition {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let sessions = |node: Node, place: &Place<'_>| number(&node, place, &(1..=GREATEST));
        let read = Self {
            within: keys.optional("within"),
            device: keys.optional_by("device", sessions),
            network: keys.optional_by("network", sessions),
            customer: keys.optional_by("customer", sessions),
        };
        keys.finish();
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_flow_leaves_out_has_defaults() {
        assert_eq!(VelocityDefinition::default().limits(), Limits::default());
        let some = VelocityDefinition { within: Some("2h".to_owned()), device: Some(1), ..VelocityDefinition::default() };
        assert_eq!(some.limits(), Limits { within_seconds: 7_200, device: 1, ..Limits::default() });
        assert_eq!(duration::parse_seconds(WITHIN), Ok(MOST.within_seconds));
    }
}
