//! Runs a backtest: reads the past page by page, judges each page on a thread of low priority, and says how far it is. Nothing is held but a
//! page and the history of the customers in it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use shared::{
    rule::{Condition, Leaf, Rule, Test},
    session::Timestamp,
};
use tracing::warn;

use super::{
    super::keys,
    judge::{Draft, Judged},
    sessions,
    start::{LEASE_SECONDS, Running},
    totals::Totals,
};
use crate::{
    failure::Failure,
    ids::{CustomerId, TransactionRef},
    kill,
    kit::Kit,
    lists::past::PastList,
    model::{BacktestStatus, Customer, Shown},
    sealed,
    store::{self, Db, StoreError, Tx, backtests::Ending, past, transactions::Unread},
    vault::Unsealable,
};

/// How many customers are read at once, at most.
const CUSTOMERS: i64 = 128;
/// How many transactions a page has, unless many arrive while it is read.
const PAGE: usize = 512;
/// How many keys of transactions are read at once.
const KEYS: i64 = 4_096;
/// The memory that a page needs while it is judged, in MiB.
const PAGE_MEBIBYTES: u32 = 8;
/// How often a run says how far it is.
const RENEW: Duration = Duration::from_secs(1);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It has a result.
    Done,
    /// Somebody cancelled it.
    Cancelled,
}

/// Runs a backtest in a task of its own. What becomes of it is in its row.
pub fn run_apart(kit: &Kit, running: Running) {
    let kit = kit.clone();
    tokio::spawn(async move {
        let id = running.id;
        if let Err(error) = run(&kit, running, std::future::pending()).await {
            warn!(backtest = %id, %error, "a backtest failed");
        }
    });
}

/// Runs a backtest to its end, or until it is cancelled: by its row, or because `cancelled` ends.
///
/// # Errors
/// If the store does not answer, something is damaged, or the run has lost its lease. Its row says that it failed.
pub async fn run(kit: &Kit, running: Running, cancelled: impl Future<Output = ()>) -> Result<Ended, Failure> {
    let ended = tokio::select! {
        biased;
        () = cancelled => Ok(None),
        renewed = renewing(kit, &running) => renewed.map(|()| None),
        totals = go_through(kit, &running) => totals.map(Some),
    };
    let (status, totals) = match &ended {
        Ok(Some(totals)) => (BacktestStatus::Done, Some(totals)),
        Ok(None) => (BacktestStatus::Cancelled, None),
        Err(_) => (BacktestStatus::Failed, None),
    };
    let recorded = record(kit, &running, status, totals).await;
    ended.and(recorded)
}

/// Writes the end of a run. Once somebody has cancelled it, it has no result.
async fn record(kit: &Kit, running: &Running, status: BacktestStatus, totals: Option<&Totals>) -> Result<Ended, Failure> {
    let (now, done) = (kit.ambient.now(), running.done.load(Ordering::Relaxed));
    let mut tx = kit.store.write().await?;
    let is_cancelled = store::backtests::renew(&mut tx, running.id, running.lease, done, now).await?;
    let (status, totals) = if is_cancelled { (BacktestStatus::Cancelled, None) } else { (status, totals) };
    let ending = Ending { status, done, at: now, result: totals.map(|totals| &totals.tally) };
    store::backtests::end(&mut tx, running.id, running.lease, ending).await?;
    if let Some(totals) = totals {
        let shown = shown(kit, &mut tx, running, totals).await?;
        store::backtests::insert_shown(&mut tx, running.id, &shown).await?;
    }
    tx.commit().await?;
    Ok(if totals.is_some() { Ended::Done } else { Ended::Cancelled })
}

/// The transactions that a result names, as they are stored.
async fn shown(kit: &Kit, tx: &mut Tx, running: &Running, totals: &Totals) -> Result<Vec<Shown>, Failure> {
    let mut shown = Vec::new();
    for (named, customer) in totals.named() {
        let owner = store::customers::by_id(tx.db().await?, customer).await?.ok_or(Unsealable)?;
        let key = keys::customer_key(kit, &owner)?;
        shown.push(Shown {
            transaction: named.transaction,
            customer,
            created_at: named.created_at,
            matched: named.matched,
            recorded: named.matched != named.differs,
            seen: kit.vault.seal(&key, &sealed::backtest_seen(running.id, named.transaction, customer), named.seen.as_bytes()),
        });
    }
    Ok(shown)
}

/// Says how far the run is, until somebody cancels it. A database that does not answer for a moment is asked again.
async fn renewing(kit: &Kit, running: &Running) -> Result<(), Failure> {
    loop {
        tokio::time::sleep(RENEW).await;
        let until = kit.ambient.now().plus_seconds(LEASE_SECONDS);
        let renewed = async {
            let mut tx = kit.store.write().await?;
            let is_cancelled = store::backtests::renew(&mut tx, running.id, running.lease, running.done.load(Ordering::Relaxed), until).await?;
            tx.commit().await.map(|()| is_cancelled)
        };
        match renewed.await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(StoreError::Conflict) => return Err(StoreError::Conflict.into()),
            Err(error) => warn!(backtest = %running.id, %error, "the lease of a backtest could not be renewed"),
        }
    }
}

/// What is judged, and what came of it. It goes to the background with each page, and comes back.
struct State {
    draft: Arc<Draft>,
    totals: Totals,
    customers: HashMap<CustomerId, Judged>,
}

async fn go_through(kit: &Kit, running: &Running) -> Result<Totals, Failure> {
    let draft = {
        let mut db = kit.store.read().await?;
        Draft { rule: Arc::clone(&running.rule), period: running.period, lists: lists(kit, &mut db, &running.rule).await? }
    };
    let asks_sessions = asks_sessions(&running.rule);
    let mut state = State { draft: Arc::new(draft), totals: Totals::default(), customers: HashMap::new() };
    let mut after = None;
    loop {
        let customers = past::customers(&mut *kit.store.read().await?, after, CUSTOMERS).await?;
        let Some((last, _)) = customers.last() else { return Ok(state.totals) };
        after = Some(last.id);
        for group in groups(customers) {
            let ids: Vec<CustomerId> = group.iter().map(|(customer, _)| customer.id).collect();
            let mut known = if asks_sessions { sessions::read(kit, &mut *kit.store.read().await?, &ids).await? } else { HashMap::new() };
            for (customer, _) in &group {
                let of_customer = known.remove(&customer.id).unwrap_or_default();
                state.customers.insert(customer.id, Judged::new(kit, &state.draft, customer, of_customer)?);
            }
            state = match &*group {
                [(customer, arrivals)] if usize::try_from(*arrivals).unwrap_or(usize::MAX) > PAGE => large(kit, customer.id, state, &running.done).await?,
                _ => {
                    let rows = past::of_customers(&mut *kit.store.read().await?, &ids).await?;
                    page(kit, rows, state, &running.done).await?
                }
            };
            state.customers.clear();
        }
    }
}

/// Customers whose transactions make a page together. One with more than a page is alone, one without any is left out.
fn groups(customers: Vec<(Customer, i64)>) -> Vec<Vec<(Customer, i64)>> {
    let (mut groups, mut room): (Vec<Vec<_>>, i64) = (Vec::new(), 0);
    for (customer, arrivals) in customers.into_iter().filter(|(_, arrivals)| *arrivals > 0) {
        match groups.last_mut().filter(|_| arrivals <= room) {
            Some(group) => group.push((customer, arrivals)),
            None => {
                groups.push(vec![(customer, arrivals)]);
                room = i64::try_from(PAGE).unwrap_or(i64::MAX);
            }
        }
        room -= arrivals;
    }
    groups
}

/// Judges a customer with many transactions, a page after the other. Only their keys are read at once.
async fn large(kit: &Kit, customer: CustomerId, mut state: State, done: &AtomicU64) -> Result<State, Failure> {
    let mut keys: Vec<(i64, TransactionRef)> = Vec::new();
    let mut after = (Timestamp(i64::MIN), None);
    loop {
        let read = past::keys(&mut *kit.store.read().await?, customer, after, KEYS).await?;
        let Some((occurred_at, last, _)) = read.last() else { break };
        after = (*occurred_at, Some(*last));
        keys.extend(read.iter().map(|(_, of, arrival)| (*arrival, *of)));
    }
    keys.sort_unstable();
    for refs in keys.chunks(PAGE) {
        let refs: Vec<TransactionRef> = refs.iter().map(|(_, of)| *of).collect();
        let rows = past::by_refs(&mut *kit.store.read().await?, &refs).await?;
        state = page(kit, rows, state, done).await?;
    }
    Ok(state)
}

/// Judges a page in the background.
async fn page(kit: &Kit, rows: Vec<Unread>, mut state: State, done: &AtomicU64) -> Result<State, Failure> {
    let (kit_there, count) = (kit.clone(), rows.len());
    let judged = move || {
        let kit = kit_there;
        let mut all = rows.iter().map(|row| row.read(&kit.vault)).collect::<Result<Vec<_>, _>>()?;
        all.sort_unstable_by_key(|of| (of.customer, of.arrival));
        for of in all {
            if let Some(customer) = state.customers.get_mut(&of.customer) {
                customer.next(&kit, &state.draft, of, &mut state.totals)?;
            }
        }
        Ok::<_, Failure>(state)
    };
    let state = kit.cpu.run_in_background(PAGE_MEBIBYTES, judged).await.map_err(|_| Unsealable)??;
    done.fetch_add(count as u64, Ordering::Relaxed);
    kill::point("backtest.page_judged");
    Ok(state)
}

/// The lists that a rule names.
async fn lists(kit: &Kit, db: &mut Db, rule: &Rule) -> Result<BTreeMap<String, PastList>, Failure> {
    let mut lists = BTreeMap::new();
    let named: BTreeSet<&String> =
        leaves(&rule.when).filter_map(|leaf| if let Leaf::Field(_, Test::InList(list)) = leaf { Some(list) } else { None }).collect();
    for name in named {
        if let Some(list) = PastList::read(kit, db, name).await? {
            lists.insert(name.clone(), list);
        }
    }
    Ok(lists)
}

fn leaves(when: &Condition) -> impl Iterator<Item = &Leaf> {
    when.leaves().into_iter().map(|(_, leaf)| leaf)
}

/// Whether a rule asks for the customer's sessions. Its `grace` does not matter here: what the rule itself says is compared.
fn asks_sessions(rule: &Rule) -> bool {
    leaves(&rule.when).any(|leaf| matches!(leaf, Leaf::Session(..)))
}
