//! Puts values into a text: `{name}` becomes the value of that name.

/// Replaces each `{name}` by its value. A name without a value stays as a word.
pub fn fill(word: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (at, piece) in word.split(['{', '}']).enumerate() {
        let is_name = at % 2 == 1;
        let value = values.iter().find(|(name, _)| is_name && *name == piece).map_or(piece, |(_, value)| value);
        text.push_str(value);
    }
    text
}
