//! How an API shape is read from and written to JSON: one trait, and the helpers that the macros call.
//!
//! There is no derive: a hundred derived visitors make the binary larger than one `Value` and these functions.
//! Reading consumes a [`Value`], so text is moved instead of copied; and it fills a blank shape in place, because
//! results that hold shapes would be moved, and dropped again after an error, at every step.

#[macro_use]
mod macros;
mod blob;
mod error;
mod plain;

use serde_core::de::Error as _;
use serde_core::{Deserialize, Deserializer};
use serde_json::{Map, Value};

pub use blob::Blob;
pub use error::{Problem, ShapeError};

/// A shape of the API: a structure, a union, an enum, or one of the plain types they hold.
pub(crate) trait Shape: Sized {
    /// Whether it may be left out of a structure.
    const ABSENCE: Absence = Absence::Error;

    /// The value before it is read.
    fn blank() -> Self;

    /// Reads the shape into a blank one, or reports where `value` does not match it.
    fn read(&mut self, value: Value) -> Result<(), ShapeError>;

    /// The shape as the API writes it.
    fn to_json(&self) -> Value;

    /// Whether a structure omits it when written.
    fn is_left_out(&self) -> bool {
        false
    }

    /// Reads the shape, or reports where `value` does not match it.
    fn from_json(value: Value) -> Result<Self, ShapeError> {
        let mut shape = Self::blank();
        shape.read(value)?;
        Ok(shape)
    }

    /// Adds the paths of everything that this version of the API model does not name.
    fn find_unknown(&self, _at: &Path<'_>, _found: &mut Vec<String>) {}
}

/// The location of a value, as a chain that costs nothing until it is printed.
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
/// that halves the code of a structure with many. A list, because removing entries from a balanced map
/// takes more code than all of this.
pub(crate) struct Members {
    rest: Vec<(String, Value)>,
    error: Option<ShapeError>,
}

impl Members {
    pub(crate) fn of(value: Value) -> Self {
        match members(value) {
            Ok(members) => Self { rest: members.into_iter().collect(), error: None },
            Err(error) => Self { rest: Vec::new(), error: Some(error) },
        }
    }

    /// Reads the member `name` into its place.
    pub(crate) fn read<T: Shape>(&mut self, name: &str, member: &mut T) {
        if let Some(value) = self.take(name, T::ABSENCE) {
            let read = member.read(value);
            self.check(name, read);
        }
    }

    /// The value to read, unless there is already an error. Not generic, so that it is compiled once and not for
    /// each type of member.
    fn take(&mut self, name: &str, absence: Absence) -> Option<Value> {
        let place = self.rest.iter().position(|(known, _)| known == name);
        let found = place.map(|place| self.rest.swap_remove(place).1);
        if self.error.is_some() {
            return None;
        }
        let is_missing = match (&found, absence) {
            (None, Absence::Null) | (None | Some(Value::Null), Absence::Error) => true,
            (Some(Value::Null), _) | (None, Absence::Blank) => false,
            (Some(_), _) => return found,
        };
        if is_missing {
            self.check(name, Err(ShapeError::new(Problem::Missing)));
        }
        None
    }

    fn check(&mut self, name: &str, read: Result<(), ShapeError>) {
        if let Err(error) = read {
            self.error = Some(error.in_member(name));
        }
    }

    /// Bedrock pads each event with a member `p` of random letters and digits, so that the sizes of encrypted packets
    /// do not reveal the text. It carries no information.
    pub(crate) fn drop_padding(&mut self) {
        self.rest.retain(|(name, value)| !is_padding(name, value));
    }

    /// Puts what was not taken into `extra`, or returns the first error.
    pub(crate) fn end(self, extra: &mut Map<String, Value>) -> Result<(), ShapeError> {
        for (name, value) in self.rest {
            extra.insert(name, value);
        }
        self.error.map_or(Ok(()), Err)
    }
}

/// What happens to a member that is absent or `null`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    /// It is an error.
    Error,
    /// `null` is a value; only its absence is an error.
    Null,
    /// It stays blank.
    Blank,
}

/// Writes a known member.
pub(crate) fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.insert(name.to_owned(), value);
}

/// Writes a known member that may be optional.
pub(crate) fn write<T: Shape>(members: &mut Map<String, Value>, name: &str, member: &T) {
    if !member.is_left_out() {
        put(members, name, member.to_json());
    }
}

/// Completes a structure: the unknown members follow, and a known one wins over one of the same name.
pub(crate) fn with_extra(mut members: Map<String, Value>, extra: &Map<String, Value>) -> Value {
    for (name, value) in extra {
        if !members.contains_key(name) {
            members.insert(name.clone(), value.clone());
        }
    }
    Value::Object(members)
}

/// Lists the members that a structure only preserves.
pub(crate) fn find_extra(extra: &Map<String, Value>, at: &Path<'_>, found: &mut Vec<String>) {
    found.extend(extra.keys().map(|name| Path::Member(at, name).to_string()));
}

/// The only member of a union. `null` members and `__type`, which old Java services add, are ignored.
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

/// A union as the API writes it: an object with one member.
pub(crate) fn union_json(name: &str, value: Value) -> Value {
    let mut members = Map::new();
    put(&mut members, name, value);
    Value::Object(members)
}

/// Whether a member of an event is its padding.
fn is_padding(name: &str, value: &Value) -> bool {
    name == "p" && matches!(value, Value::String(text) if is_padding_text(text))
}

/// Whether the text of a member `p` is padding.
pub(crate) fn is_padding_text(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Like [`Members::drop_padding`].
pub(crate) fn drop_padding(members: &mut Map<String, Value>) {
    keep(members, &|name, value| !is_padding(name, value));
}

/// Removes the member `left_out`.
pub(crate) fn leave_out(members: &mut Map<String, Value>, left_out: &str) {
    keep(members, &|name, _| name != left_out);
}

/// The map is rebuilt: see [`Members`].
fn keep(members: &mut Map<String, Value>, is_kept: &dyn Fn(&str, &Value) -> bool) {
    for (name, value) in std::mem::take(members) {
        if is_kept(&name, &value) {
            members.insert(name, value);
        }
    }
}

/// What `serde::Deserialize` does for each shape.
pub(crate) fn deserialize<'de, T: Shape, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_json(Value::deserialize(deserializer)?).map_err(D::Error::custom)
}
