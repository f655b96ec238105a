//! Points in time as the control plane writes them.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::base::time;
use crate::shape::{Shape, ShapeError};

/// A point in time, as text from the service: RFC 3339, `2026-07-31T00:00:00Z`.
///
/// ```
/// use bedrill::models::Timestamp;
///
/// let end = Timestamp::from("2026-07-31T00:00:00+00:00");
/// assert_eq!(end.date(), "2026-07-31");
/// assert!(end.to_system_time().is_some());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(String);

impl Timestamp {
    /// The text as the service sent it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Only the date, for display.
    #[must_use]
    pub fn date(&self) -> &str {
        self.0.split(['T', 't', ' ']).next().unwrap_or_default()
    }

    /// The point in time; `None` when the text is not RFC 3339.
    #[must_use]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        time::parse_rfc3339(&self.0)
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Shape for Timestamp {
    fn blank() -> Self {
        Self(String::new())
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        // `timestampFormat` is iso8601 here; restJson1's own default, seconds since 1970, is read as well.
        if let Some(seconds) = value.as_u64()
            && let Some(at) = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
        {
            self.0 = time::rfc3339(at);
            return Ok(());
        }
        self.0.read(value)
    }

    fn to_json(&self) -> Value {
        Value::String(self.0.clone())
    }
}

serde_by_shape!(Timestamp);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_kept_and_seconds_become_text() {
        let text = json!("2024-11-04T17:49:37.317261+00:00");
        let at = Timestamp::from_json(text.clone()).unwrap();
        assert_eq!((at.date(), at.to_json()), ("2024-11-04", text));
        assert_eq!(Timestamp::from_json(json!(86_400)).unwrap().as_str(), "1970-01-02T00:00:00Z");
        assert!(Timestamp::from_json(json!(true)).is_err());
        assert_eq!(Timestamp::from("soon").to_system_time(), None);
    }
}
