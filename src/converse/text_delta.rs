//! A fast path for the most common event of a stream: a text delta.
//!
//! ```text
//! {"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abcd"}
//! ```
//!
//! It makes one allocation, the text, where a `Value` makes ten. Anything else, and anything malformed,
//! is left to the general path, which knows all shapes and reports errors; so the two cannot disagree.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::base::json;
use crate::shape::is_padding_text;

/// Reads `payload` if it is a plain text delta.
pub(super) fn read(payload: &[u8]) -> Option<TextDelta> {
    json::from_bytes(payload).ok()
}

/// A piece of text, and the block that it belongs to.
pub(super) struct TextDelta {
    pub(super) content_block_index: u32,
    pub(super) text: String,
}

impl<'de> Deserialize<'de> for TextDelta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = TextDelta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a piece of text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<TextDelta, A::Error> {
        let (mut index, mut text, mut padding) = (None, None, None);
        while let Some(name) = members.next_key()? {
            match name {
                Name::Index if index.is_none() => index = Some(members.next_value()?),
                Name::Delta if text.is_none() => text = Some(members.next_value::<Delta>()?.0),
                Name::Padding if padding.is_none() => padding = Some(members.next_value::<Padding>()?),
                _ => return Err(A::Error::custom("")),
            }
        }
        match (index, text) {
            (Some(content_block_index), Some(text)) => Ok(TextDelta { content_block_index, text }),
            _ => Err(A::Error::custom("")),
        }
    }
}

/// `{"text": ".."}`, with no other member.
struct Delta(String);

impl<'de> Deserialize<'de> for Delta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DeltaVisitor)
    }
}

struct DeltaVisitor;

impl<'de> Visitor<'de> for DeltaVisitor {
    type Value = Delta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a piece of text")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Delta, A::Error> {
        let Some(Name::Text) = members.next_key()? else { return Err(A::Error::custom("")) };
        let text = members.next_value()?;
        match members.next_key::<Name>()? {
            Some(_) => Err(A::Error::custom("")),
            None => Ok(Delta(text)),
        }
    }
}

/// The names of members, read without an allocation.
enum Name {
    Index,
    Delta,
    Text,
    Padding,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member of a piece of text")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        match name {
            "contentBlockIndex" => Ok(Name::Index),
            "delta" => Ok(Name::Delta),
            "text" => Ok(Name::Text),
            "p" => Ok(Name::Padding),
            _ => Err(E::custom("")),
        }
    }
}

/// Padding, checked and dropped.
struct Padding;

impl<'de> Deserialize<'de> for Padding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(PaddingVisitor)
    }
}

struct PaddingVisitor;

impl Visitor<'_> for PaddingVisitor {
    type Value = Padding;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("padding")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Padding, E> {
        if is_padding_text(text) { Ok(Padding) } else { Err(E::custom("")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::converse::{ContentBlockDelta, ContentBlockDeltaEvent, ConverseStreamEvent};

    #[test]
    fn a_piece_of_text_reads_the_same_both_ways() {
        for payload in [
            r#"{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abc123"}"#,
            r#" { "p" : "x", "delta" : { "text" : "\u00e9\n\"" } , "contentBlockIndex" : 7 } "#,
            r#"{"delta":{"text":""},"contentBlockIndex":4294967295}"#,
        ] {
            let TextDelta { content_block_index, text } = read(payload.as_bytes()).expect(payload);
            let short = ContentBlockDeltaEvent::new(content_block_index, ContentBlockDelta::Text(text));
            let value = serde_json::from_str(payload).unwrap();
            let long = ConverseStreamEvent::from_event_type("contentBlockDelta", value).unwrap();
            assert_eq!(ConverseStreamEvent::ContentBlockDelta(short), long);
        }
    }

    #[test]
    fn all_else_takes_the_long_way() {
        for payload in [
            r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":""}}}"#,
            r#"{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"a b"}"#,
            r#"{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":7}"#,
            r#"{"contentBlockIndex":0,"delta":{"text":"Hi"},"more":1}"#,
            r#"{"contentBlockIndex":0,"delta":{"text":"Hi","citation":null}}"#,
            r#"{"contentBlockIndex":0,"delta":{"text":null}}"#,
            r#"{"contentBlockIndex":0,"contentBlockIndex":1,"delta":{"text":"Hi"}}"#,
            r#"{"contentBlockIndex":0.0,"delta":{"text":"Hi"}}"#,
            r#"{"contentBlockIndex":-1,"delta":{"text":"Hi"}}"#,
            r#"{"delta":{"text":"Hi"}}"#,
            r#"{"contentBlockIndex":0,"delta":{"text":"Hi"}} x"#,
            r#"{"contentBlockIndex":0,"delta":{"text":"Hi""#,
            "[]",
        ] {
            assert!(read(payload.as_bytes()).is_none(), "{payload}");
        }
    }
}
