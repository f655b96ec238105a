mod memory;

use super::*;
use crate::{HeaderProblem, HeaderValue};

/// A frame of the size that Bedrock sends: three headers, some JSON.
fn event(text: &str) -> Frame {
    Frame::builder()
        .header(":event-type", HeaderValue::String("contentBlockDelta"))
        .header(":content-type", HeaderValue::String("application/json"))
        .header(":message-type", HeaderValue::String("event"))
        .payload(format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}},"p":"abcdefgh"}}"#))
        .build()
        .unwrap()
}

/// Bytes that claim these lengths, with a correct prelude checksum.
fn prelude(total_len: u32, headers_len: u32) -> Vec<u8> {
    let mut bytes = [total_len.to_be_bytes(), headers_len.to_be_bytes()].concat();
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

/// A frame with correct checksums around arbitrary header bytes.
fn frame_around(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let total_len = OVERHEAD + headers.len() + payload.len();
    let mut bytes = prelude(total_len.try_into().unwrap(), headers.len().try_into().unwrap());
    bytes.extend_from_slice(headers);
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

/// What a new decoder returns for `bytes` when called once.
fn first(bytes: &[u8]) -> Result<Option<Frame>, DecodeError> {
    let mut decoder = FrameDecoder::new();
    decoder.push(bytes);
    decoder.next_frame()
}

fn refusal(bytes: &[u8]) -> DecodeError {
    first(bytes).expect_err("a refusal")
}

/// Every frame of `bytes` when they arrive in chunks of `size`; frames are taken after each chunk.
fn frames_in_chunks(bytes: &[u8], size: usize) -> Vec<Frame> {
    let mut decoder = FrameDecoder::new();
    let mut frames = Vec::new();
    for chunk in bytes.chunks(size) {
        decoder.push(chunk);
        while let Some(frame) = decoder.next_frame().unwrap() {
            frames.push(frame);
        }
    }
    decoder.finish().unwrap();
    assert_eq!(decoder.buffered(), 0);
    frames
}

#[test]
fn an_empty_stream_has_no_frames_and_may_end() {
    let mut decoder = FrameDecoder::default();
    decoder.push(&[]);
    assert_eq!(decoder.next_frame(), Ok(None));
    assert_eq!(decoder.finish(), Ok(()));
}

#[test]
fn the_smallest_frame_is_accepted() {
    let bytes = b"\0\0\0\x10\0\0\0\0\x05\xc2\x48\xeb\x7d\x98\xc8\xff";
    let frame = first(bytes).unwrap().unwrap();
    assert_eq!(frame.headers().count(), 0);
    assert_eq!(frame.payload(), b"");
    assert_eq!(frame.as_bytes(), bytes);
}

#[test]
fn every_chunk_size_gives_the_same_frames() {
    let sent = [event("Hello"), event(""), Frame::builder().build().unwrap(), event(", world")];
    let bytes: Vec<u8> = sent.iter().flat_map(|frame| frame.as_bytes().to_vec()).collect();
    for size in 1..=bytes.len() {
        assert_eq!(frames_in_chunks(&bytes, size), sent, "chunks of {size}");
    }
}

#[test]
fn frames_may_be_taken_after_everything_was_pushed() {
    let sent: Vec<Frame> = (0..300).map(|index| event(&index.to_string())).collect();
    let mut decoder = FrameDecoder::new();
    for frame in &sent {
        decoder.push(frame.as_bytes());
    }
    decoder.finish().unwrap();
    for frame in &sent {
        assert_eq!(decoder.next_frame().unwrap().as_ref(), Some(frame));
    }
    assert_eq!(decoder.next_frame(), Ok(None));
}

#[test]
fn a_frame_that_is_looked_at_is_the_one_that_is_taken() {
    let sent = event("Rain");
    let mut decoder = FrameDecoder::new();
    decoder.push(sent.as_bytes());
    let seen = decoder.peek_frame().unwrap().expect("a frame");
    assert_eq!(seen.as_bytes(), sent.as_bytes());
    assert_eq!(format!("{seen:?}"), format!("{sent:?}").replacen("Frame", "FrameRef", 1));
    assert_eq!(decoder.next_frame(), Ok(Some(sent)));
}

#[test]
fn a_cut_at_any_byte_of_a_frame_is_truncation() {
    let frame = event("Hello");
    let bytes = frame.as_bytes();
    for have in 1..bytes.len() {
        let mut decoder = FrameDecoder::new();
        decoder.push(&bytes[..have]);
        let need = if have < PRELUDE_LEN { PRELUDE_LEN } else { bytes.len() };
        let truncated = Err(DecodeError::Truncated { have, need });
        assert_eq!(decoder.finish(), truncated, "before any frame was asked for");
        assert_eq!(decoder.next_frame(), Ok(None), "more bytes may come");
        assert_eq!(decoder.finish(), truncated);
        assert_eq!(decoder.buffered(), have);

        decoder.push(&bytes[have..]);
        assert_eq!(decoder.next_frame().unwrap().as_ref(), Some(&frame), "and then it goes on");
        assert_eq!(decoder.finish(), Ok(()));
    }
}

#[test]
fn finish_looks_at_frames_that_were_not_taken() {
    let whole = event("whole");
    let mut damaged = event("damaged").as_bytes().to_vec();
    *damaged.last_mut().unwrap() ^= 1;

    let mut decoder = FrameDecoder::new();
    decoder.push(whole.as_bytes());
    decoder.push(&whole.as_bytes()[..20]);
    assert_eq!(decoder.finish(), Err(DecodeError::Truncated { have: 20, need: whole.total_len() }));

    let mut decoder = FrameDecoder::new();
    decoder.push(whole.as_bytes());
    decoder.push(&damaged);
    assert!(matches!(decoder.finish(), Err(DecodeError::MessageChecksum { .. })));
    assert_eq!(decoder.next_frame(), Ok(Some(whole)));
}

#[test]
fn every_flipped_bit_is_an_error_at_once_and_forever() {
    let before = event("before");
    let frame = event("flipped");
    let after = event("after");
    for bit in 0..frame.total_len() * 8 {
        let mut flipped = frame.as_bytes().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);

        let mut decoder = FrameDecoder::new();
        decoder.push(before.as_bytes());
        decoder.push(&flipped);
        assert_eq!(decoder.next_frame().unwrap().as_ref(), Some(&before));
        // Nothing follows the frame, so the result cannot have waited for more.
        let error = decoder.next_frame().unwrap_err();
        if bit < PRELUDE_LEN * 8 {
            assert!(matches!(error, DecodeError::PreludeChecksum { .. }), "bit {bit}: {error}");
        } else {
            assert!(matches!(error, DecodeError::MessageChecksum { .. }), "bit {bit}: {error}");
        }

        decoder.push(after.as_bytes());
        assert_eq!(decoder.next_frame(), Err(error));
        assert_eq!(decoder.finish(), Err(error));
        assert_eq!(decoder.buffered(), 0);
    }
}

#[test]
fn the_prelude_checksum_is_decided_by_the_twelfth_byte() {
    let mut bytes = prelude(u32::MAX, 0);
    bytes[11] ^= 1;
    let mut decoder = FrameDecoder::new();
    decoder.push(&bytes[..11]);
    assert_eq!(decoder.next_frame(), Ok(None));
    decoder.push(&bytes[11..]);
    let Err(DecodeError::PreludeChecksum { expected, actual, prelude }) = decoder.next_frame() else {
        panic!("no checksum error");
    };
    assert_eq!(expected, actual ^ 1);
    assert_eq!(prelude, *bytes);
}

#[test]
fn the_message_checksum_is_that_of_all_before_it() {
    let frame = event("Hello");
    let (covered, crc) = frame.as_bytes().split_last_chunk::<4>().unwrap();
    let bytes = [covered, &[!crc[0], crc[1], crc[2], crc[3]]].concat();
    let actual = u32::from_be_bytes(*crc);
    let expected = actual ^ 0xff00_0000;
    assert_eq!(refusal(&bytes), DecodeError::MessageChecksum { expected, actual });
}

#[test]
fn impossible_lengths_are_refused_on_the_prelude_alone() {
    for total_len in 0..16 {
        for headers_len in [0, 1, total_len, u32::MAX] {
            assert_eq!(
                refusal(&prelude(total_len, headers_len)),
                DecodeError::Length { total_len, headers_len }
            );
        }
    }
    for (total_len, headers_len) in [(16, 1), (100, 85), (100, 100), (100, u32::MAX), (u32::MAX, u32::MAX)] {
        assert_eq!(refusal(&prelude(total_len, headers_len)), DecodeError::Length { total_len, headers_len });
    }
    assert_eq!(first(&prelude(100, 84)), Ok(None));
}

#[test]
fn a_frame_over_the_budget_is_refused_on_the_prelude_alone() {
    let over = |needed, allowed| DecodeError::OverBudget { budget: Budget::FrameBytes, needed, allowed };
    let default = FrameDecoder::DEFAULT_BUDGET;
    assert_eq!(refusal(&prelude(u32::MAX, 0)), over(0xffff_ffff, default));
    assert_eq!(refusal(&prelude(0x7fff_ffff, 100)), over(0x7fff_ffff, default));
    assert_eq!(refusal(&prelude((32 << 20) + 1, 0)), over(default + 1, default));
    assert_eq!(first(&prelude(32 << 20, 0)), Ok(None));

    let frame = event("Hello");
    let mut exact = FrameDecoder::with_budget(frame.total_len());
    exact.push(frame.as_bytes());
    assert_eq!(exact.next_frame(), Ok(Some(frame.clone())));
    let mut short = FrameDecoder::with_budget(frame.total_len() - 1);
    short.push(&frame.as_bytes()[..PRELUDE_LEN]);
    assert_eq!(short.next_frame(), Err(over(frame.total_len(), frame.total_len() - 1)));
}

#[test]
fn a_damaged_length_is_called_damage_and_not_over_budget() {
    let mut bytes = event("Hello").as_bytes().to_vec();
    bytes[0] = 0x7f;
    assert!(matches!(refusal(&bytes), DecodeError::PreludeChecksum { .. }));
}

#[test]
fn headers_are_checked_only_after_the_message_checksum() {
    let mut bytes = frame_around(b"\x01n\x0c", b"payload");
    let problem = HeaderProblem::UnknownType(12);
    assert_eq!(refusal(&bytes), DecodeError::Header { offset: 12, problem });
    *bytes.last_mut().unwrap() ^= 1;
    assert!(matches!(refusal(&bytes), DecodeError::MessageChecksum { .. }));
}

#[test]
fn malformed_headers_are_refused_with_their_place_in_the_frame() {
    let cases: [(&[u8], usize, HeaderProblem); 9] = [
        (b"\x00\x00", 12, HeaderProblem::EmptyName),
        (b"n", 12, HeaderProblem::PastEnd),
        (b"\x01\xff\x00", 12, HeaderProblem::NameNotUtf8),
        (b"\x01n\x00\x01n\x01", 15, HeaderProblem::DuplicateName),
        (b"\x01n\x00\x01m\x0a", 15, HeaderProblem::UnknownType(10)),
        (b"\x01n\x07\x00\x02\xc3\x28", 12, HeaderProblem::ValueNotUtf8),
        // The payload has enough bytes for these; the headers do not.
        (b"\x01n\x07\x00\x05abcd", 12, HeaderProblem::PastEnd),
        (b"\x01n\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 12, HeaderProblem::PastEnd),
        (b"\x01n\x00\x20name", 15, HeaderProblem::PastEnd),
    ];
    for (headers, offset, problem) in cases {
        let bytes = frame_around(headers, &[b'x'; 64]);
        assert_eq!(refusal(&bytes), DecodeError::Header { offset, problem }, "{headers:?}");
    }
}

#[test]
fn a_single_byte_of_headers_cannot_be_a_header() {
    assert!(matches!(refusal(&frame_around(&[0], b"")), DecodeError::Header { .. }));
    assert!(matches!(refusal(&frame_around(&[5], b"")), DecodeError::Header { .. }));
}

#[test]
fn too_many_headers_are_over_budget() {
    let named = |count: usize| -> Vec<u8> {
        (0..count).flat_map(|index| [&[4][..], format!("{index:04}").as_bytes(), &[0]].concat()).collect()
    };
    let most = first(&frame_around(&named(1024), b"")).unwrap().unwrap();
    assert_eq!(most.headers().count(), 1024);
    assert_eq!(
        refusal(&frame_around(&named(1025), b"")),
        DecodeError::OverBudget { budget: Budget::Headers, needed: 1025, allowed: 1024 }
    );
}

#[test]
fn frames_before_a_fault_are_delivered_and_none_after_it() {
    let good = event("good");
    let mut decoder = FrameDecoder::new();
    decoder.push(good.as_bytes());
    decoder.push(good.as_bytes());
    decoder.push(&prelude(15, 0));
    decoder.push(good.as_bytes());
    assert_eq!(decoder.next_frame(), Ok(Some(good.clone())));
    assert_eq!(decoder.next_frame(), Ok(Some(good)));
    let fault = DecodeError::Length { total_len: 15, headers_len: 0 };
    assert_eq!(decoder.next_frame(), Err(fault));
    assert_eq!(decoder.next_frame(), Err(fault));
}

#[test]
fn debug_does_not_show_what_is_waiting() {
    let mut decoder = FrameDecoder::new();
    decoder.push(&event("Hello").as_bytes()[..150]);
    let text = format!("{decoder:?}");
    assert!(text.contains("buffered: 150") && !text.contains("contentBlock"), "{text}");
}
