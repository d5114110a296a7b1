//! The faults of a draft: each by the input that it is about, and why in a form that pages have words for in every language.

use super::{
    inputs::Inputs,
    tree::{Draft, GroupKind, Node, name_of},
    what::{Entry, What},
};
use crate::{
    problem::FieldCode,
    reading::faults::{Faults, Refused},
};

/// A fault, and the name of its input; no name for the whole rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftFault {
    /// The name of the input, or of a node.
    pub input: String,
    /// Why.
    pub why: Why,
}

/// Why an input is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nothing was entered.
    Missing,
    /// At least one value is needed.
    NoValues,
    /// A group needs at least one condition.
    EmptyGroup,
    /// Groups are nested too deep.
    TooDeep,
    /// There are too many conditions.
    TooManyConditions,
    /// There are too many aggregates.
    TooManyAggregates,
    /// A name.
    Name,
    /// Another rule has the name.
    Taken,
    /// A text that people read.
    Title,
    /// The priority.
    Priority,
    /// The weight.
    Weight,
    /// The time zone.
    Timezone,
    /// It is not one of the choices.
    Choice,
    /// There is no such flow.
    Flow,
    /// There is no such list.
    List,
    /// The list holds other values.
    ListKind,
    /// How long a session stays open.
    Ttl,
    /// How old a session may be.
    Age,
    /// How far back an aggregate looks.
    Within,
    /// A currency.
    Currency,
    /// An amount.
    Money,
    /// A whole number.
    Whole,
    /// A score.
    Score,
    /// An hour.
    Hour,
    /// A word such as a type.
    Word,
    /// A country.
    Country,
    /// An id.
    Id,
    /// An address.
    Ip,
    /// A number of the metadata.
    Number,
    /// A text of the metadata.
    Text,
    /// A key of the metadata.
    Key,
    /// Anything else, in the words of the reader of rules.
    Other(String),
}

impl Draft {
    /// The faults of the rule that this draft became, in the order of the form.
    pub fn faults(&self, faults: &Faults) -> Vec<DraftFault> {
        let mut nodes = Vec::new();
        places(&self.when, "when".to_owned(), &mut Vec::new(), &mut nodes);
        let mut found: Vec<DraftFault> = faults.iter().map(|fault| self.fault(fault, &nodes)).collect();
        let names = self.names();
        found.sort_by_key(|fault| names.iter().position(|name| *name == fault.input));
        found
    }

    fn fault(&self, fault: &Refused, nodes: &[Placed<'_>]) -> DraftFault {
        let path = fault.path.as_str();
        let own = |node: &&Placed<'_>| path.strip_prefix(&node.rule).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        match nodes.iter().filter(own).max_by_key(|node| node.rule.len()) {
            Some(node) => node.fault(fault),
            None => {
                let input = path.strip_prefix("then.").unwrap_or(path);
                let input = if ["rule", "then"].contains(&input) { "" } else { input };
                DraftFault { input: input.to_owned(), why: self.why_of_head(input, fault) }
            }
        }
    }

    fn why_of_head(&self, input: &str, fault: &Refused) -> Why {
        match input {
            "name" | "flow" | "action" if !self.head.has(input) => Why::Missing,
            "name" => Why::Name,
            "flow" => Why::Flow,
            "priority" => Why::Priority,
            "weight" => Why::Weight,
            "timezone" => Why::Timezone,
            "ttl" => Why::Ttl,
            "grace" => Why::Age,
            "mode" | "action" | "onExpired" => Why::Choice,
            title if title.starts_with("title") => Why::Title,
            _ => Why::Other(fault.reason.clone()),
        }
    }
}

/// A node: where it stands in the rule, and its name in the form.
struct Placed<'d> {
    rule: String,
    name: String,
    node: &'d Node,
}

fn places<'d>(node: &'d Node, rule: String, path: &mut Vec<usize>, found: &mut Vec<Placed<'d>>) {
    if let Node::Group(kind, of) = node {
        for (at, one) in of.iter().enumerate() {
            let step = if *kind == GroupKind::Not { format!("{rule}.not") } else { format!("{rule}.{}[{at}]", kind.as_str()) };
            path.push(at);
            places(one, step, path, found);
            path.pop();
        }
    }
    found.push(Placed { rule, name: name_of(path), node });
}

impl Placed<'_> {
    fn fault(&self, fault: &Refused) -> DraftFault {
        let rest = fault.path[self.rule.len()..].trim_start_matches('.');
        let (input, why) = match self.node {
            Node::Leaf(inputs) if !rest.is_empty() => {
                let input = input_of(inputs, rest);
                (input, why(inputs, input, fault))
            }
            Node::Group(..) if rest.ends_with("all") || rest.ends_with("any") => ("new", Why::EmptyGroup),
            _ if fault.reason.contains("aggregates") => ("", Why::TooManyAggregates),
            _ if fault.reason.contains("conditions") => ("", Why::TooManyConditions),
            _ if fault.reason.contains("nested") => ("", Why::TooDeep),
            _ => ("", Why::Other(fault.reason.clone())),
        };
        let input = if input.is_empty() { self.name.clone() } else { format!("{}.{input}", self.name) };
        DraftFault { input, why }
    }
}

/// The input of a key of a condition.
fn input_of<'k>(inputs: &Inputs, key: &'k str) -> &'k str {
    match key.split('[').next().unwrap_or_default() {
        "field" if inputs.what() == What::Metadata => "key",
        "field" | "session" | "count" | "sum" | "max" | "average" => "what",
        "distinct" => "of",
        "currency" | "flow" | "within" | "blocked" => key,
        _ if key.starts_with("where.") => key,
        _ => inputs.value_input(),
    }
}

fn why(inputs: &Inputs, input: &str, fault: &Refused) -> Why {
    match input {
        "values" if inputs.values().is_empty() => return Why::NoValues,
        "key" | "currency" | "within" | "value" | "list" if !inputs.has(input) => return Why::Missing,
        "value" | "values" => {}
        "key" => return Why::Key,
        "currency" => return Why::Currency,
        "flow" => return Why::Flow,
        "within" => return Why::Within,
        "list" if fault.reason.contains("of kind") => return Why::ListKind,
        "list" => return Why::List,
        "where.type" | "where.channel" => return Why::Word,
        "where.country" => return Why::Country,
        "where.counterparty.id" => return Why::Id,
        "where.direction" | "what" | "of" => return Why::Choice,
        _ => return Why::Other(fault.reason.clone()),
    }
    let what = inputs.what();
    match what.entry() {
        Entry::Money => Why::Money,
        Entry::Whole if what == What::Score => Why::Score,
        Entry::Whole => Why::Whole,
        Entry::Hour => Why::Hour,
        Entry::Code if what == What::Currency => Why::Currency,
        Entry::Code if matches!(what, What::Country | What::CounterpartyCountry) => Why::Country,
        Entry::Code => Why::Word,
        Entry::Text if what == What::Ip => Why::Ip,
        Entry::Text => Why::Id,
        Entry::Any if inputs.get("type") == "number" => Why::Number,
        Entry::Any if fault.code == FieldCode::Malformed => Why::Text,
        Entry::Span => Why::Age,
        Entry::Day | Entry::Direction | Entry::Decision | Entry::Flag => Why::Choice,
        Entry::Any => Why::Other(fault.reason.clone()),
    }
}
