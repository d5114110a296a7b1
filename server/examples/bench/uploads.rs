//! Uploads of 5 MiB against `sha256sum` over the same bytes in files, and the memory that they take.

use std::{
    io::Cursor,
    process::{Command, Stdio},
    time::Instant,
};

use image::{ImageFormat, RgbImage};
use tempfile::NamedTempFile;

use crate::{
    Bench,
    client::round,
    database::Engine,
    product::{Product, part, uploading},
    report::{Line, median},
};

/// Uploads at once.
const AT_ONCE: usize = 4;
/// Width and height of a photo: three bytes a pixel are just under 5 MiB.
const SIDE: u32 = 1_320;

/// On one engine: files go the same way on both.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let product = Product::start(bench, engine).await;
    let count = bench.count(100);
    let photo = noise();
    let mebibytes = (count * photo.len()) as f64 / f64::from(1 << 20);
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &photo).expect("writes the photo");
    let part = part(&photo);
    let idle = product.memory("VmRSS");
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for _ in 0..bench.runs(5) {
        let ids = product.sessions((0..count).map(|_| None)).await;
        let part = part.clone();
        let uploaded = round(&product.address, count, AT_ONCE, 201, move |number| uploading(&ids[number], &part)).await;
        let started = Instant::now();
        let hashed = Command::new("sha256sum").args(std::iter::repeat_n(file.path(), count)).stdout(Stdio::null()).status();
        let hashing = started.elapsed();
        assert!(hashed.is_ok_and(|status| status.success()), "sha256sum runs");
        ratios.push(hashing.as_secs_f64() / uploaded.took.as_secs_f64());
        rates.push(mebibytes / uploaded.took.as_secs_f64());
    }
    let peak = product.memory("VmHWM");
    vec![
        Line::figure(
            format!("uploads of 5 MiB, {AT_ONCE} at once ÷ `sha256sum` over the same bytes"),
            format!("{:.3} ({:.0} MiB/s)", median(ratios), median(rates)),
        ),
        Line::figure("resident memory at most while they come, and before", format!("{peak:.1} MB, {idle:.1} MB")),
    ]
}

/// A PNG that nothing compresses.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let bytes = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let pixels = bytes.take((SIDE * SIDE * 3) as usize).collect();
    let mut png = Cursor::new(Vec::new());
    RgbImage::from_raw(SIDE, SIDE, pixels).expect("three bytes a pixel").write_to(&mut png, ImageFormat::Png).expect("encodes");
    png.into_inner()
}
