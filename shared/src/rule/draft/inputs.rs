//! The inputs of a form, by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was typed into inputs, by their names. One that is empty counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs(BTreeMap<String, String>);

impl Inputs {
    /// What was typed into an input.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether an input holds anything; for a box, whether it is ticked.
    pub fn has(&self, name: &str) -> bool {
        !self.get(name).trim().is_empty()
    }

    /// Sets an input.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if text.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), text);
        }
    }

    /// The same, in the making.
    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.set(name, text);
        self
    }

    /// Adds what one of several inputs of the same name holds, as a line of its own.
    pub fn add(&mut self, name: &str, text: &str) {
        let known = self.get(name);
        let all = if known.is_empty() { text.to_owned() } else { format!("{known}\n{text}") };
        self.set(name, all);
    }
}

/// The id of the element with this name: what follows `#` in a link, and what `aria-describedby` names.
pub fn id_of(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}
