//! A small map from field names to values. A step has a handful of fields, so a list is enough, and it adds less to the bundle
//! than a map would.

use serde::{Deserialize, Serialize};

/// Values by field name, in the order in which they were set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByField<T>(Vec<(String, T)>);

impl<T> Default for ByField<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByField<T> {
    /// A field's value.
    pub fn get(&self, field: &str) -> Option<&T> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// Sets a field's value and forgets the one before.
    pub fn set(&mut self, field: &str, value: T) {
        self.remove(field);
        self.0.push((field.to_owned(), value));
    }

    /// Forgets a field's value.
    pub fn remove(&mut self, field: &str) {
        self.0.retain(|(name, _)| name != field);
    }

    /// Sets every value of the other one.
    pub fn extend(&mut self, other: Self) {
        for (name, value) in other.0 {
            self.set(&name, value);
        }
    }
}

impl<T> FromIterator<(String, T)> for ByField<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}
