//! A text of a flow or a rule: the same for all languages, or one for each. It serialises in the form in which it was read.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    json::Node,
    read::{Place, Read, entries},
};
use crate::{language::Language, text};

/// A text: the same for all languages, or a map by language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Text {
    /// For all languages.
    Same(String),
    /// By language, at least one.
    Each(BTreeMap<Language, String>),
}

impl Text {
    /// The text in this language, or else in the document's own language, or else in any.
    pub fn get(&self, language: Language, own: Language) -> &str {
        match self {
            Self::Same(text) => text,
            Self::Each(texts) => texts.get(&language).or_else(|| texts.get(&own)).or_else(|| texts.values().next()).map_or("", String::as_str),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Same(String::new())
    }
}

impl Read for Text {
    fn read(node: Node, place: &Place<'_>) -> Self {
        const ALLOWED: &str = "allowed is a string, or an object with a string for pt-BR, en or es";
        match node {
            Node::Leaf(serde_json::Value::String(text)) => Self::Same(legible(text, place)),
            Node::Object(texts) if texts.is_empty() => {
                place.refuse(format!("an empty object; {ALLOWED}"));
                Self::default()
            }
            Node::Object(_) => Self::Each(
                entries(node, place)
                    .into_iter()
                    .filter_map(|(key, text, place)| {
                        let language = key.parse().map_err(|reason: String| place.refuse(reason)).ok()?;
                        Some((language, legible(String::read(text, &place), &place)))
                    })
                    .collect(),
            ),
            other => {
                place.refuse(format!("{other}; {ALLOWED}"));
                Self::default()
            }
        }
    }
}

/// A text that people will read. In a new document it has something to see, and no character that could not be seen or would turn it round.
fn legible(text: String, place: &Place<'_>) -> String {
    if place.is_new()
        && let Some(fault) = illegible(&text)
    {
        place.refuse(fault);
    }
    text
}

/// Why people could not read a text.
pub fn illegible(shown: &str) -> Option<String> {
    if text::trimmed(shown).is_empty() {
        return Some(format!("{shown:?}; nothing of it can be seen"));
    }
    let refused = text::refused(shown)?;
    let place = if refused.after.is_empty() { "at the beginning".to_owned() } else { format!("after {:?}", refused.after) };
    Some(format!(
        "an invisible character {place}: U+{:04X}; allowed are characters that can be seen, spaces, tabs and line breaks",
        u32::from(refused.character)
    ))
}
