//! Contrast of colours: relative luminance and contrast ratio (WCAG 2.2, success criterion 1.4.3), and the nearest lighter or darker colour
//! that has enough contrast.

use crate::flow::Branding;

/// The least contrast of text.
pub const READABLE: f64 = 4.5;
/// The least contrast of anything that is not text (WCAG 2.2, success criterion 1.4.11).
const SEEN: f64 = 3.0;

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

/// White.
pub const WHITE: Color = Color([255, 255, 255]);
/// Nearly black, for text on a light brand colour.
pub const INK: Color = Color([6, 12, 24]);

impl Color {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// Writes `#rrggbb`.
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

    /// A mix of this colour and `percent` of another.
    fn towards(self, other: Self, percent: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let mixed = (u16::from(from) * (100 - percent) + u16::from(to) * percent + 50) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        let ([r, g, b], [x, y, z]) = (self.0, other.0);
        Self([mix(r, x), mix(g, y), mix(b, z)])
    }

    /// The nearest mix of this colour with black or white that has this contrast with `ground`.
    pub fn seen_on(self, ground: Self, contrast: f64) -> Self {
        let end = if ground.contrast(WHITE) > ground.contrast(INK) { WHITE } else { Self([0, 0, 0]) };
        (0..=100).map(|percent| self.towards(end, percent)).find(|color| color.contrast(ground) >= contrast).unwrap_or(end)
    }

    /// The nearest mix of this colour with black or white that text on `ground` can have.
    pub fn readable_on(self, ground: Self) -> Self {
        self.seen_on(ground, READABLE)
    }

    /// White or ink, whichever has more contrast with this colour.
    pub fn text_on(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(INK) { WHITE } else { INK }
    }
}

// From style/tokens.css: the page backgrounds (light and dark), and the colour of secondary text.
const PAPER: Color = WHITE;
const DARK_PAPER: Color = Color([0x16, 0x1b, 0x24]);
const MUTED: Color = Color([0x54, 0x5c, 0x6b]);

/// A company's colours as pages show them: corrected if they have too little contrast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    brand: Color,
    dark_brand: Color,
    accent: Option<(Color, Color)>,
    ground: Option<Color>,
}

impl Shown {
    fn of(branding: &Branding) -> Self {
        let brand = Color::parse(&branding.primary_color).unwrap_or(Color([0x0b, 0x5f, 0xff]));
        let given = |color: &Option<String>| color.as_deref().and_then(Color::parse);
        Self {
            brand: brand.readable_on(PAPER),
            dark_brand: brand.readable_on(DARK_PAPER),
            accent: given(&branding.accent_color).map(|accent| (accent.seen_on(PAPER, SEEN), accent.seen_on(DARK_PAPER, SEEN))),
            ground: given(&branding.background_color).map(|ground| ground.seen_on(MUTED, READABLE)),
        }
    }
}

/// The stylesheet with a company's colours, for light and dark pages. A background colour applies only to light pages.
pub fn brand_css(branding: &Branding) -> String {
    let Shown { brand, dark_brand, accent, ground } = Shown::of(branding);
    let rule = |brand: Color, accent: Option<Color>, ground: Option<Color>| {
        let accent = accent.map(|accent| format!(";--accent:{}", accent.hex())).unwrap_or_default();
        let ground = ground.map(|ground| format!(";--ground:{}", ground.hex())).unwrap_or_default();
        format!(":root{{--brand:{0};--on-brand:{1};--brand-text:{0}{accent}{ground}}}", brand.hex(), brand.text_on().hex())
    };
    let light = rule(brand, accent.map(|(light, _)| light), None);
    let bright = ground.map(|_| format!("@media (prefers-color-scheme:light){{{}}}", rule(brand, None, ground))).unwrap_or_default();
    let dark = rule(dark_brand, accent.map(|(_, dark)| dark), None);
    format!("{light}{bright}@media (prefers-color-scheme:dark){{{dark}}}")
}

/// The corrections of a company's colours, a sentence each.
pub fn corrections(branding: &Branding) -> Vec<String> {
    let shown = Shown::of(branding);
    let note = |name: &str, given: Option<&str>, now: Color, where_: &str, why: &str| {
        let given = Color::parse(given?)?;
        (given != now).then(|| format!("branding.{name} {} is shown as {} on {where_} pages, so that {why}", given.hex(), now.hex()))
    };
    let (read, seen) = ("it can be read (contrast 4.5:1)", "it can be seen (contrast 3:1)");
    let (accent, ground) = (branding.accent_color.as_deref(), branding.background_color.as_deref());
    [
        note("primaryColor", Some(&branding.primary_color), shown.brand, "light", read),
        note("primaryColor", Some(&branding.primary_color), shown.dark_brand, "dark", read),
        shown.accent.and_then(|(light, _)| note("accentColor", accent, light, "light", seen)),
        shown.accent.and_then(|(_, dark)| note("accentColor", accent, dark, "dark", seen)),
        shown.ground.and_then(|now| note("backgroundColor", ground, now, "light", "text on it can be read (contrast 4.5:1)")),
    ]
    .into_iter()
    .flatten()
    .collect()
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

    #[test]
    fn a_correction_is_told_and_made() {
        let yellow =
            Branding { primary_color: "#ffe600".into(), accent_color: Some("#ffb000".into()), background_color: Some("#222222".into()), ..Branding::default() };
        let notes = corrections(&yellow);
        assert!(
            notes[0].starts_with("branding.primaryColor #ffe600 is shown as #")
                && notes[0].ends_with("on light pages, so that it can be read (contrast 4.5:1)"),
            "{notes:?}"
        );
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(brand_css(&yellow).contains("--accent:") && brand_css(&yellow).contains("--ground:"));
        let readable = Branding { primary_color: "#767676".into(), ..Branding::default() };
        assert!(corrections(&readable).iter().all(|note| note.contains("dark")));
    }

    proptest! {
        #[test]
        fn text_can_be_read_on_every_background(rgb: [u8; 3]) {
            let shown = Color(rgb).seen_on(MUTED, READABLE);
            prop_assert!(shown.contrast(MUTED) >= READABLE && shown.contrast(INK) >= READABLE);
        }

        #[test]
        fn every_colour_becomes_readable(rgb: [u8; 3], dark: bool) {
            let ground = if dark { Color([0x16, 0x1b, 0x24]) } else { WHITE };
            let color = Color(rgb).readable_on(ground);
            prop_assert!(color.contrast(ground) >= READABLE);
            prop_assert!(color.contrast(color.text_on()) >= READABLE);
        }
    }
}
