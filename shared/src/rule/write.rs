//! Writes a rule as the JSON that an import reads.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    aggregate::{Aggregate, Filter, Match, Measure},
    condition::{Condition, DecisionTest, Field, Leaf, SessionTest, Test},
    model::{Action, Rule, StepUp},
};

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        optional(&mut map, "version", self.version.as_ref())?;
        optional(&mut map, "title", self.title.as_ref())?;
        optional(&mut map, "mode", self.mode.map(|mode| mode.as_str()).as_ref())?;
        optional(&mut map, "priority", self.priority.as_ref())?;
        optional(&mut map, "weight", self.weight.as_ref())?;
        optional(&mut map, "timezone", self.timezone.as_ref())?;
        map.serialize_entry("when", &self.when)?;
        map.serialize_entry("then", &self.then)?;
        map.end()
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("action", self.kind().as_str())?;
        if let Self::StepUp(StepUp { flow, ttl, grace, on_expired }) = self {
            map.serialize_entry("flow", flow)?;
            optional(&mut map, "ttl", ttl.as_ref())?;
            optional(&mut map, "grace", grace.as_ref())?;
            optional(&mut map, "onExpired", on_expired.map(|on_expired| on_expired.as_str()).as_ref())?;
        }
        map.end()
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::All(of) => map.serialize_entry("all", of)?,
            Self::Any(of) => map.serialize_entry("any", of)?,
            Self::Not(of) => map.serialize_entry("not", of)?,
            Self::Leaf(Leaf::Field(field, test)) => {
                map.serialize_entry("field", &field.name())?;
                write_test(&mut map, test)?;
                if let Field::Amount(currency) = field {
                    map.serialize_entry("currency", currency)?;
                }
            }
            Self::Leaf(Leaf::Aggregate(aggregate, order, threshold)) => {
                write_aggregate(&mut map, aggregate)?;
                map.serialize_entry(order.as_str(), threshold)?;
            }
            Self::Leaf(Leaf::Session(flow, test)) => write_session(&mut map, flow.as_ref(), test)?,
        }
        map.end()
    }
}

fn write_test<M: SerializeMap>(map: &mut M, test: &Test) -> Result<(), M::Error> {
    match test {
        Test::Is(value) => map.serialize_entry("is", value),
        Test::IsNot(value) => map.serialize_entry("isNot", value),
        Test::In(values) => map.serialize_entry("in", values),
        Test::NotIn(values) => map.serialize_entry("notIn", values),
        Test::InList(list) => map.serialize_entry("inList", list),
        Test::Order(order, value) => map.serialize_entry(order.as_str(), value),
        Test::Present(present) => map.serialize_entry("present", present),
    }
}

fn write_aggregate<M: SerializeMap>(map: &mut M, aggregate: &Aggregate) -> Result<(), M::Error> {
    match aggregate.measure {
        Measure::Count(_) => map.serialize_entry("count", "transactions")?,
        Measure::Sum(_) => map.serialize_entry("sum", "amount")?,
        Measure::Max(_) => map.serialize_entry("max", "amount")?,
        Measure::Average(_) => map.serialize_entry("average", "amount")?,
        Measure::Distinct(field) => map.serialize_entry("distinct", field.as_str())?,
    }
    optional(map, "currency", aggregate.measure.currency().as_ref())?;
    if aggregate.filter != Filter::default() {
        map.serialize_entry("where", &aggregate.filter)?;
    }
    map.serialize_entry("within", &aggregate.within)?;
    optional(map, "blocked", aggregate.blocked.as_ref())
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn entry<M: SerializeMap, T>(map: &mut M, key: &'static str, wanted: Option<&Match<T>>, text: fn(&T) -> &str) -> Result<(), M::Error> {
            let text = wanted.map(|wanted| match wanted {
                Match::Same => SAME,
                Match::Is(value) => text(value),
            });
            optional(map, key, text.as_ref())
        }
        let mut map = serializer.serialize_map(None)?;
        entry(&mut map, "type", self.r#type.as_ref(), |text| text)?;
        entry(&mut map, "direction", self.direction.as_ref(), |direction| direction.as_str())?;
        entry(&mut map, "channel", self.channel.as_ref(), |text| text)?;
        entry(&mut map, "country", self.country.as_ref(), |country| country.as_str())?;
        entry(&mut map, "counterparty.id", self.counterparty_id.as_ref(), |text| text)?;
        map.end()
    }
}

/// What a `where` says for the value that this transaction has itself.
pub(super) const SAME: &str = "same";

fn write_session<M: SerializeMap>(map: &mut M, flow: Option<&String>, test: &SessionTest) -> Result<(), M::Error> {
    let asked = match test {
        SessionTest::Age(..) => "age",
        SessionTest::Score(..) => "score",
        SessionTest::Decision(_) => "decision",
        SessionTest::None(_) => "none",
    };
    map.serialize_entry("session", asked)?;
    optional(map, "flow", flow)?;
    match test {
        SessionTest::Age(order, span) => map.serialize_entry(order.as_str(), span),
        SessionTest::Score(order, score) => map.serialize_entry(order.as_str(), score),
        SessionTest::Decision(DecisionTest::Is(decision)) => map.serialize_entry("is", decision),
        SessionTest::Decision(DecisionTest::IsNot(decision)) => map.serialize_entry("isNot", decision),
        SessionTest::Decision(DecisionTest::In(decisions)) => map.serialize_entry("in", decisions),
        SessionTest::Decision(DecisionTest::NotIn(decisions)) => map.serialize_entry("notIn", decisions),
        SessionTest::None(none) => map.serialize_entry("is", none),
    }
}

fn optional<M: SerializeMap, T: Serialize>(map: &mut M, key: &'static str, value: Option<&T>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, value))
}
