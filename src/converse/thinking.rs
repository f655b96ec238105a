//! How much a model is asked to think, before it is put into words.

use serde_json::{Map, Value};

use crate::lore::ThinkingLevel;
use crate::shape::{self, Shape, ShapeError};

/// How much the model is asked to think, before it is written in the words of the model's family.
///
/// It is not a member of the API, and never sent as it is. In JSON, a stored request has it as `thinking`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Thinking {
    /// How much; `None` leaves it to the model.
    pub level: Option<ThinkingLevel>,
    /// Whether a model that hides its thoughts by default is asked for them.
    pub show_thoughts: bool,
}

const LEVEL: &str = "level";
const SHOW_THOUGHTS: &str = "showThoughts";

impl Shape for Thinking {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        let members = shape::members(value)?;
        let level = members.get(LEVEL).and_then(Value::as_str);
        self.level = level.and_then(|level| level.parse().ok());
        self.show_thoughts = members.get(SHOW_THOUGHTS).and_then(Value::as_bool).unwrap_or_default();
        Ok(())
    }

    fn to_json(&self) -> Value {
        let mut members = Map::new();
        if let Some(level) = self.level {
            shape::put(&mut members, LEVEL, level.as_str().into());
        }
        if self.show_thoughts {
            shape::put(&mut members, SHOW_THOUGHTS, true.into());
        }
        Value::Object(members)
    }
}
