//! Evaluates a rule: a total function of the rule and the facts. Every condition is judged, also where the outcome is known before, so that
//! the explanation is whole.

use super::{
    condition::{Condition, Field, Leaf, SessionTest, Test},
    country::Country,
    facts::{Facts, ListField, ListKey},
    measured::Measured,
    model::Rule,
    seen::Seen,
    value::Value,
};

/// Whether a rule matched, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Whether it matched.
    pub matched: bool,
    /// Each of its conditions, in order.
    pub because: Vec<Line>,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// From `when` to the condition: `all[1].not`. Empty if it stands straight under `when`.
    pub path: String,
    /// What it saw.
    pub seen: Seen,
    /// Whether it holds, by itself: a `not` around it counts later.
    pub held: bool,
    /// Whether the outcome rests on it: it is one of the conditions that had to be as they are.
    pub decisive: bool,
}

impl Rule {
    /// Evaluates the rule.
    pub fn evaluate(&self, facts: &Facts) -> Evaluation {
        self.judge(self.when.leaves().into_iter().map(|(_, leaf)| see(leaf, self.timezone(), facts)))
    }

    /// Evaluates the rule on what its conditions saw, in order. What is missing is absent.
    pub(super) fn judge(&self, seen: impl Iterator<Item = Seen>) -> Evaluation {
        let mut because: Vec<Line> = self
            .when
            .leaves()
            .into_iter()
            .zip(seen.chain(std::iter::repeat(Seen::Absent)))
            .map(|((path, leaf), seen)| Line { path, held: leaf.holds(&seen), seen, decisive: false })
            .collect();
        let matched = self.when.holds(&mut because.iter().map(|line| line.held));
        mark(&self.when, true, &mut because.iter_mut().collect::<Vec<_>>());
        Evaluation { matched, because }
    }
}

/// Marks the conditions on which the outcome rests, if the outcome of this one counts.
fn mark(condition: &Condition, counts: bool, lines: &mut [&mut Line]) {
    match condition {
        Condition::Leaf(_) => lines.iter_mut().for_each(|line| line.decisive = counts),
        Condition::Not(of) => mark(of, counts, lines),
        Condition::All(of) | Condition::Any(of) => {
            let is_any = matches!(condition, Condition::Any(_));
            let outcome = condition.holds(&mut lines.iter().map(|line| line.held));
            let mut rest = lines;
            for one in of {
                let (own, others) = rest.split_at_mut(one.count().min(rest.len()));
                let holds = one.holds(&mut own.iter().map(|line| line.held));
                // One that holds is enough for `any`, and one that does not decides against `all`.
                mark(one, counts && (outcome != is_any || holds == is_any), own);
                rest = others;
            }
        }
    }
}

/// What a condition sees.
fn see(leaf: &Leaf, timezone: &str, facts: &Facts) -> Seen {
    match leaf {
        Leaf::Field(field, Test::InList(list)) => {
            let sought = ListField::of(field).filter(|field| field.value(&facts.transaction).is_some());
            sought.map_or(Seen::Absent, |field| Seen::Listed(facts.listed.contains(&ListKey { list: list.clone(), field })))
        }
        Leaf::Field(Field::Amount(currency), _) if *currency != facts.transaction.currency => {
            Seen::Foreign(facts.transaction.amount, facts.transaction.currency)
        }
        Leaf::Field(field, _) => value(field, timezone, facts).map_or(Seen::Absent, Seen::Value),
        Leaf::Aggregate(aggregate, _, threshold) => {
            let measured = match aggregate.resolve(&facts.transaction) {
                Some(key) => facts.measured.get(&key).copied(),
                None => Some(Measured::nothing(aggregate.measure)),
            };
            measured.map_or(Seen::Absent, |measured| Seen::measured(aggregate.measure, *threshold, measured))
        }
        Leaf::Session(flow, test) => {
            let last = facts.sessions.get(flow);
            match test {
                SessionTest::None(_) => Seen::Value(Value::Flag(last.is_none())),
                SessionTest::Age(..) => last.map_or(Seen::Absent, |last| Seen::Age(facts.now.0.saturating_sub(last.completed_at.0))),
                SessionTest::Score(..) => last.map_or(Seen::Absent, |last| Seen::Value(Value::Whole(last.score.into()))),
                SessionTest::Decision(_) => last.map_or(Seen::Absent, |last| Seen::Decision(last.decision)),
            }
        }
    }
}

/// What the transaction has in a field.
fn value(field: &Field, timezone: &str, facts: &Facts) -> Option<Value> {
    let of = &facts.transaction;
    let text = |text: &str| Value::Text(text.to_owned());
    match field {
        Field::Amount(_) => Some(Value::Whole(of.amount)),
        Field::Currency => Some(text(of.currency.as_str())),
        Field::Direction => Some(text(of.direction.as_str())),
        Field::Type => Some(text(&of.r#type)),
        Field::Channel => of.channel.as_deref().map(text),
        Field::Country => of.country.as_ref().map(Country::as_str).map(text),
        Field::CounterpartyId => of.counterparty.id.as_deref().map(text),
        Field::CounterpartyCountry => of.counterparty.country.as_ref().map(Country::as_str).map(text),
        Field::DeviceId => of.device_id.as_deref().map(text),
        Field::Ip => of.ip.map(|address| Value::Ip(address.to_canonical())),
        Field::Hour => facts.clocks.get(timezone).map(|clock| Value::Whole(clock.hour.into())),
        Field::Weekday => facts.clocks.get(timezone).map(|clock| Value::Whole(clock.weekday.into())),
        Field::Metadata(key) => of.metadata.get(key).cloned(),
    }
}
