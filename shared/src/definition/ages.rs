//! The ages that a flow accepts.

use serde::Serialize;

use crate::reading::{
    json::Node,
    read::{Object, Place, Read, number},
};

/// The highest age that a flow can name.
const MOST_YEARS: u16 = 150;

/// The ages that a flow accepts, in full years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ages {
    /// The least age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u16>,
    /// The greatest age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u16>,
}

impl Read for Ages {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let years = |node: Node, place: &Place<'_>| number(&node, place, &(0..=MOST_YEARS));
        let read = Self { min: keys.optional_by("min", years), max: keys.optional_by("max", years) };
        keys.finish();
        read
    }
}
