//! A flow's logo. It is given as a data URI. The import decodes it and encodes it again, so that we serve only an image that we made
//! ourselves, and keeps the result.

use std::{
    io::Cursor,
    sync::{Arc, Weak},
};

use base64::Engine as _;
use bytes::Bytes;
use image::{
    ImageReader, Limits,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use shared::color::{Color, DARK_PAPER, PAPER, Plate};
use tokio::sync::Mutex;

use crate::{
    failure::Failure,
    kit::Kit,
    model::Flow,
    store::{self, StoreError},
};

/// A logo with at least this share of opaque pixels is a rectangle, in percent.
const COVERED: u64 = 95;
/// A logo with more than this share of pixels that nobody sees needs a plate, in percent.
const LOST: usize = 25;

/// The most memory that decoding a logo may take, in bytes: 4096×4096 pixels of 16-bit RGBA, and some room.
const MAX_ALLOC: u64 = 192 * 1024 * 1024;

/// One logo is encoded at a time, so that many requests for a logo that is not kept yet are the work of one.
static FIRST_USE: Mutex<()> = Mutex::const_new(());

/// The longest side of a served logo, in pixels.
const LONGEST_SIDE: u32 = 512;

/// The logo as a PNG.
///
/// # Errors
/// A sentence for a person, if it is not a `data:image/png|jpeg|webp;base64,` with an image of at most 4096×4096.
pub fn read(data_uri: &str) -> Result<Vec<u8>, String> {
    let allowed = "allowed is a data URI of a PNG, JPEG or WebP image in base64, at most 4096×4096";
    let (head, body) = data_uri.split_once(',').ok_or(allowed)?;
    if !["data:image/png;base64", "data:image/jpeg;base64", "data:image/webp;base64"].contains(&head) {
        return Err(format!("begins with \"{}\"; {allowed}", head.chars().take(40).collect::<String>()));
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(body).map_err(|_| format!("is no base64; {allowed}"))?;
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| format!("{error}; {allowed}"))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(4096);
    limits.max_image_height = Some(4096);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| format!("does not decode: {error}; {allowed}"))?;
    let image = if image.width().max(image.height()) > LONGEST_SIDE { image.thumbnail(LONGEST_SIDE, LONGEST_SIDE) } else { image };
    let mut png = Cursor::new(Vec::new());
    // The best compression, because every customer loads the logo.
    image.write_with_encoder(PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive)).map_err(|error| error.to_string())?;
    Ok(png.into_inner())
}

/// The kept logo of a version, as a PNG. A version that was imported before imports kept logos gets its own at its first use.
///
/// # Errors
/// If the store does not answer.
pub async fn kept(kit: &Kit, flow: &Flow) -> Result<Option<Vec<u8>>, Failure> {
    let Some(given) = flow.definition.logo() else { return Ok(None) };
    let kept = async || -> Result<_, StoreError> { store::flows::logo(&mut *kit.store.read().await?, flow.id).await };
    let png = match kept().await? {
        Some(png) => png,
        None => {
            let _one = FIRST_USE.lock().await;
            match kept().await? {
                Some(png) => png,
                None => keep_now(kit, flow, given.to_owned()).await?,
            }
        }
    };
    Ok(Some(png).filter(|png| !png.is_empty()))
}

/// The kept logo of a version, to be sent. All who are being sent it share one copy, however slowly they take it.
///
/// # Errors
/// If the store does not answer.
pub async fn to_send(kit: &Kit, flow: &Flow) -> Result<Option<Bytes>, Failure> {
    let mut sent = flow.sent_logo.lock().await;
    if let Some(png) = sent.as_ref().and_then(Weak::upgrade) {
        return Ok(Some(Bytes::from_owner(png)));
    }
    let Some(png) = kept(kit, flow).await?.map(Arc::<[u8]>::from) else { return Ok(None) };
    *sent = Some(Arc::downgrade(&png));
    Ok(Some(Bytes::from_owner(png)))
}

async fn keep_now(kit: &Kit, flow: &Flow, given: String) -> Result<Vec<u8>, StoreError> {
    // A logo that an earlier version took and this one does not, or that a decoder panics at, is kept as empty.
    let png = kit.cpu.run(move || read(&given).unwrap_or_default()).await.unwrap_or_default();
    let mut tx = kit.store.write().await?;
    store::flows::keep_logo(&mut tx, flow.id, &png).await?;
    tx.commit().await?;
    Ok(png)
}

/// The plate that a logo needs, given as a PNG: light behind a dark one on dark pages, dark behind a light one on light pages. A logo
/// that covers its whole rectangle is its own ground and needs none.
pub fn plate(png: &[u8]) -> Option<Plate> {
    let image = image::load_from_memory(png).ok()?.into_rgba8();
    let visible: Vec<Color> = image.pixels().filter(|pixel| pixel.0[3] >= 128).map(|pixel| Color([pixel.0[0], pixel.0[1], pixel.0[2]])).collect();
    if visible.len() as u64 * 100 >= u64::from(image.width()) * u64::from(image.height()) * COVERED {
        return None;
    }
    let lost = |paper: Color| visible.iter().filter(|color| !color.is_seen_on(paper)).count();
    let (on_dark, on_light) = (lost(DARK_PAPER), lost(PAPER));
    let is_much = |lost: usize| lost * 100 > visible.len() * LOST;
    if on_dark > on_light { is_much(on_dark).then_some(Plate::OnDark) } else { is_much(on_light).then_some(Plate::OnLight) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    #[test]
    fn an_image_becomes_a_png_and_anything_else_is_refused() {
        let png = read(&format!("data:image/png;base64,{PIXEL}")).expect("a pixel");
        assert!(png.starts_with(b"\x89PNG"));
        for bad in ["", "https://acme.example/logo.png", "data:image/svg+xml;base64,PHN2Zz4=", "data:image/png;base64,AAAA", "data:image/png;base64,é"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_logo_that_the_page_would_swallow_gets_a_plate() {
        let png = |inside: [u8; 4], outside: [u8; 4]| {
            let image = image::RgbaImage::from_fn(40, 40, |x, y| image::Rgba(if (10..30).contains(&x) && (10..30).contains(&y) { inside } else { outside }));
            let mut png = Cursor::new(Vec::new());
            image.write_to(&mut png, image::ImageFormat::Png).expect("writes to memory");
            png.into_inner()
        };
        let nothing = [0, 0, 0, 0];
        for (inside, outside, expected) in [
            ([10, 12, 20, 255], nothing, Some(Plate::OnDark)),
            ([0, 0, 60, 255], [255, 255, 255, 0], Some(Plate::OnDark)),
            ([255, 255, 255, 255], nothing, Some(Plate::OnLight)),
            ([250, 230, 0, 255], nothing, Some(Plate::OnLight)),
            ([11, 95, 255, 255], nothing, None),
            ([10, 12, 20, 255], [255, 255, 255, 255], None),
            (nothing, nothing, None),
        ] {
            assert_eq!(plate(&png(inside, outside)), expected, "{inside:?} in {outside:?}");
        }
        assert_eq!(plate(b"no image"), None);
    }
}
