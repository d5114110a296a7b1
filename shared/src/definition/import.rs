//! The two ways to read a flow. A new flow must keep every rule. A version that was imported before must be readable for ever, although new
//! rules are added, so it is not checked again.

use super::{check::check, document::Definition, fields};
use crate::{
    catalogue::Catalogue,
    problem::FieldCode,
    reading::{
        faults::{Collector, Faults, Reading, Refused},
        json::Node,
        read::{Place, Read},
    },
};

/// The largest flow, in bytes of JSON.
pub const MAX_BYTES: usize = 256 * 1024;
/// What a fault of the whole document names.
const WHOLE: &str = "flow";

impl Definition {
    /// Reads a new flow and checks every rule.
    ///
    /// # Errors
    /// Every fault at once, each with its path, in the order of the document.
    pub fn import(json: &str, catalogue: &Catalogue) -> Result<Self, Faults> {
        Self::import_with(json, catalogue, |_| Ok(()))
    }

    /// The same, but also checks the logo with `read_logo`, because this crate cannot decode images.
    ///
    /// # Errors
    /// As [`Definition::import`], and the error of `read_logo` as a fault of `branding.logo`.
    pub fn import_with(json: &str, catalogue: &Catalogue, read_logo: impl FnOnce(&str) -> Result<(), String>) -> Result<Self, Faults> {
        if json.len() > MAX_BYTES {
            return Err(whole(format!("{} bytes; at most {MAX_BYTES} are allowed", json.len())));
        }
        let collector = Collector::new(Reading::New, WHOLE);
        let flow = Self::read(parse(json)?, &Place::root(&collector));
        check(&flow, catalogue, &collector);
        fields::check(&flow, &collector);
        if let Some(Err(reason)) = flow.logo().map(read_logo) {
            collector.note("branding.logo", reason);
        }
        collector.finish(flow)
    }

    /// Reads a version that was imported before, without checking the rules.
    ///
    /// # Errors
    /// If its keys or types are not those of a flow: every fault at once.
    pub fn stored(json: &str) -> Result<Self, Faults> {
        let collector = Collector::new(Reading::Stored, WHOLE);
        let flow = Self::read(parse(json)?, &Place::root(&collector));
        collector.finish(flow)
    }
}

fn parse(json: &str) -> Result<Node, Faults> {
    serde_json::from_str(json).map_err(|error| whole(format!("this is not JSON: {error}")))
}

fn whole(reason: String) -> Faults {
    Refused { path: WHOLE.to_owned(), code: FieldCode::Malformed, reason }.into()
}
