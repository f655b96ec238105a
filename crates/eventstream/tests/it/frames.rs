//! Frames as JSON, the form that fixtures and recorded cases share:
//! `{"headers": [{"name", "type", "value"}], "payload": JSON}`, or `payload_base64` for exact bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bedrill_eventstream::{DecodeError, EncodeError, Frame, FrameDecoder, Header, HeaderValue};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::pieces::cuts;

/// The frames of a stream that comes in `pieces`, and the error that ended it. Frames are taken after each piece, and the
/// decoder may keep every second one.
pub fn decode<'a>(
    mut decoder: FrameDecoder,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Frame>, Result<(), DecodeError>) {
    let mut frames = Vec::new();
    for (index, piece) in pieces.into_iter().enumerate() {
        if index % 2 == 0 {
            decoder.push(piece);
        } else {
            decoder.push_bytes(Bytes::copy_from_slice(piece));
        }
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    (frames, decoder.finish())
}

/// Rebuilds a frame from its headers and payload.
pub fn rebuild<'a>(
    headers: impl IntoIterator<Item = Header<'a>>,
    payload: &[u8],
) -> Result<Frame, EncodeError> {
    headers
        .into_iter()
        .fold(Frame::builder().payload(payload), |builder, header| builder.header(header.name, header.value))
        .build()
}

/// `frame` in the form of `expected`: its payload as JSON or in base64, as there.
pub fn to_json_like(expected: &Value, frame: &Frame) -> Value {
    let headers = headers_to_json(frame);
    match expected.get("payload_base64") {
        Some(_) => json!({ "headers": headers, "payload_base64": BASE64.encode(frame.payload()) }),
        None => {
            let payload: Value = serde_json::from_slice(frame.payload()).unwrap_or_else(|error| {
                panic!("the payload is not JSON: {error}: {}", frame.payload().escape_ascii())
            });
            json!({ "headers": headers, "payload": payload })
        }
    }
}

fn headers_to_json(frame: &Frame) -> Value {
    frame
        .headers()
        .map(|Header { name, value }| {
            let json = match value {
                HeaderValue::Bool(value) => json!(value),
                HeaderValue::Byte(value) => json!(value),
                HeaderValue::Int16(value) => json!(value),
                HeaderValue::Int32(value) => json!(value),
                HeaderValue::Int64(value) | HeaderValue::Timestamp(value) => json!(value),
                HeaderValue::ByteArray(value) => json!(BASE64.encode(value)),
                HeaderValue::String(value) => json!(value),
                HeaderValue::Uuid(value) => json!(BASE64.encode(value)),
            };
            json!({ "name": name, "type": value.type_number(), "value": json })
        })
        .collect()
}

/// The bytes of a base64 text in a case.
pub fn from_base64(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is not base64"));
    BASE64.decode(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Decodes `bytes` to exactly `expected`, however they are cut, and writes the frames back to the bytes they had.
pub fn assert_round_trip(case: &str, bytes: &[u8], expected: &[Value]) {
    let (frames, end) = decode(FrameDecoder::new(), [bytes]);
    assert_eq!(end, Ok(()), "{case}");
    assert_eq!(frames.len(), expected.len(), "{case}: the number of frames");
    for (index, (frame, expected)) in frames.iter().zip(expected).enumerate() {
        assert_same(&format!("{case}, frame {index}"), frame, expected);
    }
    for (cut, pieces) in cuts(bytes) {
        assert!(
            decode(FrameDecoder::new(), pieces) == (frames.clone(), Ok(())),
            "{case}: other frames in {cut}"
        );
    }
    let rebuilt: Vec<u8> = frames
        .iter()
        .flat_map(|frame| {
            let rebuilt = rebuild(frame.headers(), frame.payload());
            rebuilt.unwrap_or_else(|error| panic!("{case}: {error}")).as_bytes().to_vec()
        })
        .collect();
    assert!(rebuilt == bytes, "{case}: other bytes when written back");
}

/// Compares the headers and the payload of `frame` with `expected`, ignoring everything else in it.
pub fn assert_same(case: &str, frame: &Frame, expected: &Value) {
    let actual = to_json_like(expected, frame);
    assert_eq!(actual["headers"], expected["headers"], "{case}: headers");
    for key in ["payload", "payload_base64"] {
        assert_eq!(actual.get(key), expected.get(key), "{case}: {key}");
    }
}
