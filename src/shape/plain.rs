//! The plain types that shapes hold: texts, numbers, documents, optional members, lists and maps.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Absence, Path, Shape, ShapeError, members, put};

impl Shape for String {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        let Value::String(text) = value else { return Err(ShapeError::expected("a string", &value)) };
        *self = text;
        Ok(())
    }

    fn to_json(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Shape for bool {
    fn blank() -> Self {
        false
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        *self = value.as_bool().ok_or_else(|| ShapeError::expected("true or false", &value))?;
        Ok(())
    }

    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Shape for f64 {
    fn blank() -> Self {
        0.0
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        *self = value.as_f64().ok_or_else(|| ShapeError::expected("a number", &value))?;
        Ok(())
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

/// The integer in `value`, even if written as `3.0`; else an error that says what is `expected`.
fn integer<T: TryFrom<i64>>(value: &Value, expected: &'static str) -> Result<T, ShapeError> {
    // 2^53: up to here a double holds every integer, so the conversion is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let integer = value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
    });
    integer.and_then(|integer| T::try_from(integer).ok()).ok_or_else(|| ShapeError::expected(expected, value))
}

impl Shape for i64 {
    fn blank() -> Self {
        0
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        *self = integer(&value, "a 64-bit integer")?;
        Ok(())
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl Shape for i32 {
    fn blank() -> Self {
        0
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        *self = integer(&value, "a 32-bit integer")?;
        Ok(())
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

impl Shape for u32 {
    fn blank() -> Self {
        0
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        *self = integer(&value, "a non-negative 32-bit integer")?;
        Ok(())
    }

    fn to_json(&self) -> Value {
        Value::from(*self)
    }
}

/// A "document" of the API: any JSON, kept as it is.
impl Shape for Value {
    const ABSENCE: Absence = Absence::Null;

    fn blank() -> Self {
        Self::Null
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        *self = value;
        Ok(())
    }

    fn to_json(&self) -> Value {
        self.clone()
    }
}

/// An optional member.
impl<T: Shape> Shape for Option<T> {
    const ABSENCE: Absence = Absence::Blank;

    fn blank() -> Self {
        None
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        self.insert(T::blank()).read(value)
    }

    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }

    fn find_unknown(&self, at: &Path<'_>, found: &mut Vec<String>) {
        if let Some(member) = self {
            member.find_unknown(at, found);
        }
    }
}

impl<T: Shape> Shape for Box<T> {
    fn blank() -> Self {
        Self::new(T::blank())
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        T::read(self, value)
    }

    fn to_json(&self) -> Value {
        T::to_json(self)
    }

    fn find_unknown(&self, at: &Path<'_>, found: &mut Vec<String>) {
        T::find_unknown(self, at, found);
    }
}

/// Passes the items of a list to `read`. This part does not depend on their type, so that it is compiled once.
fn each_item(value: Value, read: &mut dyn FnMut(Value) -> Result<(), ShapeError>) -> Result<(), ShapeError> {
    let Value::Array(items) = value else { return Err(ShapeError::expected("a list", &value)) };
    let mut items = items.into_iter().enumerate();
    items.try_for_each(|(index, item)| read(item).map_err(|error| error.at_index(index)))
}

/// How many items of a list are objects. All others are read as shapes of a few bytes, or are errors.
fn objects_in(list: &Value) -> usize {
    list.as_array().map_or(0, |items| items.iter().filter(|item| item.is_object()).count())
}

/// Passes the members of a map to `read`, as [`each_item`] does.
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
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        // As much as is needed and no more: some shapes are large, and `{}` is one.
        self.reserve_exact(objects_in(&value));
        each_item(value, &mut |value| {
            self.push(T::blank());
            self.last_mut().map_or(Ok(()), |item| item.read(value))
        })
    }

    fn to_json(&self) -> Value {
        // A loop, because collecting an iterator generates more code for each type.
        let mut items = Vec::with_capacity(self.len());
        for item in self {
            items.push(item.to_json());
        }
        Value::Array(items)
    }

    fn find_unknown(&self, at: &Path<'_>, found: &mut Vec<String>) {
        for (index, item) in self.iter().enumerate() {
            item.find_unknown(&Path::Index(at, index), found);
        }
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        // Inserted one by one: collecting into a map sorts first, and a sort is a lot of code for each type.
        each_member(value, &mut |name, value| self.entry(name).or_insert_with(T::blank).read(value))
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
