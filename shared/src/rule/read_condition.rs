//! Reads the conditions of a rule: the tree, its depth, and which kind of leaf each one is.

use std::cell::Cell;

use super::{
    condition::{Condition, Leaf},
    known::Known,
    read_aggregate::read_aggregate,
    read_field::read_field,
    read_session::read_session,
};
use crate::{
    problem::FieldCode,
    reading::{
        json::Node,
        read::{Object, Place},
    },
};

/// How deep conditions are nested. What stands straight under `when` has depth 1.
pub const MAX_DEPTH: usize = 8;

/// What is known and counted while conditions are read.
pub(super) struct Context<'k> {
    pub known: Option<&'k dyn Known>,
    /// The leaves so far.
    pub conditions: Cell<usize>,
    /// The aggregates among them.
    pub aggregates: Cell<usize>,
}

impl<'k> Context<'k> {
    pub fn new(known: Option<&'k dyn Known>) -> Self {
        Self { known, conditions: Cell::default(), aggregates: Cell::default() }
    }
}

/// The keys that say what a condition is; the first three hold others.
const KINDS: [&str; 10] = ["all", "any", "not", "field", "count", "sum", "max", "average", "distinct", "session"];

/// Reads a condition at this depth.
pub(super) fn read_condition(node: Node, place: &Place<'_>, context: &Context<'_>, depth: usize) -> Condition {
    if depth > MAX_DEPTH {
        place.refuse(format!("this is nested {depth} deep; at most {MAX_DEPTH} are allowed"));
        return Condition::default();
    }
    let mut keys = Object::open(node, place);
    let written: Vec<&str> = KINDS.into_iter().filter(|kind| keys.has(kind)).collect();
    let [kind] = written[..] else {
        if written.is_empty() && keys.is_object() {
            place.refuse_as(FieldCode::Required, format!("a condition has one of {}", KINDS.join(", ")));
        } else if keys.is_object() {
            place.refuse(format!("a condition has one of {}, not {} of them", written.join(", "), written.len()));
        }
        return Condition::default();
    };
    let condition = match kind {
        "all" => Condition::All(read_group(&mut keys, "all", context, depth)),
        "any" => Condition::Any(read_group(&mut keys, "any", context, depth)),
        "not" => Condition::Not(Box::new(keys.optional_by("not", |node, place| read_condition(node, place, context, depth + 1)).unwrap_or_default())),
        _ => {
            context.conditions.set(context.conditions.get() + 1);
            read_leaf(kind, &mut keys, place, context).map(Condition::Leaf).unwrap_or_default()
        }
    };
    keys.finish();
    condition
}

fn read_leaf(kind: &str, keys: &mut Object<'_, '_>, place: &Place<'_>, context: &Context<'_>) -> Option<Leaf> {
    match kind {
        "field" => read_field(keys, place, context.known),
        "session" => read_session(keys, place, context.known),
        _ => {
            context.aggregates.set(context.aggregates.get() + 1);
            read_aggregate(keys, place)
        }
    }
}

fn read_group(keys: &mut Object<'_, '_>, key: &'static str, context: &Context<'_>, depth: usize) -> Vec<Condition> {
    let read = |node: Node, place: &Place<'_>| match node {
        Node::List(items) if items.is_empty() => {
            place.refuse("an empty list; at least one condition is needed");
            Vec::new()
        }
        Node::List(items) => items.into_iter().enumerate().map(|(at, item)| read_condition(item, &place.item(at), context, depth + 1)).collect(),
        other => {
            place.refuse_as(FieldCode::WrongType, format!("{other}; allowed is a list"));
            Vec::new()
        }
    };
    keys.optional_by(key, read).unwrap_or_default()
}
