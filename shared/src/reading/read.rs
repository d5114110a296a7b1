//! Converts JSON to types, one key after another. A wrong value is noted as a fault and replaced by its type's default, so that reading can
//! continue and find further faults. The result is used only if there is no fault.

use std::{collections::BTreeMap, fmt::Display, ops::RangeInclusive};

use serde_json::Value;

use super::{
    faults::{Collector, Position, Reading, path_of},
    json::Node,
};
use crate::{language::Language, problem::FieldCode};

/// A place in the document, with the collector of its faults.
pub struct Place<'c> {
    collector: &'c Collector,
    path: String,
    position: Position,
}

impl<'c> Place<'c> {
    /// The whole document.
    pub fn root(collector: &'c Collector) -> Self {
        Self { collector, path: String::new(), position: Position::new() }
    }

    fn inside(&self, path: String, number: usize) -> Self {
        let position: Position = self.position.iter().copied().chain([number]).collect();
        self.collector.place(path.clone(), position.clone());
        Self { collector: self.collector, path, position }
    }

    /// The path, such as `when.all[1]`; empty for the whole document.
    pub fn path(&self) -> &str {
        &self.path
    }

    fn key(&self, key: &str, number: usize) -> Self {
        self.inside(path_of(&self.path, key), number)
    }

    /// The place of an item of this list.
    pub fn item(&self, number: usize) -> Self {
        self.inside(format!("{}[{number}]", self.path), number)
    }

    /// Whether a new document is read, which has to keep every rule.
    pub fn is_new(&self) -> bool {
        self.collector.reading != Reading::Stored
    }

    /// Notes that the value at this place cannot be read.
    pub fn refuse(&self, reason: impl Into<String>) {
        self.refuse_as(FieldCode::Malformed, reason);
    }

    /// The same with a code.
    pub fn refuse_as(&self, code: FieldCode, reason: impl Into<String>) {
        self.collector.unreadable(&self.path, code, reason);
    }

    /// Notes that the value at this place can be read, but breaks a rule.
    pub fn note(&self, reason: impl Into<String>) {
        self.collector.note(&self.path, reason);
    }

    /// The same with a code.
    pub fn note_as(&self, code: FieldCode, reason: impl Into<String>) {
        self.collector.note_as(&self.path, code, reason);
    }
}

/// A type that can be read from JSON.
pub trait Read: Default {
    /// Reads the value. If it is wrong, notes a fault and returns the default.
    fn read(node: Node, place: &Place<'_>) -> Self;
}

impl<T: Read> Read for Vec<T> {
    fn read(node: Node, place: &Place<'_>) -> Self {
        match node {
            Node::List(items) => items.into_iter().enumerate().map(|(number, item)| T::read(item, &place.item(number))).collect(),
            other => {
                place.refuse_as(FieldCode::WrongType, format!("{other}; allowed is a list"));
                Self::new()
            }
        }
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(node: Node, place: &Place<'_>) -> Self {
        entries(node, place).into_iter().map(|(key, value, place)| (key, T::read(value, &place))).collect()
    }
}

/// Reads a string that is one of these words, and returns what it stands for.
pub fn one_of<T: Copy>(node: Node, place: &Place<'_>, words: &[(&str, T)]) -> Option<T> {
    let written = if let Node::Leaf(Value::String(text)) = &node { Some(text) } else { None };
    let found = words.iter().find(|(word, _)| written.is_some_and(|text| text == word));
    if found.is_none() {
        let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        place.refuse(format!("{node}; allowed are {}", allowed.join(", ")));
    }
    found.map(|(_, value)| *value)
}

impl Read for String {
    fn read(node: Node, place: &Place<'_>) -> Self {
        match node {
            Node::Leaf(Value::String(text)) => text,
            other => {
                place.refuse_as(FieldCode::WrongType, format!("{other}; allowed is a string"));
                Self::new()
            }
        }
    }
}

impl Read for bool {
    fn read(node: Node, place: &Place<'_>) -> Self {
        match node {
            Node::Leaf(Value::Bool(flag)) => flag,
            other => {
                place.refuse_as(FieldCode::WrongType, format!("{other}; allowed is true or false"));
                false
            }
        }
    }
}

impl Read for Language {
    fn read(node: Node, place: &Place<'_>) -> Self {
        one_of(node, place, &Self::ALL.map(|language| (language.tag(), language))).unwrap_or_default()
    }
}

/// Reads a whole number in this range.
pub fn number<T: TryFrom<u64> + PartialOrd + Display + Default>(node: &Node, place: &Place<'_>, allowed: &RangeInclusive<T>) -> T {
    let whole = if let Node::Leaf(value) = node { value.as_u64() } else { None };
    whole.and_then(|number| T::try_from(number).ok()).filter(|number| allowed.contains(number)).unwrap_or_else(|| {
        place.refuse(format!("{node}; allowed is a whole number from {} to {}", allowed.start(), allowed.end()));
        T::default()
    })
}

/// The keys of an object, each with its value and its place. If a key is written twice, the last value is used; in a new
/// document that is a fault.
pub fn entries<'c>(node: Node, place: &Place<'c>) -> Vec<(String, Node, Place<'c>)> {
    let Node::Object(entries) = node else {
        place.refuse_as(FieldCode::WrongType, format!("{node}; allowed is an object"));
        return Vec::new();
    };
    let mut by_key: BTreeMap<String, (Node, Place<'c>)> = BTreeMap::new();
    for (number, (key, value)) in entries.into_iter().enumerate() {
        let at = place.key(&key, number);
        if by_key.contains_key(&key) && place.is_new() {
            place.collector.note(&at.path, "this key is written twice");
        }
        by_key.insert(key, (value, at));
    }
    by_key.into_iter().map(|(key, (value, at))| (key, value, at)).collect()
}

/// An object with known keys. Take each of them, then call [`Object::finish`].
pub struct Object<'p, 'c> {
    place: &'p Place<'c>,
    entries: BTreeMap<String, (Node, Place<'c>)>,
    is_object: bool,
    allowed: Vec<&'static str>,
}

impl<'p, 'c> Object<'p, 'c> {
    /// Opens an object. If the value is not an object, notes a fault and continues without keys.
    pub fn open(node: Node, place: &'p Place<'c>) -> Self {
        let is_object = matches!(node, Node::Object(_));
        let entries = entries(node, place).into_iter().map(|(key, value, at)| (key, (value, at))).collect();
        Self { place, entries, is_object, allowed: Vec::new() }
    }

    /// Whether this key is written, so that it would be read.
    pub fn has(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(|(value, _)| !self.is_absent(value))
    }

    /// Whether the value was an object at all. If it was not, that is a fault already.
    pub const fn is_object(&self) -> bool {
        self.is_object
    }

    // A body of the API may have null for an absent key, and older imports of flows accepted it. A new flow must leave the key out, so that
    // its export equals what was imported.
    fn is_absent(&self, value: &Node) -> bool {
        self.place.collector.reading != Reading::New && matches!(value, Node::Leaf(Value::Null))
    }

    /// The value of a key that may be absent.
    pub fn optional<T: Read>(&mut self, key: &'static str) -> Option<T> {
        self.optional_by(key, T::read)
    }

    /// The same, with a function that reads the value.
    pub fn optional_by<T>(&mut self, key: &'static str, read: impl FnOnce(Node, &Place<'_>) -> T) -> Option<T> {
        self.allowed.push(key);
        let (value, at) = self.entries.remove(key)?;
        (!self.is_absent(&value)).then(|| read(value, &at))
    }

    /// The value of a required key.
    pub fn required<T: Read>(&mut self, key: &'static str) -> T {
        self.required_by(key, T::read)
    }

    /// The same, with a function that reads the value.
    pub fn required_by<T: Default>(&mut self, key: &'static str, read: impl FnOnce(Node, &Place<'_>) -> T) -> T {
        self.optional_by(key, read).unwrap_or_else(|| {
            if self.is_object {
                self.place.collector.unreadable(&path_of(&self.place.path, key), FieldCode::Required, "this key is missing");
            }
            T::default()
        })
    }

    /// Notes a fault for every key that was not taken.
    pub fn finish(self) {
        for (_, at) in self.entries.values() {
            at.refuse_as(FieldCode::UnknownField, format!("unknown key; allowed are {}", self.allowed.join(", ")));
        }
    }
}
