//! What an attacker with a few links can make the server keep in memory, while others use it. `FLOW_SOAK_MEMORY_SECONDS` sets how long the
//! attacks last (6 s by default); from 30 s on, the others' answers are also held against their usual time.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::support::customer::valid_user_data;
use crate::support::raw::{self, MULTIPART};
use crate::support::soak::setting;
use crate::support::{Customer, SOON, TestApp, on_each_engine, photos};

const MIB: usize = 1024 * 1024;
/// How much the attacks may make the server grow, in KiB.
const MOST_GROWTH_KIB: u64 = 120_000_000 / 1024;
/// The most memory while images of 50 megapixels are inspected, in KiB.
const MOST_KIB: u64 = 350_000_000 / 1024;

fn seconds() -> u64 {
    setting("FLOW_SOAK_MEMORY_SECONDS").unwrap_or(6)
}

/// Times the requests of a customer for this long, in ascending order.
async fn times(customer: &Customer, path: &str, port: u16, long: Duration) -> Vec<Duration> {
    let (began, mut times) = (Instant::now(), Vec::new());
    let request = raw::get(path);
    while began.elapsed() < long {
        let asked = Instant::now();
        let answered = async {
            let mut connection = TcpStream::connect(("127.0.0.1", port)).await?;
            raw::ask(&mut connection, &request).await
        };
        let (status, _) = timeout(Duration::from_secs(20), answered).await.expect("an answer").expect("an answer");
        assert_eq!(status, 200, "{}", customer.id);
        times.push(asked.elapsed());
        sleep(Duration::from_millis(20)).await;
    }
    times.sort();
    times
}

fn p99(times: &[Duration]) -> Duration {
    times[(times.len() * 99 / 100).min(times.len() - 1)]
}

/// Repeats an attack on new connections until the set is dropped.
fn repeat<F: Future<Output = std::io::Result<()>> + Send>(attacks: &mut JoinSet<()>, attack: impl Fn() -> F + Send + 'static) {
    attacks.spawn(async move {
        loop {
            let _ = attack().await;
            sleep(Duration::from_millis(50)).await;
        }
    });
}

/// Sends a head and what follows it, then single bytes with this pause, until the server closes.
async fn send(port: u16, first: Arc<Vec<u8>>, pause: Duration) -> std::io::Result<()> {
    let (mut reader, mut writer) = TcpStream::connect(("127.0.0.1", port)).await?.into_split();
    let sending = async {
        writer.write_all(&first).await?;
        loop {
            sleep(pause).await;
            writer.write_all(b"p").await?;
        }
    };
    let mut nothing = Vec::new();
    tokio::select! {
        sent = sending => sent,
        read = reader.read_to_end(&mut nothing) => read.map(drop),
    }
}

/// Asks for a file and reads 5 KiB/s of it.
async fn read(port: u16, request: Arc<Vec<u8>>) -> std::io::Result<()> {
    let mut connection = raw::connect_slow_reader(port).await;
    connection.write_all(&request).await?;
    let mut buffer = [0; 512];
    while connection.read(&mut buffer).await? > 0 {
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// The attacks: bodies without a boundary, trickles, uploads that fall silent, and slow readers.
async fn attacks(app: &TestApp, files: usize) -> JoinSet<()> {
    let port = app.installation.port;
    let mut attacks = JoinSet::new();
    let form = Customer::with_link(&app.installation, &app.operator.link_of("demo", &[]).await);
    let document = format!("/verify/{}/document", form.id);
    // Four inputs: 40 MiB may come.
    let endless = Arc::new([raw::post(&form, &document, MULTIPART, 40 * MIB), vec![b'A'; 39 * MIB]].concat());
    for _ in 0..12 {
        let endless = Arc::clone(&endless);
        repeat(&mut attacks, move || send(port, Arc::clone(&endless), Duration::from_millis(100)));
    }
    for at_once in [16 * 1024 - 100, 8 * MIB] {
        let first = Arc::new([raw::post(&form, &document, MULTIPART, 40 * MIB), vec![b'A'; at_once]].concat());
        repeat(&mut attacks, move || send(port, Arc::clone(&first), Duration::from_millis(5)));
    }
    let silent = app.customer().await;
    let upload = raw::post(&silent, &format!("/kyc-sessions/{}/upload", silent.id), MULTIPART, 10 * MIB);
    let upload = Arc::new([upload, raw::file_part("file"), vec![b'A'; 10 * MIB - 4_096]].concat());
    for _ in 0..28 {
        let upload = Arc::clone(&upload);
        repeat(&mut attacks, move || send(port, Arc::clone(&upload), Duration::from_secs(3_600)));
    }
    let photo = [photos::noise(2_800, 2_800), vec![0; 1_000]].concat();
    for _ in 0..files {
        let reader = app.customer().await;
        let uploaded = reader.upload("selfie_url", &photo).await.expect(201).json();
        let path = format!("/kyc-sessions/{}/artifacts/{}", reader.id, uploaded["artifactId"].as_str().expect("an id"));
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nCookie: {}\r\n\r\n", raw::cookies(&reader));
        let request = Arc::new(request.into_bytes());
        for _ in 0..100 / files {
            let request = Arc::clone(&request);
            repeat(&mut attacks, move || read(port, Arc::clone(&request)));
        }
    }
    attacks
}

on_each_engine!(attacks_on_memory_keep_little_and_delay_nobody);
async fn attacks_on_memory_keep_little_and_delay_nobody(app: TestApp) {
    let long = Duration::from_secs(seconds());
    let is_soak = long >= Duration::from_secs(30);
    let customer = app.customer().await;
    let (path, port) = (format!("/kyc-sessions/{}/public", customer.id), app.installation.port);
    let usual = times(&customer, &path, port, long / 3).await;
    let before = raw::memory_kib(&app.server, "VmRSS");
    // In a soak every slow reader is served at once, else most of them wait.
    let attacks = attacks(&app, if is_soak { 25 } else { 2 }).await;
    let most = async {
        let (began, mut most) = (Instant::now(), 0);
        while began.elapsed() < long {
            most = most.max(raw::memory_kib(&app.server, "VmRSS"));
            sleep(Duration::from_millis(50)).await;
        }
        most
    };
    let (most, then) = tokio::join!(most, times(&customer, &path, port, long));
    drop(attacks);
    let growth = most.saturating_sub(before);
    println!(
        "{:?}, attacks of {long:?}: {} MiB before, at most {} MiB; p99 of others {:?} before, {:?} meanwhile, the slowest {:?}",
        app.installation.engine,
        before / 1024,
        most / 1024,
        p99(&usual),
        p99(&then),
        then.last().expect("some were answered")
    );
    assert!(growth < MOST_GROWTH_KIB, "{growth} KiB");
    assert!(then.last() < Some(&Duration::from_secs(3)), "{:?}", then.last());
    if is_soak {
        assert!(p99(&then) < p99(&usual) * 3, "{:?} and {:?}", p99(&usual), p99(&then));
    }
}

on_each_engine!(the_largest_images_two_at_once_need_little_memory);
async fn the_largest_images_two_at_once_need_little_memory(app: TestApp) {
    let began = Instant::now();
    let mut rounds = 0;
    while rounds == 0 || (began.elapsed().as_secs() < seconds() && seconds() >= 30) {
        let customers = [app.customer().await, app.customer().await];
        let uploads = customers.iter().map(|customer| customer.upload("selfie_url", photos::fifty_megapixels()));
        assert_eq!(join_all(uploads).await.iter().map(|reply| reply.status).collect::<Vec<_>>(), [201, 201]);
        rounds += 1;
    }
    let most = raw::memory_kib(&app.server, "VmHWM");
    println!("{:?}, images of 50 megapixels, two at once, {rounds} rounds: at most {} MiB", app.installation.engine, most / 1024);
    assert!(most < MOST_KIB, "{most} KiB");
}

on_each_engine!(the_deepest_images_are_never_whole_in_memory);
/// Images of 50 megapixels of 16-bit RGBA have 381 MiB of pixels. The upload and the check `evidence` read them row by row.
async fn the_deepest_images_are_never_whole_in_memory(app: TestApp) {
    let customers = [app.customer().await, app.customer().await];
    join_all(customers.iter().map(async |customer| {
        let uploaded = customer.upload("selfie_url", photos::deep_and_turned()).await.expect(201).json();
        customer.complete(valid_user_data(uploaded["url"].as_str().expect("a URL"))).await.expect(202);
        customer.wait_for_status("COMPLETED", SOON).await;
        let shown = app.operator.session(&customer.id).await;
        let evidence = shown["checks"].as_array().expect("checks").iter().find(|check| check["name"] == "evidence");
        assert_eq!(evidence.expect("it was checked")["result"], "PASSED", "{shown}");
    }))
    .await;
    let most = raw::memory_kib(&app.server, "VmHWM");
    println!("{:?}, turned images of 50 megapixels of 16-bit RGBA, two at once: at most {} MiB", app.installation.engine, most / 1024);
    assert!(most < MOST_KIB, "{most} KiB");
}
