//! Reads a rule from JSON, with every fault at once. A new rule must also name flows, lists and a time zone that exist; they come in from
//! outside. A version that was imported before is read without asking for them, since they may be gone.

use super::{
    known::{Known, read_flow, read_span, read_timezone},
    list::is_name,
    model::{Action, ActionKind, Mode, OnExpired, Rule, StepUp},
    read_condition::{Context, read_condition},
    span::{AGE, TTL},
};
use crate::{
    problem::FieldCode,
    reading::{
        faults::{Collector, Faults, Reading, Refused},
        json::Node,
        read::{Object, Place, Read as _, number, one_of},
    },
};

/// The largest rule, in bytes of JSON.
pub const MAX_BYTES: usize = 64 * 1024;
/// How many rules may be not DISABLED.
pub const MAX_RULES: usize = 200;
/// The most conditions of a rule: its leaves.
pub const MAX_CONDITIONS: usize = 64;
/// The most aggregates among them.
pub const MAX_AGGREGATES: usize = 8;
const MAX_PRIORITY: u32 = 1_000_000;
/// What a fault of the whole document names.
const WHOLE: &str = "rule";

impl Rule {
    /// Reads a new rule and checks it.
    ///
    /// # Errors
    /// Every fault at once, each with its path, in the order of the document.
    pub fn import(json: &str, known: &dyn Known) -> Result<Self, Faults> {
        match Self::draft(json, known) {
            (rule, None) => Ok(rule),
            (_, Some(faults)) => Err(faults),
        }
    }

    /// Reads as much of a rule as there is, for somebody who is still writing it. What cannot be read is left open, and is a fault.
    pub fn draft(json: &str, known: &dyn Known) -> (Self, Option<Faults>) {
        if json.len() > MAX_BYTES {
            return (Self::default(), Some(whole(format!("{} bytes; at most {MAX_BYTES} are allowed", json.len()))));
        }
        read(json, Reading::Body, Some(known))
    }

    /// Reads a rule, whatever it names: whether there is such a flow, list or time zone is not asked.
    ///
    /// # Errors
    /// Every other fault.
    pub fn parse(json: &str) -> Result<Self, Faults> {
        match Self::sketch(json) {
            (rule, None) => Ok(rule),
            (_, Some(faults)) => Err(faults),
        }
    }

    /// As [`draft`](Self::draft), whatever it names.
    pub fn sketch(json: &str) -> (Self, Option<Faults>) {
        if json.len() > MAX_BYTES {
            return (Self::default(), Some(whole(format!("{} bytes; at most {MAX_BYTES} are allowed", json.len()))));
        }
        read(json, Reading::Body, None)
    }

    /// Reads a version that was imported before.
    ///
    /// # Errors
    /// If it is no rule: every fault at once.
    pub fn stored(json: &str) -> Result<Self, Faults> {
        match read(json, Reading::Stored, None) {
            (rule, None) => Ok(rule),
            (_, Some(faults)) => Err(faults),
        }
    }
}

fn whole(reason: String) -> Faults {
    Refused { path: WHOLE.to_owned(), code: FieldCode::Malformed, reason }.into()
}

fn read(json: &str, reading: Reading, known: Option<&dyn Known>) -> (Rule, Option<Faults>) {
    let node: Node = match serde_json::from_str(json) {
        Ok(node) => node,
        Err(error) => return (Rule::default(), Some(whole(format!("this is not JSON: {error}")))),
    };
    let collector = Collector::new(reading, WHOLE);
    let place = Place::root(&collector);
    let context = Context::new(known);
    let mut keys = Object::open(node, &place);
    let rule = Rule {
        name: keys.required_by("name", read_name),
        version: keys.optional_by("version", |node, place| number(&node, place, &(1..=u32::MAX))),
        title: keys.optional("title"),
        mode: keys.optional_by("mode", |node, place| one_of(node, place, &Mode::ALL.map(|mode| (mode.as_str(), mode)))).flatten(),
        priority: keys.optional_by("priority", |node, place| number(&node, place, &(0..=MAX_PRIORITY))),
        weight: keys.optional_by("weight", |node, place| number(&node, place, &(0..=100))),
        timezone: keys.optional_by("timezone", |node, place| read_timezone(node, place, known)),
        when: keys.required_by("when", |node, place| read_condition(node, place, &context, 1)),
        then: keys.required_by("then", |node, place| read_action(node, place, known)),
    };
    keys.finish();
    for (count, most, what) in
        [(context.conditions.get(), MAX_CONDITIONS, "conditions"), (context.aggregates.get(), MAX_AGGREGATES, "aggregates among its conditions")]
    {
        if count > most {
            collector.note("when", format!("{count} {what}; at most {most} are allowed"));
        }
    }
    (rule, collector.finish(()).err())
}

fn read_name(node: Node, place: &Place<'_>) -> String {
    let name = String::read(node, place);
    if !is_name(&name) {
        place.refuse(format!("{name:?}; allowed is [a-z][a-z0-9-]{{0,63}}"));
    }
    name
}

fn read_action(node: Node, place: &Place<'_>, known: Option<&dyn Known>) -> Action {
    let mut keys = Object::open(node, place);
    let kind = keys.required_by("action", |node, place| one_of(node, place, &ActionKind::ALL.map(|kind| (kind.as_str(), kind))));
    if kind != Some(ActionKind::StepUp) {
        for key in ["flow", "ttl", "grace", "onExpired"] {
            keys.optional_by(key, |_, place| {
                // Without a known action nobody can say whether the key belongs to it.
                if kind.is_some() {
                    place.refuse("only STEP_UP has this key");
                }
            });
        }
        keys.finish();
        return match kind {
            Some(ActionKind::Review) => Action::Review,
            Some(ActionKind::Block) => Action::Block,
            _ => Action::Allow,
        };
    }
    let step_up = StepUp {
        flow: keys.required_by("flow", |node, place| read_flow(node, place, known)),
        ttl: keys.optional_by("ttl", |node, place| read_span(node, place, &TTL, "from 1s to 30d, such as 24h")),
        grace: keys.optional_by("grace", |node, place| read_span(node, place, &AGE, "from 1s to 3650d, such as 30d")),
        on_expired: keys.optional_by("onExpired", |node, place| one_of(node, place, &OnExpired::ALL.map(|then| (then.as_str(), then)))).flatten(),
    };
    keys.finish();
    Action::StepUp(step_up)
}
