//! A rule as a draft: what somebody would have typed to write it.

use super::{
    amount,
    inputs::Inputs,
    tree::{Draft, GroupKind, Node},
    what::{Entry, Op, What},
};
use crate::{
    language::Language,
    reading::text::Text,
    rule::{
        aggregate::{Aggregate, Match, Measure},
        condition::{Condition, DecisionTest, Field, Leaf, SessionTest, Test},
        model::{Action, Rule},
        value::{Order, Value},
    },
};

impl Draft {
    /// The draft of a rule.
    pub fn of(rule: &Rule, language: Language) -> Self {
        let mut head = Inputs::default().with("name", &*rule.name);
        match &rule.title {
            None => {}
            Some(Text::Same(title)) => head.set("title", title),
            Some(Text::Each(titles)) => titles.iter().for_each(|(language, title)| head.set(&format!("title.{}", language.tag()), title)),
        }
        head.set("mode", rule.mode().as_str());
        head.set("priority", rule.priority.map(|number| number.to_string()).unwrap_or_default());
        head.set("weight", rule.weight.map(|number| number.to_string()).unwrap_or_default());
        head.set("timezone", rule.timezone.as_deref().unwrap_or_default());
        head.set("action", rule.then.kind().as_str());
        if let Action::StepUp(step_up) = &rule.then {
            head.set("flow", &step_up.flow);
            head.set("ttl", step_up.ttl.as_ref().map(|span| span.as_str()).unwrap_or_default());
            head.set("grace", step_up.grace.as_ref().map(|span| span.as_str()).unwrap_or_default());
            head.set("onExpired", step_up.on_expired.map(|then| then.as_str()).unwrap_or_default());
        }
        Self { head, when: node(&rule.when, language) }
    }

    /// The same draft for a reader of another language: numbers are typed anew.
    #[must_use]
    pub fn translated(mut self, from: Language, to: Language) -> Self {
        if from != to {
            self.when.translate(from, to);
        }
        self
    }
}

impl Node {
    fn translate(&mut self, from: Language, to: Language) {
        match self {
            Self::Group(_, of) => of.iter_mut().for_each(|one| one.translate(from, to)),
            Self::Leaf(inputs) => {
                let digits = super::to_json::digits(inputs);
                let (entry, is_number) = (inputs.what().entry(), inputs.get("type") == "number");
                let again = |typed: &str| match entry {
                    Entry::Money => amount::parse(typed, digits, from).map(|number| amount::shown(number, digits, to)),
                    Entry::Whole => amount::parse(typed, 0, from).map(|number| amount::shown(number, 0, to)),
                    Entry::Any if is_number => amount::parse_number(typed, from).map(|number| amount::shown_number(number, to)),
                    _ => None,
                };
                for name in ["value", "values"] {
                    let lines: Vec<String> = inputs.get(name).split('\n').map(|line| again(line).unwrap_or_else(|| line.to_owned())).collect();
                    inputs.set(name, lines.join("\n"));
                }
            }
        }
    }
}

fn node(of: &Condition, language: Language) -> Node {
    let group = |kind, of: &[Condition]| Node::Group(kind, of.iter().map(|one| node(one, language)).collect());
    match of {
        Condition::All(of) => group(GroupKind::All, of),
        Condition::Any(of) => group(GroupKind::Any, of),
        Condition::Not(of) => group(GroupKind::Not, std::slice::from_ref(of)),
        Condition::Leaf(of) => Node::Leaf(leaf(of, language)),
    }
}

fn leaf(of: &Leaf, language: Language) -> Inputs {
    let what = What::of(of);
    let mut inputs = Inputs::about(what);
    match of {
        Leaf::Field(field, test) => {
            match field {
                Field::Amount(currency) => inputs.set("currency", currency.as_str()),
                Field::Metadata(key) => inputs.set("key", key),
                _ => {}
            }
            compare(&mut inputs, field, test, language);
        }
        Leaf::Aggregate(aggregate, order, threshold) => {
            measure(&mut inputs, aggregate);
            inputs.set("op", order.as_str());
            let digits = if what.entry() == Entry::Money { aggregate.measure.currency().map_or(2, |currency| currency.exponent()) } else { 0 };
            inputs.set("value", amount::shown(*threshold, digits, language));
        }
        Leaf::Session(flow, test) => {
            inputs.set("flow", flow.as_deref().unwrap_or_default());
            ask(&mut inputs, test);
        }
    }
    inputs
}

fn order(order: Order) -> Op {
    match order {
        Order::AtLeast => Op::AtLeast,
        Order::Above => Op::Above,
        Order::AtMost => Op::AtMost,
        Order::Below => Op::Below,
    }
}

fn compare(inputs: &mut Inputs, field: &Field, test: &Test, language: Language) {
    let typed = |value: &Value| match (field, value) {
        (Field::Amount(currency), Value::Whole(number)) => amount::shown(*number, currency.exponent(), language),
        (_, Value::Whole(number)) => number.to_string(),
        (_, Value::Number(number)) => amount::shown_number(*number, language),
        (_, Value::Flag(flag)) => flag.to_string(),
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Ip(address)) => address.to_string(),
    };
    let (op, first) = match test {
        Test::Is(value) => (Op::Is, Some(value)),
        Test::IsNot(value) => (Op::IsNot, Some(value)),
        Test::Order(asked, value) => (order(*asked), Some(value)),
        Test::In(values) => (Op::In, values.first()),
        Test::NotIn(values) => (Op::NotIn, values.first()),
        Test::InList(list) => {
            inputs.set("list", list);
            (Op::InList, None)
        }
        Test::Present(present) => (if *present { Op::Present } else { Op::Absent }, None),
    };
    inputs.set("op", op.as_str());
    if let (Field::Metadata(_), Test::In(values) | Test::NotIn(values)) = (field, test)
        && !values.iter().all(|value| is_a_line(value) && values.iter().all(|other| value.is_like(other)))
    {
        inputs.set("type", "json");
        inputs.set("values", values.iter().filter_map(|value| serde_json::to_string(value).ok()).collect::<Vec<_>>().join("\n"));
        return;
    }
    match test {
        Test::In(values) | Test::NotIn(values) => inputs.set("values", values.iter().map(typed).collect::<Vec<_>>().join("\n")),
        _ => inputs.set("value", first.map(typed).unwrap_or_default()),
    }
    if let Field::Metadata(_) = field {
        inputs.set(
            "type",
            match first {
                Some(Value::Number(_)) => "number",
                Some(Value::Flag(_)) => "flag",
                _ => "text",
            },
        );
    }
}

/// Whether a value is the same when it was read from a line of its own.
fn is_a_line(value: &Value) -> bool {
    if let Value::Text(text) = value { !text.is_empty() && text.trim() == text && !text.contains(['\n', '\r']) } else { true }
}

fn measure(inputs: &mut Inputs, aggregate: &Aggregate) {
    fn wanted<T>(inputs: &mut Inputs, name: &str, wanted: Option<&Match<T>>, text: impl Fn(&T) -> &str) {
        match wanted {
            None => {}
            Some(Match::Same) => inputs.set(&format!("where.{name}.same"), "on"),
            Some(Match::Is(value)) => inputs.set(&format!("where.{name}"), text(value)),
        }
    }
    if let Some(currency) = aggregate.measure.currency() {
        inputs.set("currency", currency.as_str());
    }
    if let Measure::Distinct(field) = aggregate.measure {
        inputs.set("of", field.as_str());
    }
    let filter = &aggregate.filter;
    inputs.set(
        "where.direction",
        match &filter.direction {
            None => "",
            Some(Match::Same) => "same",
            Some(Match::Is(direction)) => direction.as_str(),
        },
    );
    wanted(inputs, "type", filter.r#type.as_ref(), |text| text);
    wanted(inputs, "channel", filter.channel.as_ref(), |text| text);
    wanted(inputs, "country", filter.country.as_ref(), |country| country.as_str());
    wanted(inputs, "counterparty.id", filter.counterparty_id.as_ref(), |text| text);
    inputs.set("within", aggregate.within.as_str());
    inputs.set("blocked", if aggregate.blocked.unwrap_or_default() { "on" } else { "" });
}

fn ask(inputs: &mut Inputs, test: &SessionTest) {
    let (op, value) = match test {
        SessionTest::Age(asked, span) => (order(*asked), span.as_str().to_owned()),
        SessionTest::Score(asked, score) => (order(*asked), score.to_string()),
        SessionTest::None(none) => (Op::Is, none.to_string()),
        SessionTest::Decision(DecisionTest::Is(decision)) => (Op::Is, decision.as_str().to_owned()),
        SessionTest::Decision(DecisionTest::IsNot(decision)) => (Op::IsNot, decision.as_str().to_owned()),
        SessionTest::Decision(DecisionTest::In(all) | DecisionTest::NotIn(all)) => {
            let op = if matches!(test, SessionTest::Decision(DecisionTest::In(_))) { Op::In } else { Op::NotIn };
            inputs.set("op", op.as_str());
            inputs.set("values", all.iter().map(|decision| decision.as_str()).collect::<Vec<_>>().join("\n"));
            return;
        }
    };
    inputs.set("op", op.as_str());
    inputs.set("value", value);
}
