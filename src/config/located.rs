//! Values that know their position in the file.

use std::fmt;

/// A place in a text: `3:14` is the fourteenth character of the third line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a place in a text is a line and a column")]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value, and its position in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    value: T,
    position: Option<Position>,
}

impl<T> Located<T> {
    /// Creates a value located at `position`.
    pub fn new(value: T, position: Position) -> Self {
        Self { value, position: Some(position) }
    }

    /// The value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value, without its position.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Its position; `None` when it was set by a program.
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}

/// A value that was set by a program.
impl<T> From<T> for Located<T> {
    fn from(value: T) -> Self {
        Self { value, position: None }
    }
}
