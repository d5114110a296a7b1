//! Records transactions as history, without deciding: APPROVED, with no event. They count for the rules from then on. Lines are recorded in
//! batches; a batch that was recorded stays, so an import that was interrupted goes on where it stopped.

use shared::{
    problem::{FieldCode, FieldFault},
    rule::{Posted, Purpose, Transaction, TransactionStatus},
    session::Timestamp,
};

use super::{
    indexes, keys,
    row::{self, Arrived, Decided},
};
use crate::{
    actor::{Act, Actor, Entry as Audited},
    customers::{self, CustomerReference},
    failure::Failure,
    kit::Kit,
    model::{By, Entry, Origin, Reason, State},
    store::{self, StoreError, Tx},
    vault::Unsealable,
};

/// How many lines commit together. Their customers wait meanwhile.
pub const BATCH: usize = 64;
/// The most bytes of a transaction, as of one that is posted.
pub const MAX_LINE: usize = 64 * 1024;
/// How often a batch is tried if another transaction is first.
const TRIES: usize = 5;

/// A line that was refused.
#[derive(Clone, Debug)]
pub struct Refused {
    /// From 1.
    pub line: usize,
    /// Each fault with its path.
    pub errors: Vec<FieldFault>,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Lines that were not blank.
    pub read: usize,
    /// Transactions that were recorded.
    pub imported: usize,
    /// Lines whose transaction was known with the same body.
    pub known: usize,
    /// Lines that were refused.
    pub refused: Vec<Refused>,
}

/// A line that can be recorded.
struct Line {
    number: usize,
    transaction: Transaction,
    id_index: Vec<u8>,
    body_index: Vec<u8>,
}

/// Records these lines, each with its number. Adds to what the import did so far.
///
/// # Errors
/// If the store does not answer; then none of these lines was recorded.
pub async fn import(kit: &Kit, lines: &[(usize, Vec<u8>)], by: Actor, done: &mut Imported) -> Result<(), Failure> {
    let now = kit.ambient.now();
    let mut good = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().filter(|(_, line)| !line.trim_ascii().is_empty()) {
        done.read += 1;
        match read(kit, *number, line.trim_ascii_end(), now) {
            Ok(line) => good.push(line),
            Err(errors) => done.refused.push(Refused { line: *number, errors }),
        }
    }
    if good.is_empty() {
        return Ok(());
    }
    for _ in 0..TRIES {
        let mut batch = Imported::default();
        match record(kit, &good, by, done.imported == 0, &mut batch, now).await {
            // Another transaction with one of these ids, or another import, was first.
            Err(Failure::Store(StoreError::Conflict)) => {}
            other => {
                other?;
                done.imported += batch.imported;
                done.known += batch.known;
                done.refused.extend(batch.refused);
                return Ok(());
            }
        }
    }
    Err(StoreError::Conflict.into())
}

fn read(kit: &Kit, number: usize, line: &[u8], now: Timestamp) -> Result<Line, Vec<FieldFault>> {
    if line.len() > MAX_LINE {
        return Err(vec![FieldFault::new("", FieldCode::TooLong, format!("A transaction has at most {MAX_LINE} bytes."))]);
    }
    let not_utf_8 = |error: std::str::Utf8Error| {
        let at = error.valid_up_to() + 1;
        vec![FieldFault::new("", FieldCode::Malformed, format!("This is not UTF-8, from byte {at} of the line on."))]
    };
    let text = std::str::from_utf8(line).map_err(not_utf_8)?;
    let not_json = |error: serde_json::Error| vec![FieldFault::new("", FieldCode::Malformed, format!("This is not JSON, at column {}.", error.column()))];
    let posted = Posted::parse(text).map_err(not_json)?;
    let transaction = posted.read(now, Purpose::Import)?;
    let id_index = indexes::transaction_id(kit, &transaction.transaction_id);
    Ok(Line { number, id_index, body_index: indexes::body(kit, &posted.canonical()), transaction })
}

async fn record(kit: &Kit, lines: &[Line], by: Actor, is_first: bool, done: &mut Imported, now: Timestamp) -> Result<(), Failure> {
    let mut tx = kit.store.write().await?;
    for line in lines {
        match store::transactions::by_index(tx.db().await?, &kit.vault, &line.id_index).await? {
            Some(known) if known.body_index == line.body_index => done.known += 1,
            Some(_) => {
                let other = FieldFault::new("transactionId", FieldCode::Malformed, "This transactionId is known with another body.");
                done.refused.push(Refused { line: line.number, errors: vec![other] });
            }
            None => {
                record_one(kit, &mut tx, line, now).await?;
                done.imported += 1;
            }
        }
    }
    if is_first && done.imported > 0 {
        tx.audit(Audited::new(&kit.ambient, now, by, Act::TransactionsImported)).await?;
    }
    Ok(tx.commit().await?)
}

async fn record_one(kit: &Kit, tx: &mut Tx, line: &Line, now: Timestamp) -> Result<(), Failure> {
    let reference: CustomerReference = line.transaction.customer_id.parse().map_err(|_| Unsealable)?;
    let (customer, arrival) = customers::find_or_create_for_transaction(kit, tx, &reference).await?;
    let key = keys::customer_key(kit, &customer)?;
    let arrived = Arrived { customer: customer.id, arrival, id_index: line.id_index.clone(), body_index: line.body_index.clone() };
    let status = TransactionStatus::Approved;
    let decided = Decided {
        origin: Origin::Import,
        risk_score: 0,
        decided_by: None,
        on_expired: None,
        rules_number: None,
        matches: None,
        state: State {
            status,
            session: None,
            history: vec![Entry { status, at: now, by: By::Import, reason: Reason::Import, after: None }],
            settled_at: Some(now),
        },
    };
    let stored = row::new(kit, &key, &line.transaction, &arrived, decided, now);
    store::tallies::add(tx, &stored).await?;
    Ok(store::transactions::insert(tx, &kit.vault, &stored).await?)
}
