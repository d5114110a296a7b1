//! Reads a condition on an aggregate.

use super::{
    aggregate::{Aggregate, DistinctField, Filter, Match, Measure},
    condition::Leaf,
    country::Country,
    known::read_span,
    operator::{ORDERS, operator, order},
    read_field::{MAX_THRESHOLD, read_currency},
    span::WITHIN,
    transaction::{Direction, is_word},
    write::SAME,
};
use crate::reading::{
    json::Node,
    read::{Object, Place, Read as _, number, one_of},
};

pub(super) fn read_aggregate(keys: &mut Object<'_, '_>, place: &Place<'_>) -> Option<Leaf> {
    let measure = read_measure(keys);
    let filter = keys.optional_by("where", read_filter).unwrap_or_default();
    let within = keys.required_by("within", |node, place| read_span(node, place, &WITHIN, "from 1m to 90d, such as 24h"));
    let blocked = keys.optional("blocked");
    let operator = operator(keys, place, &ORDERS, "an aggregate")?;
    let threshold = keys.optional_by(operator, |node, place| number(&node, place, &(0..=MAX_THRESHOLD)))?;
    Some(Leaf::Aggregate(Aggregate { measure: measure?, filter, within, blocked }, order(operator)?, threshold))
}

fn read_measure(keys: &mut Object<'_, '_>) -> Option<Measure> {
    if keys.has("distinct") {
        let fields = DistinctField::ALL.map(|field| (field.as_str(), field));
        return keys.optional_by("distinct", |node, place| one_of(node, place, &fields)).flatten().map(Measure::Distinct);
    }
    if keys.has("count") {
        let counts = keys.optional_by("count", |node, place| one_of(node, place, &[("transactions", ())])).flatten();
        let currency = if keys.has("currency") { Some(read_currency(keys)) } else { None };
        return counts.map(|()| Measure::Count(currency));
    }
    let key = ["sum", "max", "average"].into_iter().find(|key| keys.has(key))?;
    let of_amounts = keys.optional_by(key, |node, place| one_of(node, place, &[("amount", ())])).flatten();
    let currency = read_currency(keys);
    of_amounts.map(|()| match key {
        "sum" => Measure::Sum(currency),
        "max" => Measure::Max(currency),
        _ => Measure::Average(currency),
    })
}

fn read_filter(node: Node, place: &Place<'_>) -> Filter {
    let mut keys = Object::open(node, place);
    let word = |text: &str| is_word(text).then(|| text.to_owned());
    let filter = Filter {
        r#type: read_match(&mut keys, "type", "[A-Z][A-Z0-9_]{0,31}", word),
        direction: read_match(&mut keys, "direction", "IN, OUT", Direction::parse),
        channel: read_match(&mut keys, "channel", "[A-Z][A-Z0-9_]{0,31}", word),
        country: read_match(&mut keys, "country", "a country's code of two capital letters", Country::parse),
        counterparty_id: read_match(&mut keys, "counterparty.id", "a text of 1 to 128 characters", |text| {
            (1..=128).contains(&text.chars().count()).then(|| text.to_owned())
        }),
    };
    keys.finish();
    filter
}

fn read_match<T>(keys: &mut Object<'_, '_>, key: &'static str, allowed: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Match<T>> {
    keys.optional_by(key, |node, place| {
        let text = String::read(node, place);
        if text == SAME {
            return Some(Match::Same);
        }
        let value = read(&text);
        if value.is_none() {
            place.refuse(format!("{text:?}; allowed is {allowed}, or same for this transaction's own"));
        }
        value.map(Match::Is)
    })
    .flatten()
}
