//! SQLite's transactions that wait for its one writer share a commit (`store/group.rs`). Each still keeps or takes back its own changes,
//! and nobody learns of a change before it is durable. `crash_load.rs` kills the server before such commits.

use std::sync::Arc;
use std::time::Duration;

use ::server::store::{self, Store, StoreError, Tx};
use futures::future::join_all;
use sqlx::Row as _;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::disk::Disk;
use crate::support::{Engine, Installation, Parts, on_each_engine};

async fn put(tx: &mut Tx, key: &str, value: String) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2)").bind(key.to_owned()).bind(value).execute(tx.db().await?).await?;
    Ok(())
}

/// The keys of this test, as a new reader sees them.
async fn keys(store: &Store) -> Vec<String> {
    let mut db = store.read().await.expect("a connection");
    let rows = sqlx::query("SELECT key FROM meta WHERE key LIKE 'test%' ORDER BY key").fetch_all(&mut *db).await.expect("reads");
    rows.iter().map(|row| row.get("key")).collect()
}

/// Starts a transaction that writes this key. `then` ends it.
fn writing<T: Send + 'static, F>(store: &Store, key: &'static str, then: impl FnOnce(Tx) -> F + Send + 'static) -> JoinHandle<T>
where
    F: Future<Output = T> + Send,
{
    let store = store.clone();
    tokio::spawn(async move {
        let mut tx = store.write().await.expect("a turn");
        put(&mut tx, key, String::new()).await.expect("writes");
        then(tx).await
    })
}

/// Starts the last transaction of a group, which keeps the group from its COMMIT: the transaction, what says that it has started, and what
/// lets it go on.
fn last_of_the_group(store: &Store) -> (JoinHandle<Result<(), StoreError>>, Arc<Notify>, Arc<Notify>) {
    let (started, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (starts, waits) = (Arc::clone(&started), Arc::clone(&goes_on));
    let last = writing(store, "test last", |tx| async move {
        starts.notify_one();
        waits.notified().await;
        tx.commit().await
    });
    (last, started, goes_on)
}

/// Lets every task run until it waits for the writer.
async fn queued() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

on_each_engine!(whoever_is_refused_takes_back_only_its_own_changes, Parts);
async fn whoever_is_refused_takes_back_only_its_own_changes(parts: Parts) {
    let store = &parts.kit.store;
    let held = store.write().await.expect("a turn");
    let names: Vec<String> = (0..100).map(|number| format!("test {number:03}")).collect();
    let writers = names.iter().enumerate().map(async |(number, key)| {
        let mut tx = store.write().await.expect("a turn");
        put(&mut tx, key, String::new()).await.expect("writes");
        if number % 3 != 0 {
            tx.commit().await.expect("commits");
        }
    });
    let release = async { drop(held) };
    tokio::join!(join_all(writers), release);
    let kept: Vec<String> = names.into_iter().enumerate().filter(|(number, _)| number % 3 != 0).map(|(_, key)| key).collect();
    assert_eq!(keys(store).await, kept);
}

#[tokio::test]
async fn nobody_is_answered_before_the_shared_commit() {
    let parts = Parts::on(Engine::Sqlite).await;
    let store = &parts.kit.store;
    let held = store.write().await.expect("a turn");
    let writer = writing(store, "test writer", |tx| tx.commit());
    queued().await;
    // This one reads what the writer wrote, and is refused.
    let refused = {
        let store = store.clone();
        tokio::spawn(store::settled(async move {
            let mut tx = store.write().await.expect("a turn");
            sqlx::query("SELECT key FROM meta WHERE key = 'test writer'").fetch_optional(tx.db().await.expect("a connection")).await.expect("reads").is_some()
        }))
    };
    queued().await;
    let (last, started, goes_on) = last_of_the_group(store);
    queued().await;
    drop(held);
    started.notified().await;
    assert_eq!(keys(store).await, [""; 0], "nothing is committed yet");
    assert!(!writer.is_finished(), "a change is answered before it is durable");
    assert!(!refused.is_finished(), "a refusal rests on a change that is not durable yet");
    goes_on.notify_one();
    assert!(refused.await.expect("no panic").expect("commits"), "it was refused because of the writer's change");
    writer.await.expect("no panic").expect("commits");
    last.await.expect("no panic").expect("commits");
    assert_eq!(keys(store).await, ["test last", "test writer"]);
}

#[tokio::test]
async fn a_change_wakes_its_job_also_if_nobody_waits_for_the_shared_commit() {
    let parts = Parts::on(Engine::Sqlite).await;
    let store = &parts.kit.store;
    let (held, woken) = (store.write().await.expect("a turn"), Arc::new(Notify::new()));
    let job = Arc::clone(&woken);
    let given_up = writing(store, "test given up", |mut tx| {
        tx.then(move || job.notify_one());
        tx.commit()
    });
    queued().await;
    let (last, started, goes_on) = last_of_the_group(store);
    queued().await;
    drop(held);
    started.notified().await;
    given_up.abort();
    assert!(given_up.await.is_err_and(|error| error.is_cancelled()), "it waited for the commit");
    goes_on.notify_one();
    last.await.expect("no panic").expect("commits");
    assert_eq!(keys(store).await, ["test given up", "test last"]);
    timeout(Duration::from_secs(10), woken.notified()).await.expect("its job is woken");
}

on_each_engine!(whoever_gives_up_or_panics_stops_nobody, Parts);
async fn whoever_gives_up_or_panics_stops_nobody(parts: Parts) {
    let store = &parts.kit.store;
    let held = store.write().await.expect("a turn");
    let gives_up = writing(store, "test gives up", async |tx| drop(tx));
    let panics = writing(store, "test panics", async |_tx| panic!("on purpose"));
    let stays = writing(store, "test stays", |tx| tx.commit());
    queued().await;
    gives_up.abort();
    drop(held);
    assert!(panics.await.is_err());
    stays.await.expect("no panic").expect("commits");
    assert_eq!(keys(store).await, ["test stays"]);
}

/// SQLite may end the whole transaction when the disk is full.
#[tokio::test]
async fn a_disk_that_fills_up_fails_every_member_of_the_commit_and_no_later_one() {
    let installation = Installation::on(Engine::Sqlite).await;
    let disk = Disk::mounted(&installation.data(), 16);
    let parts = Parts::at(installation).await;
    let store = &parts.kit.store;
    for round in 0..3 {
        let held = store.write().await.expect("a turn");
        let before = writing(store, ["test 0 before", "test 1 before", "test 2 before"][round], |tx| tx.commit());
        queued().await;
        let fills = writing(store, "test fills", |mut tx| async move {
            put(&mut tx, "test large", "x".repeat(32 * 1024 * 1024)).await?;
            tx.commit().await
        });
        queued().await;
        let after = writing(store, ["test 0 after", "test 1 after", "test 2 after"][round], |tx| tx.commit());
        queued().await;
        drop(held);
        fills.await.expect("no panic").expect_err("the disk is full");
        let answered = [before.await.expect("no panic").is_ok(), after.await.expect("no panic").is_ok()];
        let kept = keys(store).await;
        let there = ["before", "after"].map(|name| kept.contains(&format!("test {round} {name}")));
        assert_eq!(answered, there, "each answer is true: {kept:?}");
        assert!(answered[1], "what came after the group is written");
        assert!(!kept.iter().any(|key| key == "test fills" || key == "test large"), "{kept:?}");
    }
    drop(disk);
}

/// The writer itself copies its log only when that has 128 MiB. Here as much is written, and the log begins anew before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_copied_beside_the_writer_and_begins_anew() {
    let parts = Parts::on(Engine::Sqlite).await;
    let log = parts.installation.data().join("flow-sessions.db-wal");
    let mut longest = 0;
    for number in 0..480 {
        let mut tx = parts.kit.store.write().await.expect("a turn");
        put(&mut tx, &format!("test {number}"), "x".repeat(256 * 1024)).await.expect("writes");
        tx.commit().await.expect("commits");
        longest = longest.max(std::fs::metadata(&log).expect("the log is there").len());
        if number % 40 == 0 {
            // A moment without a commit.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
    assert!(longest < 64 * 1024 * 1024, "of 120 MiB the log had {longest} bytes");
}
