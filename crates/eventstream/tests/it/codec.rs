//! The codec against our own fixtures, and against AWS's implementation of the same format.

use std::path::Path;

use aws_smithy_eventstream::frame::{read_message_from, write_message_to};
use aws_smithy_types::DateTime;
use aws_smithy_types::event_stream::{Header as TheirHeader, HeaderValue as TheirValue, Message};
use bedrill_eventstream::{Frame, FrameDecoder, Header, HeaderValue};
use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::conformance;
use crate::frames::{assert_round_trip, assert_same, decode, rebuild};
use crate::pieces::cuts;

#[test]
fn each_fixture_decodes_to_what_it_describes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/eventstream");
    let folders: Vec<_> = conformance::entries(&root).into_iter().filter(|path| path.is_dir()).collect();
    assert!(!folders.is_empty(), "{} holds no case", root.display());
    for folder in folders {
        let case = folder.display().to_string();
        let body = std::fs::read(folder.join("body.bin")).expect(&case);
        let expected = conformance::json(&folder.join("frames.json"));
        let expected = expected.as_array().expect("frames.json is a list");
        let error = folder.join("error.txt");
        if !error.is_file() {
            assert_round_trip(&case, &body, expected);
            continue;
        }
        let error = conformance::text(&error);
        for (cut, pieces) in cuts(&body) {
            let (frames, end) = decode(FrameDecoder::new(), pieces);
            assert_eq!(frames.len(), expected.len(), "{case}, {cut}: frames before the error");
            for (frame, expected) in frames.iter().zip(expected) {
                assert_same(&format!("{case}, {cut}"), frame, expected);
            }
            assert_eq!(end.expect_err(&case).to_string(), error.trim_end(), "{case}, {cut}");
        }
    }
}

/// A header value that owns its text and bytes, so that a test can keep and print it.
#[derive(Clone, Debug)]
enum Owned {
    Bool(bool),
    Byte(i8),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    ByteArray(Vec<u8>),
    String(String),
    Timestamp(i64),
    Uuid([u8; 16]),
}

impl Owned {
    fn ours(&self) -> HeaderValue<'_> {
        match self {
            Self::Bool(value) => HeaderValue::Bool(*value),
            Self::Byte(value) => HeaderValue::Byte(*value),
            Self::Int16(value) => HeaderValue::Int16(*value),
            Self::Int32(value) => HeaderValue::Int32(*value),
            Self::Int64(value) => HeaderValue::Int64(*value),
            Self::ByteArray(value) => HeaderValue::ByteArray(value),
            Self::String(value) => HeaderValue::String(value),
            Self::Timestamp(value) => HeaderValue::Timestamp(*value),
            Self::Uuid(value) => HeaderValue::Uuid(*value),
        }
    }

    fn theirs(&self) -> TheirValue {
        match self {
            Self::Bool(value) => TheirValue::Bool(*value),
            Self::Byte(value) => TheirValue::Byte(*value),
            Self::Int16(value) => TheirValue::Int16(*value),
            Self::Int32(value) => TheirValue::Int32(*value),
            Self::Int64(value) => TheirValue::Int64(*value),
            Self::ByteArray(value) => TheirValue::ByteArray(value.clone().into()),
            Self::String(value) => TheirValue::String(value.clone().into()),
            Self::Timestamp(value) => TheirValue::Timestamp(DateTime::from_millis(*value)),
            Self::Uuid(value) => TheirValue::Uuid(u128::from_be_bytes(*value)),
        }
    }
}

fn header_value() -> impl Strategy<Value = Owned> {
    prop_oneof![
        any::<bool>().prop_map(Owned::Bool),
        any::<i8>().prop_map(Owned::Byte),
        any::<i16>().prop_map(Owned::Int16),
        any::<i32>().prop_map(Owned::Int32),
        any::<i64>().prop_map(Owned::Int64),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Owned::ByteArray),
        any::<String>().prop_map(Owned::String),
        any::<i64>().prop_map(Owned::Timestamp),
        any::<[u8; 16]>().prop_map(Owned::Uuid),
    ]
}

/// Up to 20 headers with names of their own, in any order.
fn headers() -> impl Strategy<Value = Vec<(String, Owned)>> {
    let name = prop_oneof![":[a-z]{1,12}-type", "\\PC{1,60}"];
    prop::collection::btree_map(name, header_value(), 0..20)
        .prop_map(|headers| headers.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

fn our_frame(headers: &[(String, Owned)], payload: &[u8]) -> Frame {
    rebuild(headers.iter().map(|(name, value)| Header { name, value: value.ours() }), payload)
        .expect("a frame within the limits")
}

fn their_message(headers: &[(String, Owned)], payload: &[u8]) -> Message {
    let headers =
        headers.iter().map(|(name, value)| TheirHeader::new(name.clone(), value.theirs())).collect();
    Message::new_from_parts(headers, payload.to_vec())
}

proptest! {
    #[test]
    fn what_we_write_they_read(headers in headers(), payload in prop::collection::vec(any::<u8>(), 0..2000)) {
        let frame = our_frame(&headers, &payload);
        let read = read_message_from(Bytes::copy_from_slice(frame.as_bytes())).expect("a frame they accept");
        prop_assert_eq!(read, their_message(&headers, &payload));
    }

    #[test]
    fn what_they_write_we_read(headers in headers(), payload in prop::collection::vec(any::<u8>(), 0..2000)) {
        let mut written = Vec::new();
        write_message_to(&their_message(&headers, &payload), &mut written).expect("a message they can write");
        let (frames, end) = decode(FrameDecoder::new(), [&written[..]]);
        prop_assert_eq!(end, Ok(()));
        prop_assert_eq!(frames.len(), 1);
        let read: Vec<Header<'_>> = frames[0].headers().collect();
        let sent: Vec<Header<'_>> =
            headers.iter().map(|(name, value)| Header { name, value: value.ours() }).collect();
        prop_assert_eq!(read, sent);
        prop_assert_eq!(frames[0].payload(), &payload[..]);
        let ours = our_frame(&headers, &payload);
        prop_assert_eq!(ours.as_bytes(), &written[..]);
    }

    #[test]
    fn any_split_gives_the_same_frames(
        sent in prop::collection::vec((headers(), prop::collection::vec(any::<u8>(), 0..500)), 1..5),
        splits in prop::collection::vec(any::<Index>(), 0..20),
    ) {
        let sent: Vec<Frame> = sent.iter().map(|(headers, payload)| our_frame(headers, payload)).collect();
        let bytes: Vec<u8> = sent.iter().flat_map(|frame| frame.as_bytes().to_vec()).collect();
        let mut splits: Vec<usize> = splits.iter().map(|split| split.index(bytes.len())).collect();
        splits.sort_unstable();
        splits.push(bytes.len());
        let mut start = 0;
        let pieces: Vec<&[u8]> = splits
            .into_iter()
            .map(|end| &bytes[std::mem::replace(&mut start, end)..end])
            .collect();
        prop_assert_eq!(decode(FrameDecoder::new(), pieces), (sent, Ok(())));
    }

    #[test]
    fn a_flipped_bit_is_never_accepted(
        headers in headers(),
        payload in prop::collection::vec(any::<u8>(), 0..300),
        bit in any::<Index>(),
    ) {
        let mut bytes = our_frame(&headers, &payload).as_bytes().to_vec();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let mut decoder = FrameDecoder::new();
        decoder.push(&bytes);
        prop_assert!(decoder.next_frame().is_err());
    }
}
