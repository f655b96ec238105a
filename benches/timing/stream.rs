//! A stream as Bedrock sends it: text deltas in frames of 199 bytes.

#![allow(unreachable_pub)] // each benchmark includes this file and exports nothing

use bedrill::eventstream::{Frame, HeaderValue};

pub const FRAMES: usize = 5_000;
pub const FRAME_LEN: usize = 199;

pub fn frames() -> Vec<u8> {
    let payload =
        r#"{"contentBlockIndex":0,"delta":{"text":" some words of text"},"p":"abcdefghijklmnopqrstuvwxyza"}"#;
    let frame = Frame::builder()
        .header(":event-type", HeaderValue::String("contentBlockDelta"))
        .header(":content-type", HeaderValue::String("application/json"))
        .header(":message-type", HeaderValue::String("event"))
        .payload(payload)
        .build()
        .expect("a frame");
    assert_eq!(frame.total_len(), FRAME_LEN);
    frame.as_bytes().repeat(FRAMES)
}
