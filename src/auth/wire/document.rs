//! JSON documents that hold credentials: fields by name, and errors that name the field and never show its value.

use std::fmt;
use std::time::SystemTime;

use serde_core::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use zeroize::Zeroize as _;

use crate::auth::fits_header;
use crate::base::json::{self, Budget, JsonError};
use crate::base::time;

/// The memory that the fields of a document may take: its sources read 64 KiB of it.
const MEMORY: usize = json::allowed(64 * 1024);

/// A JSON object. Names ignore case, as in the SDKs; the memory of its strings is wiped on drop. No `Debug`.
pub(in crate::auth) struct Document(Vec<(String, Value)>);

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum DocumentError {
    /// It is empty or nothing but white space.
    Empty,
    /// It is not JSON, or something follows it.
    NotJson { line: usize, column: usize },
    /// It is JSON, but not an object.
    NotAnObject,
    /// Two fields have the same name.
    Duplicate,
    /// This field is absent, `null` or blank.
    Missing(&'static str),
    /// This field is not of this type.
    WrongType(&'static str, &'static str),
    /// This field cannot go into a header.
    Unfit(&'static str),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::NotJson { line, column } => write!(f, "it is not JSON (line {line}, column {column})"),
            Self::NotAnObject => f.write_str("it is JSON, but not an object"),
            Self::Duplicate => f.write_str("it has two fields of the same name"),
            Self::Missing(name) => write!(f, "{name} is missing or blank"),
            Self::WrongType(name, expected) => write!(f, "{name} is not {expected}"),
            Self::Unfit(name) => write!(f, "{name} {}", crate::auth::UNFIT),
        }
    }
}

impl Document {
    /// Parses `bytes`: one object with nothing after it.
    pub(in crate::auth) fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(DocumentError::Empty);
        }
        let document: Self = json::from_bytes(bytes).map_err(|error| match error {
            JsonError { is_json: true, .. } => DocumentError::NotAnObject,
            JsonError { line, column, .. } => DocumentError::NotJson { line, column },
        })?;
        document.check()
    }

    fn check(self) -> Result<Self, DocumentError> {
        // A map type that is linked anyway: a sort is more code than everything else here.
        let mut names = serde_json::Map::new();
        for (name, _) in self.0.iter() {
            if names.insert(name.to_ascii_lowercase(), Value::Null).is_some() {
                return Err(DocumentError::Duplicate);
            }
        }
        Ok(self)
    }

    /// Returns the string in the field `name`, trimmed.
    pub(in crate::auth) fn text(&self, name: &'static str) -> Result<&str, DocumentError> {
        self.optional_text(name)?.ok_or(DocumentError::Missing(name))
    }

    /// As [`text`](Self::text), or `None` when it is absent, `null` or blank.
    pub(in crate::auth) fn optional_text(&self, name: &'static str) -> Result<Option<&str>, DocumentError> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(_) => Err(DocumentError::WrongType(name, "a string")),
        }
    }

    /// As [`text`](Self::text), for values that go into a header.
    pub(in crate::auth) fn token(&self, name: &'static str) -> Result<&str, DocumentError> {
        self.text(name)
            .and_then(|text| if fits_header(text) { Ok(text) } else { Err(DocumentError::Unfit(name)) })
    }

    /// Returns the RFC 3339 instant in the field `name`. The older form that ends in `UTC` is accepted too.
    pub(in crate::auth) fn instant(&self, name: &'static str) -> Result<SystemTime, DocumentError> {
        let text = self.text(name)?;
        let instant = match text.strip_suffix("UTC") {
            Some(start) => time::parse_rfc3339(&format!("{start}Z")),
            None => time::parse_rfc3339(text),
        };
        instant.ok_or(DocumentError::WrongType(name, "a time such as 2026-11-22T03:23:31Z"))
    }

    fn find(&self, name: &str) -> Option<&Value> {
        let (_, value) = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value).filter(|value| !value.is_null())
    }
}

/// What only the sources behind the feature `client` need.
#[cfg(feature = "client")]
impl Document {
    /// Returns the object in the field `name`.
    pub(in crate::auth) fn object(&self, name: &'static str) -> Result<Self, DocumentError> {
        match self.find(name) {
            None => Err(DocumentError::Missing(name)),
            Some(Value::Object(fields)) => {
                Self(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()).check()
            }
            Some(_) => Err(DocumentError::WrongType(name, "an object")),
        }
    }

    /// As [`token`](Self::token), or `None` when it is absent, `null` or blank.
    pub(in crate::auth) fn optional_token(&self, name: &'static str) -> Result<Option<&str>, DocumentError> {
        match self.optional_text(name)? {
            Some(text) if !fits_header(text) => Err(DocumentError::Unfit(name)),
            text => Ok(text),
        }
    }

    /// As [`instant`](Self::instant), or `None` when it is absent, `null` or blank.
    pub(in crate::auth) fn optional_instant(
        &self,
        name: &'static str,
    ) -> Result<Option<SystemTime>, DocumentError> {
        match self.optional_text(name)? {
            Some(_) => self.instant(name).map(Some),
            None => Ok(None),
        }
    }

    /// Returns the whole number, 0 or more, in the field `name`.
    pub(in crate::auth) fn number(&self, name: &'static str) -> Result<u64, DocumentError> {
        match self.find(name) {
            None => Err(DocumentError::Missing(name)),
            Some(value) => value.as_u64().ok_or(DocumentError::WrongType(name, "a whole number")),
        }
    }

    /// As [`number`](Self::number), or `None` when it is absent or `null`.
    pub(in crate::auth) fn optional_number(&self, name: &'static str) -> Result<Option<u64>, DocumentError> {
        match self.number(name) {
            Err(DocumentError::Missing(_)) => Ok(None),
            number => number.map(Some),
        }
    }

    /// Replaces the field `name`, keeping its spelling, or adds it.
    pub(in crate::auth) fn set(&mut self, name: &str, value: impl Into<Value>) {
        match self.0.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, old)) => wipe(&mut std::mem::replace(old, value.into())),
            None => self.0.push((name.to_owned(), value.into())),
        }
    }

    /// Returns the document as JSON, fields in their order.
    pub(in crate::auth) fn to_json(&self) -> zeroize::Zeroizing<Vec<u8>> {
        let mut out = zeroize::Zeroizing::new(Vec::with_capacity(8 * 1024));
        for (index, (name, value)) in self.0.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"{\n  " } else { b",\n  " });
            out.extend_from_slice(Value::from(name.as_str()).to_string().as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(zeroize::Zeroizing::new(value.to_string()).as_bytes());
        }
        out.extend_from_slice(if self.0.is_empty() { b"{}\n" } else { b"\n}\n" });
        out
    }

    /// Returns the document as a value, to insert into another.
    pub(in crate::auth) fn to_value(&self) -> Value {
        // Inserted one by one: collecting into a map sorts first.
        let mut fields = serde_json::Map::new();
        for (name, value) in &self.0 {
            fields.insert(name.clone(), value.clone());
        }
        Value::Object(fields)
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| wipe(value));
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Written by hand, because a map of `serde_json` keeps the last of two equal fields and loses their order.
impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
                let mut fields = Document(Vec::new());
                let mut budget = Budget::new(MEMORY);
                while let Some(name) = map.next_key()? {
                    fields.0.push((name, map.next_value_seed(&mut budget)?));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[cfg(all(test, feature = "client"))]
mod tests {
    use super::*;

    fn problem(text: &str) -> DocumentError {
        Document::parse(text.as_bytes()).err().expect("not a document")
    }

    #[test]
    fn only_one_object_without_doubles_is_a_document() {
        assert_eq!(problem(" \n"), DocumentError::Empty);
        for text in ["null", "[]", "7", "\"canary\"", "true"] {
            assert_eq!(problem(text), DocumentError::NotAnObject, "{text}");
        }
        for text in ["{", "{}}", "{\"a\":1} x", "\u{feff}{}", "{\"a\":\"\u{0}\"}", "canary"] {
            assert!(matches!(problem(text), DocumentError::NotJson { .. }), "{text}");
        }
        assert_eq!(problem(r#"{"a":1,"A":2}"#), DocumentError::Duplicate);
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(matches!(problem(&deep), DocumentError::NotJson { .. }));
    }

    #[test]
    fn fields_are_found_by_name_whatever_its_case() {
        let text = r#"{"AccessKey":" x ","n":7,"o":{"i":"2026-11-22T03:23:31UTC"},"blank":" ","no":null,"bad":"a b"}"#;
        let document = Document::parse(text.as_bytes()).expect("a document");
        assert_eq!(document.text("accesskey"), Ok("x"));
        assert_eq!(document.number("N"), Ok(7));
        assert!(document.object("o").expect("an object").instant("i").is_ok());
        assert_eq!(document.text("blank"), Err(DocumentError::Missing("blank")));
        assert_eq!(document.optional_text("no"), Ok(None));
        assert_eq!(document.text("n"), Err(DocumentError::WrongType("n", "a string")));
        assert_eq!(
            document.number("accesskey"),
            Err(DocumentError::WrongType("accesskey", "a whole number"))
        );
        assert_eq!(document.token("bad"), Err(DocumentError::Unfit("bad")));
        assert!(document.optional_instant("bad").is_err());
    }

    #[test]
    fn writing_keeps_what_is_not_replaced() {
        let mut document =
            Document::parse(br#"{"z":1,"AccessToken":"old","other":{"b":[2]}}"#).expect("a document");
        document.set("accessToken", "new");
        document.set("added", 3);
        let written: Value = serde_json::from_slice(&document.to_json()).expect("JSON");
        let expected = serde_json::json!({"z":1,"AccessToken":"new","other":{"b":[2]},"added":3});
        assert_eq!(written, expected);
        assert_eq!(document.to_value(), expected);
    }
}
