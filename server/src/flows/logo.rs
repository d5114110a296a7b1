//! A flow's logo. It is given as a data URI; we decode it and encode it again, so that we serve only an image that we made ourselves.

use std::io::Cursor;

use base64::Engine as _;
use image::{
    ImageReader, Limits,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

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
    reader.limits(limits);
    let image = reader.decode().map_err(|error| format!("does not decode: {error}; {allowed}"))?;
    let image = if image.width().max(image.height()) > LONGEST_SIDE { image.thumbnail(LONGEST_SIDE, LONGEST_SIDE) } else { image };
    let mut png = Cursor::new(Vec::new());
    // The best compression, because every customer loads the logo.
    image.write_with_encoder(PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive)).map_err(|error| error.to_string())?;
    Ok(png.into_inner())
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
}
