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

/// The greatest number that a flow can name.
const GREATEST: u16 = 1_000;

/// What a flow's JSON says about velocity. What it leaves out is not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct VelocityDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<LimitDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<LimitDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<LimitDefinition>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct LimitDefinition {
    per: String,
    most: u16,
}

/// The most sessions that a flow accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of one device.
    pub device: Option<Limit>,
    /// Of one network.
    pub network: Option<Limit>,
    /// Of one customer.
    pub customer: Option<Limit>,
}

/// The most sessions within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The time, in seconds.
    pub per_seconds: i64,
    /// So many sessions are accepted.
    pub most: u16,
}

impl VelocityDefinition {
    /// What the flow accepts.
    pub(super) fn limits(&self) -> Limits {
        let limit = |limit: &Option<LimitDefinition>| {
            let LimitDefinition { per, most } = limit.as_ref()?;
            Some(Limit { per_seconds: duration::parse_seconds(per).ok()?, most: *most })
        };
        Limits { device: limit(&self.device), network: limit(&self.network), customer: limit(&self.customer) }
    }

    /// Notes a fault for what cannot be followed.
    pub(super) fn check(&self, faults: &Collector) {
        let all = [("device", &self.device), ("network", &self.network), ("customer", &self.customer)];
        for (key, limit) in all.into_iter().filter_map(|(key, limit)| Some((key, limit.as_ref()?))) {
            if let Err(reason) = duration::parse_seconds(&limit.per) {
                faults.note(&format!("velocity.{key}.per"), reason);
            }
        }
    }
}

impl Read for VelocityDefinition {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self { device: keys.optional("device"), network: keys.optional("network"), customer: keys.optional("customer") };
        keys.finish();
        read
    }
}

impl Read for LimitDefinition {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let sessions = |node: Node, place: &Place<'_>| number(&node, place, &(1..=GREATEST));
        let read = Self { per: keys.required("per"), most: keys.required_by("most", sessions) };
        keys.finish();
        read
    }
}
