//! How an API shape is read from JSON and written to it: one trait, and the helpers that the macros call.
//!
//! There is no derive: a hundred derived visitors cost more binary than one `Value` and these functions.
//! Reading consumes a [`Value`], so text moves instead of being copied.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

#[macro_use]
mod macros;
mod blob;
mod error;

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

pub use blob::Blob;
pub use error::{Problem, ShapeError};

/// A shape of the API: a structure, a union, an enum, or one of the plain types they hold.
pub(crate) trait Shape: Sized {
    /// Reads the shape, or says where `value` departs from it.
    fn from_json(value: Value) -> Result<Self, ShapeError>;

    /// The shape as the API writes it.
    fn to_json(&self) -> Value;

    /// What a required member becomes when it is left out or `null`; `None` makes that an error.
    fn from_absence(_null: bool) -> Option<Self> {
        None
    }

    /// Adds the paths of what this version of the API model does not name.
    fn find_unknown(&self, _at: &Path<'_>, _found: &mut Vec<String>) {}
}

/// Where a value stands, as a chain that costs nothing until it is printed.
pub(crate) enum Path<'a> {
    Root,
    Member(&'a Self, &'a str),
    Index(&'a Self, usize),
}

impl std::fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => f.write_str(name),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// The members of a structure.
pub(crate) fn members(value: Value) -> Result<Map<String, Value>, ShapeError> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(ShapeError::expected("an object", &other)),
    }
}

/// The members of a structure, taken out one by one while it is read.
///
/// The first error is kept until [`end`](Self::end), so that a structure has one way out and not one for each member:
/// that halves the code of a structure with many.
pub(crate) struct Members {
    rest: Map<String, Value>,
    error: Option<ShapeError>,
}

impl Members {
    pub(crate) fn of(value: Value) -> Result<Self, ShapeError> {
        Ok(Self { rest: members(value)?, error: None })
    }

    /// Hands a member to `read`; an absent one only when it is `required`. This is what does not depend on the
    /// member's type, so that it is compiled once and not for each.
    fn member(&mut self, name: &str, required: bool, read: &mut dyn FnMut(Found) -> Result<(), ShapeError>) {
        if self.error.is_some() {
            return;
        }
        let found = match self.rest.remove(name) {
            Some(Value::Null) => Found::Null,
            Some(value) => Found::Value(value),
            None => Found::Nothing,
        };
        if !required && !matches!(found, Found::Value(_)) {
            return;
        }
        if let Err(error) = read(found) {
            self.error = Some(error.in_member(name));
        }
    }

    /// A required member; `None` only when there is an error.
    pub(crate) fn required<T: Shape>(&mut self, name: &str) -> Option<T> {
        let mut member = None;
        self.member(name, true, &mut |found| {
            member = match found {
                Found::Value(value) => Some(T::from_json(value)?),
                absent => T::from_absence(matches!(absent, Found::Null)),
            };
            if member.is_some() { Ok(()) } else { Err(ShapeError::new(Problem::Missing)) }
        });
        member
    }

    /// An optional member; `None` also when there is an error.
    pub(crate) fn optional<T: Shape>(&mut self, name: &str) -> Option<T> {
        let mut member = None;
        self.member(name, false, &mut |found| {
            if let Found::Value(value) = found {
                member = Some(T::from_json(value)?);
            }
            Ok(())
        });
        member
    }

    /// Bedrock pads each event with a member `p` of random letters and digits, so that the sizes of encrypted packets
    /// do not tell the text. It carries nothing.
    pub(crate) fn drop_padding(&mut self) {
        drop_padding(&mut self.rest);
    }

    /// What was not taken, or the first error.
    pub(crate) fn end(self) -> Result<Map<String, Value>, ShapeError> {
        match self.error {
            None => Ok(self.rest),
            Some(error) => Err(error),
        }
    }
}

/// A member as it was found.
enum Found {
    Value(Value),
    Null,
    Nothing,
}

/// Writes a known member.
pub(crate) fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.insert(name.to_owned(), value);
}

/// Closes a structure: the unknown members follow, and a known one wins over its double among them.
pub(crate) fn with_extra(mut members: Map<String, Value>, extra: &Map<String, Value>) -> Value {
    for (name, value) in extra {
        if !members.contains_key(name) {
            members.insert(name.clone(), value.clone());
        }
    }
    Value::Object(members)
}

/// Lists the members that a structure only carries along.
pub(crate) fn find_extra(extra: &Map<String, Value>, at: &Path<'_>, found: &mut Vec<String>) {
    found.extend(extra.keys().map(|name| Path::Member(at, name).to_string()));
}

/// The one member of a union. `null` members and `__type`, which old Java services add, do not count.
///
/// Rule: <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#union-serialization>
pub(crate) fn only_member(value: Value) -> Result<Option<(String, Value)>, ShapeError> {
    let mut found = None;
    for (name, value) in members(value)? {
        if value.is_null() || name == "__type" {
            continue;
        }
        if found.is_some() {
            return Err(ShapeError::new(Problem::SeveralMembers));
        }
        found = Some((name, value));
    }
    Ok(found)
}

/// What a union without members is read as.
pub(crate) fn no_member<T: Shape>() -> Result<T, ShapeError> {
    T::from_absence(false).ok_or_else(|| ShapeError::new(Problem::NoMember))
}

/// A union as the API writes it: an object of one member.
pub(crate) fn union_json(name: &str, value: Value) -> Value {
    let mut members = Map::new();
    put(&mut members, name, value);
    Value::Object(members)
}

/// As [`Members::drop_padding`].
pub(crate) fn drop_padding(members: &mut Map<String, Value>) {
    if matches!(members.get("p"), Some(Value::String(text)) if is_padding(text)) {
        members.remove("p");
    }
}

/// Whether the text of a member `p` is padding.
pub(crate) fn is_padding(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What `serde::Deserialize` does for each shape.
pub(crate) fn deserialize<'de, T: Shape, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_json(Value::deserialize(deserializer)?).map_err(D::Error::custom)
}

impl Shape for String {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(ShapeError::expected("a string", &other)),
        }
    }

    fn to_json(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Shape for bool {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        value.as_bool().ok_or_else(|| ShapeError::expected("true or false", &value))
    }

    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Shape for f64 {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        value.as_f64().ok_or_else(|| ShapeError::expected("a number", &value))
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

/// The integer that `value` is, also when it is written as `3.0`.
fn integer(value: &Value) -> Option<i64> {
    // 2^53: up to here a double holds every integer, so the conversion is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
    })
}

impl Shape for i64 {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        integer(&value).ok_or_else(|| ShapeError::expected("an integer of 64 bits", &value))
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl Shape for i32 {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        let number = integer(&value).and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| ShapeError::expected("an integer of 32 bits", &value))
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl Shape for u32 {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        let number = integer(&value).and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| ShapeError::expected("an integer of 32 bits that is not negative", &value))
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

/// A "document" of the API: any JSON, carried as it is.
impl Shape for Value {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        Ok(value)
    }

    fn to_json(&self) -> Value {
        self.clone()
    }

    fn from_absence(null: bool) -> Option<Self> {
        null.then_some(Self::Null)
    }
}

impl<T: Shape> Shape for Box<T> {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        T::from_json(value).map(Self::new)
    }

    fn to_json(&self) -> Value {
        T::to_json(self)
    }

    fn find_unknown(&self, at: &Path<'_>, found: &mut Vec<String>) {
        T::find_unknown(self, at, found);
    }
}

/// Hands the items of a list to `read`: what does not depend on their type, so that it is compiled once.
fn each_item(value: Value, read: &mut dyn FnMut(Value) -> Result<(), ShapeError>) -> Result<(), ShapeError> {
    let Value::Array(items) = value else { return Err(ShapeError::expected("a list", &value)) };
    let mut items = items.into_iter().enumerate();
    items.try_for_each(|(index, item)| read(item).map_err(|error| error.at_index(index)))
}

/// Hands the members of a map to `read`, as [`each_item`] does.
fn each_member(
    value: Value,
    read: &mut dyn FnMut(String, Value) -> Result<(), ShapeError>,
) -> Result<(), ShapeError> {
    for (name, item) in members(value)? {
        if let Err(error) = read(name.clone(), item) {
            return Err(error.in_member(&name));
        }
    }
    Ok(())
}

impl<T: Shape> Shape for Vec<T> {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        let mut read = Self::new();
        each_item(value, &mut |item| {
            read.push(T::from_json(item)?);
            Ok(())
        })?;
        Ok(read)
    }

    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(T::to_json).collect())
    }

    fn find_unknown(&self, at: &Path<'_>, found: &mut Vec<String>) {
        for (index, item) in self.iter().enumerate() {
            item.find_unknown(&Path::Index(at, index), found);
        }
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        // Inserted one by one: collecting into a map sorts first, and a sort is a lot of code for each type.
        let mut read = Self::new();
        each_member(value, &mut |name, item| {
            read.insert(name, T::from_json(item)?);
            Ok(())
        })?;
        Ok(read)
    }

    fn to_json(&self) -> Value {
        let mut members = Map::new();
        for (name, item) in self {
            put(&mut members, name, item.to_json());
        }
        Value::Object(members)
    }

    fn find_unknown(&self, at: &Path<'_>, found: &mut Vec<String>) {
        for (name, item) in self {
            item.find_unknown(&Path::Member(at, name), found);
        }
    }
}
