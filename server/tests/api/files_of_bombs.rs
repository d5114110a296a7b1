//! Small files that expand to gigabytes cost the server no more than their size says.

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use flate2::{Compression, FlushCompress, write::ZlibEncoder};

use crate::support::{Engine, Server, TestApp, on_each_engine, photos, raw, webp_bombs};

const MIB: u64 = 1024 * 1024;

/// Compressed data that inflates to `first` and then `mebibytes` of zeros. It is made of one block, over and over, because compressing
/// ten gigabytes takes a minute.
fn bomb(first: &[u8], mebibytes: usize) -> Vec<u8> {
    let zeros = vec![0; MIB as usize];
    let mut block = Vec::with_capacity(4096);
    let mut packer = flate2::Compress::new(Compression::best(), false);
    packer.compress_vec(&zeros, &mut block, FlushCompress::Full).expect("compresses");
    let mut start = ZlibEncoder::new(Vec::new(), Compression::best());
    start.write_all(first).and_then(|()| start.flush()).expect("compresses");
    let mut packed = start.get_ref().clone();
    packed.extend(block.repeat(mebibytes));
    packed
}

/// A PNG of one pixel with these chunks.
fn png(chunks: &[(&str, &[u8])]) -> Vec<u8> {
    photos::png_of([1, 1], [8, 0], chunks)
}

/// The server's peak memory so far, in bytes.
fn peak(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("the server runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux reports VmHWM");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

on_each_engine!(pixel_data_is_not_inflated_past_a_wrong_row);
async fn pixel_data_is_not_inflated_past_a_wrong_row(app: TestApp) {
    let customer = app.customer().await;
    // The data has no end, so whoever inflates all 8 GiB of it says `truncated`.
    customer.upload("selfie_url", &png(&[("IDAT", &bomb(&[9, 0], 8_000))])).await.problem(422, "bad-image");
}

on_each_engine!(compressed_metadata_is_inflated_to_a_mebibyte_at_most);
async fn compressed_metadata_is_inflated_to_a_mebibyte_at_most(app: TestApp) {
    let pixels = bomb(&[0, 7], 0);
    let pixels = [&pixels[..], &[1, 0, 0, 0xFF, 0xFF], &adler32(&[0, 7])].concat();
    let body = |name: &[u8]| [name, &bomb(b"", 900)].concat();
    app.customer().await.upload("selfie_url", &png(&[("IDAT", &pixels)])).await.expect(201);
    let before = peak(&app.server);
    for (kind, name) in [("iCCP", &b"sRGB\0\0"[..]), ("zTXt", b"Comment\0\0"), ("iTXt", b"Comment\0\x01\0\0\0")] {
        let file = png(&[(kind, &body(name)), ("IDAT", &pixels)]);
        app.customer().await.upload("selfie_url", &file).await.expect(201);
        let grown = peak(&app.server).saturating_sub(before);
        assert!(grown < 100 * MIB, "{kind}: 900 MiB are not inflated; {} MiB", grown / MIB);
    }
}

on_each_engine!(a_webp_has_no_more_prefix_codes_than_blocks);
async fn a_webp_has_no_more_prefix_codes_than_blocks(app: TestApp) {
    let customer = app.customer().await;
    for small in [webp_bombs::lossless(4), webp_bombs::transparent(4)] {
        customer.upload("selfie_url", &small).await.expect(201);
    }
    let before = peak(&app.server);
    for bomb in [webp_bombs::lossless(65_536), webp_bombs::transparent(65_536)] {
        customer.upload("selfie_url", &bomb).await.problem(422, "bad-image");
        let grown = peak(&app.server).saturating_sub(before);
        assert!(grown < 60 * MIB, "{} bytes for 8x8 pixels: {} MiB", bomb.len(), grown / MIB);
    }
}

fn adler32(bytes: &[u8]) -> [u8; 4] {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), &byte| ((a + u32::from(byte)) % 65_521, (b + a + u32::from(byte)) % 65_521));
    (b << 16 | a).to_be_bytes()
}

on_each_engine!(hostile_pdfs_leave_the_server_small);
async fn hostile_pdfs_leave_the_server_small(app: TestApp) {
    let customer = app.customer_with_proof().await;
    customer.upload("proof", &photos::pdf(1)).await.expect(201);
    let before = peak(&app.server);
    let packed = bomb(b"", 2_000);
    let head = format!("%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 9 /First 99 /Filter /FlateDecode /Length {} >>\nstream\n", packed.len());
    let nested = "[".repeat(2_000_000);
    for (name, bytes) in [
        ("a stream of 2 GB", [head.as_bytes(), &packed, b"\nendstream\nendobj\ntrailer\n<< /Root 2 0 R >>\n%%EOF\n"].concat()),
        ("arrays in arrays", format!("%PDF-1.7\n1 0 obj\n{nested}\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n").into_bytes()),
        ("a page tree that is a circle", circle()),
        ("a table that leads to itself", b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Prev 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n".to_vec()),
    ] {
        customer.upload("proof", &bytes).await.problem(422, "bad-document");
        let grown = peak(&app.server).saturating_sub(before);
        assert!(grown < 60 * MIB, "{name}: {} MiB", grown / MIB);
        customer.upload("proof", &photos::pdf(2)).await;
    }
}

/// A PDF whose table of objects inflates to 400 MiB.
fn endless_table(seed: usize) -> Vec<u8> {
    let packed = bomb(b"", 400);
    let head = format!("%PDF-1.7\n1 0 obj\n<< /Type /XRef /Size 90000000 /W [1 2 1] /Root 2 0 R /Filter /FlateDecode /Length {} >>\nstream\n", packed.len());
    [head.as_bytes(), &packed, format!("\nendstream\nendobj\nstartxref\n9\n%%EOF\n%{seed}\n").as_bytes()].concat()
}

on_each_engine!(after_two_pdfs_that_end_their_worker_the_sessions_pdfs_wait);
async fn after_two_pdfs_that_end_their_worker_the_sessions_pdfs_wait(app: TestApp) {
    let (customer, other) = (app.customer_with_proof().await, app.customer_with_proof().await);
    for seed in [1, 1, 2] {
        // The second one is known, and costs no worker.
        customer.upload("proof", &endless_table(seed)).await.problem(422, "bad-document");
    }
    let refused = customer.upload("proof", &photos::pdf(1)).await;
    refused.problem(429, "rate-limited");
    assert!(refused.text().contains("PDFs wait for a minute"), "{}", refused.text());
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    customer.upload("proof", photos::selfie()).await.expect(201);
    other.upload("proof", &endless_table(2)).await.problem(422, "bad-document");
    other.upload("proof", &photos::pdf(1)).await.expect(201);
}

/// One engine: no database takes part, and it takes ten seconds of a core.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_files_took_ten_seconds_of_cpu_time_waits() {
    let app = TestApp::on(Engine::Sqlite).await;
    let (customer, other) = (app.customer().await, app.customer().await);
    // 400 MB of pixels, of which the last rows are missing.
    let slow = photos::png_of([7_000, 7_000], [16, 6], &[("IDAT", &bomb(&[0], 370))]);
    let before = raw::processor_time(&app.server);
    let mut refused = 0;
    let answer = loop {
        let answer = customer.upload("selfie_url", &slow).await;
        if answer.status == 429 {
            break answer;
        }
        refused += 1;
        answer.problem(422, "truncated");
        assert!(refused < 400, "{:?}", raw::processor_time(&app.server) - before);
    };
    let used = raw::processor_time(&app.server) - before;
    assert!(refused > 1 && used > Duration::from_secs(10), "{refused} files, {used:?}");
    assert!(answer.text().contains("10 s of CPU time"), "{}", answer.text());
    let wait: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    customer.upload("selfie_url", photos::selfie()).await.problem(429, "rate-limited");
    other.upload("selfie_url", photos::selfie()).await.expect(201);
}

/// A PDF whose pages are in each other.
fn circle() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 9 /Kids [3 0 R 2 0 R] >>\nendobj\n\
      3 0 obj\n<< /Type /Pages /Count 9 /Kids [2 0 R 3 0 R] >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
        .to_vec()
}
