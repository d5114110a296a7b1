//! What may happen to connections to PostgreSQL: requests are given up in the middle, a row stays locked by a process that hangs, and a
//! network drops connections without a word. None of it stops other requests for long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ::shared::ids::SessionId;
use futures::future::join_all;
use reqwest::Method;
use sqlx::{Connection, PgConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{Engine, Installation, Parts, SOON, TestApp, eventually, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_are_given_up_leave_no_transaction_open() {
    let parts = Parts::on(Engine::Postgres).await;
    for wave in 0..40 {
        let given_up = (0..15).map(async |number| drop(timeout(Duration::from_micros(wave * 15 + number), parts.kit.store.write()).await));
        join_all(given_up).await;
    }
    let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    eventually("no transaction to be open", Duration::from_secs(5), async || (parts.installation.database.number(open).await == 0).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_stays_locked_stops_only_its_own_session() {
    let app = TestApp::on(Engine::Postgres).await;
    let (stuck, other) = (app.customer().await, app.customer().await);
    let session = app.operator.session_ref(&stuck.id).await;
    let mut hangs = PgConnection::connect(&app.installation.database.url).await.expect("connects");
    let mut locked = hangs.begin().await.expect("begins");
    sqlx::query("SELECT ref FROM sessions WHERE ref = $1 FOR UPDATE").bind(session).execute(&mut *locked).await.expect("locks the row");
    let body = json!({ "name": "Ana", "cpf": "12345678909" });
    // More than there are connections.
    let saving = || stuck.api(Method::PUT, "/steps/identity").json(&json!({ "userData": body }));
    let waiting = join_all((0..25).map(async |_| stuck.send_raw(saving()).await.expect("an answer").status));
    let meanwhile = async {
        sleep(Duration::from_millis(500)).await;
        let began = Instant::now();
        other.save("identity", body.clone()).await.expect(204);
        assert!(began.elapsed() < Duration::from_secs(20), "the other session waited {:?}", began.elapsed());
    };
    let (statuses, ()) = tokio::join!(waiting, meanwhile);
    assert!(statuses.iter().all(|status| *status == 503), "{statuses:?}");
    drop(locked);
    drop(hangs);
    stuck.save("identity", body.clone()).await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lookups_of_many_sessions_at_once_read_no_whole_table() {
    const SESSIONS: usize = 64;
    let parts = Parts::on(Engine::Postgres).await;
    for _ in 0..SESSIONS {
        parts.session("minimal").await;
    }
    let before = scans_when_closed(&parts).await;
    let parts = Parts::at(parts.installation).await;
    let unknown: Vec<SessionId> =
        (0..SESSIONS as u8).map(|number| SessionId::from_random([[number & 31; 13], [number >> 5; 13]].concat().try_into().expect("26 bytes"))).collect();
    let found = join_all(unknown.iter().map(|id| parts.kit.store.session(id))).await;
    assert!(found.iter().all(|found| matches!(found, Ok(None))), "{found:?}");
    let after = scans_when_closed(&parts).await;
    assert_eq!(after.0, before.0, "every lookup goes by the index");
    assert!(after.1 > before.1, "{before:?} {after:?}");
}

/// How often the table of sessions was read as a whole, and by the index of their ids. A connection tells it at its end.
async fn scans_when_closed(parts: &Parts) -> (i64, i64) {
    parts.kit.store.close().await;
    let database = &parts.installation.database;
    let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    eventually("every connection to have ended", SOON, async || (database.number(others).await == 0).then_some(())).await;
    let whole = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'sessions'";
    let by_index = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'sessions_id_hash_key'";
    (database.number(whole).await, database.number(by_index).await)
}

/// Forwards connections to PostgreSQL. Those that were accepted before `silent_below` grows past their number forward nothing more.
struct Network {
    port: u16,
    accepted: Arc<AtomicUsize>,
    silent_below: Arc<AtomicUsize>,
}

impl Network {
    async fn to(target: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("listens");
        let network = Self { port: listener.local_addr().expect("an address").port(), accepted: Arc::default(), silent_below: Arc::default() };
        let (accepted, silent_below) = (Arc::clone(&network.accepted), Arc::clone(&network.silent_below));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = accepted.fetch_add(1, Ordering::SeqCst);
                let far = TcpStream::connect(&target).await.expect("PostgreSQL listens");
                let (near, far) = (near.into_split(), far.into_split());
                tokio::spawn(forward(near.0, far.1, number, Arc::clone(&silent_below)));
                tokio::spawn(forward(far.0, near.1, number, Arc::clone(&silent_below)));
            }
        });
        network
    }

    /// The open connections go silent, as behind a firewall that has forgotten them. New ones work.
    fn forget(&self) {
        self.silent_below.store(self.accepted.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

async fn forward(from: tokio::net::tcp::OwnedReadHalf, to: tokio::net::tcp::OwnedWriteHalf, number: usize, silent_below: Arc<AtomicUsize>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        if from.readable().await.is_err() {
            return;
        }
        while number < silent_below.load(Ordering::SeqCst) {
            sleep(Duration::from_secs(60)).await;
        }
        match from.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => {
                let mut rest = &buffer[..read];
                while !rest.is_empty() {
                    if to.writable().await.is_err() {
                        return;
                    }
                    if let Ok(written) = to.try_write(rest) {
                        rest = &rest[written..];
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_died_without_a_word_are_replaced() {
    let installation = Installation::on(Engine::Postgres).await;
    let url = url::Url::parse(&installation.database.url).expect("a URL");
    let network = Network::to(format!("127.0.0.1:{}", url.port().expect("a port"))).await;
    let mut through = url.clone();
    through.set_port(Some(network.port)).expect("a port");
    let app = TestApp::at(installation.with("FLOW_DATABASE_URL", Some(through.as_str()))).await;
    let customers = join_all((0..10).map(|_| app.customer())).await;
    join_all(customers.iter().map(|customer| customer.public())).await;
    // Only idle connections are tested.
    sleep(Duration::from_millis(1_100)).await;
    network.forget();
    let answers = join_all(customers.iter().map(async |customer| {
        let began = Instant::now();
        eventually("an answer", SOON, async || (customer.public().await.status == 200).then_some(())).await;
        began.elapsed()
    }));
    let slowest = answers.await.into_iter().max().expect("answers");
    assert!(slowest < Duration::from_secs(20), "the slowest customer waited {slowest:?}");
}
