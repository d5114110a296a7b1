//! Cleans what people type or paste: trims what cannot be seen at the ends, turns tabs and line breaks into spaces, and finds the
//! characters that no text may have. Web pages, chats and contact lists put such characters around what they copy, and nobody can see them
//! to take them away. A short list of ranges is enough, and keeps Unicode's tables out of the bundles.

/// A TEXT with a larger `maxLength` has several lines: its line breaks stay.
pub const ONE_LINE: u32 = 200;

/// A character that a text may not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The character.
    pub character: char,
    /// What stands before it, at most the last 20 characters. Empty if it is the first that can be seen.
    pub after: String,
}

/// A text without the white space and the invisible characters at its ends. Empty if nothing in it can be seen.
///
/// A variation selector after a visible character stays, as do a joiner after a virama (it shapes the last letter of a Malayalam or Bengali
/// word) and the tags of a flag.
pub fn trimmed(text: &str) -> &str {
    // An override in front turns the whole text round. It is no mark to drop: it is refused.
    let mut rest = text.trim_start_matches(|c| is_hidden(c) && c != RIGHT_TO_LEFT_OVERRIDE);
    if rest.chars().all(is_hidden) {
        return "";
    }
    while let Some(last) = rest.chars().next_back().filter(|last| is_hidden(*last)) {
        // Tags are judged together: one by one, each would look back over all before it.
        let before = if is_tag(last) { rest.trim_end_matches(is_tag) } else { &rest[..rest.len() - last.len_utf8()] };
        let previous = before.chars().next_back();
        let belongs = match last {
            '\u{200c}' | '\u{200d}' => previous.is_some_and(is_virama),
            _ if is_tag(last) => previous == Some(BLACK_FLAG),
            _ => is_variation(last) && previous.is_some_and(|previous| !is_hidden(previous)),
        };
        if belongs {
            break;
        }
        rest = before;
    }
    rest
}

/// A text as it is stored: trimmed, with a space for each tab and line break. With `lines`, line breaks stay, each as `\n`.
pub fn cleaned(text: &str, lines: bool) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut before = '\0';
    for character in trimmed(text).chars() {
        match character {
            '\n' if before == '\r' => {}
            '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push(if lines { '\n' } else { ' ' }),
            '\t' => clean.push(' '),
            other => clean.push(other),
        }
        before = character;
    }
    clean
}

/// The first character that no text may have: a control character that is no white space, or an override of the direction, behind which a
/// text reads otherwise than it is stored.
pub fn refused(text: &str) -> Option<Refused> {
    let is_refused = |c: char| (c.is_control() && !c.is_whitespace()) || matches!(c, '\u{202d}' | RIGHT_TO_LEFT_OVERRIDE);
    let (at, character) = trimmed(text).char_indices().find(|(_, character)| is_refused(*character))?;
    let before = cleaned(&trimmed(text)[..at], false);
    let skipped = before.chars().count().saturating_sub(20);
    Some(Refused { character, after: before.chars().skip(skipped).collect() })
}

const RIGHT_TO_LEFT_OVERRIDE: char = '\u{202e}';

/// The flag that tags after it turn into a country's.
const BLACK_FLAG: char = '\u{1f3f4}';

/// White space, and characters of which nothing can be seen: direction marks, zero-width characters, fillers, variation selectors and tags.
pub fn is_hidden(c: char) -> bool {
    c.is_whitespace()
        || is_variation(c)
        || is_tag(c)
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}')
}

/// Chooses a form of the character before it, such as an emoji instead of a sign, or a variant of a Japanese name's letter.
const fn is_variation(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180d}' | '\u{180f}')
}

/// A letter of a flag's tag, such as Scotland's.
const fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// The sign of an Indic script that takes a consonant's vowel away. A joiner after it decides what the consonant looks like.
const fn is_virama(c: char) -> bool {
    matches!(c, '\u{94d}' | '\u{9cd}' | '\u{a4d}' | '\u{acd}' | '\u{b4d}' | '\u{bcd}' | '\u{c4d}' | '\u{ccd}' | '\u{d3b}' | '\u{d3c}' | '\u{d4d}' | '\u{dca}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_seen_is_trimmed_at_the_ends_only() {
        for (typed, stored) in [
            ("\u{200b}Ana\u{200b}", "Ana"),
            ("\u{feff}\u{2067}محمد\u{2069}\u{200f} ", "محمد"),
            ("\u{3164}Ana\u{2800}\u{115f}", "Ana"),
            ("Maria\u{85}", "Maria"),
            ("\u{202d}Ana\u{202c}", "Ana"),
            ("Ana\u{202e}", "Ana"),
            ("Ana\u{e0041}\u{e007f}", "Ana"),
            ("Ana \u{fe0f}\u{200d}", "Ana"),
            ("Ana\u{200b}Maria", "Ana\u{200b}Maria"),
            ("👩\u{200d}👧\u{200d}", "👩\u{200d}👧"),
            ("\u{200d}❤\u{fe0f}", "❤\u{fe0f}"),
            ("葛\u{e0100} ", "葛\u{e0100}"),
            ("🏴\u{e0067}\u{e0062}\u{e007f}", "🏴\u{e0067}\u{e0062}\u{e007f}"),
            ("മോഹന\u{d4d}\u{200d}", "മോഹന\u{d4d}\u{200d}"),
            ("می\u{200c}روم\u{200c}", "می\u{200c}روم"),
        ] {
            assert_eq!(cleaned(typed, false), stored, "{typed:?}");
        }
        for nothing in ["", " ", "\u{200b}", "\u{3164}", "\u{2800}\u{fe0f}", "\u{202e}\u{202c}", "\u{e0041}", "\u{200d}\u{ad}\u{feff}\n"] {
            assert_eq!(cleaned(nothing, true), "", "{nothing:?}");
        }
    }

    #[test]
    fn a_long_text_of_hidden_characters_takes_no_longer_for_each_of_them() {
        for hidden in ["\u{e0041}", "\u{fe0f}", "\u{200d}", "\u{e0041}\u{200d}", "\u{202e}"] {
            let text = format!("a{}", hidden.repeat(65_000));
            let began = std::time::Instant::now();
            assert!(trimmed(&text).len() < 8, "{hidden:?}");
            assert!(began.elapsed().as_secs() < 3, "{hidden:?}: {:?}", began.elapsed());
        }
    }

    #[test]
    fn tabs_and_line_breaks_become_spaces_or_stay_lines() {
        for (typed, one_line, lines) in [
            ("Maria\tSilva", "Maria Silva", "Maria Silva"),
            ("Maria\r\nSilva\n", "Maria Silva", "Maria\nSilva"),
            ("a\rb\u{2028}c\u{b}d", "a b c d", "a\nb\nc\nd"),
            ("a\n\r\n\nb", "a   b", "a\n\n\nb"),
        ] {
            assert_eq!((&*cleaned(typed, false), &*cleaned(typed, true)), (one_line, lines), "{typed:?}");
        }
    }

    #[test]
    fn what_is_refused_has_a_place() {
        for (typed, character, after) in [
            ("Ana\u{0}", '\u{0}', "Ana"),
            ("Ana \u{202e}gnp.exe", '\u{202e}', "Ana"),
            ("\u{202e}anA", '\u{202e}', ""),
            ("\u{7}Ana", '\u{7}', ""),
            ("Ana\u{1f}Maria\u{7f}", '\u{1f}', "Ana"),
            ("Ana Maria de Souza e Silva\u{9b}", '\u{9b}', "aria de Souza e Silva"),
        ] {
            let found = refused(typed).expect("refused");
            assert_eq!((found.character, &*found.after), (character, after.get(after.len().saturating_sub(20)..).unwrap_or(after)), "{typed:?}");
        }
        for fine in ["Ana", "", "a\tb\r\nc\u{85}d", "\u{202d}Ana\u{202c}", "Ana\u{202e}", "\u{2067}محمد\u{2069} Ana"] {
            assert_eq!(refused(fine), None, "{fine:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text: String, pasted in "[\u{200b}\u{200d}\u{fe0f}\u{202e}\u{e0041}\u{94d}ab \r\n\t]{0,12}", lines: bool) {
            for text in [text, pasted] {
                let once = cleaned(&text, lines);
                prop_assert_eq!(cleaned(&once, lines), once.clone());
                prop_assert_eq!(once.is_empty(), text.chars().all(is_hidden));
            }
        }
    }
}
