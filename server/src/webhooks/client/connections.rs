//! Connections that are kept: they serve the next events, and one that the receiver has closed meanwhile costs no event a try.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{
    tests::{client, try_to},
    *,
};

/// A receiver that answers so many requests on each connection, in turn, and closes the connection at the request after them. Counts
/// connections and requests.
async fn closing_receiver(answers: &'static [usize]) -> (String, Arc<[AtomicUsize; 2]>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let counted = Arc::clone(&counts);
    tokio::spawn(async move {
        for answers in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted[0].fetch_add(1, Ordering::SeqCst);
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let (mut request, mut answered) = (Vec::new(), 0);
                while stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {
                    if request.ends_with(b"}") {
                        request.clear();
                        counted[1].fetch_add(1, Ordering::SeqCst);
                        if answered == *answers {
                            return;
                        }
                        answered += 1;
                        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
                    }
                }
            });
        }
        std::future::pending::<()>().await;
    });
    (url, counts)
}

/// Whether each of so many tries was answered, then connections and requests.
async fn tries(answers: &'static [usize], count: usize) -> (Vec<bool>, [usize; 2]) {
    let client = client(&["127.0.0.0/8"]);
    let (url, counts) = closing_receiver(answers).await;
    let mut outcomes = Vec::new();
    for _ in 0..count {
        outcomes.push(try_to(&client, &url).await.outcome.is_ok());
    }
    (outcomes, [0, 1].map(|which: usize| counts[which].load(Ordering::SeqCst)))
}

#[tokio::test]
async fn a_kept_connection_serves_the_next_events() {
    assert_eq!(tries(&[9], 5).await, (vec![true; 5], [1, 5]));
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_costs_no_try() {
    assert_eq!(tries(&[1, 2, 9], 5).await, (vec![true; 5], [3, 7]), "each that was closed got one request in vain");
}

#[tokio::test]
async fn a_new_connection_that_is_closed_is_a_failed_try() {
    assert_eq!(tries(&[0, 9], 2).await, (vec![false, true], [2, 2]), "sent once");
    assert_eq!(tries(&[1, 0, 9], 3).await, (vec![true, false, true], [3, 4]), "sent twice at most");
}

#[tokio::test]
async fn connections_have_an_end() {
    let client = client(&["127.0.0.0/8"]);
    let (url, counts) = closing_receiver(&[9, 9]).await;
    assert!(try_to(&client, &url).await.outcome.is_ok());
    let first = client.sender.client();
    lock(&client.sender.kept).until = Instant::now();
    while Arc::ptr_eq(&first, &client.sender.client()) {
        tokio::task::yield_now().await;
    }
    assert!(try_to(&client, &url).await.outcome.is_ok());
    assert_eq!(counts[0].load(Ordering::SeqCst), 2);
}
