//! Streams to answer with: frames as Bedrock writes them, and those of the fixtures.

use bedrill::eventstream::{Frame, HeaderValue};

/// The frame of one event.
pub fn event(event_type: &str, payload: &str) -> Vec<u8> {
    let headers =
        [(":event-type", event_type), (":content-type", "application/json"), (":message-type", "event")];
    let frame = headers
        .into_iter()
        .fold(Frame::builder(), |frame, (name, value)| frame.header(name, HeaderValue::String(value)))
        .payload(payload)
        .build();
    frame.expect("a frame").as_bytes().to_vec()
}

/// A piece of text in block 0. The text must need no escapes.
pub fn text(piece: &str) -> Vec<u8> {
    event(
        "contentBlockDelta",
        &format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{piece}"}},"p":"abcd"}}"#),
    )
}

pub fn stop() -> Vec<u8> {
    event("messageStop", r#"{"stopReason":"end_turn","p":"ab"}"#)
}

pub fn metadata() -> Vec<u8> {
    let payload =
        r#"{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":4},"p":"a"}"#;
    event("metadata", payload)
}

/// A whole answer that says `pieces`.
pub fn answer(pieces: &[&str]) -> Vec<u8> {
    let mut body = event("messageStart", r#"{"role":"assistant"}"#);
    body.extend(pieces.iter().flat_map(|piece| text(piece)));
    body.extend(event("contentBlockStop", r#"{"contentBlockIndex":0}"#));
    body.extend([stop(), metadata()].concat());
    body
}

/// The body of the stream fixture `name`.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/eventstream/{name}/body.bin", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
