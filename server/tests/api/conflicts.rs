//! What the database refuses because another transaction was first is a conflict, to be tried again by whoever sent it, and not a
//! database that does not answer.

use ::server::actor::{Act, Actor, Entry};
use ::server::store::queue::{self, Queue};
use ::server::store::{self, StoreError, Tx};
use futures::future::join;
use sqlx::Executor;

use crate::support::{Engine, Parts, json, on_each_engine};

async fn begin(parts: &Parts) -> Tx {
    parts.kit.store.write().await.expect("a transaction")
}

#[track_caller]
fn assert_conflict<T: std::fmt::Debug>(done: Result<T, StoreError>) {
    assert!(matches!(done, Err(StoreError::Conflict)), "{done:?}");
}

on_each_engine!(a_value_that_exists_is_a_conflict, Parts);
async fn a_value_that_exists_is_a_conflict(parts: Parts) {
    let flow = json!({}).to_string();
    let (id, now) = (parts.kit.ambient.id(), parts.kit.ambient.now());
    let mut tx = begin(&parts).await;
    store::flows::insert(&mut tx, id, "one", &flow, &flow, now).await.expect("writes");
    // The primary key.
    assert_conflict(store::flows::insert(&mut tx, id, "two", &flow, &flow, now).await);
    drop(tx);
    // Any other unique column.
    let mut tx = begin(&parts).await;
    let customer = "INSERT INTO customers (id, reference_index, reference, data_key, created_at) VALUES ($1, $2, $2, $2, 0)";
    let insert = async |tx: &mut Tx, id: &'static str| -> Result<(), StoreError> {
        sqlx::query(customer).bind(id).bind(vec![1_u8]).execute(tx.db().await?).await?;
        Ok(())
    };
    insert(&mut tx, "a").await.expect("writes");
    assert_conflict(insert(&mut tx, "b").await);
}

on_each_engine!(what_is_sent_together_is_refused_together, Parts);
async fn what_is_sent_together_is_refused_together(parts: Parts) {
    let session = parts.session("minimal").await;
    let kit = &parts.kit;
    let audit = || Entry::new(&kit.ambient, kit.ambient.now(), Actor::System, Act::SessionRead(session));
    let rows = async || parts.installation.database.number("SELECT COUNT(*) FROM audit WHERE action = 'session.read'").await;
    // The second statement of three must change a row, and there is none.
    let mut tx = begin(&parts).await;
    tx.audit(audit()).await.expect("waits");
    queue::remove(&mut tx, Queue::CheckRuns, &session.to_string(), kit.ambient.id()).await.expect("waits");
    tx.audit(audit()).await.expect("waits");
    assert_conflict(tx.send().await);
    assert_conflict(tx.db().await.map(drop));
    assert_conflict(tx.commit().await);
    assert_eq!(rows().await, 0);
    // More than are sent at once, and each of them is there.
    let mut tx = begin(&parts).await;
    for _ in 0..40 {
        tx.audit(audit()).await.expect("waits or is sent");
    }
    tx.commit().await.expect("commits");
    assert_eq!(rows().await, 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_and_a_change_since_the_snapshot_are_conflicts() {
    let parts = Parts::on(Engine::Postgres).await;
    let mut tx = begin(&parts).await;
    for name in ["a", "b"] {
        tx.set(name, "0").await.expect("writes");
    }
    tx.commit().await.expect("commits");
    let (mut one, mut other) = (begin(&parts).await, begin(&parts).await);
    one.set("a", "1").await.expect("writes");
    other.set("b", "2").await.expect("writes");
    let crosswise = async |mut tx: Tx, name: &str| tx.set(name, "3").await;
    let (one, other) = join(crosswise(one, "b"), crosswise(other, "a")).await;
    let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
    won.expect("one of them goes on");
    assert_conflict(lost);

    let mut late = begin(&parts).await;
    late.db().await.expect("a connection").execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT value FROM meta").await.expect("reads");
    let mut tx = begin(&parts).await;
    tx.set("a", "4").await.expect("writes");
    tx.commit().await.expect("commits");
    assert_conflict(late.set("a", "5").await);
}
