//! A stream as Bedrock sends it: text deltas in frames of 199 bytes.

#![allow(unreachable_pub)] // each benchmark includes this file and exports nothing

use bedrill::test_util::events::event;

pub const FRAMES: usize = 5_000;
pub const FRAME_LEN: usize = 199;

pub fn frames() -> Vec<u8> {
    let payload =
        r#"{"contentBlockIndex":0,"delta":{"text":" some words of text"},"p":"abcdefghijklmnopqrstuvwxyza"}"#;
    let frame = event("contentBlockDelta", payload);
    assert_eq!(frame.len(), FRAME_LEN);
    frame.repeat(FRAMES)
}
