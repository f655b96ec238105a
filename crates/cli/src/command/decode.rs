//! `bedrill decode`: the frames or events of a recorded stream, one JSON document a line.

use std::io::{self, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bedrill::converse::EventDecoder;
use bedrill::eventstream::{Frame, FrameDecoder, HeaderValue};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::flags::Common;
use crate::input;
use crate::screen::terminal::Output;

/// How much is read at a time, in bytes.
const CHUNK: usize = 16 * 1024;

/// How many values of a payload are printed as JSON.
const MAX_VALUES: usize = 65_536;

/// Decodes `path`, or stdin for `-`, as data arrives.
pub(crate) fn run(path: &Path, frames: bool, common: &Common) -> Result<(), Failure> {
    let input = input::open_recording(path, common.quiet)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
    let mut lines = Output::stdout();
    if frames { decode_frames(input, &mut lines) } else { decode_events(input, &mut lines) }
}

fn decode_events(mut input: Box<dyn Read + Send>, lines: &mut Output) -> Result<(), Failure> {
    let mut decoder = EventDecoder::new();
    let fault = |error: bedrill::converse::EventError| Failure::failed(error.to_string());
    let mut chunk = [0; CHUNK];
    loop {
        while let Some(event) = decoder.next_event().map_err(fault)? {
            lines.json(&event.to_json()).map_err(|error| Failure::output(&error))?;
        }
        match read(&mut input, &mut chunk)? {
            [] => {
                // Who decodes a recording wants to know of everything that is wrong with it.
                return decoder.finish().and_then(|()| decoder.warning().map_or(Ok(()), Err)).map_err(fault);
            }
            bytes => decoder.push(bytes),
        }
    }
}

fn decode_frames(mut input: Box<dyn Read + Send>, lines: &mut Output) -> Result<(), Failure> {
    let mut decoder = FrameDecoder::new();
    let fault = |error: bedrill::eventstream::DecodeError| Failure::failed(error.to_string());
    let mut chunk = [0; CHUNK];
    loop {
        while let Some(frame) = decoder.next_frame().map_err(fault)? {
            lines.json(&frame_json(&frame)).map_err(|error| Failure::output(&error))?;
        }
        match read(&mut input, &mut chunk)? {
            [] => return decoder.finish().map_err(fault),
            bytes => decoder.push(bytes),
        }
    }
}

/// The next bytes of `input`; none at its end.
fn read<'a>(input: &mut dyn Read, chunk: &'a mut [u8]) -> Result<&'a [u8], Failure> {
    loop {
        match input.read(chunk) {
            Ok(length) => return Ok(chunk.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(Failure::failed(format!("the rest of the recording cannot be read: {error}")));
            }
        }
    }
}

/// A frame with its headers in wire order; the payload as JSON when it is, else in base64.
fn frame_json(frame: &Frame) -> Value {
    let headers: Vec<Value> = frame
        .headers()
        .map(|header| {
            let value = header.value;
            json!({"name": header.name, "type": value.type_number(), "value": header_json(value)})
        })
        .collect();
    match json_payload(frame.payload()) {
        Some(payload) => json!({"headers": headers, "payload": payload}),
        None => json!({"headers": headers, "payload_base64": BASE64.encode(frame.payload())}),
    }
}

/// The payload when it is JSON, of a size that no event comes near: every value takes up to a thousand bytes.
fn json_payload(payload: &[u8]) -> Option<Value> {
    let values = payload.iter().filter(|byte| matches!(byte, b'{' | b'[' | b',')).count();
    if values > MAX_VALUES { None } else { serde_json::from_slice(payload).ok() }
}

fn header_json(value: HeaderValue<'_>) -> Value {
    match value {
        HeaderValue::Bool(value) => json!(value),
        HeaderValue::Byte(value) => json!(value),
        HeaderValue::Int16(value) => json!(value),
        HeaderValue::Int32(value) => json!(value),
        HeaderValue::Int64(value) | HeaderValue::Timestamp(value) => json!(value),
        HeaderValue::ByteArray(value) => json!(BASE64.encode(value)),
        HeaderValue::String(value) => json!(value),
        HeaderValue::Uuid(value) => json!(BASE64.encode(value)),
    }
}
