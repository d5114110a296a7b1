//! Reads JSON into the shared types with the browser's own parser, because serde_json's would add more to the bundle than everything
//! that is read with it. A text of the wrong shape is `None`, without a message.

use js_sys::{Array, JSON, Object};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer as _, MapAccess, SeqAccess, Visitor, value::StringDeserializer};
use wasm_bindgen::{JsCast as _, JsValue};

/// Reads a JSON text. `None` if it is not JSON, or has the wrong shape.
pub fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(Js(JSON::parse(text).ok()?)).ok()
}

/// A value that the browser parsed.
struct Js(JsValue);

/// The value has the wrong shape. Nobody needs the reason.
#[derive(Debug)]
struct Odd;

impl std::fmt::Display for Odd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("odd")
    }
}

impl std::error::Error for Odd {}

// The default methods would write a sentence, and add the code that formats numbers.
impl Error for Odd {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self
    }
    fn invalid_value(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

impl Js {
    fn text(&self) -> Result<String, Odd> {
        self.0.as_string().ok_or(Odd)
    }
}

impl<'de> Deserializer<'de> for Js {
    type Error = Odd;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Odd> {
        Err(Odd)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        visitor.visit_bool(self.0.as_bool().ok_or(Odd)?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "our own small numbers")]
        visitor.visit_u32(self.0.as_f64().ok_or(Odd)? as u32)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        self.deserialize_u32(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        visitor.visit_str(&self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        visitor.visit_seq(Entries::of(self.0.dyn_into().map_err(|_| Odd)?))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Odd> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Odd> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        visitor.visit_map(Entries::of(Object::entries(self.0.dyn_ref().ok_or(Odd)?)))
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Odd> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Odd> {
        let name: StringDeserializer<Odd> = self.text()?.into_deserializer();
        visitor.visit_enum(name)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u64 f32 f64 char str bytes byte_buf unit unit_struct tuple_struct
    }
}

/// The items of an array, or the names and values of an object.
struct Entries {
    all: Array,
    at: u32,
}

impl Entries {
    const fn of(all: Array) -> Self {
        Self { all, at: 0 }
    }

    fn next(&mut self) -> Option<JsValue> {
        let at = self.at;
        self.at += 1;
        (at < self.all.length()).then(|| self.all.get(at))
    }
}

impl<'de> SeqAccess<'de> for Entries {
    type Error = Odd;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Odd> {
        self.next().map(|item| seed.deserialize(Js(item))).transpose()
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Odd;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Odd> {
        self.next().map(|entry| seed.deserialize(Js(Array::from(&entry).get(0)))).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Odd> {
        seed.deserialize(Js(Array::from(&self.all.get(self.at - 1)).get(1)))
    }
}
