//! A rule as a sentence that a compliance officer can sign. A `not` is said inwards, down to the conditions, so that the sentence has no
//! double negation and says what is true of a value that is absent.

use super::{
    condition::{Condition, DecisionTest, Field, Leaf, SessionTest, Test},
    model::{Action, Mode, OnExpired, Rule, StepUp},
    shown::Style,
    transaction::Direction,
    value::{Order, Value},
    words::fill,
};
use crate::language::Language;

impl Rule {
    /// The whole rule in plain words.
    pub fn sentence(&self, language: Language) -> String {
        let (style, zone) = (Style::Page(language), self.timezone());
        let w = style.words();
        let (then, more) = self.then.clauses(style);
        let rule = fill(w.rule, &[("when", &style.condition(&self.when, zone, false)), ("then", &then)]);
        let weight = (self.weight() > 0).then(|| fill(w.weight, &[("weight", &self.weight().to_string())]));
        let mode = match self.mode() {
            Mode::Active => None,
            Mode::Test => Some(w.test.to_owned()),
            Mode::Disabled => Some(w.disabled.to_owned()),
        };
        [rule].into_iter().chain(more).chain(weight).chain(mode).collect::<Vec<_>>().join(" ")
    }
}

impl Condition {
    /// This condition in plain words, without a capital letter and without a full stop.
    pub fn sentence(&self, timezone: &str, language: Language) -> String {
        Style::Page(language).condition(self, timezone, false)
    }
}

impl Action {
    /// What follows, and the sentences that explain it.
    fn clauses(&self, style: Style) -> (String, Vec<String>) {
        let w = style.words();
        let step_up = match self {
            Self::Allow => return (w.then_allow.to_owned(), Vec::new()),
            Self::Review => return (w.then_review.to_owned(), Vec::new()),
            Self::Block => return (w.then_block.to_owned(), Vec::new()),
            Self::StepUp(step_up) => step_up,
        };
        (fill(w.then_step_up, &[("flow", &step_up.flow)]), step_up.sentences(style))
    }
}

impl StepUp {
    fn sentences(&self, style: Style) -> Vec<String> {
        let w = style.words();
        let expired = match self.on_expired() {
            OnExpired::Block => w.expired_block,
            OnExpired::Review => w.expired_review,
            OnExpired::Release => w.expired_release,
        };
        let ttl = self.ttl.as_ref().map(|ttl| fill(w.ttl, &[("ttl", &style.span(ttl))]));
        let grace = self.grace.as_ref().map(|grace| fill(w.grace, &[("grace", &style.span(grace))]));
        ttl.into_iter().chain([expired.to_owned()]).chain(grace).collect()
    }
}

impl Style {
    /// A condition, or its opposite.
    fn condition(self, condition: &Condition, zone: &str, negated: bool) -> String {
        match condition {
            Condition::Not(of) => self.condition(of, zone, !negated),
            Condition::Leaf(leaf) => self.leaf(leaf, zone, negated),
            // Somebody is still writing it.
            Condition::All(of) | Condition::Any(of) if of.is_empty() => "…".to_owned(),
            Condition::All(of) | Condition::Any(of) => {
                // Not all of them: at least one is not.
                let is_all = matches!(condition, Condition::All(_)) != negated;
                let clauses: Vec<String> = of
                    .iter()
                    .map(|one| {
                        let clause = self.condition(one, zone, negated);
                        if of.len() > 1 && is_group(one) { format!("({clause})") } else { clause }
                    })
                    .collect();
                join(&clauses, ",", if is_all { self.words().clause_and } else { self.words().clause_or })
            }
        }
    }

    fn leaf(self, leaf: &Leaf, zone: &str, negated: bool) -> String {
        let w = self.words();
        match leaf {
            Leaf::Field(field, test) => self.field_clause(field, test, zone, negated),
            Leaf::Aggregate(aggregate, order, threshold) => {
                let rest = negated && matches!(aggregate.measure, super::aggregate::Measure::Max(_) | super::aggregate::Measure::Average(_));
                let value = self.quantity(aggregate.measure, (*threshold).into());
                self.clause(&self.the_aggregate(aggregate), &self.ordered(*order, negated, &value), rest.then_some(w.or_none))
            }
            Leaf::Session(flow, SessionTest::None(none)) => self.with_flow(if *none == negated { w.has_session } else { w.has_no_session }, flow.as_deref()),
            Leaf::Session(flow, test) => {
                let predicate = match test {
                    SessionTest::Age(order, span) => self.ordered(*order, negated, &self.span(span)),
                    SessionTest::Score(order, score) => self.ordered(*order, negated, &score.to_string()),
                    SessionTest::Decision(test) => self.decided(test, negated),
                    SessionTest::None(_) => String::new(),
                };
                self.clause(&self.the_session(flow.as_deref(), test), &predicate, negated.then_some(w.or_no_session))
            }
        }
    }

    fn field_clause(self, field: &Field, test: &Test, zone: &str, negated: bool) -> String {
        let w = self.words();
        if let (Field::Hour | Field::Weekday, false) = (field, matches!(test, Test::Present(_))) {
            return self.time_clause(field, test, zone, negated);
        }
        let subject = self.the_field(field);
        let own_currency = |word: &str| match field {
            Field::Amount(currency) => fill(word, &[("currency", currency.as_str())]),
            _ => String::new(),
        };
        let is_amount = matches!(field, Field::Amount(_));
        // What is also true where there is nothing to compare.
        let rest = match (negated, is_amount, field.may_be_absent()) {
            (true, true, _) => Some(w.or_other_currency),
            (true, _, true) => Some(w.or_unknown),
            _ => None,
        };
        let value = |value: &Value| self.said(field, value);
        let predicate = match (test, negated) {
            // Whether it is there asks for its currency. That it is not there is never so.
            (Test::Present(true), _) if is_amount => own_currency(if negated { w.is_not_in_currency } else { w.is_in_currency }),
            (Test::Present(present), _) => return format!("{subject} {}", if *present == negated { w.not_given } else { w.given }),
            (Test::InList(list), _) => fill(if negated { w.not_in_list } else { w.in_list }, &[("list", list)]),
            (Test::Order(order, other), _) => self.ordered(*order, negated, &value(other)),
            (Test::Is(one), _) => format!("{} {}", if negated { w.is_not } else { w.is }, value(one)),
            (Test::In(all), _) => self.one_of(all.iter().map(value).collect(), negated, if negated { w.is_not } else { w.is }),
            (Test::IsNot(one), true) => format!("{} {}", w.is, value(one)),
            (Test::NotIn(all), true) => self.one_of(all.iter().map(value).collect(), false, w.is),
            (Test::IsNot(_) | Test::NotIn(_), false) => {
                let is_not = match (is_amount, field.may_be_absent()) {
                    (true, _) => own_currency(w.in_currency_and_is_not),
                    (_, true) => w.known_and_is_not.to_owned(),
                    _ => w.is_not.to_owned(),
                };
                let all = if let Test::NotIn(all) = test { all.iter().map(value).collect() } else { test.value().map(value).into_iter().collect() };
                self.one_of(all, true, &is_not)
            }
        };
        // An amount in another currency is neither present nor absent: it never matches.
        let rest = rest.filter(|_| !matches!(test, Test::Present(_)));
        self.clause(&subject, &predicate, rest)
    }

    /// Hours and days are said by the values that pass: there are few of them, and each transaction has one.
    fn time_clause(self, field: &Field, test: &Test, zone: &str, negated: bool) -> String {
        let w = self.words();
        let zone = if zone == "UTC" { "(UTC)".to_owned() } else { fill(w.zone, &[("zone", zone)]) };
        let subject = self.the_field(field);
        if let (Field::Hour, Test::Order(order, Value::Whole(hour))) = (field, test) {
            let order = if negated { order.opposite() } else { *order };
            let (word, hour) = match order {
                Order::AtLeast => (w.from_hour, *hour),
                Order::Above => (w.from_hour, hour + 1),
                Order::AtMost => (w.before_hour, hour + 1),
                Order::Below => (w.before_hour, *hour),
            };
            return format!("{subject} {} {zone}", fill(word, &[("hour", &hour.to_string())]));
        }
        let passes = |number: &i64| test.holds(&Value::Whole(*number)) != negated;
        let (names, none) = match field {
            Field::Hour => (spans(&(0..=23).filter(passes).collect::<Vec<_>>()), w.no_hour),
            _ => ((1..=7).filter(passes).map(|day| self.day(day).to_owned()).collect(), w.no_day),
        };
        let names = if names.is_empty() { none.to_owned() } else { join(&names, "", w.or) };
        format!("{subject} {} {names} {zone}", w.is)
    }

    /// A value in a sentence.
    fn said(self, field: &Field, value: &Value) -> String {
        match (field, value) {
            (Field::Direction, Value::Text(text)) => match Direction::parse(text) {
                Some(Direction::In) => self.words().in_word.to_owned(),
                Some(Direction::Out) => self.words().out_word.to_owned(),
                None => text.clone(),
            },
            (Field::Metadata(_), Value::Text(text)) => format!("“{text}”"),
            _ => self.value(field, value),
        }
    }

    /// `is at least 5`, or its opposite: `is less than 5`.
    fn ordered(self, order: Order, negated: bool, value: &str) -> String {
        let w = self.words();
        let word = match if negated { order.opposite() } else { order } {
            Order::AtLeast => w.at_least,
            Order::Above => w.above,
            Order::AtMost => w.at_most,
            Order::Below => w.below,
        };
        format!("{} {}", w.is, fill(word, &[("value", value)]))
    }

    fn decided(self, test: &DecisionTest, negated: bool) -> String {
        let w = self.words();
        let (all, is_in) = match test {
            DecisionTest::Is(one) => (std::slice::from_ref(one), true),
            DecisionTest::IsNot(one) => (std::slice::from_ref(one), false),
            DecisionTest::In(all) => (&all[..], true),
            DecisionTest::NotIn(all) => (&all[..], false),
        };
        let is_in = is_in != negated;
        self.one_of(all.iter().map(|one| self.decision(*one).to_owned()).collect(), !is_in, if is_in { w.is } else { w.is_not })
    }

    /// `is A, B or C`, or `is not A, B nor C`.
    fn one_of(self, values: Vec<String>, is_none: bool, verb: &str) -> String {
        let w = self.words();
        format!("{verb} {}", join(&values, "", if is_none { w.nor } else { w.or }))
    }

    fn clause(self, subject: &str, predicate: &str, rest: Option<&str>) -> String {
        [subject, predicate].into_iter().chain(rest).collect::<Vec<_>>().join(" ")
    }
}

impl Test {
    /// The one value that it compares with.
    const fn value(&self) -> Option<&Value> {
        match self {
            Self::Is(value) | Self::IsNot(value) | Self::Order(_, value) => Some(value),
            Self::In(_) | Self::NotIn(_) | Self::InList(_) | Self::Present(_) => None,
        }
    }
}

/// Whether a condition is said as several clauses.
fn is_group(condition: &Condition) -> bool {
    match condition {
        Condition::All(of) | Condition::Any(of) => of.len() > 1 || of.iter().any(is_group),
        Condition::Not(of) => is_group(of),
        Condition::Leaf(_) => false,
    }
}

/// Hours of the day, one after another taken together: `22:00–23:59`.
fn spans(hours: &[i64]) -> Vec<String> {
    let runs = hours.chunk_by(|one, next| one + 1 == *next);
    runs.filter_map(|run| Some(format!("{}:00–{}:59", run.first()?, run.last()?))).collect()
}

/// `a, b and c`. `comma` stands before the last word as well.
fn join(parts: &[String], comma: &str, last: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{}{comma} {last} {end}", first.join(", ")),
    }
}
