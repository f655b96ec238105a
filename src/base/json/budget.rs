//! Reads a document into a [`Value`] and counts, while it does, what that takes in memory.
//!
//! A few bytes of JSON can become a hundred times as many: `{"":0}` is one node of a map, which has room for eleven
//! members. The count assumes the worst case of every container and also covers the shape that is made of the value
//! afterwards, so it is never too low.

use std::fmt;

use serde_core::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What every document may take, however short it is.
const FLOOR: usize = 64 * 1024 * 1024;

/// What a longer one may take, per byte.
const PER_BYTE: usize = 16;

/// An item of a list: its place in a vector, which doubles when it grows and is then copied.
const ITEM: usize = 3 * size_of::<Value>();

/// A list makes room for four items at once.
const LIST: usize = 4 * size_of::<Value>();

/// The members that a node of a map holds at least, once there are several nodes.
const MEMBERS_IN_A_NODE: usize = 5;

/// A node of a map, with room for eleven members; its share of the inner nodes; and its members in the list that a
/// structure is read from.
const NODE: usize = 17 * (size_of::<String>() + size_of::<Value>()) + 64;

/// What a text takes besides its bytes.
const TEXT: usize = 16;

/// How much memory a document of `length` bytes may take.
pub(crate) const fn allowed(length: usize) -> usize {
    let by_length = length.saturating_mul(PER_BYTE);
    if by_length > FLOOR { by_length } else { FLOOR }
}

/// How much memory a document may still take.
pub(crate) struct Budget {
    left: usize,
    pub(super) is_over: bool,
}

impl Budget {
    pub(crate) fn new(allowed: usize) -> Self {
        Self { left: allowed, is_over: false }
    }

    pub(super) fn left(&self) -> usize {
        self.left
    }

    fn take<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.is_over = true;
                Err(E::custom(""))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Budget {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Budget {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.take(text.len().saturating_add(TEXT))?;
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.take(LIST)?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(&mut *self)? {
            self.take(ITEM)?;
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        // An empty object takes nothing, but the structure that is made of it does.
        self.take(NODE)?;
        let (mut map, mut count) = (Map::new(), 0_usize);
        while let Some(name) = members.next_key::<String>()? {
            count = count.saturating_add(1);
            let node = if count.is_multiple_of(MEMBERS_IN_A_NODE) { NODE } else { 0 };
            self.take(name.len().saturating_add(TEXT).saturating_add(node))?;
            map.insert(name, members.next_value_seed(&mut *self)?);
        }
        Ok(Value::Object(map))
    }
}

/// What `value` takes in memory, as the reader counts it.
pub(crate) fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len().saturating_add(TEXT),
        Value::Array(items) => {
            items.iter().fold(LIST, |sum, item| sum.saturating_add(ITEM).saturating_add(weight(item)))
        }
        Value::Object(members) => weight_of_members(members),
    }
}

/// As [`weight`], for the members of an object.
pub(crate) fn weight_of_members(members: &Map<String, Value>) -> usize {
    let nodes = (members.len() / MEMBERS_IN_A_NODE).saturating_add(1).saturating_mul(NODE);
    members.iter().fold(nodes, |sum, (name, value)| {
        sum.saturating_add(name.len()).saturating_add(TEXT).saturating_add(weight(value))
    })
}
