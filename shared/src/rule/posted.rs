//! Reads a posted transaction and names every fault at once. A body is parsed first, because a repeated `transactionId` is looked up, and
//! held against the body that came with it, before anything else is.

use std::ops::RangeInclusive;

use serde_json::Value as Json;

use super::{
    canonical::canonical,
    country::Country,
    currency::Currency,
    keys::Keys,
    posted_why::PostedWhy,
    transaction::{Counterparty, Direction, MAX_AMOUNT, Transaction, is_id, is_metadata_key, is_word},
    value::Value,
};
use crate::{by_field::ByField, language::Language, problem::FieldFault, reading::json::Node, rfc3339, session::Timestamp, text};

/// How many transactions a batch has.
pub const BATCH: RangeInclusive<usize> = 1..=500;
const MAX_AHEAD_S: i64 = 5 * 60;
const MAX_BACK_S: i64 = 90 * 86_400;
const MAX_METADATA_KEYS: usize = 20;
const MAX_METADATA_BYTES: usize = 4 * 1024;
const MAX_NAME: usize = 200;
const MAX_PLACE: usize = 128;

/// What a transaction is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A decision now: it has happened lately, or does now.
    Decision,
    /// The history: it has happened at any time in the past, and says when.
    Import,
}

/// A body that is JSON.
#[derive(Debug)]
pub struct Posted(Node);

impl Posted {
    /// Parses a body.
    ///
    /// # Errors
    /// If it is not JSON.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(Self)
    }

    /// The transactions of a batch: `{ "transactions": […] }`.
    ///
    /// # Errors
    /// Every fault of the batch. Those of its items are their own.
    pub fn batch(self) -> Result<Vec<Self>, Vec<FieldFault>> {
        let mut keys = Keys::open(&self.0, "");
        keys.required("transactions", |node| match node {
            Node::List(items) if BATCH.contains(&items.len()) => Ok(()),
            Node::List(_) => Err(PostedWhy::Batch),
            _ => Err(PostedWhy::List),
        });
        keys.finish()?;
        let Node::Object(entries) = self.0 else { return Ok(Vec::new()) };
        let lists = entries.into_iter().filter_map(|(key, value)| if let Node::List(items) = value { Some((key, items)) } else { None });
        Ok(lists.flat_map(|(_, items)| items).map(Self).collect())
    }

    /// The id that it is posted under, if that can be read.
    pub fn transaction_id(&self) -> Option<&str> {
        let Node::Object(entries) = &self.0 else { return None };
        let (_, value) = entries.iter().find(|(key, _)| key == "transactionId")?;
        if let Node::Leaf(Json::String(text)) = value { Some(text.as_str()).filter(|text| is_id(text)) } else { None }
    }

    /// The same text for all bodies that are equal as JSON.
    pub fn canonical(&self) -> String {
        canonical(&self.0)
    }

    /// Reads it as of `now`.
    ///
    /// # Errors
    /// Every fault, each with its path.
    pub fn read(&self, now: Timestamp, purpose: Purpose) -> Result<Transaction, Vec<FieldFault>> {
        let mut keys = Keys::open(&self.0, "");
        let transaction_id = keys.required("transactionId", id);
        let customer_id = keys.required("customerId", id);
        let amount = keys.required("amount", amount);
        let currency = keys.required("currency", |node| string(node).and_then(|text| Currency::parse(text).ok_or(PostedWhy::Currency)));
        let direction = keys.required("direction", |node| string(node).and_then(|text| Direction::parse(text).ok_or(PostedWhy::Direction)));
        let r#type = keys.required("type", word);
        let channel = keys.optional("channel", word);
        let country = keys.optional("country", country);
        let device_id = keys.optional("deviceId", |node| visible(node, MAX_PLACE));
        let ip = keys.optional("ip", |node| string(node).and_then(|text| text.parse::<std::net::IpAddr>().map_err(|_| PostedWhy::Ip)));
        let counterparty = keys.within("counterparty", read_counterparty);
        let occurred_at = match purpose {
            Purpose::Decision => {
                keys.optional("occurredAt", |node| time(node, now.plus_seconds(-MAX_BACK_S), now.plus_seconds(MAX_AHEAD_S), PostedWhy::TooFar))
            }
            Purpose::Import => keys.required("occurredAt", |node| time(node, Timestamp(i64::MIN), now, PostedWhy::NotPast)),
        };
        let locale = keys.optional("locale", |node| string(node).and_then(|text| Language::from_tag(text).ok_or(PostedWhy::Locale)));
        let return_url = keys.optional("returnUrl", |node| string(node).map(str::to_owned));
        let metadata = keys.within("metadata", read_metadata);
        match (keys.finish(), transaction_id, customer_id, amount, currency, direction, r#type) {
            (Ok(()), Some(transaction_id), Some(customer_id), Some(amount), Some(currency), Some(direction), Some(r#type)) => Ok(Transaction {
                transaction_id,
                customer_id,
                amount,
                currency,
                direction,
                r#type,
                channel,
                country,
                device_id,
                ip: ip.map(|ip| ip.to_canonical()),
                counterparty: counterparty.unwrap_or_default(),
                occurred_at: occurred_at.unwrap_or(now),
                locale,
                return_url,
                metadata: metadata.unwrap_or_default(),
            }),
            (faults, ..) => Err(faults.err().unwrap_or_default()),
        }
    }
}

fn read_counterparty(keys: &mut Keys<'_>) -> Counterparty {
    Counterparty {
        id: keys.optional("id", |node| visible(node, MAX_PLACE)),
        name: keys.optional("name", |node| visible(node, MAX_NAME)),
        country: keys.optional("country", country),
    }
}

fn read_metadata(keys: &mut Keys<'_>) -> ByField<Value> {
    if keys.len() > MAX_METADATA_KEYS {
        keys.refuse(PostedWhy::MetadataKeys);
    }
    if keys.bytes() > MAX_METADATA_BYTES {
        keys.refuse(PostedWhy::MetadataBytes);
    }
    keys.each(|key, node| {
        if !is_metadata_key(key) {
            return Err(PostedWhy::MetadataKey);
        }
        match node {
            Node::Leaf(Json::String(_)) => string(node).and_then(|text| bounded(text, MAX_NAME)).map(Value::Text),
            Node::Leaf(Json::Bool(flag)) => Ok(Value::Flag(*flag)),
            Node::Leaf(Json::Number(number)) => number.as_f64().map(Value::Number).ok_or(PostedWhy::Metadata),
            _ => Err(PostedWhy::Metadata),
        }
    })
}

fn string(node: &Node) -> Result<&str, PostedWhy> {
    if let Node::Leaf(Json::String(text)) = node { Ok(text) } else { Err(PostedWhy::Text) }
}

fn id(node: &Node) -> Result<String, PostedWhy> {
    let text = string(node)?;
    if is_id(text) { Ok(text.to_owned()) } else { Err(PostedWhy::Id) }
}

fn word(node: &Node) -> Result<String, PostedWhy> {
    let text = string(node)?;
    if is_word(text) { Ok(text.to_owned()) } else { Err(PostedWhy::Word) }
}

fn country(node: &Node) -> Result<Country, PostedWhy> {
    Country::parse(string(node)?).ok_or(PostedWhy::Country)
}

fn amount(node: &Node) -> Result<i64, PostedWhy> {
    let Node::Leaf(Json::Number(number)) = node else { return Err(PostedWhy::Number) };
    number.as_i64().filter(|amount| (0..=MAX_AMOUNT).contains(amount)).ok_or(PostedWhy::Amount)
}

/// A text that is not empty.
fn visible(node: &Node, max: usize) -> Result<String, PostedWhy> {
    let text = string(node)?;
    if text.is_empty() { Err(PostedWhy::Empty) } else { bounded(text, max) }
}

fn bounded(text: &str, max: usize) -> Result<String, PostedWhy> {
    if text.chars().count() > max {
        return Err(PostedWhy::Long);
    }
    if text::refused(text).is_some() { Err(PostedWhy::Unseen) } else { Ok(text.to_owned()) }
}

fn time(node: &Node, first: Timestamp, last: Timestamp, outside: PostedWhy) -> Result<Timestamp, PostedWhy> {
    let time = rfc3339::parse(string(node)?).ok_or(PostedWhy::Time)?;
    if first <= time && time <= last { Ok(time) } else { Err(outside) }
}
