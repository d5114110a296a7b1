//! The operator of a condition: exactly one key of it says how to compare.

use crate::{
    problem::FieldCode,
    reading::{
        json::Node,
        read::{Object, Place},
    },
    rule::value::Order,
};

/// The operators, in the order in which faults name them.
pub(super) const OPERATORS: [&str; 10] = ["is", "isNot", "in", "notIn", "inList", "atLeast", "above", "atMost", "below", "present"];
/// Those that ask for equality.
pub(super) const EQUAL: [&str; 4] = ["is", "isNot", "in", "notIn"];
/// Those that ask for an order.
pub(super) const ORDERS: [&str; 4] = ["atLeast", "above", "atMost", "below"];

/// The one operator of a condition, if it has one that is allowed. Takes every other one, so that no fault calls it unknown.
pub(super) fn operator(keys: &mut Object<'_, '_>, place: &Place<'_>, allowed: &[&'static str], of: &str) -> Option<&'static str> {
    let written: Vec<&'static str> = OPERATORS.into_iter().filter(|operator| keys.has(operator)).collect();
    match written[..] {
        [operator] if allowed.contains(&operator) => return Some(operator),
        [] => place.note_as(FieldCode::Required, format!("an operator is missing; {of} takes {}", allowed.join(", "))),
        [operator] => {
            keys.optional_by(operator, |_, place| place.refuse(format!("{of} cannot be compared like this; it takes {}", allowed.join(", "))));
        }
        _ => place.note(format!("a condition has one operator, not {}", written.join(", "))),
    }
    skip(keys);
    None
}

/// Takes every operator without reading it.
pub(super) fn skip(keys: &mut Object<'_, '_>) {
    for operator in OPERATORS {
        keys.optional_by(operator, |_, _| ());
    }
}

/// The order that an operator asks for.
pub(super) fn order(operator: &str) -> Option<Order> {
    Order::ALL.into_iter().find(|order| order.as_str() == operator)
}

/// Reads a list of at least one value.
pub(super) fn read_values<T>(node: Node, place: &Place<'_>, read: impl Fn(Node, &Place<'_>) -> Option<T>) -> Vec<T> {
    match node {
        Node::List(items) if items.is_empty() => {
            place.refuse("an empty list; at least one value is needed");
            Vec::new()
        }
        Node::List(items) => items.into_iter().enumerate().filter_map(|(at, item)| read(item, &place.item(at))).collect(),
        other => {
            place.refuse_as(FieldCode::WrongType, format!("{other}; allowed is a list"));
            Vec::new()
        }
    }
}
