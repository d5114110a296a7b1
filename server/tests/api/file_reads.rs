//! Stored files are sent in chunks: whole, or the connection breaks. Slow readers are limited in number, and too slow ones are cut off.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{Customer, SOON, TestApp, on_each_engine, photos, raw};

const MIB: usize = 1024 * 1024;

/// A photo whose stored file has more than 4 MiB.
fn large_photo() -> Vec<u8> {
    photos::noise(2_400, 2_400)
}

/// Uploads the photo and returns the file's path in the API.
async fn uploaded(customer: &Customer, photo: &[u8]) -> String {
    let uploaded = customer.upload("selfie_url", photo).await.expect(201).json();
    format!("/kyc-sessions/{}/artifacts/{}", customer.id, uploaded["artifactId"].as_str().expect("an id"))
}

/// The only stored file.
fn stored_file(app: &TestApp) -> PathBuf {
    let files = app.installation.contents().into_keys().filter(|path| path.is_file() && path.starts_with(app.installation.data().join("artifacts")));
    files.max_by_key(|path| fs::metadata(path).map_or(0, |found| found.len())).expect("a stored file")
}

on_each_engine!(a_file_arrives_whole_with_its_length_on_both_routes);
async fn a_file_arrives_whole_with_its_length_on_both_routes(app: TestApp) {
    let customer = app.customer().await;
    let path = uploaded(&customer, &large_photo()).await;
    let served = customer.send(customer.request(Method::GET, &path)).await.expect(200);
    assert!(served.body.len() > 4 * MIB, "{}", served.body.len());
    assert_eq!(served.header("content-length"), served.body.len().to_string());
    image::load_from_memory(&served.body).expect("the photo is whole");
    let head = customer.send(customer.request(Method::HEAD, &path)).await.expect(200);
    assert_eq!(head.header("content-length"), served.body.len().to_string());

    let browser = app.browser("REVIEWER").await;
    let shown = app.operator.session(&customer.id).await;
    let artifact = path.rsplit('/').next().expect("an id");
    let seen = browser.get(&format!("/dashboard/sessions/{}/artifacts/{artifact}", shown["ref"].as_str().expect("a ref"))).await.expect(200);
    assert!(seen.body == served.body && seen.header("content-length") == served.header("content-length"));
}

on_each_engine!(a_file_that_is_damaged_in_the_middle_breaks_the_connection);
async fn a_file_that_is_damaged_in_the_middle_breaks_the_connection(app: TestApp) {
    let customer = app.customer().await;
    let path = uploaded(&customer, &large_photo()).await;
    let file = stored_file(&app);
    let good = fs::read(&file).expect("reads the stored file");
    let chunk = 64 * 1024 + 16;
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for (what, bytes) in [("a bit flipped", &flipped[..]), ("cut between two chunks", &good[..10 * chunk]), ("cut in a chunk", &good[..10 * chunk + 20])] {
        fs::write(&file, bytes).expect("damages the file");
        let mut connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}\r\n\r\n", raw::cookies(&customer));
        connection.write_all(request.as_bytes()).await.expect("sends");
        let mut received = Vec::new();
        let _ = timeout(Duration::from_secs(5), connection.read_to_end(&mut received)).await.expect("is closed at once");
        let (status, head, length) = raw::head_of(&received).expect("a head");
        assert!(status == 200 && received.len() - head < length, "{what}: {status}, {} of {length}", received.len() - head);
    }
    // Nothing was sent yet: then it is an ordinary error. So it is where no whole file has that length.
    for length in [0, 100, 10 * chunk + 7] {
        fs::write(&file, &good[..length]).expect("damages the file");
        assert_eq!(customer.send_raw(customer.request(Method::GET, &path)).await.expect("an answer").status, 500, "{length}");
    }
    fs::write(&file, &good).expect("mends the file");
    customer.send(customer.request(Method::GET, &path)).await.expect(200);
}

/// Asks for a file and reads nothing but the head.
async fn slow_reader(app: &TestApp, customer: &Customer, path: &str) -> TcpStream {
    let mut connection = raw::connect_slow_reader(app.installation.port).await;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}\r\n\r\n", raw::cookies(customer));
    connection.write_all(request.as_bytes()).await.expect("sends");
    connection
}

on_each_engine!(a_sessions_fifth_reader_waits_and_delays_nobody_else);
async fn a_sessions_fifth_reader_waits_and_delays_nobody_else(app: TestApp) {
    let (customer, other) = (app.customer().await, app.customer().await);
    let path = uploaded(&customer, &large_photo()).await;
    let others = uploaded(&other, photos::selfie()).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut reader = slow_reader(&app, &customer, &path).await;
        reader.read_exact(&mut [0; 12]).await.expect("the answer begins");
        slow.push(reader);
    }
    let mut fifth = slow_reader(&app, &customer, &path).await;
    other.send(other.request(Method::GET, &others)).await.expect(200);
    customer.public().await.expect(200);
    let mut first = [0; 12];
    assert!(timeout(Duration::from_millis(300), fifth.read_exact(&mut first)).await.is_err(), "it waits");
    drop(slow.pop());
    timeout(SOON, fifth.read_exact(&mut first)).await.expect("its turn has come").expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 200");
}

/// Reads until the connection ends, at most this fast. Returns the bytes and the time that it took.
async fn read_slowly(mut connection: TcpStream, piece: usize, pause: Duration) -> (usize, Duration) {
    let (began, mut read, mut buffer) = (Instant::now(), 0, vec![0; piece]);
    while let Ok(more @ 1..) = connection.read(&mut buffer).await {
        read += more;
        sleep(pause).await;
    }
    (read, began.elapsed())
}

on_each_engine!(a_reader_slower_than_16_kib_a_second_is_cut_off);
async fn a_reader_slower_than_16_kib_a_second_is_cut_off(app: TestApp) {
    let customer = app.customer().await;
    let photo = large_photo();
    let path = uploaded(&customer, &photo).await;
    let tenth = Duration::from_millis(100);
    let (too_slow, silent, slow) = tokio::join!(
        async { read_slowly(slow_reader(&app, &customer, &path).await, 512, tenth).await },
        async {
            let connection = slow_reader(&app, &customer, &path).await;
            sleep(Duration::from_secs(25)).await;
            read_slowly(connection, 64 * 1024, Duration::ZERO).await
        },
        async { read_slowly(slow_reader(&app, &customer, &path).await, 32 * 1024, tenth).await },
    );
    let seconds = |count| Duration::from_secs(count);
    assert!(too_slow.0 < MIB && (seconds(9)..seconds(40)).contains(&too_slow.1), "5 KiB/s: {too_slow:?}");
    assert!(silent.0 < MIB, "nothing for 25 s: {silent:?}");
    assert!(slow.0 > 4 * MIB && slow.1 > seconds(12), "320 KiB/s arrives whole: {slow:?}");
}
