//! Frames from bytes, beside `aws-smithy-eventstream`: `cargo bench --bench decode`.

#[path = "timing/stream.rs"]
mod stream;
mod timing;

use std::hint::black_box;

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use bedrill::eventstream::FrameDecoder;
use bytes::BytesMut;
use timing::{Candidate, Work, compare};

fn main() {
    let bytes = stream::frames();
    let work = Work { items: stream::FRAMES, bytes: bytes.len() };
    for (name, size) in [("whole", bytes.len()), ("16 KiB", 16 * 1024), ("1,400 bytes", 1400), ("1 byte", 1)]
    {
        compare(
            &format!("decode frames of {} bytes, chunks: {name}", stream::FRAME_LEN),
            &work,
            vec![
                Candidate::new("aws-smithy-eventstream", || assert_eq!(smithy(&bytes, size), stream::FRAMES)),
                Candidate::new("bedrill", || assert_eq!(bedrill(&bytes, size), stream::FRAMES)),
                Candidate::new("floor: CRC-32 of each frame", || checksums(&bytes)),
            ],
        );
    }
}

fn bedrill(bytes: &[u8], size: usize) -> usize {
    let mut decoder = FrameDecoder::new();
    let mut count = 0;
    for chunk in bytes.chunks(size) {
        decoder.push(chunk);
        while let Some(frame) = decoder.next_frame().expect("good frames") {
            black_box(frame);
            count += 1;
        }
    }
    decoder.finish().expect("whole frames");
    count
}

fn smithy(bytes: &[u8], size: usize) -> usize {
    let mut decoder = MessageFrameDecoder::new();
    let mut buffer = BytesMut::new();
    let mut count = 0;
    for chunk in bytes.chunks(size) {
        buffer.extend_from_slice(chunk);
        while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut buffer).expect("good frames") {
            black_box(message);
            count += 1;
        }
    }
    count
}

fn checksums(bytes: &[u8]) {
    for frame in bytes.chunks(stream::FRAME_LEN) {
        black_box(crc32fast::hash(frame));
    }
}
