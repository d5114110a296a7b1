//! An explanation in words. Each line is true as it stands: where a condition does not hold, the line says what holds instead.

use serde::{Deserialize, Serialize};

use super::{
    aggregate::Measure,
    condition::{DecisionTest, Field, Leaf, SessionTest, Test},
    evaluate::Evaluation,
    facts::enough,
    model::Rule,
    seen::Seen,
    shown::{Style, ago},
    value::{Order, Value},
    words::fill,
};

/// The most values of a condition that a line names.
const MAX_VALUES: usize = 5;

/// One condition and what it saw, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// From `when` to the condition.
    pub path: String,
    /// What is true of it.
    pub text: String,
}

impl Evaluation {
    /// Each condition in words. The rule is the version that was evaluated.
    pub fn texts(&self, rule: &Rule, style: Style) -> Vec<Because> {
        let leaves = rule.when.leaves();
        let lines = self.because.iter().zip(leaves);
        lines.map(|(line, (_, leaf))| Because { path: line.path.clone(), text: style.line(leaf, &line.seen) }).collect()
    }
}

impl Style {
    /// What is true of a condition that saw this.
    pub(super) fn line(self, leaf: &Leaf, seen: &Seen) -> String {
        let w = self.words();
        match leaf {
            Leaf::Field(field, test) => self.field_line(field, test, seen),
            Leaf::Aggregate(aggregate, order, threshold) => {
                let measure = aggregate.measure;
                let shown = match (seen, measure) {
                    // It was not counted further.
                    (Seen::Total(total), Measure::Distinct(_)) if *total == i128::from(enough(*threshold)) => format!("{}+", self.count(*total)),
                    (Seen::Total(total), _) => self.quantity(measure, *total),
                    (Seen::Average(sum, count), Measure::Average(currency)) => self.average(*sum, *count, currency),
                    _ => return format!("{}: {}", self.aggregate(aggregate), w.absent),
                };
                let sign = sign(*order, leaf.holds(seen));
                format!("{}: {shown} {sign} {}", self.aggregate(aggregate), self.quantity(measure, (*threshold).into()))
            }
            Leaf::Session(flow, test) => {
                let subject = self.session(flow.as_deref(), test);
                match (test, seen) {
                    (SessionTest::None(_), Seen::Value(Value::Flag(false))) => self.with_flow(w.a_session, flow.as_deref()),
                    (SessionTest::None(_), _) => subject,
                    (SessionTest::Age(order, span), Seen::Age(micros)) => {
                        format!("{subject}: {} {} {}", ago(*micros), sign(*order, leaf.holds(seen)), span.as_str())
                    }
                    (SessionTest::Score(order, threshold), Seen::Value(Value::Whole(score))) => {
                        format!("{subject}: {score} {} {threshold}", sign(*order, leaf.holds(seen)))
                    }
                    (SessionTest::Decision(test), Seen::Decision(decision)) => {
                        let name = |decision| self.decision(decision).to_owned();
                        let (DecisionTest::Is(one) | DecisionTest::IsNot(one)) = test else {
                            let (DecisionTest::In(all) | DecisionTest::NotIn(all)) = test else { return subject };
                            return format!("{subject}: {}", self.among(&name(*decision), all.contains(decision), all.iter().map(|one| name(*one))));
                        };
                        format!("{subject}: {} {} {}", name(*decision), equality(one == decision), name(*one))
                    }
                    _ => format!("{subject}: {}", w.absent),
                }
            }
        }
    }

    fn field_line(self, field: &Field, test: &Test, seen: &Seen) -> String {
        let (w, subject) = (self.words(), self.field(field));
        let absent = || format!("{subject}: {}", w.absent);
        let value = match seen {
            Seen::Value(value) => value,
            Seen::Foreign(amount, own) => {
                let Field::Amount(currency) = field else { return absent() };
                return format!("{subject} {} {}", self.money((*amount).into(), *own), fill(w.is_not_in_currency, &[("currency", currency.as_str())]));
            }
            Seen::Listed(listed) => {
                let Test::InList(list) = test else { return absent() };
                return format!("{subject} {}", fill(if *listed { w.listed } else { w.unlisted }, &[("list", list)]));
            }
            _ => return absent(),
        };
        let shown = self.seen(field, value);
        match test {
            Test::Is(other) | Test::IsNot(other) => format!("{subject} {shown} {} {}", equality(value == other), self.value(field, other)),
            Test::In(all) | Test::NotIn(all) => {
                let names = all.iter().map(|one| self.value(field, one));
                format!("{subject} {}", self.among(&shown, all.contains(value), names))
            }
            Test::Order(order, other) if value.is_like(other) => {
                format!("{subject} {shown} {} {}", sign(*order, test.holds(value)), self.value(field, other))
            }
            Test::Present(_) => format!("{subject} {shown}"),
            // What has no order to the other value counts as absent.
            Test::Order(..) | Test::InList(_) => absent(),
        }
    }

    fn among(self, shown: &str, is_among: bool, mut names: impl Iterator<Item = String>) -> String {
        let mut first: Vec<String> = names.by_ref().take(MAX_VALUES).collect();
        first.extend(names.next().map(|_| "…".to_owned()));
        let word = if is_among { self.words().among } else { self.words().not_among };
        format!("{shown} {word} {}", first.join(", "))
    }
}

/// The sign of the order that holds: this one or its opposite.
const fn sign(order: Order, held: bool) -> &'static str {
    if held { order.sign() } else { order.opposite().sign() }
}

const fn equality(is_equal: bool) -> &'static str {
    if is_equal { "=" } else { "≠" }
}
