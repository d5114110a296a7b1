//! Drawing in millimetres: rectangles, round shapes, letters and codes, with soft edges.

use std::sync::OnceLock;

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};

use crate::{Picture, network::embedded};

/// Pixels to a millimetre: about what a photo of 2 MP has of a card.
pub(super) const SCALE: f32 = 14.0;

/// A colour in sRGB.
pub(super) type Colour = [u8; 3];

/// Which letters.
#[derive(Clone, Copy)]
pub(super) enum Letters {
    /// As forms are printed.
    Sans,
    /// All of one width, for machine-readable zones.
    Mono,
}

pub(super) struct Canvas(Picture);

impl Canvas {
    /// An empty sheet of this size and colour.
    pub(super) fn new(width: f32, height: f32, colour: Colour) -> Self {
        Self(Picture::from_fn((width * SCALE) as usize, (height * SCALE) as usize, |_, _| colour))
    }

    pub(super) fn done(self) -> Picture {
        self.0
    }

    /// Mixes so much of a colour into a pixel; nothing outside the sheet.
    fn mix(&mut self, x: i32, y: i32, colour: Colour, part: f32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        let width = self.0.width();
        if x >= width || y >= self.0.height() {
            return;
        }
        let pixel = &mut self.0.rgb_mut()[(y * width + x) * 3..][..3];
        pixel.iter_mut().zip(colour).for_each(|(old, new)| *old = (f32::from(*old) + (f32::from(new) - f32::from(*old)) * part.clamp(0.0, 1.0)) as u8);
    }

    /// Paints what `part` gives for each point in millimetres: 0 leaves the pixel, 1 covers it.
    pub(super) fn paint(&mut self, [x, y, width, height]: [f32; 4], colour: Colour, part: impl Fn(f32, f32) -> f32) {
        let range = |from: f32, length: f32| (from * SCALE) as i32..((from + length) * SCALE).ceil() as i32;
        for py in range(y, height) {
            for px in range(x, width) {
                self.mix(px, py, colour, part((px as f32 + 0.5) / SCALE, (py as f32 + 0.5) / SCALE));
            }
        }
    }

    pub(super) fn rectangle(&mut self, area: [f32; 4], colour: Colour) {
        self.paint(area, colour, |_, _| 1.0);
    }

    /// A line of text from its left end, on a baseline, with capitals of this height. Gives where it ends.
    pub(super) fn text(&mut self, [x, y]: [f32; 2], height: f32, letters: Letters, colour: Colour, text: &str) -> f32 {
        let font = letters.font();
        // Capitals are about 0.71 of the letters' size.
        let size = PxScale::from(height / 0.71 * SCALE * font.height_unscaled() / font.units_per_em().unwrap_or(1_000.0));
        let scaled = font.as_scaled(size);
        let mut at = x * SCALE;
        for c in text.chars() {
            let glyph = scaled.scaled_glyph(c);
            let id = glyph.id;
            let placed = ab_glyph::Glyph { position: point(at, y * SCALE), ..glyph };
            if let Some(outline) = font.outline_glyph(placed) {
                let bounds = outline.px_bounds();
                outline.draw(|dx, dy, part| self.mix(bounds.min.x as i32 + dx as i32, bounds.min.y as i32 + dy as i32, colour, part));
            }
            at += scaled.h_advance(id);
        }
        at / SCALE
    }

    /// The same, stretched between two ends: letters of machine-readable zones have a fixed pitch.
    pub(super) fn pitched(&mut self, [x, y]: [f32; 2], height: f32, pitch: f32, colour: Colour, text: &str) {
        for (i, c) in text.chars().enumerate() {
            self.text([x + pitch * i as f32, y], height, Letters::Mono, colour, c.encode_utf8(&mut [0; 4]));
        }
    }
}

impl Letters {
    fn font(self) -> &'static FontRef<'static> {
        static SANS: OnceLock<FontRef<'static>> = OnceLock::new();
        static MONO: OnceLock<FontRef<'static>> = OnceLock::new();
        let load = |bytes: &'static [u8]| FontRef::try_from_slice(bytes).expect("the fonts are checked when they are unpacked, and a test draws with each");
        match self {
            Self::Sans => SANS.get_or_init(|| load(embedded!("sample-sans.ttf"))),
            Self::Mono => MONO.get_or_init(|| load(embedded!("sample-mono.ttf"))),
        }
    }
}
