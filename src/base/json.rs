//! JSON from bytes.
//!
//! The bytes are validated as UTF-8 once, as a whole; parsing bytes directly would validate each string separately.

use serde_core::de::DeserializeOwned;
use serde_json::error::Category;

/// Why the bytes could not be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonError {
    /// The line where parsing stopped, counted from 1.
    pub(crate) line: usize,
    /// In bytes.
    pub(crate) column: usize,
    /// Whether it is valid JSON so far, but not of the requested type.
    pub(crate) is_json: bool,
}

/// Parses `bytes`: one document, with nothing after it.
pub(crate) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let text = str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    serde_json::from_str(text).map_err(|error| JsonError {
        line: error.line(),
        column: error.column(),
        is_json: error.classify() == Category::Data,
    })
}

/// The byte at `index` is not valid UTF-8.
fn not_utf8(bytes: &[u8], index: usize) -> JsonError {
    let before = bytes.get(..index).unwrap_or_default();
    let last_line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
    JsonError { line, column: last_line.len().saturating_add(1), is_json: false }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn error(bytes: &[u8]) -> (usize, usize, bool) {
        let JsonError { line, column, is_json } = from_bytes::<bool>(bytes).expect_err("no bool");
        (line, column, is_json)
    }

    #[test]
    fn an_error_gives_the_place_and_whether_it_is_json() {
        assert_eq!(error(b"\n x"), (2, 2, false));
        assert_eq!(error(b"true x"), (1, 6, false));
        assert_eq!(error(b"true \xff"), (1, 6, false));
        assert_eq!(error(b"[\n\"a\xffb\"]"), (2, 3, false));
        assert_eq!(error(b"7"), (1, 1, true));
    }

    #[test]
    fn text_of_all_languages_is_read() {
        let value: Value = from_bytes("{\"é\":\"日\"}".as_bytes()).expect("JSON");
        assert_eq!(value["é"], "日");
    }
}
