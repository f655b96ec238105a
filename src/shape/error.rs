//! Why a JSON value does not match the shape that the API documents.

use std::fmt;

use serde_json::Value;

use crate::base::json::JsonError;
use crate::base::quote;

/// A JSON value does not match a shape of the API.
///
/// It names the place and the rule, never the value: that may be a user's text.
///
/// ```
/// use bedrill::converse::ContentBlock;
/// use bedrill::ConverseResponse;
/// use serde_json::json;
///
/// let error = ConverseResponse::from_json(json!({
///     "output": {"message": {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t1", "input": {}}}]}},
///     "stopReason": "tool_use",
/// }))
/// .unwrap_err();
/// assert_eq!(error.path(), "output.message.content[0].toolUse.name");
/// assert_eq!(error.to_string(), "`output.message.content[0].toolUse.name` is missing");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError(Box<Fault>);

/// Boxed, because every function that reads a shape passes the error on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    path: String,
    problem: Problem,
}

/// What is wrong at the place that a [`ShapeError`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A required member is absent or `null`.
    Missing,
    /// The value has another type.
    Expected {
        /// What the API documents.
        expected: &'static str,
        /// The JSON type that was found.
        found: &'static str,
    },
    /// A blob is not base64.
    NotBase64,
    /// A union has no member.
    NoMember,
    /// A union has more than one member.
    SeveralMembers,
    /// The text is not JSON; it fails at this line and column, both from 1.
    NotJson {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// The document would take more memory than any may.
    OverBudget {
        /// The limit, in bytes.
        allowed: usize,
    },
}

impl ShapeError {
    pub(crate) fn new(problem: Problem) -> Self {
        Self(Box::new(Fault { path: String::new(), problem }))
    }

    pub(crate) fn expected(expected: &'static str, found: &Value) -> Self {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        Self::new(Problem::Expected { expected, found })
    }

    pub(crate) fn not_json(JsonError { line, column, over_budget, .. }: JsonError) -> Self {
        Self::new(match over_budget {
            Some(allowed) => Problem::OverBudget { allowed },
            None => Problem::NotJson { line, column },
        })
    }

    /// Errors are created where they occur, and the path is added on the way out.
    pub(crate) fn in_member(mut self, name: &str) -> Self {
        let joint = if self.0.path.is_empty() || self.0.path.starts_with('[') { "" } else { "." };
        self.0.path = format!("{name}{joint}{}", self.0.path);
        self
    }

    pub(crate) fn at_index(mut self, index: usize) -> Self {
        let joint = if self.0.path.is_empty() || self.0.path.starts_with('[') { "" } else { "." };
        self.0.path = format!("[{index}]{joint}{}", self.0.path);
        self
    }

    /// The same with another path: the names of members may hold what must not be shown.
    pub(crate) fn with_path(mut self, path: impl FnOnce(&str) -> String) -> Self {
        self.0.path = path(&self.0.path);
        self
    }

    /// The place, as in `messages[0].content[1].toolUse.name`; empty for the value itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong there.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.0.problem
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            "" => f.write_str("the value")?,
            // The names of a map's members come from the service.
            path => write!(f, "`{}`", quote::escape(path))?,
        }
        match self.0.problem {
            Problem::Missing => f.write_str(" is missing"),
            Problem::Expected { expected, found } => write!(f, " is {found} where the API has {expected}"),
            Problem::NotBase64 => f.write_str(" is not base64"),
            Problem::NoMember => f.write_str(" is a union without a member; exactly one must be set"),
            Problem::SeveralMembers => {
                f.write_str(" is a union with several members; exactly one must be set")
            }
            Problem::NotJson { line, column } => write!(f, " is not JSON at line {line} column {column}"),
            Problem::OverBudget { allowed } => write!(f, " would take more than {allowed} bytes of memory"),
        }
    }
}

impl std::error::Error for ShapeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_name_that_came_from_outside_reaches_no_terminal_raw() {
        let error =
            ShapeError::new(Problem::Missing).in_member("id").in_member("a\u{1b}]0;\u{7f}").in_member("b");
        assert_eq!(error.path(), "b.a\u{1b}]0;\u{7f}.id");
        assert_eq!(error.to_string(), "`b.a\\u{1b}]0;\\u{7f}.id` is missing");
    }
}
