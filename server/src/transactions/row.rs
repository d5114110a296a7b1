//! Makes the row of a new transaction: what sums need in the clear, the rest sealed.

use shared::{
    rule::{OnExpired, Transaction},
    session::Timestamp,
};

use super::{indexes, keys};
use crate::{
    ids::CustomerId,
    kit::Kit,
    model::{Details, Origin, State, Stored},
    vault::Key,
};

/// A transaction that has arrived: whose it is, and by what it is known.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The customer, whose row is locked.
    pub customer: CustomerId,
    /// Its number among the customer's transactions.
    pub arrival: i64,
    /// The HMAC of the company's id.
    pub id_index: Vec<u8>,
    /// The HMAC of the body.
    pub body_index: Vec<u8>,
}

/// What was made of it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Where it came from.
    pub origin: Origin,
    /// The score of the rules that matched.
    pub risk_score: u8,
    /// The rule that decided.
    pub decided_by: Option<String>,
    /// What becomes of it if its session expires.
    pub on_expired: Option<OnExpired>,
    /// The number of the newest version of any rule; `None` if no rules judged it.
    pub rules_number: Option<i64>,
    /// The rules that matched: `Verdict::to_stored`.
    pub matches: Option<String>,
    /// Its status.
    pub state: State,
}

/// The row.
pub fn new(kit: &Kit, key: &Key, of: &Transaction, arrived: &Arrived, decided: Decided, now: Timestamp) -> Stored {
    let details = Details {
        transaction_id: of.transaction_id.clone(),
        counterparty_id: of.counterparty.id.clone(),
        counterparty_name: of.counterparty.name.clone(),
        device_id: of.device_id.clone(),
        ip: of.ip.map(|ip| ip.to_string()),
        metadata: (!of.metadata.is_empty()).then(|| serde_json::to_value(&of.metadata).expect("texts and numbers serialise")),
        matches: decided.matches,
    };
    let mut stored = Stored {
        r#ref: kit.ambient.id(),
        id_index: arrived.id_index.clone(),
        customer: arrived.customer,
        arrival: arrived.arrival,
        body_index: arrived.body_index.clone(),
        details: Vec::new(),
        amount: of.amount,
        currency: of.currency,
        direction: of.direction,
        r#type: of.r#type.clone(),
        channel: of.channel.clone(),
        country: of.country,
        counterparty_country: of.counterparty.country,
        counterparty_index: of.counterparty.id.as_deref().map(|id| indexes::counterparty(key, id)),
        device_index: of.device_id.as_deref().map(|id| indexes::device(key, id)),
        origin: decided.origin,
        occurred_at: of.occurred_at,
        created_at: now,
        risk_score: decided.risk_score,
        decided_by: decided.decided_by,
        on_expired: decided.on_expired,
        rules_number: decided.rules_number,
        state: decided.state,
    };
    stored.details = keys::seal(kit, key, &stored, &details);
    stored
}
