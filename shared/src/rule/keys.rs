//! The keys of a posted object: each is taken once, and what is left over is a fault. No fault repeats a value, because a value may be
//! somebody's.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{canonical::canonical, posted_why::PostedWhy};
use crate::{
    by_field::ByField,
    problem::{FieldFault, field_fault},
    reading::json::Node,
};

/// The most keys that are named as written twice, so that the answer is not larger than the request.
const MAX_NAMED: usize = 20;

/// The keys of an object.
pub(super) struct Keys<'n> {
    node: &'n Node,
    path: String,
    left: BTreeMap<&'n str, &'n Node>,
    faults: Vec<FieldFault>,
    is_object: bool,
}

impl<'n> Keys<'n> {
    /// Opens an object. A key whose value is null counts as absent.
    pub fn open(node: &'n Node, path: &str) -> Self {
        let mut keys = Self { node, path: path.to_owned(), left: BTreeMap::new(), faults: Vec::new(), is_object: true };
        let Node::Object(entries) = node else {
            keys.is_object = false;
            keys.refuse(PostedWhy::Object);
            return keys;
        };
        let mut twice = Vec::new();
        for (key, value) in entries {
            if keys.left.insert(key, value).is_some() && twice.len() < MAX_NAMED && !twice.contains(&key) {
                twice.push(key);
            }
        }
        for key in twice {
            keys.fault(key, PostedWhy::Twice);
        }
        keys.left.retain(|_, value| !matches!(value, Node::Leaf(Json::Null)));
        keys
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// The bytes of its compact JSON.
    pub fn bytes(&self) -> usize {
        canonical(self.node).len()
    }

    /// Notes a fault of the object.
    pub fn refuse(&mut self, why: PostedWhy) {
        let path = if self.path.is_empty() { "transaction" } else { &self.path };
        self.faults.push(FieldFault::new(path, why.code(), why.sentence()));
    }

    /// The value of a key that may be absent.
    pub fn optional<T>(&mut self, key: &str, read: impl FnOnce(&'n Node) -> Result<T, PostedWhy>) -> Option<T> {
        let node = self.left.remove(key)?;
        read(node).map_err(|why| self.fault(key, why)).ok()
    }

    /// The value of a required key.
    pub fn required<T>(&mut self, key: &str, read: impl FnOnce(&'n Node) -> Result<T, PostedWhy>) -> Option<T> {
        if self.is_object && !self.left.contains_key(key) {
            self.fault(key, PostedWhy::Required);
        }
        self.optional(key, read)
    }

    /// The object of a key that may be absent.
    pub fn within<T>(&mut self, key: &str, read: impl FnOnce(&mut Keys<'n>) -> T) -> Option<T> {
        let mut keys = Keys::open(self.left.remove(key)?, &self.path_of(key));
        let value = read(&mut keys);
        self.faults.extend(keys.finish().err().into_iter().flatten());
        Some(value)
    }

    /// The values of all keys. Only the first faults are named.
    pub fn each<T>(&mut self, read: impl Fn(&str, &'n Node) -> Result<T, PostedWhy>) -> ByField<T> {
        let mut values = ByField::default();
        let mut named = 0;
        for (key, node) in std::mem::take(&mut self.left) {
            match read(key, node) {
                Ok(value) => values.set(key, value),
                Err(why) if named < MAX_NAMED => {
                    named += 1;
                    self.fault(&key.chars().take(64).collect::<String>(), why);
                }
                Err(_) => {}
            }
        }
        values
    }

    /// # Errors
    /// Every fault. A key that was not taken is one.
    pub fn finish(mut self) -> Result<(), Vec<FieldFault>> {
        let paths: Vec<String> = self.left.keys().map(|key| self.path_of(key)).collect();
        self.faults.extend(field_fault::unknown(paths.iter().map(String::as_str), PostedWhy::Unknown.sentence()));
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    fn fault(&mut self, key: &str, why: PostedWhy) {
        self.faults.push(FieldFault::new(self.path_of(key), why.code(), why.sentence()));
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { [&self.path, ".", key].concat() }
    }
}
