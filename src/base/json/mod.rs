//! JSON from bytes.
//!
//! The bytes are validated as UTF-8 once, as a whole; parsing bytes directly would validate each string separately. What
//! is read as a [`Value`] has a budget: see [`value`]. Half a character (`\ud83d`) becomes U+FFFD.

mod budget;
mod surrogate;

use std::borrow::Cow;

use serde_core::de::{DeserializeOwned, DeserializeSeed as _};
use serde_json::Value;
use serde_json::error::Category;

pub(crate) use budget::{Budget, allowed, weight, weight_of_members};

/// Why the bytes could not be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonError {
    /// The line where parsing stopped, counted from 1.
    pub(crate) line: usize,
    /// In bytes.
    pub(crate) column: usize,
    /// Whether it is valid JSON so far, but not of the requested type.
    pub(crate) is_json: bool,
    /// How much memory it was allowed to take, when it would have taken more.
    pub(crate) over_budget: Option<usize>,
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        let is_json = error.classify() == Category::Data;
        Self { line: error.line(), column: error.column(), is_json, over_budget: None }
    }
}

/// Parses `bytes`: one document, with nothing after it. For types of a size of their own, which need no half of a
/// character; see [`value`] for the rest.
pub(crate) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    serde_json::from_str(utf8(bytes)?).map_err(JsonError::from)
}

/// Parses `bytes`: one document, with nothing after it. It takes at most 64 MiB of memory or 16 times its length,
/// whichever is more.
pub(crate) fn value(bytes: &[u8]) -> Result<Value, JsonError> {
    counted(bytes, allowed(bytes.len())).map(|(value, _)| value)
}

/// Parses `bytes` as [`value`] does, into at most `allowed` bytes of memory. Returns how many it counted, too.
pub(crate) fn counted(bytes: &[u8], allowed: usize) -> Result<(Value, usize), JsonError> {
    let text = utf8(bytes)?;
    read(text, allowed).or_else(|error| read(&mended(text, error)?, allowed))
}

fn read(text: &str, allowed: usize) -> Result<(Value, usize), JsonError> {
    let mut budget = Budget::new(allowed);
    let mut document = serde_json::Deserializer::from_str(text);
    let value = budget.deserialize(&mut document).and_then(|value| document.end().map(|()| value));
    match value {
        Ok(value) => Ok((value, allowed.saturating_sub(budget.left()))),
        Err(error) => {
            Err(JsonError { over_budget: budget.is_over.then_some(allowed), ..JsonError::from(error) })
        }
    }
}

/// The text without what the parser refused, if it was half a character; else the error.
fn mended(text: &str, error: JsonError) -> Result<Cow<'_, str>, JsonError> {
    match surrogate::mended(text) {
        Cow::Owned(mended) if !error.is_json => Ok(Cow::Owned(mended)),
        _ => Err(error),
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, JsonError> {
    str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))
}

/// The byte at `index` is not valid UTF-8.
fn not_utf8(bytes: &[u8], index: usize) -> JsonError {
    let before = bytes.get(..index).unwrap_or_default();
    let last_line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
    JsonError { line, column: last_line.len().saturating_add(1), is_json: false, over_budget: None }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn error(bytes: &[u8]) -> (usize, usize, bool) {
        let JsonError { line, column, is_json, .. } = from_bytes::<bool>(bytes).expect_err("no bool");
        (line, column, is_json)
    }

    #[test]
    fn an_error_tells_the_place_and_whether_it_is_json() {
        assert_eq!(error(b"\n x"), (2, 2, false));
        assert_eq!(error(b"true x"), (1, 6, false));
        assert_eq!(error(b"true \xff"), (1, 6, false));
        assert_eq!(error(b"[\n\"a\xffb\"]"), (2, 3, false));
        assert_eq!(error(b"7"), (1, 1, true));
    }

    #[test]
    fn half_a_character_is_replaced() {
        for (text, expected) in [(r#"{"a":"x\ud83d"}"#, "x\u{fffd}"), (r#"{"a":"\ude00y"}"#, "\u{fffd}y")] {
            assert_eq!(value(text.as_bytes()).expect("JSON")["a"], expected);
        }
        let whole: String = from_bytes(br#""\ud83c\udf27""#).expect("JSON");
        assert_eq!(whole, "\u{1f327}");
        assert_eq!(value(br#"{"a":"\ud83d" x}"#).expect_err("no JSON").column, 15);
    }

    #[test]
    fn the_reader_and_the_parser_read_the_same() {
        let text = r#" {"a":[null,true,-1,18446744073709551615,1.5e3,"\n",[],{}],"a":{"b":[[0]]},"c":"d"} "#;
        let expected: Value = serde_json::from_str(text).expect("JSON");
        let (read, weighed) = counted(text.as_bytes(), FEW).expect("JSON");
        assert_eq!(read, expected);
        // The first `a` was replaced by the second.
        assert!(weighed > weight(&read), "{weighed}");
        assert_eq!(counted(b"[1]x", FEW).expect_err("no end").column, 4);
    }

    const FEW: usize = 20_000;

    #[test]
    fn what_would_take_more_memory_than_allowed_is_refused() {
        for (item, fits) in [("0", 150), ("[]", 50), ("{}", 10), (r#"{"":0}"#, 10), (r#""abc""#, 150)] {
            let document = |items: usize| format!("[{}]", vec![item; items].join(","));
            let (value, weighed) = counted(document(fits).as_bytes(), FEW).expect(item);
            assert_eq!(weighed, weight(&value), "{item}");
            let error = counted(document(30 * fits).as_bytes(), FEW).expect_err(item);
            assert_eq!(error.over_budget, Some(FEW), "{item}");
        }
        assert_eq!(allowed(1), 64 << 20);
        assert_eq!(allowed(16 << 20), 256 << 20);
    }

    #[test]
    fn text_of_all_languages_is_read() {
        let value: Value = from_bytes("{\"é\":\"日\"}".as_bytes()).expect("JSON");
        assert_eq!(value["é"], "日");
    }
}
