//! Links as people copy them out of messages: with the full stop of the sentence, a bracket or a slash at the end, or in capitals.

/// What people and their programs put after a link. Some of it cannot be seen.
const AFTER: &str =
    ".,;:!?)]}>\"'*_~|/\\`\u{2019}\u{201d}\u{bb}\u{2026}\u{3001}\u{3002}\u{ff0c}\u{ff09}\u{300d}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{feff}";

/// A part of a link as it was meant. Ids and steps have no capitals and none of the characters that are dropped.
pub(super) fn meant(part: &str) -> String {
    part.trim_end_matches(|character| AFTER.contains(character)).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_follows_a_link_is_dropped() {
        for (part, expected) in [
            ("sess_0a", "sess_0a"),
            ("SESS_0A", "sess_0a"),
            ("sess_0a.", "sess_0a"),
            ("Sess_0a).", "sess_0a"),
            ("sess_0a\u{200b}\u{201d}", "sess_0a"),
            ("sess_0a/", "sess_0a"),
            (".sess_0a", ".sess_0a"),
            ("sess_.0a", "sess_.0a"),
            ("sess_0a\0", "sess_0a\0"),
            ("sess_0a\n", "sess_0a\n"),
            ("sess_", "sess"),
            ("...", ""),
            ("", ""),
        ] {
            assert_eq!(meant(part), expected, "{part:?}");
        }
    }
}
