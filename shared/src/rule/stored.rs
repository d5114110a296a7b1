//! The explanation of a decision as it is stored: only what the conditions saw, in their order. The version of the rule says the rest, so a
//! decision takes a few hundred bytes, and judging it again must give what was decided.

use serde_json::Value as Json;

use super::{
    aggregate::Measure,
    condition::{Field, Leaf, SessionTest, Test},
    currency::Currency,
    evaluate::Evaluation,
    model::Rule,
    seen::Seen,
    value::{Value, whole},
};

impl Evaluation {
    /// What is stored: a list of what each condition saw.
    pub fn to_stored(&self) -> Json {
        self.because.iter().map(|line| write(&line.seen)).collect()
    }
}

impl Rule {
    /// The evaluation that was stored under this version of the rule, judged again. `None` if it is none of this version.
    pub fn from_stored(&self, stored: &Json) -> Option<Evaluation> {
        let stored = stored.as_array()?;
        let leaves = self.when.leaves();
        if stored.len() != leaves.len() {
            return None;
        }
        let seen: Vec<Seen> = leaves.iter().zip(stored).map(|((_, leaf), json)| read(leaf, json)).collect::<Option<_>>()?;
        Some(self.judge(seen.into_iter()))
    }
}

fn write(seen: &Seen) -> Json {
    match seen {
        Seen::Absent => Json::Null,
        Seen::Value(Value::Number(number)) => whole(*number).map_or_else(|| (*number).into(), Json::from),
        Seen::Value(Value::Text(text)) => text.as_str().into(),
        Seen::Value(Value::Whole(number)) => (*number).into(),
        Seen::Value(Value::Flag(flag)) => (*flag).into(),
        Seen::Value(Value::Ip(address)) => address.to_string().into(),
        Seen::Foreign(amount, currency) => vec![Json::from(*amount), currency.as_str().into()].into(),
        Seen::Listed(listed) => (*listed).into(),
        Seen::Total(total) => big(*total),
        Seen::Average(sum, count) => vec![big(*sum), (*count).into()].into(),
        Seen::Age(micros) => (*micros).into(),
        Seen::Decision(decision) => decision.as_str().into(),
    }
}

/// A number as JSON; as a string where other readers of JSON would lose digits.
fn big(number: i128) -> Json {
    i64::try_from(number).map_or_else(|_| number.to_string().into(), Json::from)
}

fn read_big(json: &Json) -> Option<i128> {
    json.as_i64().map(i128::from).or_else(|| json.as_str()?.parse().ok())
}

fn read(leaf: &Leaf, json: &Json) -> Option<Seen> {
    if json.is_null() {
        return Some(Seen::Absent);
    }
    let pair = || json.as_array().and_then(|pair| Some((pair.first()?, pair.get(1)?)));
    match leaf {
        Leaf::Field(_, Test::InList(_)) => json.as_bool().map(Seen::Listed),
        Leaf::Field(Field::Amount(_), _) if json.is_array() => {
            let (amount, currency) = pair()?;
            Some(Seen::Foreign(amount.as_i64()?, Currency::parse(currency.as_str()?)?))
        }
        Leaf::Field(Field::Amount(_) | Field::Hour | Field::Weekday, _) => json.as_i64().map(Value::Whole).map(Seen::Value),
        Leaf::Field(Field::Ip, _) => json.as_str().and_then(Value::ip).map(Seen::Value),
        Leaf::Field(Field::Metadata(_), _) => match json {
            Json::Bool(flag) => Some(Seen::Value(Value::Flag(*flag))),
            Json::Number(number) => number.as_f64().map(Value::Number).map(Seen::Value),
            other => text(other),
        },
        Leaf::Field(..) => text(json),
        Leaf::Aggregate(aggregate, ..) if matches!(aggregate.measure, Measure::Average(_)) => {
            let (sum, count) = pair()?;
            Some(Seen::Average(read_big(sum)?, count.as_u64()?))
        }
        Leaf::Aggregate(..) => read_big(json).map(Seen::Total),
        Leaf::Session(_, SessionTest::Age(..)) => json.as_i64().map(Seen::Age),
        Leaf::Session(_, SessionTest::Score(..)) => json.as_i64().map(Value::Whole).map(Seen::Value),
        Leaf::Session(_, SessionTest::Decision(_)) => json.as_str().and_then(|text| text.parse().ok()).map(Seen::Decision),
        Leaf::Session(_, SessionTest::None(_)) => json.as_bool().map(Value::Flag).map(Seen::Value),
    }
}

fn text(json: &Json) -> Option<Seen> {
    json.as_str().map(|text| Seen::Value(Value::Text(text.to_owned())))
}
