//! Lists as the control plane returns them.

use std::ops::{Deref, DerefMut};

use serde_json::Value;

use crate::shape::{Absence, Path, Problem, Shape, ShapeError};

/// A list in a response: a `Vec` that reads `null` and an absent member as empty, and skips `null` items and
/// items without a required member.
///
/// One entry that a later version of the service describes differently must not make the others unreadable. An item
/// of another type is still an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items<T>(Vec<T>);

impl<T> Items<T> {
    /// The items.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Vec<T>> for Items<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T, const N: usize> From<[T; N]> for Items<T> {
    fn from(items: [T; N]) -> Self {
        Self(items.into())
    }
}

impl<T> Deref for Items<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> DerefMut for Items<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T> IntoIterator for Items<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Items<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Shape> Shape for Items<T> {
    const ABSENCE: Absence = Absence::Blank;

    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        let Value::Array(items) = value else { return Err(ShapeError::expected("a list", &value)) };
        for (index, item) in items.into_iter().enumerate().filter(|(_, item)| !item.is_null()) {
            match T::from_json(item) {
                Ok(item) => self.0.push(item),
                Err(error) if error.problem() == Problem::Missing => {}
                Err(error) => return Err(error.at_index(index)),
            }
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        self.0.to_json()
    }

    fn find_unknown(&self, at: &Path<'_>, found: &mut Vec<String>) {
        self.0.find_unknown(at, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::FoundationModelSummary;
    use serde_json::json;

    #[test]
    fn null_items_and_items_without_an_id_cost_nothing_but_themselves() {
        let list = json!([null, {"modelArn": "a"}, {"modelId": null, "modelArn": "a"}, {"modelId": "m", "modelArn": "a"}]);
        let items = Items::<FoundationModelSummary>::from_json(list).unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].model_id, "m");
    }

    #[test]
    fn an_item_of_another_type_is_an_error_with_its_place() {
        let error = Items::<String>::from_json(json!(["a", null, 3])).unwrap_err();
        assert_eq!(error.path(), "[2]");
    }
}
