//! QR and PDF417 on sample documents.

use rxing::{BarcodeFormat, EncodeHints, MultiFormatWriter, Writer as _};

use super::canvas::Canvas;

/// Which code.
#[derive(Clone, Copy)]
pub(super) enum Code {
    Qr,
    Pdf417,
}

/// Draws a code with this text into an area, black on white with its quiet zone. A text that is too long for it leaves the area white.
pub(super) fn draw(canvas: &mut Canvas, area: [f32; 4], code: Code, text: &str) {
    let [left, top, width, height] = area;
    canvas.rectangle(area, [255, 255, 255]);
    let hints = EncodeHints { Margin: Some("2".into()), ..EncodeHints::default() };
    let format = match code {
        Code::Qr => BarcodeFormat::QR_CODE,
        Code::Pdf417 => BarcodeFormat::PDF_417,
    };
    let Ok(matrix) = MultiFormatWriter.encode_with_hints(text, &format, 1, 1, &hints) else { return };
    let (columns, rows) = (matrix.width() as f32, matrix.height() as f32);
    canvas.paint(area, [16, 16, 16], |x, y| {
        let (column, row) = ((x - left) / width * columns, (y - top) / height * rows);
        f32::from(column >= 0.0 && row >= 0.0 && matrix.get((column as u32).min(matrix.width() - 1), (row as u32).min(matrix.height() - 1)))
    });
}
