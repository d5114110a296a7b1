//! What there is outside a rule that it may name: flows, lists and time zones. They come in as a parameter, because this crate asks nobody.

use std::ops::RangeInclusive;

use super::{condition::Field, list::ListKind, span::Span};
use crate::reading::{
    json::Node,
    read::{Place, Read as _},
};

/// What there is outside a rule that it may name.
pub trait Known {
    /// Whether there is a flow of this name.
    fn has_flow(&self, name: &str) -> bool;
    /// The kind of the list of this name, if there is one.
    fn list_kind(&self, name: &str) -> Option<ListKind>;
    /// Whether this is the IANA name of a time zone.
    fn has_timezone(&self, name: &str) -> bool;
}

/// Reads the name of a flow that there is.
pub(super) fn read_flow(node: Node, place: &Place<'_>, known: Option<&dyn Known>) -> String {
    let name = String::read(node, place);
    if known.is_some_and(|known| !known.has_flow(&name)) {
        place.refuse(format!("there is no flow {name:?}"));
    }
    name
}

/// Reads the name of a list that there is, and that can hold values of this field.
pub(super) fn read_list(node: Node, place: &Place<'_>, known: Option<&dyn Known>, field: &Field) -> String {
    let name = String::read(node, place);
    if let Some(known) = known {
        let fits: Vec<&str> = field.kinds().iter().map(|kind| kind.as_str()).collect();
        match known.list_kind(&name) {
            None => place.refuse(format!("there is no list {name:?}")),
            Some(kind) if !field.kinds().contains(&kind) => {
                place.refuse(format!("{name:?} is a list of kind {}; {} takes {}", kind.as_str(), field.name(), fits.join(" or ")));
            }
            Some(_) => {}
        }
    }
    name
}

/// Reads the name of a time zone.
pub(super) fn read_timezone(node: Node, place: &Place<'_>, known: Option<&dyn Known>) -> String {
    let name = String::read(node, place);
    if known.is_some_and(|known| !known.has_timezone(&name)) {
        place.refuse(format!("{name:?}; allowed is the IANA name of a time zone, such as America/Sao_Paulo"));
    }
    name
}

/// Reads a length of time within these seconds, which `words` name.
pub(super) fn read_span(node: Node, place: &Place<'_>, allowed: &RangeInclusive<i64>, words: &str) -> Span {
    let text = String::read(node, place);
    Span::parse(&text, allowed).unwrap_or_else(|| {
        place.refuse(format!("{text:?}; allowed is a number and s, m, h or d, {words}"));
        Span::default()
    })
}
