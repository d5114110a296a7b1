//! Finds an object of a JSON text that has the same key twice. Readers disagree on which of the two values counts, so a request that has
//! one is refused before anything reads it.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

/// JSON in which each object, at any depth, has each key once. Nothing of its content is kept.
pub struct UniqueKeys;

impl<'de> Deserialize<'de> for UniqueKeys {
    /// Fails with a data error, right after the second key, if a key is written twice.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = UniqueKeys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<UniqueKeys, A::Error> {
        while items.next_element::<UniqueKeys>()?.is_some() {}
        Ok(UniqueKeys)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<UniqueKeys, A::Error> {
        let mut seen = HashSet::new();
        while entries.next_key_seed(NewKey(&mut seen))?.is_some() {
            entries.next_value::<UniqueKeys>()?;
        }
        Ok(UniqueKeys)
    }
}

/// Reads one key of an object that has seen these.
struct NewKey<'s>(&'s mut HashSet<String>);

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NewKey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        if self.0.insert(key.to_owned()) { Ok(()) } else { Err(E::custom("a key is written twice")) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::error::Category;

    use super::*;

    #[test]
    fn a_key_that_is_written_twice_is_found_at_any_depth_and_at_its_position() {
        for (json, line, column) in [
            (r#"{"a":1,"a":1}"#, 1, 10),
            (r#"{"a":{"b":[0,{"c":null,"d":true,"c":""}]}}"#, 1, 35),
            ("{\"a\":1,\n \"b\":{},\n \"a\" :2}", 3, 5),
            (r#"{"a":1,"\u0061":2}"#, 1, 15),
            (r#"{"":1,"":2}"#, 1, 8),
            (r#"[{"a":1},{"a":1,"b":-1.5e3,"a":1}]"#, 1, 30),
        ] {
            let error = serde_json::from_str::<UniqueKeys>(json).err().unwrap_or_else(|| panic!("{json}"));
            assert_eq!((error.classify(), error.line(), error.column()), (Category::Data, line, column), "{json}: {error}");
        }
    }

    #[test]
    fn the_same_key_in_two_objects_is_fine() {
        for json in [r#"{"a":{"a":{"a":1}},"A":[{"a":1},{"a":2}]}"#, "{}", "[]", r#"{"a":"a","":["a","a"]}"#] {
            assert!(serde_json::from_str::<UniqueKeys>(json).is_ok(), "{json}");
        }
    }
}
