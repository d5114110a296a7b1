//! Judges transactions one after the other: each customer's in the order of their arrival, each with what was known when it arrived.

use std::{collections::BTreeMap, sync::Arc};

use shared::{
    by_field::ByField,
    rule::{Counterparty, Evaluation, Facts, ListKey, Needs, Rule, Transaction, Value, stored_matches},
};

use super::{
    super::{facts::wall_clock, keys},
    history::History,
    period::Period,
    sessions::Sessions,
    totals::Totals,
};
use crate::{
    failure::Failure,
    kit::Kit,
    lists::past::PastList,
    model::{Customer, Details, Stored},
    store,
    vault::Key,
};

/// What is judged by.
pub struct Draft {
    /// The draft.
    pub rule: Arc<Rule>,
    /// Which transactions are judged.
    pub period: Period,
    /// The lists that it names.
    pub lists: BTreeMap<String, PastList>,
}

/// The customer whose transactions are judged now.
pub struct Judged {
    key: Key,
    history: History,
    sessions: Sessions,
}

impl Judged {
    /// A customer of whom nothing was judged yet.
    ///
    /// # Errors
    /// If the customer's key cannot be decrypted.
    pub fn new(kit: &Kit, draft: &Draft, customer: &Customer, sessions: Sessions) -> Result<Self, Failure> {
        let key = keys::customer_key(kit, customer)?;
        Ok(Self { history: History::new(&draft.rule, &key), key, sessions })
    }

    /// Judges the customer's next transaction.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn next(&mut self, kit: &Kit, draft: &Draft, of: Stored, totals: &mut Totals) -> Result<(), Failure> {
        self.history.arrives(&of);
        if draft.period.may_have(&of) {
            let details = keys::details(&self.key, &of)?;
            if draft.period.has(&of) {
                let recorded = is_recorded(draft, &of, &details)?;
                let evaluation = self.evaluated(kit, draft, &of, &details)?;
                totals.count(&of, evaluation.matched, recorded, || evaluation.to_stored().to_string());
            }
        }
        self.history.add(of);
        Ok(())
    }

    fn evaluated(&self, kit: &Kit, draft: &Draft, of: &Stored, details: &Details) -> Result<Evaluation, Failure> {
        let transaction = transaction(of, details).ok_or_else(|| damaged(of))?;
        let needs = Needs::of([&*draft.rule], &transaction);
        let now = of.created_at;
        let is_listed = |asked: &ListKey| {
            let value = asked.field.value(&transaction);
            value.is_some_and(|value| draft.lists.get(&asked.list).is_some_and(|list| list.held(kit, &value, now)))
        };
        let facts = Facts {
            now,
            measured: self.history.measured(of, &transaction).collect(),
            listed: needs.lists.into_iter().filter(is_listed).collect(),
            sessions: self.sessions.last(needs.sessions, now),
            clocks: needs.timezones.into_iter().filter_map(|name| Some((name.clone(), wall_clock(&name, of.occurred_at)?))).collect(),
            transaction,
        };
        Ok(draft.rule.evaluate(&facts))
    }
}

fn damaged(of: &Stored) -> Failure {
    Failure::Store(store::transactions::damaged(of.r#ref).into())
}

/// Whether the active version matched it.
fn is_recorded(draft: &Draft, of: &Stored, details: &Details) -> Result<bool, Failure> {
    let (Some(active), Some(json)) = (draft.period.active, &details.matches) else { return Ok(false) };
    let matches = stored_matches(json).ok_or_else(|| damaged(of))?;
    Ok(matches.iter().any(|one| one.0 == draft.rule.name && one.1 == active.version))
}

/// The transaction as it was posted, as far as rules can ask. `None` if the row is damaged.
fn transaction(of: &Stored, details: &Details) -> Option<Transaction> {
    let ip = details.ip.as_deref().map(str::parse).transpose().ok()?;
    let metadata = match &details.metadata {
        Some(json) => json.as_object()?.iter().map(|(key, json)| Some((key.clone(), value(json)?))).collect::<Option<ByField<Value>>>()?,
        None => ByField::default(),
    };
    Some(Transaction {
        transaction_id: details.transaction_id.clone(),
        customer_id: String::new(),
        amount: of.amount,
        currency: of.currency,
        direction: of.direction,
        r#type: of.r#type.clone(),
        channel: of.channel.clone(),
        country: of.country,
        device_id: details.device_id.clone(),
        ip,
        counterparty: Counterparty { id: details.counterparty_id.clone(), name: details.counterparty_name.clone(), country: of.counterparty_country },
        occurred_at: of.occurred_at,
        locale: None,
        return_url: None,
        metadata,
    })
}

/// A value of the metadata.
fn value(json: &serde_json::Value) -> Option<Value> {
    match json {
        serde_json::Value::String(text) => Some(Value::Text(text.clone())),
        serde_json::Value::Bool(flag) => Some(Value::Flag(*flag)),
        serde_json::Value::Number(number) => number.as_f64().map(Value::Number),
        _ => None,
    }
}
