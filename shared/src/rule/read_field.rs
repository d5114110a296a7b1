//! Reads a condition on a field of the transaction.

use serde_json::Value as Json;

use super::{
    condition::{Field, Leaf, Test},
    country::Country,
    currency::Currency,
    known::{Known, read_list},
    operator::{EQUAL, ORDERS, operator, order, read_values, skip},
    transaction::{Direction, is_metadata_key, is_word},
    value::Value,
};
use crate::{
    problem::FieldCode,
    reading::{
        json::Node,
        read::{Object, Place, Read as _, number},
    },
};

/// The largest threshold.
pub(super) const MAX_THRESHOLD: i64 = 1_000_000_000_000_000_000;
const MAX_ID: usize = 128;
const MAX_TEXT: usize = 200;
const FIELDS: &str = "amount, currency, direction, type, channel, country, counterparty.id, counterparty.country, deviceId, ip, hour, weekday and metadata.KEY";

pub(super) fn read_field(keys: &mut Object<'_, '_>, place: &Place<'_>, known: Option<&dyn Known>) -> Option<Leaf> {
    let name = keys.required_by("field", |node, place| {
        let name = String::read(node, place);
        let is_known = name == "amount" || plain(&name).is_some();
        if !is_known {
            place.refuse(format!("{name:?}; allowed are {FIELDS}"));
        }
        name
    });
    let field = if name == "amount" { Some(Field::Amount(read_currency(keys))) } else { plain(&name) };
    let Some(field) = field else {
        // Nobody can say what an unknown field takes.
        keys.optional_by("currency", |_, _| ());
        skip(keys);
        return None;
    };
    let mut allowed = EQUAL.to_vec();
    allowed.extend((!field.kinds().is_empty()).then_some("inList"));
    allowed.extend(if field.is_ordered() { &ORDERS[..] } else { &[] });
    allowed.push("present");
    let operator = operator(keys, place, &allowed, &name)?;
    keys.optional_by(operator, |node, place| read_test(operator, &field, node, place, known)).flatten().map(|test| Leaf::Field(field, test))
}

/// A field that needs nothing but its name.
fn plain(name: &str) -> Option<Field> {
    let key = name.strip_prefix("metadata.").filter(|key| is_metadata_key(key));
    let plain = [
        Field::Currency,
        Field::Direction,
        Field::Type,
        Field::Channel,
        Field::Country,
        Field::CounterpartyId,
        Field::CounterpartyCountry,
        Field::DeviceId,
        Field::Ip,
        Field::Hour,
        Field::Weekday,
    ];
    key.map(|key| Field::Metadata(key.to_owned())).or_else(|| plain.into_iter().find(|field| field.name() == name))
}

/// Reads the currency that a condition on amounts needs.
pub(super) fn read_currency(keys: &mut Object<'_, '_>) -> Currency {
    keys.required_by("currency", |node, place| {
        let code = String::read(node, place);
        Currency::parse(&code).unwrap_or_else(|| {
            place.refuse(format!("{code:?}; allowed is a code that ISO 4217 lists as in use, such as BRL"));
            Currency::default()
        })
    })
}

fn read_test(operator: &str, field: &Field, node: Node, place: &Place<'_>, known: Option<&dyn Known>) -> Option<Test> {
    let one = |node: Node, place: &Place<'_>| read_value(field, node, place);
    Some(match operator {
        "is" => Test::Is(one(node, place)?),
        "isNot" => Test::IsNot(one(node, place)?),
        "in" => Test::In(read_values(node, place, one)),
        "notIn" => Test::NotIn(read_values(node, place, one)),
        "inList" => Test::InList(read_list(node, place, known, field)),
        "present" => Test::Present(bool::read(node, place)),
        other => match (order(other)?, one(node, place)?) {
            (_, Value::Text(_) | Value::Flag(_)) => {
                place.refuse("only numbers have an order");
                return None;
            }
            (order, value) => Test::Order(order, value),
        },
    })
}

/// Reads a value that the field can have.
fn read_value(field: &Field, node: Node, place: &Place<'_>) -> Option<Value> {
    let coded = |node: Node, is_code: fn(&str) -> bool, allowed: &str| {
        let text = String::read(node, place);
        if !is_code(&text) {
            place.refuse(format!("{text:?}; allowed is {allowed}"));
        }
        Some(Value::Text(text))
    };
    match field {
        Field::Amount(_) => Some(Value::Whole(number(&node, place, &(0..=MAX_THRESHOLD)))),
        Field::Hour => Some(Value::Whole(number(&node, place, &(0..=23)))),
        Field::Weekday => Some(Value::Whole(number(&node, place, &(1..=7)))),
        Field::Currency => coded(node, |text| Currency::parse(text).is_some(), "a code that ISO 4217 lists as in use, such as BRL"),
        Field::Direction => coded(node, |text| Direction::parse(text).is_some(), "IN or OUT"),
        Field::Type | Field::Channel => coded(node, is_word, "[A-Z][A-Z0-9_]{0,31}"),
        Field::Country | Field::CounterpartyCountry => {
            coded(node, |text| Country::parse(text).is_some(), "a country's code of two capital letters, such as BR")
        }
        Field::CounterpartyId | Field::DeviceId => coded(node, |text| (1..=MAX_ID).contains(&text.chars().count()), "a text of 1 to 128 characters"),
        Field::Ip => {
            let text = String::read(node, place);
            let address = Value::ip(&text);
            if address.is_none() {
                place.refuse(format!("{text:?}; allowed is an IPv4 or IPv6 address; networks belong in a list"));
            }
            address
        }
        Field::Metadata(_) => match node {
            Node::Leaf(Json::Bool(flag)) => Some(Value::Flag(flag)),
            Node::Leaf(Json::Number(number)) => number.as_f64().map(Value::Number),
            Node::Leaf(Json::String(_)) => coded(node, |text| text.chars().count() <= MAX_TEXT, "a text of at most 200 characters"),
            other => {
                place.refuse_as(FieldCode::WrongType, format!("{other}; allowed is a string, a number, or true or false"));
                None
            }
        },
    }
}
