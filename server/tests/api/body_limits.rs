//! How much of a body the server keeps, how many bodies of a session arrive at once, and how long one may pause.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::support::raw::{self, MULTIPART};
use crate::support::{Customer, SOON, TestApp, eventually, on_each_engine, photos};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// A whole body with a selfie; before the first part come `before` bytes, and its headers are longer by `more`.
fn body(part: &str, before: usize, more: usize) -> Vec<u8> {
    let head = format!("\r\n--cut\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"a.jpg\"\r\nX: {}\r\n\r\n", "x".repeat(more));
    [&vec![b'p'; before], head.as_bytes(), photos::selfie(), b"\r\n--cut--\r\n"].concat()
}

on_each_engine!(outside_the_content_of_parts_16_kib_are_accepted);
async fn outside_the_content_of_parts_16_kib_are_accepted(app: TestApp) {
    for (before, more, fits) in [(15 * KIB, 15 * KIB, true), (17 * KIB, 0, false), (0, 17 * KIB, false), (5 * MIB, 0, false), (0, 5 * MIB, false)] {
        let customer = app.customer().await;
        let upload = customer.api(Method::POST, "/upload").header(CONTENT_TYPE, MULTIPART).body(body("file", before, more));
        let form = customer.request(Method::POST, &format!("/verify/{}/selfie", customer.id)).header(CONTENT_TYPE, MULTIPART);
        let (upload, form) = (customer.send(upload).await, customer.send(form.body(body("selfie_url", before, more))).await);
        assert_eq!((upload.status, form.status), if fits { (201, 303) } else { (413, 413) }, "{before} before, {more} in the headers");
        if !fits {
            let detail = upload.problem(413, "too-large")["detail"].to_string();
            assert!(detail.contains("16 KiB"), "{detail}");
        }
    }
}

on_each_engine!(a_body_has_at_most_200_parts_however_empty);
async fn a_body_has_at_most_200_parts_however_empty(app: TestApp) {
    let customer = app.customer().await;
    for (name, count, status) in [("file", 201, 413), ("field", 201, 413), ("file", 199, 201)] {
        let empty = format!("\r\n--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").repeat(count);
        let request = customer.api(Method::POST, "/upload").header(CONTENT_TYPE, MULTIPART).body([empty.as_bytes(), &body("file", 0, 0)].concat());
        let answer = customer.send(request).await;
        assert_eq!(answer.status, status, "{count} of {name}: {}", answer.text());
    }
}

on_each_engine!(a_trickle_outside_the_parts_costs_no_processor_time);
async fn a_trickle_outside_the_parts_costs_no_processor_time(app: TestApp) {
    let customer = app.customer().await;
    let head = raw::post(&customer, &format!("/kyc-sessions/{}/upload", customer.id), MULTIPART, 10 * MIB);
    let mut writers = Vec::new();
    for at_once in [13 * KIB, 13 * KIB, 9 * MIB, 9 * MIB] {
        let connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
        // Each byte arrives by itself.
        connection.set_nodelay(true).expect("is set");
        let (mut reader, mut writer) = connection.into_split();
        tokio::spawn(async move { reader.read_to_end(&mut Vec::new()).await });
        writer.write_all(&[head.as_slice(), &vec![b'p'; at_once]].concat()).await.expect("the server reads on");
        writers.push(writer);
    }
    let (began, before) = (Instant::now(), raw::processor_time(&app.server));
    while began.elapsed() < Duration::from_secs(3) {
        for writer in &mut writers {
            let _ = writer.write_all(b"p").await;
        }
        sleep(Duration::from_millis(1)).await;
    }
    let used = raw::processor_time(&app.server) - before;
    assert!(used < Duration::from_millis(600), "{used:?} in 3 s");
}

/// Starts an upload of a file that sends these bytes and then nothing. Its connection is closed when it is dropped.
async fn hanging_upload(app: &TestApp, customer: &Customer, bytes: &[u8]) -> TcpStream {
    let head = raw::post(customer, &format!("/kyc-sessions/{}/upload", customer.id), MULTIPART, 10 * MIB);
    let mut connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
    connection.write_all(&[&head, &raw::file_part("file"), bytes].concat()).await.expect("the server reads");
    connection
}

on_each_engine!(a_sessions_fifth_body_waits_for_one_of_the_four);
async fn a_sessions_fifth_body_waits_for_one_of_the_four(app: TestApp) {
    let (customer, other) = (app.customer().await, app.customer().await);
    let mut hanging = Vec::new();
    for _ in 0..4 {
        hanging.push(hanging_upload(&app, &customer, &[7; 100]).await);
    }
    eventually("four uploads arrive", SOON, async || (raw::open_spools(&app.server) == 4).then_some(())).await;
    let waiting = {
        let customer = customer.clone();
        tokio::spawn(async move { customer.upload("selfie_url", photos::other_selfie()).await.expect(201) })
    };
    let form = {
        let customer = customer.clone();
        tokio::spawn(async move { customer.post_photo("selfie", "selfie_url", photos::selfie()).await.expect(303) })
    };
    // What has no files waits for nothing, and neither do other sessions.
    customer.post_form("identity", &[("name", "Ana")]).await.expect(422);
    other.upload("selfie_url", photos::selfie()).await.expect(201);
    assert!(!waiting.is_finished() && !form.is_finished(), "they wait");
    drop(hanging.pop());
    timeout(SOON, waiting).await.expect("its turn has come").expect("an answer");
    timeout(SOON, form).await.expect("its turn has come").expect("an answer");
}

on_each_engine!(what_is_on_its_way_counts_against_the_session);
async fn what_is_on_its_way_counts_against_the_session(app: TestApp) {
    let customer = app.customer().await;
    let file = |number: u8| [photos::small(), &[number], &vec![0; 10 * MIB - photos::small().len() - 1][..]].concat();
    let upload = |bytes: Vec<u8>| {
        let form = Form::new().part("file", Part::bytes(bytes).file_name("a.jpg"));
        customer.send(customer.api(Method::POST, "/upload").multipart(form))
    };
    for number in 0..9 {
        upload(file(number)).await.expect(201);
    }
    let hanging = hanging_upload(&app, &customer, &vec![7; MIB]).await;
    eventually("it arrives", SOON, async || (raw::open_spools(&app.server) == 1).then_some(())).await;
    let detail = upload(file(10)).await.problem(413, "too-large")["detail"].to_string();
    assert!(detail.contains("100 MiB") && detail.contains("on their way"), "{detail}");
    // A file of a form that finds no room is its field's fault.
    let shown = customer.post_photo("selfie", "selfie_url", &file(11)).await.expect(422);
    assert!(shown.text().contains("selfie_url"), "{}", shown.text());
    drop(hanging);
    eventually("it is given up", SOON, async || (raw::open_spools(&app.server) == 0).then_some(())).await;
    upload(file(10)).await.expect(201);
    upload(file(12)).await.expect(413);
}

on_each_engine!(a_replacement_needs_no_room_besides_the_file_it_replaces);
async fn a_replacement_needs_no_room_besides_the_file_it_replaces(app: TestApp) {
    let customer = app.customer().await;
    for number in 0..40_u8 {
        let bytes = [photos::small(), &[number]].concat();
        let form = Form::new().part("file", Part::bytes(bytes.clone()).file_name("a.jpg"));
        let form = if number == 0 { Form::new().text("field", "selfie_url").part("file", Part::bytes(bytes).file_name("a.jpg")) } else { form };
        customer.send(customer.api(Method::POST, "/upload").multipart(form)).await.expect(201);
    }
    customer.upload("selfie_url", photos::selfie()).await.expect(201);
    customer.post_photo("selfie", "selfie_url", photos::other_selfie()).await.expect(303);
    let more = Form::new().part("file", Part::bytes(photos::selfie()).file_name("a.jpg"));
    let detail = customer.send(customer.api(Method::POST, "/upload").multipart(more)).await.problem(413, "too-large")["detail"].to_string();
    assert!(detail.contains("40 files"), "{detail}");
}

on_each_engine!(a_body_may_not_pause_for_30_seconds);
async fn a_body_may_not_pause_for_30_seconds(app: TestApp) {
    let customer = app.customer().await;
    // At 4 KiB/s, 2 MiB would be allowed more than eight minutes.
    let mut connection = hanging_upload(&app, &customer, &vec![7; 2 * MIB]).await;
    let paused = Instant::now();
    let mut received = String::new();
    timeout(Duration::from_secs(45), connection.read_to_string(&mut received)).await.expect("is closed").expect("an answer");
    assert!(paused.elapsed() > Duration::from_secs(25), "{:?}", paused.elapsed());
    assert!(received.starts_with("HTTP/1.1 408 ") && received.contains("at most 30 s between two reads"), "{received}");
}

on_each_engine!(a_form_that_ends_early_is_400_and_not_too_large);
async fn a_form_that_ends_early_is_400_and_not_too_large(app: TestApp) {
    let customer = app.customer().await;
    for path in [format!("/verify/{}/identity", customer.id), "/dashboard/sign-in".to_owned()] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nname=An"
        );
        let mut connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
        connection.write_all(head.as_bytes()).await.expect("sends");
        connection.shutdown().await.expect("ends its half");
        let mut received = String::new();
        timeout(SOON, connection.read_to_string(&mut received)).await.expect("is closed").expect("an answer");
        assert!(received.starts_with("HTTP/1.1 400 "), "{path}: {received}");
    }
}

on_each_engine!(a_form_of_texts_makes_no_large_page);
async fn a_form_of_texts_makes_no_large_page(app: TestApp) {
    let customer = app.customer().await;
    let post = async |parts: usize, name: &str, length: usize| {
        let text = "<".repeat(length);
        let form = (0..parts).fold(Form::new(), |form, at| form.text(format!("{name}{at}"), text.clone()));
        customer.send(customer.request(Method::POST, &format!("/verify/{}/identity?lang=en", customer.id)).multipart(form)).await
    };
    assert_eq!(post(190, "x", 60_000).await.status, 413, "the texts of a form are bounded together");
    let form = Form::new().text("name", "<".repeat(60_000)).text("cpf", "x".repeat(60_000));
    let page = customer.send(customer.request(Method::POST, &format!("/verify/{}/identity?lang=en", customer.id)).multipart(form)).await.expect(422);
    assert!(page.body.len() < 100 * KIB, "{} bytes", page.body.len());
    let unknown = post(3, "x", 60_000).await;
    assert!(unknown.body.len() < 100 * KIB, "{} bytes of what no field holds", unknown.body.len());
}

/// A request with this body in chunks of this size.
fn chunked(customer: &Customer, start: &str, media_type: &str, body: &[u8], size: usize) -> Vec<u8> {
    let cookies = raw::cookies(customer);
    let head = format!("{start} HTTP/1.1\r\nHost: a\r\nCookie: {cookies}\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunks = body.chunks(size).flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
    [head.as_bytes(), &chunks.collect::<Vec<u8>>(), b"0\r\n\r\n"].concat()
}

on_each_engine!(a_body_in_tiny_chunks_is_refused_after_64_kib);
async fn a_body_in_tiny_chunks_is_refused_after_64_kib(app: TestApp) {
    let customer = app.customer().await;
    let padded = |text: &str| format!("{text}{}", " ".repeat(66_000 - text.len())).into_bytes();
    let part = padded("--cut\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n");
    let parts = [part.as_slice(), b"\r\n--cut--\r\n"].concat();
    let id = &customer.id;
    for (start, media_type, whole, taken) in [
        (format!("PUT /kyc-sessions/{id}/steps/identity"), "application/json", padded(r#"{"userData":{"name":"Ana","cpf":"52998224725"}}"#), 204),
        (format!("POST /verify/{id}/identity?lang=en"), "application/x-www-form-urlencoded", padded("name=Ana&cpf=529.982.247-25&other="), 303),
        (format!("POST /kyc-sessions/{id}/upload"), MULTIPART, parts, 422),
    ] {
        for (size, expected) in [(200, taken), (1, 413)] {
            let mut connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
            let request = chunked(&customer, &start, media_type, &whole, size);
            let (status, answer) = timeout(SOON, raw::ask(&mut connection, &request)).await.expect("in time").expect("an answer");
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert_eq!(status, expected, "{start} in chunks of {size}: {answer}");
            assert!(status != 413 || answer.contains("at least 64 bytes") || answer.starts_with("<!DOCTYPE html>"), "{answer}");
        }
    }
}
