//! The inputs of one condition.

use super::{
    inputs::Inputs,
    what::{DISTINCT, Op, What},
};

/// The names of a condition's inputs, in the order of the form.
pub(super) const NAMES: [&str; 23] = [
    "what",
    "key",
    "of",
    "flow",
    "currency",
    "op",
    "type",
    "value",
    "values",
    "list",
    "within",
    "blocked",
    "where.direction",
    "where.type",
    "where.type.same",
    "where.channel",
    "where.channel.same",
    "where.country",
    "where.country.same",
    "where.counterparty.id",
    "where.counterparty.id.same",
    "new",
    "kind",
];

/// The texts of a `where`: the rest is its direction.
pub(super) const FILTERS: [&str; 4] = ["type", "channel", "country", "counterparty.id"];

impl Inputs {
    /// A new condition about this.
    pub fn about(what: What) -> Self {
        let inputs = Self::default().with("what", what.as_str()).with("op", what.ops()[0].as_str());
        match what {
            What::Distinct => inputs.with("of", DISTINCT.as_str()),
            What::NoSession => inputs.with("value", "true"),
            What::Metadata => inputs.with("type", "text").with("op", Op::Is.as_str()),
            _ => inputs,
        }
    }

    /// What the condition is about.
    pub fn what(&self) -> What {
        What::parse(self.get("what")).unwrap_or(What::Amount)
    }

    /// How it compares: as chosen, if that is possible for what it is about.
    pub fn op(&self) -> Op {
        let ops = self.what().ops();
        Op::parse(self.get("op")).filter(|op| ops.contains(op)).unwrap_or(ops[0])
    }

    /// The input that holds what it compares with.
    pub(super) fn value_input(&self) -> &'static str {
        match self.op() {
            Op::In | Op::NotIn => "values",
            Op::InList => "list",
            Op::Present | Op::Absent => "op",
            _ => "value",
        }
    }

    /// Several values: those of boxes, or the lines of a text; codes and numbers may also stand on one line.
    pub fn values(&self) -> Vec<&str> {
        use super::what::Entry;
        let text = self.get("values");
        let one_line = matches!(self.what().entry(), Entry::Code | Entry::Hour | Entry::Day | Entry::Direction | Entry::Decision);
        let is_end = |c: char| c == '\n' || (one_line && (c == ',' || c == ';' || c.is_whitespace()));
        text.split(is_end).map(str::trim).filter(|value| !value.is_empty()).collect()
    }
}
