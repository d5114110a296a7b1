//! Tries a rule on one transaction, as it would be judged if it arrived now: a posted body that is not stored, or a stored transaction. Nothing
//! is decided and nothing of it is kept. Reading a stored transaction writes an audit row.

use std::sync::Arc;

use shared::{
    problem::FieldFault,
    rule::{Counterparty, Evaluation, Mode, Posted, Purpose, Rule, Transaction, TransactionStatus, Value, decide, is_id},
};

use super::{
    facts::{self, Whose},
    indexes, keys,
};
use crate::{
    actor::{Act, Actor},
    customers::{self, CustomerReference},
    failure::Failure,
    ids::{CustomerId, TransactionRef},
    kit::Kit,
    model::{RuleVersion, Stored},
    rules,
    store::{self, Db},
    vault::{Key, Unsealable},
};

/// What a rule is tried on.
#[derive(Clone, Copy, Debug)]
pub enum Tried<'a> {
    /// The body of a post.
    Posted(&'a str),
    /// A stored transaction: its ref, or the company's id.
    Stored(&'a str),
}

/// Why a rule was not tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The body is not JSON, from this line and column on.
    #[error("the body is not JSON")]
    NotJson(usize, usize),
    /// The body has these faults.
    #[error("some fields need correcting")]
    Faults(Vec<FieldFault>),
    /// There is no such transaction.
    #[error("there is no such transaction")]
    NotFound,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(TrialError);

/// What came of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The company's id of the transaction.
    pub transaction_id: String,
    /// Each condition with what it saw.
    pub evaluation: Evaluation,
    /// The rule matches, and is passed over because its customer passed its flow lately.
    pub passed_over: bool,
}

/// Tries a rule.
///
/// # Errors
/// As the variants say.
pub async fn judge(kit: &Kit, rule: &Rule, tried: Tried<'_>, by: Actor) -> Result<Trial, TrialError> {
    let now = kit.ambient.now();
    let version = RuleVersion { id: kit.ambient.id(), version: 0, rule: Rule { mode: Some(Mode::Active), ..rule.clone() } };
    let rules = rules::set(&mut *kit.store.read().await?, None, vec![Arc::new(version)]).await.map_err(Failure::from)?;
    let facts = match tried {
        Tried::Posted(json) => {
            let posted = Posted::parse(json).map_err(|error| TrialError::NotJson(error.line(), error.column()))?;
            let transaction = posted.read(now, Purpose::Decision).map_err(TrialError::Faults)?;
            let mut db = kit.store.read().await?;
            let (customer, key) = customer(kit, &mut db, &transaction.customer_id).await?;
            let arrivals = store::customers::arrivals(&mut db, customer).await?.unwrap_or_default();
            facts::gather(kit, &mut db, &rules, transaction, Whose { customer, key: &key, arrivals }, now).await?
        }
        Tried::Stored(named) => {
            let found = find(kit, named).await?.ok_or(TrialError::NotFound)?;
            kit.audit_read(by, Act::TransactionRead(found.r#ref)).await?;
            let mut db = kit.store.read().await?;
            let customer = store::customers::by_id(&mut db, found.customer).await?.ok_or(Unsealable)?;
            let key = keys::customer_key(kit, &customer)?;
            let transaction = transaction(&key, &found, customers::reference(kit, &customer)?)?;
            let is_blocked = found.state.status == TransactionStatus::Blocked;
            let arrivals = store::customers::arrivals(&mut db, customer.id).await?.unwrap_or_default();
            let whose = Whose { customer: customer.id, key: &key, arrivals };
            facts::gather_stored(kit, &mut db, &rules, transaction, (whose, is_blocked), now).await?
        }
    };
    let verdict = decide(rules.rules.iter().map(|version| (&version.rule, version.version)), &facts);
    let passed_over = verdict.matched.iter().any(|hit| hit.passed_over);
    Ok(Trial { transaction_id: facts.transaction.transaction_id.clone(), evaluation: rule.evaluate(&facts), passed_over })
}

/// The customer of a body and their key. One that there is not has no history: its id and key are made for this and kept nowhere.
async fn customer(kit: &Kit, db: &mut Db, reference: &str) -> Result<(CustomerId, Key), Failure> {
    let reference: CustomerReference = reference.parse().map_err(|_| Unsealable)?;
    let Some(id) = customers::find_in(kit, db, &reference).await? else { return Ok((kit.ambient.id(), Key::random(&kit.ambient))) };
    let customer = store::customers::by_id(db, id).await?.ok_or(Unsealable)?;
    Ok((id, keys::customer_key(kit, &customer)?))
}

async fn find(kit: &Kit, named: &str) -> Result<Option<Stored>, Failure> {
    let mut db = kit.store.read().await?;
    if let Ok(row) = named.parse::<TransactionRef>()
        && let Some(found) = store::transactions::by_ref(&mut db, &kit.vault, row).await?
    {
        return Ok(Some(found));
    }
    if !is_id(named) {
        return Ok(None);
    }
    Ok(store::transactions::by_index(&mut db, &kit.vault, &indexes::transaction_id(kit, named)).await?)
}

/// The transaction as it was posted, without what no rule asks for.
fn transaction(key: &Key, of: &Stored, customer_id: String) -> Result<Transaction, Failure> {
    let details = keys::details(key, of)?;
    let metadata = details.metadata.as_ref().and_then(serde_json::Value::as_object).into_iter().flatten();
    Ok(Transaction {
        transaction_id: details.transaction_id,
        customer_id,
        amount: of.amount,
        currency: of.currency,
        direction: of.direction,
        r#type: of.r#type.clone(),
        channel: of.channel.clone(),
        country: of.country,
        device_id: details.device_id,
        ip: details.ip.as_deref().and_then(|ip| ip.parse().ok()),
        counterparty: Counterparty { id: details.counterparty_id, name: details.counterparty_name, country: of.counterparty_country },
        occurred_at: of.occurred_at,
        locale: None,
        return_url: None,
        metadata: metadata.filter_map(|(key, json)| Some((key.clone(), value(json)?))).collect(),
    })
}

fn value(json: &serde_json::Value) -> Option<Value> {
    Some(match json {
        serde_json::Value::Bool(flag) => Value::Flag(*flag),
        serde_json::Value::Number(number) => Value::Number(number.as_f64()?),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        _ => return None,
    })
}
