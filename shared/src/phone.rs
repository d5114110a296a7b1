//! Telephone numbers. The server reads them with libphonenumber (feature `server`). The browser has no numbering plans: it only refuses what
//! the server is sure to refuse, so that the two never contradict each other.

#[cfg(feature = "server")]
pub mod plans;

#[cfg(feature = "server")]
use self::plans::e164;
use crate::text;

/// The most characters of a number as people write it.
const MAX_CHARS: usize = 60;

/// Whether a text may be a telephone number: digits, white space, and the signs that people put between digits. Latin letters, `#` and `*`
/// are refused: they are extensions or service codes, and E.164 has neither. Of other scripts anything may be a digit; the plans know.
pub fn is_plausible(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || !(c.is_ascii() || text::is_hidden(c));
    let is_known = |c: char| if c.is_ascii() { c.is_ascii_digit() || "+-().[]/~ ".contains(c) } else { !matches!(c, '\u{202d}' | '\u{202e}') };
    let digits = text.chars().filter(|c| is_digit(*c)).count();
    digits >= 3 && text.chars().count() <= MAX_CHARS && text.chars().all(is_known)
}

/// Reads a number as E.164. `region` is the country of a number without `+`.
///
/// Without the feature `server` it returns a plausible number as it was typed.
pub fn read(text: &str, region: Option<&str>) -> Option<String> {
    if is_plausible(text) { e164(text, region) } else { None }
}

#[cfg(not(feature = "server"))]
fn e164(text: &str, _region: Option<&str>) -> Option<String> {
    Some(text.to_owned())
}
