//! A draft as the JSON of a rule, with its keys in the order in which people read them. What cannot be understood goes in as it was typed, so
//! that the reader of rules finds the fault where it is.

use serde_json::Value as Json;

use super::{
    amount,
    inputs::Inputs,
    leaf::FILTERS,
    tree::{Draft, Node},
    what::{Entry, Op, What},
};
use crate::{language::Language, reading::json::Node as Out, rule::currency::Currency};

fn text(text: &str) -> Out {
    Out::Leaf(text.trim().into())
}

/// The keys of an object.
#[derive(Default)]
struct Keys(Vec<(String, Out)>);

impl Keys {
    fn push(&mut self, key: &str, value: Out) {
        self.0.push((key.to_owned(), value));
    }

    /// A text, if there is one.
    fn typed(&mut self, key: &str, typed: &str) {
        if !typed.trim().is_empty() {
            self.push(key, text(typed));
        }
    }

    fn number(&mut self, key: &str, typed: &str) {
        if !typed.trim().is_empty() {
            self.push(key, whole(typed));
        }
    }

    fn object(self) -> Out {
        Out::Object(self.0)
    }
}

fn whole(typed: &str) -> Out {
    typed.trim().parse::<u64>().map_or_else(|_| text(typed), |number| Out::Leaf(number.into()))
}

impl Draft {
    /// The JSON of the rule.
    pub fn to_json(&self, language: Language) -> String {
        serde_json::to_string(&self.out(language)).expect("texts and numbers serialise")
    }

    /// The same for people, with line breaks.
    pub fn to_pretty_json(&self, language: Language) -> String {
        serde_json::to_string_pretty(&self.out(language)).expect("texts and numbers serialise")
    }

    fn out(&self, language: Language) -> Out {
        let head = &self.head;
        let mut keys = Keys::default();
        keys.typed("name", head.get("name"));
        if let Some(title) = self.title() {
            keys.push("title", title);
        }
        keys.typed("mode", head.get("mode"));
        keys.number("priority", head.get("priority"));
        keys.number("weight", head.get("weight"));
        keys.typed("timezone", head.get("timezone"));
        keys.push("when", node(&self.when, language));
        let mut then = Keys::default();
        then.typed("action", head.get("action"));
        if head.get("action") == "STEP_UP" {
            for key in ["flow", "ttl", "grace", "onExpired"] {
                then.typed(key, head.get(key));
            }
        }
        keys.push("then", then.object());
        keys.object()
    }

    /// One title for all languages, or, where a language has its own, one for each.
    fn title(&self) -> Option<Out> {
        let head = &self.head;
        let own = Language::ALL.map(|language| (language.tag(), head.get(&format!("title.{}", language.tag()))));
        if own.iter().all(|(_, title)| title.trim().is_empty()) {
            return head.has("title").then(|| text(head.get("title")));
        }
        let mut keys = Keys::default();
        for (tag, title) in own {
            keys.typed(tag, if title.trim().is_empty() { head.get("title") } else { title });
        }
        Some(keys.object())
    }
}

fn node(of: &Node, language: Language) -> Out {
    match of {
        Node::Leaf(inputs) => leaf(inputs, language),
        Node::Group(super::tree::GroupKind::Not, of) => {
            // An empty one is a group without conditions, which is a fault of its own.
            let inner = of.first().map_or_else(|| Out::Object(vec![("all".to_owned(), Out::List(Vec::new()))]), |one| node(one, language));
            Out::Object(vec![("not".to_owned(), inner)])
        }
        Node::Group(kind, of) => Out::Object(vec![(kind.as_str().to_owned(), Out::List(of.iter().map(|one| node(one, language)).collect()))]),
    }
}

fn leaf(inputs: &Inputs, language: Language) -> Out {
    let what = inputs.what();
    let mut keys = Keys::default();
    if what.is_session() {
        keys.push("session", text(what.as_str()));
        keys.typed("flow", inputs.get("flow"));
    } else if what.is_aggregate() {
        let of = match what {
            What::Count => "transactions",
            What::Distinct => inputs.get("of"),
            _ => "amount",
        };
        keys.push(what.as_str(), text(of));
    } else if what == What::Metadata {
        keys.push("field", Out::Leaf(format!("metadata.{}", inputs.get("key").trim()).into()));
    } else {
        keys.push("field", text(what.as_str()));
    }
    if what.takes_currency() {
        keys.typed("currency", &inputs.get("currency").to_uppercase());
    }
    if what.is_aggregate() {
        let filter = filter(inputs);
        if !filter.0.is_empty() {
            keys.push("where", filter.object());
        }
        keys.typed("within", &inputs.get("within").to_lowercase());
        if inputs.has("blocked") {
            keys.push("blocked", Out::Leaf(true.into()));
        }
    }
    let one = |typed: &str| value(inputs, typed, language);
    let op = inputs.op();
    let compared = match op {
        Op::In | Op::NotIn => Out::List(inputs.values().into_iter().map(one).collect()),
        Op::InList => text(inputs.get("list")),
        Op::Present | Op::Absent => Out::Leaf((op == Op::Present).into()),
        _ => one(inputs.get("value")),
    };
    keys.push(if op == Op::Absent { Op::Present.as_str() } else { op.as_str() }, compared);
    keys.object()
}

fn filter(inputs: &Inputs) -> Keys {
    let mut keys = Keys::default();
    keys.typed("direction", inputs.get("where.direction"));
    for name in FILTERS {
        let typed = inputs.get(&format!("where.{name}"));
        let typed = if name == "counterparty.id" { typed.to_owned() } else { typed.to_uppercase() };
        keys.typed(name, if inputs.has(&format!("where.{name}.same")) { "same" } else { &typed });
    }
    keys
}

/// The digits after the point that the condition's amounts have; two as long as nobody knows.
pub(super) fn digits(inputs: &Inputs) -> usize {
    Currency::parse(&inputs.get("currency").trim().to_uppercase()).map_or(2, Currency::exponent)
}

fn value(inputs: &Inputs, typed: &str, language: Language) -> Out {
    let number = |digits| amount::parse(typed, digits, language).map_or_else(|| text(typed), |number| Out::Leaf(number.into()));
    let flag = || if let Ok(flag) = typed.trim().parse::<bool>() { Out::Leaf(flag.into()) } else { text(typed) };
    match inputs.what().entry() {
        Entry::Money => number(digits(inputs)),
        Entry::Whole | Entry::Hour | Entry::Day => number(0),
        Entry::Code => text(&typed.to_uppercase()),
        Entry::Direction | Entry::Decision | Entry::Text => text(typed),
        Entry::Span => text(&typed.to_lowercase()),
        Entry::Flag => flag(),
        Entry::Any => match inputs.get("type") {
            "flag" => flag(),
            "number" => amount::parse_number(typed, language).map_or_else(
                || Out::Object(Vec::new()),
                |number| crate::rule::value::whole(number).map_or_else(|| Out::Leaf(number.into()), |whole| Out::Leaf(whole.into())),
            ),
            // Values of several types, each as JSON.
            "json" => serde_json::from_str(typed).map_or_else(|_| Out::Object(Vec::new()), Out::Leaf),
            // A text is exactly what was typed.
            _ => Out::Leaf(Json::from(typed)),
        },
    }
}
