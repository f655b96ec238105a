//! Typed events from bytes: `cargo bench --bench events`.
//!
//! The SDK's own reader of events is not public. Its place is taken by the part that is (frames by
//! `aws-smithy-eventstream`) with each payload read into a `serde_json::Value`, which is less than the SDK does.

#[path = "timing/stream.rs"]
mod stream;
mod timing;

use std::hint::black_box;

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use bedrill::converse::EventDecoder;
use bedrill::eventstream::FrameDecoder;
use bytes::BytesMut;
use timing::{Candidate, Work, compare};

/// What a socket read brings.
const CHUNK: usize = 16 * 1024;

fn main() {
    let bytes = stream::frames();
    let work = Work { items: stream::FRAMES, bytes: bytes.len() };
    compare(
        "text deltas from bytes, chunks: 16 KiB",
        &work,
        vec![
            Candidate::new("aws-smithy-eventstream + serde_json::Value", || {
                assert_eq!(smithy(&bytes), stream::FRAMES);
            }),
            Candidate::new("bedrill, typed events", || assert_eq!(bedrill(&bytes), stream::FRAMES)),
            Candidate::new("floor: bedrill, frames alone", || frames_alone(&bytes)),
        ],
    );
}

fn bedrill(bytes: &[u8]) -> usize {
    let mut decoder = EventDecoder::new();
    let mut count = 0;
    for chunk in bytes.chunks(CHUNK) {
        decoder.push(chunk);
        while let Some(event) = decoder.next_event().expect("good events") {
            count += usize::from(event.as_text().is_some());
            black_box(event);
        }
    }
    count
}

fn smithy(bytes: &[u8]) -> usize {
    let mut decoder = MessageFrameDecoder::new();
    let mut buffer = BytesMut::new();
    let mut count = 0;
    for chunk in bytes.chunks(CHUNK) {
        buffer.extend_from_slice(chunk);
        while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut buffer).expect("good frames") {
            let payload: serde_json::Value = serde_json::from_slice(message.payload()).expect("JSON");
            count += usize::from(payload["delta"]["text"].is_string());
            black_box(payload);
        }
    }
    count
}

fn frames_alone(bytes: &[u8]) {
    let mut decoder = FrameDecoder::new();
    for chunk in bytes.chunks(CHUNK) {
        decoder.push(chunk);
        while let Some(frame) = decoder.next_frame().expect("good frames") {
            black_box(frame);
        }
    }
}
