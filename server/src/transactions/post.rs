//! Posts a transaction: decides it by the rules in force, and stores it with its explanation. What follows from the decision (a session, an
//! event) commits in the same transaction of the store.

use shared::{
    problem::FieldFault,
    rule::{Hit, Posted, Purpose, StepUp, Transaction, TransactionStatus, Verdict, decide},
    session::Timestamp,
};

use super::{
    announce::{Named, announce, audit},
    facts::{self, Whose},
    indexes, keys,
    row::{self, Arrived, Decided},
    show::{self, Shown},
    step_up::{self, Asked},
};
use crate::{
    actor::Actor,
    api_keys::{self, Flight},
    customers::{self, CustomerReference},
    failure::Failure,
    ids::RuleId,
    kill,
    kit::Kit,
    model::{ApiKey, By, Customer, Entry, Origin, Reason, Session, State, Stored},
    rules,
    store::{self, Db, StoreError, Tx},
    vault::{Key, Unsealable},
};

/// How often a post is tried if another one with the same id of the company's is first.
const TRIES: usize = 5;

/// Why a transaction was not posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The body is no JSON object; the sentence says why.
    #[error("the body is not JSON")]
    NotJson(String),
    /// The body has these faults.
    #[error("some fields need correcting")]
    Faults(Vec<FieldFault>),
    /// The id came before with another body.
    #[error("this transactionId was posted with another body")]
    OtherBody,
    /// The answers to those before it in the batch are as long as those of a batch may be.
    #[error("the answers of this batch are too long")]
    AnswersTooLong,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(PostError);

/// The answer to a post.
#[derive(Debug)]
pub struct Answered {
    /// Whether the transaction was posted before.
    pub is_repeat: bool,
    /// The body of the answer.
    pub body: Vec<u8>,
}

/// A request with an `Idempotency-Key`: its answer is kept in the transaction that makes it.
pub struct Kept<'a> {
    /// The request.
    pub flight: &'a Flight,
    /// Its body.
    pub body: &'a [u8],
    /// What is kept of the answer.
    pub answer: fn(&Answered) -> Vec<u8>,
}

/// Posts a transaction, or answers how it stands if it was posted before with the same body.
///
/// # Errors
/// [`PostError::Faults`]; [`PostError::OtherBody`]; [`StoreError::Conflict`] if another process has answered the same request meanwhile.
pub async fn post(kit: &Kit, posted: &Posted, by: &ApiKey, kept: Option<&Kept<'_>>) -> Result<Answered, PostError> {
    let id_index = posted.transaction_id().map(|id| indexes::transaction_id(kit, id));
    let body_index = indexes::body(kit, &posted.canonical());
    let read = || posted.read(kit.ambient.now(), Purpose::Decision);
    for _ in 0..TRIES {
        let customer_id = match (read(), &id_index) {
            (Ok(transaction), _) => transaction.customer_id,
            (Err(faults), None) => return Err(PostError::Faults(faults)),
            (Err(faults), Some(index)) => {
                // It may have been posted before, when its time was not too long ago.
                let mut db = kit.store.read().await?;
                let known = store::transactions::by_index(&mut db, &kit.vault, index).await?.ok_or(PostError::Faults(faults))?;
                let answered = repeated(kit, &mut db, &known, &body_index).await?;
                drop(db);
                return keep_alone(kit, by, kept, answered).await;
            }
        };
        let mut tx = kit.store.write().await?;
        let reference: CustomerReference = customer_id.parse().map_err(|_| Failure::Sealed(Unsealable))?;
        let (customer, arrival) = customers::find_or_create_for_transaction(kit, &mut tx, &reference).await?;
        // Read again: where it does not say when it happened, that is now that the customer's row is locked. So it is not before another one
        // that was decided while this one waited, and sees it.
        let Ok(transaction) = read() else { continue };
        let id_index = indexes::transaction_id(kit, &transaction.transaction_id);
        if let Some(known) = store::transactions::by_index(tx.db().await?, &kit.vault, &id_index).await? {
            // Read here: on SQLite, others see it only when the commit that both share is done.
            let answered = repeated(kit, tx.db().await?, &known, &body_index).await?;
            drop(tx);
            return keep_alone(kit, by, kept, answered).await;
        }
        let arrived = Arrived { customer: customer.id, arrival, id_index, body_index: body_index.clone() };
        let new = New { transaction, customer: &customer, arrived, by: Actor::Key(by.id) };
        let shown = match decide_in(kit, &mut tx, new).await {
            Err(Failure::Store(StoreError::Conflict)) => continue,
            other => other?,
        };
        let answered = Answered { is_repeat: false, body: shown.json() };
        keep(kit, &mut tx, by, kept, &answered).await?;
        kill::point("transactions.before_commit");
        match tx.commit().await {
            // The same id of another customer was first, or the answer to the same request.
            Err(StoreError::Conflict) => {}
            committed => {
                committed?;
                kill::point("transactions.after_commit");
                return Ok(answered);
            }
        }
    }
    Err(StoreError::Conflict.into())
}

/// The answer to a transaction that was posted before.
async fn repeated(kit: &Kit, db: &mut Db, known: &Stored, body_index: &[u8]) -> Result<Answered, PostError> {
    if known.body_index != body_index {
        return Err(PostError::OtherBody);
    }
    Ok(Answered { is_repeat: true, body: show::answer(kit, db, known).await?.json() })
}

async fn keep_alone(kit: &Kit, by: &ApiKey, kept: Option<&Kept<'_>>, answered: Answered) -> Result<Answered, PostError> {
    if kept.is_some() {
        let mut tx = kit.store.write().await?;
        keep(kit, &mut tx, by, kept, &answered).await?;
        tx.commit().await?;
    }
    Ok(answered)
}

async fn keep(kit: &Kit, tx: &mut Tx, by: &ApiKey, kept: Option<&Kept<'_>>, answered: &Answered) -> Result<(), StoreError> {
    match kept {
        Some(kept) => api_keys::keep(kit, tx, by, kept.flight, kept.body, &(kept.answer)(answered)).await,
        None => Ok(()),
    }
}

/// A transaction that is new, and its customer, whose row is locked.
struct New<'a> {
    transaction: Transaction,
    customer: &'a Customer,
    arrived: Arrived,
    by: Actor,
}

async fn decide_in(kit: &Kit, tx: &mut Tx, new: New<'_>) -> Result<Shown, Failure> {
    let now = kit.ambient.now();
    let New { transaction, customer, by, .. } = &new;
    let key = keys::customer_key(kit, customer)?;
    let rules = rules::in_force(kit, tx.db().await?).await?;
    let whose = Whose { customer: customer.id, key: &key, arrivals: new.arrived.arrival };
    let facts = facts::gather(kit, tx.db().await?, &rules, transaction.clone(), whose, now).await?;
    let verdict = decide(rules.rules.iter().map(|version| (&version.rule, version.version)), &facts);
    kill::point("transactions.decided");
    let outcome = outcome(kit, tx, &verdict, &new, now).await?;
    let stored = stored(kit, &key, &new, (&verdict, rules.newest), &outcome, now);
    store::tallies::add(tx, &stored).await?;
    // Where it is approved at once, nothing is read from here on, so that all of it is sent together.
    store::transactions::insert(tx, &kit.vault, &stored).await?;
    let matches: Vec<(&str, u32)> = verdict.matched.iter().chain(&verdict.tests).map(|hit| (hit.rule.name.as_str(), hit.version)).collect();
    store::matches::insert(tx, stored.r#ref, &matches).await?;
    let named = Named { customer, key: &key, session: outcome.session.as_ref() };
    announce(kit, tx, &stored, &named, outcome.reason, now).await?;
    kill::point("transactions.announced");
    audit(kit, tx, &stored, *by, now).await?;
    show::decided(kit, &stored, &transaction.transaction_id, (&verdict.matched, &verdict.tests), outcome.session.as_ref())
}

/// What the decision comes to.
struct Outcome {
    status: TransactionStatus,
    reason: Reason,
    session: Option<Session>,
    without_return_url: bool,
}

async fn outcome(kit: &Kit, tx: &mut Tx, verdict: &Verdict<'_>, new: &New<'_>, now: Timestamp) -> Result<Outcome, Failure> {
    let plain = |status, reason| Outcome { status, reason, session: None, without_return_url: false };
    let Some(step_up) = verdict.decided_by().and_then(|hit| hit.rule.step_up()) else { return Ok(plain(verdict.status, Reason::Rule)) };
    let transaction = &new.transaction;
    let asked = step_up::Customer {
        id: new.customer.id,
        reference: &transaction.customer_id,
        locale: transaction.locale,
        return_url: transaction.return_url.as_deref(),
    };
    let (session, without_return_url) = match step_up::ask(kit, tx, step_up, &asked, new.by, now).await? {
        Asked::TooOften => return Ok(plain(TransactionStatus::Review, Reason::StepUpLimit)),
        Asked::Open(session) => (session, false),
        Asked::New { session, without_return_url } => (session, without_return_url),
    };
    Ok(Outcome { status: verdict.status, reason: Reason::Rule, session: Some(session), without_return_url })
}

fn stored(kit: &Kit, key: &Key, new: &New<'_>, (verdict, newest): (&Verdict<'_>, Option<(i64, RuleId)>), outcome: &Outcome, now: Timestamp) -> Stored {
    let decided_by: Option<&Hit<'_>> = verdict.decided_by();
    let mut history = vec![Entry { status: outcome.status, at: now, by: By::Rule, reason: outcome.reason, after: None }];
    if outcome.without_return_url {
        history.push(Entry { by: By::Session, reason: Reason::ReturnUrl, ..history[0] });
    }
    let decided = Decided {
        origin: Origin::Api,
        risk_score: verdict.risk_score,
        decided_by: decided_by.map(|hit| hit.rule.name.clone()),
        on_expired: decided_by.and_then(|hit| hit.rule.step_up()).map(StepUp::on_expired),
        rules_number: Some(newest.map_or(0, |(number, _)| number)),
        matches: (!verdict.matched.is_empty() || !verdict.tests.is_empty()).then(|| verdict.to_stored()),
        state: State {
            status: outcome.status,
            session: outcome.session.as_ref().map(|session| session.r#ref),
            history,
            settled_at: outcome.status.is_final().then_some(now),
        },
    };
    row::new(kit, key, &new.transaction, &new.arrived, decided, now)
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::{kit::testing::kit, model::Scope};

    /// On SQLite, transactions that wait for the writer share a commit, and read what those before them wrote in it.
    #[tokio::test]
    async fn the_same_payment_in_one_commit_is_one_decision_and_one_answer() {
        let (kit, _folder) = kit().await;
        let made = api_keys::create(&kit, None, vec![Scope::Transactions], Actor::CommandLine).await.unwrap();
        let key = api_keys::of_secret(&kit, &made.key).await.unwrap().expect("the key");
        let json = r#"{"transactionId":"pix-1","customerId":"c-1","amount":5,"currency":"BRL","direction":"OUT","type":"PIX"}"#;
        let posted = Posted::parse(json).unwrap();
        let held = kit.store.write().await.unwrap();
        let release = async {
            // Until they wait for the writer, having looked for the id in vain.
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
            drop(held);
        };
        let (answers, ()) = tokio::join!(join_all((0..3).map(|_| post(&kit, &posted, &key, None))), release);
        let answers: Vec<Answered> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_repeat).count(), 2);
        assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    }
}
