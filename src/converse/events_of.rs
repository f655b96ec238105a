//! A whole response as the events of a stream that would have brought it.
//!
//! It is made from JSON: a program that streams has the shapes of events, and needs none of the response's.

use serde_json::{Map, Value};

use super::{ConverseResponse, ConverseStreamEvent};
use crate::shape::{self, Shape, ShapeError};

const INDEX: &str = "contentBlockIndex";
const DELTA: &str = "delta";
const START: &str = "start";
const TOOL_USE: &str = "toolUse";
const TOOL_RESULT: &str = "toolResult";
const REASONING: &str = "reasoningContent";
const IMAGE: &str = "image";
const TEXT: &str = "text";

impl ConverseResponse {
    /// Returns the events of a stream that would have brought this response: one delta for each part, where ConverseStream
    /// sends many. A [`MessageBuilder`](super::MessageBuilder) makes the response of them again.
    ///
    /// ```
    /// use bedrill::ConverseResponse;
    /// use bedrill::converse::MessageBuilder;
    /// use serde_json::json;
    ///
    /// let response = ConverseResponse::from_json(json!({
    ///     "output": {"message": {"role": "assistant", "content": [{"text": "Paris"}]}},
    ///     "stopReason": "end_turn",
    /// }))?;
    /// let mut message = MessageBuilder::new();
    /// for event in response.clone().into_events() {
    ///     message.apply(&event)?;
    /// }
    /// assert_eq!(message.finish()?, response);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn into_events(self) -> Vec<ConverseStreamEvent> {
        // What is written as a response can be read as its events.
        events_of(Shape::to_json(&self)).unwrap_or_default()
    }
}

/// The events of a response.
pub(crate) fn events_of(response: Value) -> Result<Vec<ConverseStreamEvent>, ShapeError> {
    let mut response = shape::members(response)?;
    let mut output = shape::members(take(&mut response, "output"))?;
    let mut message = shape::members(take(&mut output, "message"))?;
    let mut events = Events(Vec::new());
    events.add("messageStart", "role", take(&mut message, "role"), None)?;
    let Value::Array(content) = take(&mut message, "content") else {
        return Err(ShapeError::expected("a list", &Value::Null).in_member("content"));
    };
    for (index, block) in (0_u32..).zip(content) {
        events.block(index, block)?;
    }
    let mut stop = Map::new();
    for name in ["stopReason", "additionalModelResponseFields"] {
        if response.contains_key(name) {
            shape::put(&mut stop, name, take(&mut response, name));
        }
    }
    events.push("messageStop", stop)?;
    for name in ["output", "stopReason", "additionalModelResponseFields"] {
        shape::leave_out(&mut response, name);
    }
    events.push("metadata", response)?;
    Ok(events.0)
}

/// The value of a member, in whose place `null` stays.
fn take(members: &mut Map<String, Value>, name: &str) -> Value {
    members.get_mut(name).map(Value::take).unwrap_or_default()
}

fn object(name: &str, value: Value) -> Value {
    let mut object = Map::new();
    shape::put(&mut object, name, value);
    Value::Object(object)
}

struct Events(Vec<ConverseStreamEvent>);

impl Events {
    fn push(&mut self, kind: &str, payload: Map<String, Value>) -> Result<(), ShapeError> {
        self.0.push(ConverseStreamEvent::from_event_type(kind, Value::Object(payload))?);
        Ok(())
    }

    fn add(&mut self, kind: &str, name: &str, value: Value, index: Option<u32>) -> Result<(), ShapeError> {
        let mut payload = Map::new();
        if let Some(index) = index {
            shape::put(&mut payload, INDEX, index.into());
        }
        shape::put(&mut payload, name, value);
        self.push(kind, payload)
    }

    fn start(&mut self, index: u32, start: Value) -> Result<(), ShapeError> {
        self.add("contentBlockStart", START, start, Some(index))
    }

    fn delta(&mut self, index: u32, name: &str, delta: Value) -> Result<(), ShapeError> {
        self.add("contentBlockDelta", DELTA, object(name, delta), Some(index))
    }

    fn block(&mut self, index: u32, block: Value) -> Result<(), ShapeError> {
        let Some((name, mut value)) = shape::only_member(block)? else { return Ok(()) };
        let empty = &mut Map::new();
        let members = value.as_object_mut().unwrap_or(empty);
        match name.as_str() {
            TEXT => self.delta(index, TEXT, value)?,
            TOOL_USE => {
                let input = take(members, "input").to_string();
                shape::leave_out(members, "input");
                self.start(index, object(TOOL_USE, value))?;
                self.delta(index, TOOL_USE, object("input", input.into()))?;
            }
            TOOL_RESULT => {
                let content = take(members, "content");
                shape::leave_out(members, "content");
                self.start(index, object(TOOL_RESULT, value))?;
                self.delta(index, TOOL_RESULT, content)?;
            }
            REASONING => match take(members, "reasoningText") {
                Value::Object(mut thought) => {
                    for name in [TEXT, "signature"] {
                        let piece = take(&mut thought, name);
                        if !piece.is_null() {
                            self.delta(index, REASONING, object(name, piece))?;
                        }
                    }
                }
                _ => self.delta(index, REASONING, value)?,
            },
            IMAGE => {
                let format = take(members, "format");
                shape::leave_out(members, "format");
                self.start(index, object(IMAGE, object("format", format)))?;
                self.delta(index, IMAGE, value)?;
            }
            "citationsContent" => {
                for (list, name) in [("content", TEXT), ("citations", "citation")] {
                    let Value::Array(pieces) = take(members, list) else { continue };
                    for mut piece in pieces {
                        let text = piece.get_mut(TEXT).filter(|_| name == TEXT).map(Value::take);
                        self.delta(index, name, text.unwrap_or(piece))?;
                    }
                }
            }
            _ => self.start(index, object(&name, value))?,
        }
        let mut stop = Map::new();
        shape::put(&mut stop, INDEX, index.into());
        self.push("contentBlockStop", stop)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::converse::MessageBuilder;

    #[test]
    fn the_events_of_a_response_add_up_to_it() {
        let response = ConverseResponse::from_json(json!({
            "output": {"message": {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
                {"reasoningContent": {"redactedContent": "AQI="}},
                {"text": "a"},
                {"citationsContent": {"content": [{"text": "b"}], "citations": [
                    {"title": "t", "sourceContent": [{"text": "s"}], "location": {"web": {"url": "u"}}},
                ]}},
                {"toolUse": {"toolUseId": "t1", "name": "n", "input": {"x": [1, "y"]}, "type": "server_tool_use"}},
                {"toolResult": {"toolUseId": "t1", "content": [{"text": "r"}, {"json": {"z": 1}}], "status": "success"}},
                {"image": {"format": "png", "source": {"bytes": "AQID"}}},
            ]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
            "metrics": {"latencyMs": 4},
            "additionalModelResponseFields": {"stop_sequence": "."},
            "serviceTier": {"type": "flex"},
            "more": 1,
        }))
        .unwrap();
        let mut message = MessageBuilder::new();
        for event in response.clone().into_events() {
            message.apply(&event).unwrap();
        }
        assert_eq!(message.finish(), Ok(response));
    }
}
