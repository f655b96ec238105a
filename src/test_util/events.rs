//! The frames of event streams, with the headers that Bedrock gives them.

use std::fmt::Display;

use serde_json::Value;

use crate::eventstream::{Frame, HeaderValue};

/// A frame with these headers, all of them strings.
///
/// # Panics
///
/// When a header or the payload is longer than a frame may hold.
pub fn frame(headers: &[(&str, &str)], payload: impl AsRef<[u8]>) -> Vec<u8> {
    let frame = headers
        .iter()
        .fold(Frame::builder(), |frame, (name, value)| frame.header(name, HeaderValue::String(value)))
        .payload(payload.as_ref())
        .build();
    #[allow(clippy::expect_used)] // said above
    let frame = frame.expect("a frame of these headers and this payload");
    frame.as_bytes().to_vec()
}

/// An event with a payload in JSON.
///
/// # Panics
///
/// As [`frame`].
pub fn event(event_type: &str, payload: impl Display) -> Vec<u8> {
    let headers =
        [(":event-type", event_type), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, payload.to_string())
}

/// An exception with a payload in JSON.
///
/// # Panics
///
/// As [`frame`].
pub fn exception(exception_type: &str, payload: impl Display) -> Vec<u8> {
    let headers = [
        (":exception-type", exception_type),
        (":content-type", "application/json"),
        (":message-type", "exception"),
    ];
    frame(&headers, payload.to_string())
}

/// `messageStart`.
#[must_use]
pub fn start() -> Vec<u8> {
    event("messageStart", r#"{"role":"assistant"}"#)
}

/// `contentBlockDelta`: a piece of text in block 0.
///
/// # Panics
///
/// As [`frame`].
#[must_use]
pub fn text(piece: &str) -> Vec<u8> {
    let piece = Value::from(piece);
    event(
        "contentBlockDelta",
        format_args!(r#"{{"contentBlockIndex":0,"delta":{{"text":{piece}}},"p":"abcd"}}"#),
    )
}

/// `contentBlockStop` of block 0.
#[must_use]
pub fn block_stop() -> Vec<u8> {
    event("contentBlockStop", r#"{"contentBlockIndex":0}"#)
}

/// `messageStop`, for `reason`: `end_turn`, say.
///
/// # Panics
///
/// As [`frame`].
#[must_use]
pub fn stop(reason: &str) -> Vec<u8> {
    let reason = Value::from(reason);
    event("messageStop", format_args!(r#"{{"stopReason":{reason},"p":"ab"}}"#))
}

/// `metadata`: 1 token in, 2 out, 4 milliseconds.
#[must_use]
pub fn metadata() -> Vec<u8> {
    let payload =
        r#"{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":4},"p":"a"}"#;
    event("metadata", payload)
}

/// A whole answer that says `pieces`.
///
/// # Panics
///
/// As [`frame`].
#[must_use]
pub fn answer(pieces: &[&str]) -> Vec<u8> {
    let text = pieces.iter().flat_map(|piece| text(piece)).collect();
    [start(), text, block_stop(), stop("end_turn"), metadata()].concat()
}
