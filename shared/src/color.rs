//! Contrast of colours: relative luminance and contrast ratio (WCAG 2.2, success criterion 1.4.3), and the nearest lighter or darker colour
//! that has enough contrast.

use crate::flow::Branding;

/// The primary colour of a flow that gives none.
pub const DEFAULT_COLOR: &str = "#0b5fff";
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
const BLACK: Color = Color([0, 0, 0]);
/// How much of black or white the fill of a button takes on while a pointer is over it, in percent.
const HOVER: u16 = 10;

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
        let end = if ground.contrast(WHITE) > ground.contrast(INK) { WHITE } else { BLACK };
        (0..=100).map(|percent| self.towards(end, percent)).find(|color| color.contrast(ground) >= contrast).unwrap_or(end)
    }

    /// The nearest mix of this colour with black or white that text on `ground` can have.
    pub fn readable_on(self, ground: Self) -> Self {
        self.seen_on(ground, READABLE)
    }

    /// The text on this colour: white or ink, whichever has more contrast, or black where neither can be read.
    pub fn text_on(self) -> Self {
        let text = if self.contrast(WHITE) >= self.contrast(INK) { WHITE } else { INK };
        if self.contrast(text) >= READABLE { text } else { BLACK }
    }

    /// This colour as the fill of a button under a pointer. The text on it has more contrast than before, never less.
    fn hovered(self) -> Self {
        self.towards(if self.text_on() == WHITE { BLACK } else { WHITE }, HOVER)
    }

    /// Whether it can be told apart from `ground`.
    pub fn is_seen_on(self, ground: Self) -> bool {
        self.contrast(ground) >= SEEN
    }
}

// From style/tokens.css: the page backgrounds (light and dark), and the colour of secondary text.
/// The background of light pages.
pub const PAPER: Color = WHITE;
/// The background of dark pages.
pub const DARK_PAPER: Color = Color([0x16, 0x1b, 0x24]);
const MUTED: Color = Color([0x54, 0x5c, 0x6b]);

/// The pages on which a logo needs a ground of its own, because it would not be seen on the page's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plate {
    /// A dark logo gets a light plate on dark pages.
    OnDark,
    /// A light logo gets a dark plate on light pages.
    OnLight,
}

/// A company's colours on pages of one ground. A button is filled with the colour as it is given. Only text, lines and bars are
/// corrected, where they have too little contrast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    text: Color,
    edge: Color,
    accent: Option<Color>,
}

impl Shown {
    fn on(paper: Color, branding: &Branding) -> Self {
        let brand = brand(branding);
        let accent = given(branding.accent_color.as_ref());
        Self { text: brand.readable_on(paper), edge: brand.seen_on(paper, SEEN), accent: accent.map(|accent| accent.seen_on(paper, SEEN)) }
    }

    fn css(self) -> String {
        let accent = self.accent.map(|accent| format!(";--accent:{}", accent.hex())).unwrap_or_default();
        format!(";--brand-text:{};--brand-edge:{}{accent}", self.text.hex(), self.edge.hex())
    }
}

fn given(color: Option<&String>) -> Option<Color> {
    color.and_then(|color| Color::parse(color))
}

fn brand(branding: &Branding) -> Color {
    given(Some(&branding.primary_color)).unwrap_or(Color([0x0b, 0x5f, 0xff]))
}

fn ground(branding: &Branding) -> Option<Color> {
    given(branding.background_color.as_ref()).map(|ground| ground.seen_on(MUTED, READABLE))
}

/// The stylesheet with a company's colours, for light and dark pages. A background colour applies only to light pages.
pub fn brand_css(branding: &Branding, plate: Option<Plate>) -> String {
    let brand = brand(branding);
    let (light, dark) = (Shown::on(PAPER, branding).css(), Shown::on(DARK_PAPER, branding).css());
    let ground = ground(branding).map(|ground| format!(";--ground:{}", ground.hex())).unwrap_or_default();
    let plate = |on: Plate, color: Color| if plate == Some(on) { format!(";--plate:{};--plate-space:.25rem", color.hex()) } else { String::new() };
    let (on_light, on_dark) = (plate(Plate::OnLight, DARK_PAPER), plate(Plate::OnDark, PAPER));
    let (fill, text, hover) = (brand.hex(), brand.text_on().hex(), brand.hovered().hex());
    format!(
        ":root{{--brand:{fill};--on-brand:{text};--brand-hover:{hover}{light}}}\
         @media (prefers-color-scheme:light){{:root{{--brand:{fill}{ground}{on_light}}}}}\
         @media (prefers-color-scheme:dark){{:root{{--brand:{fill}{dark}{on_dark}}}}}"
    )
}

/// The corrections of a company's colours, a sentence each. There is nothing to say about [`DEFAULT_COLOR`], which
/// is ours.
pub fn corrections(branding: &Branding) -> Vec<String> {
    let (light, dark) = (Shown::on(PAPER, branding), Shown::on(DARK_PAPER, branding));
    let note = |name: &str, given: Option<&str>, now: Color, where_: &str, why: &str| {
        let given = Color::parse(given?)?;
        (given != now).then(|| format!("branding.{name} {} is shown as {} {where_} pages, so that {why}", given.hex(), now.hex()))
    };
    let (read, seen) = ("it can be read (contrast 4.5:1)", "it can be seen (contrast 3:1)");
    let (primary, accent) = (Some(&*branding.primary_color).filter(|primary| !primary.eq_ignore_ascii_case(DEFAULT_COLOR)), branding.accent_color.as_deref());
    [
        note("primaryColor", primary, light.text, "in text on light", read),
        note("primaryColor", primary, dark.text, "in text on dark", read),
        light.accent.and_then(|light| note("accentColor", accent, light, "on light", seen)),
        dark.accent.and_then(|dark| note("accentColor", accent, dark, "on dark", seen)),
        ground(branding)
            .and_then(|now| note("backgroundColor", branding.background_color.as_deref(), now, "on light", "text on it can be read (contrast 4.5:1)")),
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
                && notes[0].ends_with("in text on light pages, so that it can be read (contrast 4.5:1)"),
            "{notes:?}"
        );
        assert_eq!(notes.len(), 3, "{notes:?}");
        for ours in [DEFAULT_COLOR.to_owned(), DEFAULT_COLOR.to_uppercase()] {
            assert_eq!(corrections(&Branding { primary_color: ours, ..Branding::default() }), [""; 0], "nothing to say of our own colour");
        }
        let css = brand_css(&yellow, None);
        assert!(css.contains("--accent:") && css.contains("--ground:") && !css.contains("--plate:"), "{css}");
        assert!(css.contains("--brand:#ffe600;--on-brand:#060c18"), "a light colour keeps its fill and gets dark text: {css}");
        for (plate, rule) in [(Plate::OnDark, "--plate:#ffffff"), (Plate::OnLight, "--plate:#161b24")] {
            assert!(brand_css(&yellow, Some(plate)).contains(rule), "{plate:?}");
        }
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
            let ground = if dark { DARK_PAPER } else { PAPER };
            let shown = Shown::on(ground, &Branding { primary_color: Color(rgb).hex(), ..Branding::default() });
            prop_assert!(shown.text.contrast(ground) >= READABLE && shown.edge.is_seen_on(ground));
            prop_assert!(!Color(rgb).is_seen_on(ground) || shown.edge == Color(rgb), "a border only where it is needed");
        }

        #[test]
        fn every_fill_has_a_text_that_can_be_read(rgb: [u8; 3]) {
            let (fill, text) = (Color(rgb), Color(rgb).text_on());
            prop_assert!(fill.contrast(text) >= READABLE);
            prop_assert!(fill.hovered().contrast(text) >= READABLE);
        }
    }
}
