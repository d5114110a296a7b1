//! Colours that can be read: relative luminance and contrast (WCAG 2.2, success criterion 1.4.3), and the nearest colour of
//! the same hue that has enough of it.

/// The contrast that text needs.
pub const READABLE: f64 = 4.5;

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

/// White.
pub const WHITE: Color = Color([255, 255, 255]);
/// Near black, as text on a light brand colour.
pub const INK: Color = Color([6, 12, 24]);

impl Color {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// `#rrggbb`
    pub fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = self.0.map(linear);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The contrast with another colour, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour, `percent` of the way to another.
    fn towards(self, other: Self, percent: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let mixed = (u16::from(from) * (100 - percent) + u16::from(to) * percent + 50) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        let ([r, g, b], [x, y, z]) = (self.0, other.0);
        Self([mix(r, x), mix(g, y), mix(b, z)])
    }

    /// The nearest colour to this one, towards black or white, that can be read on `ground`.
    pub fn readable_on(self, ground: Self) -> Self {
        let end = if ground.contrast(WHITE) > ground.contrast(INK) { WHITE } else { Self([0, 0, 0]) };
        (0..=100).map(|percent| self.towards(end, percent)).find(|color| color.contrast(ground) >= READABLE).unwrap_or(end)
    }

    /// White or ink, whichever can be read better on this colour.
    pub fn text_on(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(INK) { WHITE } else { INK }
    }
}

/// The stylesheet that is all that differs by company: its colour, corrected where it could not be read, on light and dark.
pub fn brand_css(primary: &str) -> String {
    let brand = Color::parse(primary).unwrap_or(Color([0x0b, 0x5f, 0xff]));
    let rule = |paper: Color| {
        let shown = brand.readable_on(paper);
        format!(":root{{--brand:{};--on-brand:{};--brand-text:{}}}", shown.hex(), shown.text_on().hex(), shown.hex())
    };
    // The papers of style/tokens.css.
    let (light, dark) = (WHITE, Color([0x16, 0x1b, 0x24]));
    format!("{}@media (prefers-color-scheme:dark){{{}}}", rule(light), rule(dark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_contrasts() {
        assert!((Color([0, 0, 0]).contrast(WHITE) - 21.0).abs() < 0.01);
        assert!((Color([0x77, 0x77, 0x77]).contrast(WHITE) - 4.48).abs() < 0.01);
        assert_eq!(Color::parse("#0B5FFF").map(Color::hex), Some("#0b5fff".into()));
        assert!(["", "#fff", "0b5fff", "#gggggg", "#ééé"].iter().all(|bad| Color::parse(bad).is_none()));
    }

    #[test]
    fn a_readable_colour_stays_as_it_is() {
        let blue = Color([0x0b, 0x5f, 0xff]);
        assert_eq!(blue.readable_on(WHITE), blue);
    }

    proptest! {
        #[test]
        fn every_colour_becomes_readable(rgb: [u8; 3], dark: bool) {
            let ground = if dark { Color([0x16, 0x1b, 0x24]) } else { WHITE };
            let color = Color(rgb).readable_on(ground);
            prop_assert!(color.contrast(ground) >= READABLE);
            prop_assert!(color.contrast(color.text_on()) >= READABLE);
        }
    }
}
