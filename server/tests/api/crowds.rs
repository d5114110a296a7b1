//! Many connections from one address delay nobody at another. Below half of the server's connections, nobody loses one.

use std::time::Duration;

use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{TestApp, on_each_engine, raw};

/// The connections of the attacker, who has one address. The server takes 2,000.
const CROWD: usize = 2_500;
/// The most time in which everyone else is answered.
const PROMPTLY: Duration = Duration::from_secs(1);

/// Keeps this many connections that send `at_once` and then nothing. A connection that the server closes is opened again.
fn crowd(port: u16, at_once: &'static [u8], count: usize) -> JoinSet<()> {
    raw::allow_files(8_000);
    let mut crowd = JoinSet::new();
    for _ in 0..count {
        crowd.spawn(async move {
            loop {
                if let Ok(mut connection) = raw::connect_from(1, port).await {
                    let _ = connection.write_all(at_once).await;
                    let _ = connection.read_to_end(&mut Vec::new()).await;
                }
                sleep(Duration::from_millis(200)).await;
            }
        });
    }
    crowd
}

/// Asks on a new connection from another address, for some seconds. Returns the slowest answer.
async fn slowest_answer(port: u16, path: &str) -> Duration {
    let (began, mut slowest) = (Instant::now(), Duration::ZERO);
    while began.elapsed() < Duration::from_secs(4) {
        let asked = Instant::now();
        let answered = async {
            let mut connection = raw::connect_from(2, port).await.expect("connects");
            raw::ask(&mut connection, &raw::get(path)).await.expect("an answer").0
        };
        assert_eq!(timeout(Duration::from_secs(30), answered).await.expect("an answer within 30 s"), 200);
        slowest = slowest.max(asked.elapsed());
        sleep(Duration::from_millis(50)).await;
    }
    slowest
}

/// The crowd has come when the server no longer takes more of it at once.
async fn assert_prompt_beside(app: &TestApp, at_once: &'static [u8]) {
    let customer = app.customer().await;
    let path = format!("/kyc-sessions/{}/public", customer.id);
    let port = app.installation.port;
    let mut kept = raw::connect_from(3, port).await.expect("connects");
    raw::ask(&mut kept, &raw::get(&path)).await.expect("an answer");
    let crowd = crowd(port, at_once, CROWD);
    sleep(Duration::from_secs(1)).await;
    let slowest = slowest_answer(port, &path).await;
    println!("{:?}: the slowest answer {slowest:?}", app.installation.engine);
    assert!(slowest < PROMPTLY, "{slowest:?}");
    let (status, _) = raw::ask(&mut kept, &raw::get(&path)).await.expect("a connection that waits at another address is kept");
    assert_eq!(status, 200);
    drop(crowd);
}

on_each_engine!(silent_connections_of_one_address_delay_no_other);
async fn silent_connections_of_one_address_delay_no_other(app: TestApp) {
    assert_prompt_beside(&app, b"").await;
}

on_each_engine!(slow_bodies_of_one_address_delay_no_other);
async fn slow_bodies_of_one_address_delay_no_other(app: TestApp) {
    assert_prompt_beside(&app, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx").await;
}

on_each_engine!(half_of_all_connections_may_wait_at_one_address);
async fn half_of_all_connections_may_wait_at_one_address(app: TestApp) {
    raw::allow_files(8_000);
    let port = app.installation.port;
    let open = async || raw::connect_from(1, port).await.expect("connects");
    let mut connections: Vec<TcpStream> = join_all((0..950).map(|_| open())).await;
    let answers = join_all(connections.iter_mut().map(|connection| raw::ask(connection, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok((200, _)))), "every one of them is served");
    let again = join_all(connections.iter_mut().map(|connection| raw::ask(connection, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"))).await;
    assert!(again.iter().all(|answer| matches!(answer, Ok((200, _)))), "and kept after its answer");
}
