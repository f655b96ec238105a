//! Events: their JSON there and back, and any order of them.

use std::collections::BTreeMap;

use bedrill::converse::{
    AssemblyError, ConverseStreamEvent, EventDecoder, EventError, MessageBuilder, StreamException,
};
use bedrill::{ConverseRequest, ConverseResponse};
use bedrill_eventstream::{Frame, HeaderValue};
use bytes::Bytes;
use serde_json::{Value, json};

use super::input::Input;

const EVENT_TYPES: [&str; 7] = [
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
    "eventOfTomorrow",
];

/// A payload, read as what the first byte says: events 0 to 6, a whole answer, a request, an exception. What is read is
/// written and read again without a change, and the short way of reading a piece of text agrees with the long one.
pub fn event_json(data: &[u8]) {
    let mut input = Input(data);
    let kind = usize::from(input.byte());
    let payload = input.0;
    let value: Result<Value, _> = serde_json::from_slice(payload);
    let halves = payload.windows(3).any(|text| matches!(text, [b'\\', b'u', b'd' | b'D']));
    match (EVENT_TYPES.get(kind), value) {
        (Some(event_type), value) => {
            let event = ConverseStreamEvent::from_event_bytes(event_type, payload);
            let Ok(value) = value else {
                // Half a character is replaced.
                assert!(event.is_err() || halves, "{event:?}");
                return;
            };
            let is_null = value.is_null();
            assert_eq!(event, ConverseStreamEvent::from_event_type(event_type, value));
            // A union member that is null counts as absent, so it is not written back.
            match &event {
                Ok(event) if !is_null => {
                    assert_eq!(event.event_type(), *event_type);
                    let written = event.to_json();
                    assert_eq!(
                        ConverseStreamEvent::from_json(written.clone()).as_ref(),
                        Ok(event),
                        "{written}"
                    );
                    assert!(!event.unknown_members().iter().any(String::is_empty));
                }
                Ok(_) => {}
                Err(error) => shown(error),
            }
        }
        (None, Ok(value)) => read_other(kind, value),
        (None, Err(_)) => {}
    }
}

fn read_other(kind: usize, value: Value) {
    match kind % 3 {
        0 => match ConverseResponse::from_json(value) {
            Ok(output) => {
                let written = output.to_json();
                assert_eq!(ConverseResponse::from_json(written.clone()), Ok(output), "{written}");
            }
            Err(error) => shown(&error),
        },
        1 => match ConverseRequest::from_body_json("model", value) {
            Ok(request) => {
                let written = request.to_body_json();
                let read = ConverseRequest::from_body_json("model", written.clone());
                // What a model wrote in place of an object is written as one.
                let same = read.as_ref().is_ok_and(|read| read.to_body_json() == written);
                assert!(same && (read.as_ref() == Ok(&request) || written.to_string().contains("toolUse")));
            }
            Err(error) => shown(&error),
        },
        _ => {
            if let Ok(exception) = StreamException::from_payload("modelStreamErrorException", value) {
                let mut written = exception.to_json();
                let payload = written["modelStreamErrorException"].take();
                let read = StreamException::from_payload("modelStreamErrorException", payload);
                assert_eq!(read.as_ref(), Ok(&exception));
                shown(&exception);
            }
        }
    }
}

/// No text that is made from the input contains a control character.
fn shown(text: &impl std::fmt::Display) {
    let text = text.to_string();
    assert!(!text.is_empty() && !text.chars().any(char::is_control), "{text:?}");
}

/// What one run of the decoder and the builder gives.
#[derive(Debug, PartialEq)]
struct Outcome {
    events: Vec<ConverseStreamEvent>,
    end: Result<(), EventError>,
    refused: Option<AssemblyError>,
    text: String,
    /// What was left out.
    warned: Option<EventError>,
}

/// A script of events, sensible ones and others, as frames, cut into pieces of one size.
///
/// ```text
/// | piece size u8 | kind u8, block u8, text length u8, text | ... |
/// ```
pub fn event_sequence(data: &[u8]) {
    let mut input = Input(data);
    let size = usize::from(input.byte()).max(1);
    let mut body = Vec::new();
    let mut script = Script::default();
    while !input.is_empty() {
        script.add(&mut input, &mut body);
    }
    let (outcome, mut builder) = run(std::iter::once(&body[..]));
    let (in_pieces, _) = run(body.chunks(size));
    assert_eq!(outcome, in_pieces);

    let is_stop = |event: &ConverseStreamEvent| matches!(event, ConverseStreamEvent::MessageStop(_));
    let stopped = outcome.events.iter().any(is_stop);
    match &outcome.end {
        // Behind the end of the message, content is left out, and a broken frame ends the reading.
        Ok(()) => {
            assert!(stopped && outcome.events.len() <= script.events);
            assert!(outcome.warned.is_some() || outcome.events.len() == script.events);
        }
        Err(EventError::Incomplete { last_event }) => {
            assert!(!stopped && outcome.events.len() == script.events);
            assert_eq!(last_event.as_deref(), outcome.events.last().map(ConverseStreamEvent::event_type));
        }
        Err(error) => {
            assert!(script.may_fail && outcome.events.len() < script.events, "{error}");
            shown(error);
        }
    }
    if script.is_plain && !script.may_fail {
        assert_eq!(outcome.refused, None);
    }
    if script.is_plain && !script.may_fail && outcome.warned.is_none() {
        assert_eq!(outcome.text, script.texts.values().map(String::as_str).collect::<String>());
    }
    let finished = builder.finish();
    // A refused event stopped the assembly, and messageStop may come after it.
    match finished {
        Ok(output) => {
            assert!(stopped);
            let written = output.to_json();
            assert_eq!(ConverseResponse::from_json(written.clone()).as_ref(), Ok(&output), "{written}");
            if script.is_plain {
                assert_eq!(output.text(), outcome.text);
            }
        }
        Err(AssemblyError::NoMessageStop) => assert!(!stopped || outcome.refused.is_some()),
        Err(error) => {
            assert!(stopped && !script.is_plain);
            shown(&error);
        }
    }
}

/// The events and the end of a body, and the builder that took the events until it refused one.
fn run<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Outcome, MessageBuilder) {
    let mut decoder = EventDecoder::new();
    let mut builder = MessageBuilder::new();
    let mut events = Vec::new();
    let mut refused = None;
    let mut failed = None;
    'body: for (index, piece) in pieces.enumerate() {
        if index % 2 == 0 {
            decoder.push(piece);
        } else {
            decoder.push_bytes(Bytes::copy_from_slice(piece));
        }
        loop {
            match decoder.next_event() {
                Ok(Some(event)) => {
                    if refused.is_none() {
                        refused = builder.apply(&event).err();
                    }
                    events.push(event);
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next_event(), Err(error.clone()));
                    failed = Some(error);
                    break 'body;
                }
            }
        }
    }
    let end = decoder.finish();
    if let Some(error) = failed {
        assert_eq!(end, Err(error));
    }
    assert_eq!(decoder.events_delivered(), events.len() as u64);
    let text = builder.text();
    if refused.is_some() {
        // What came before stays.
        let mut before = MessageBuilder::new();
        let accepted = events.iter().take_while(|event| before.apply(event).is_ok()).count();
        assert!(accepted < events.len() && before.text() == text);
    }
    let warned = decoder.warning();
    if let Some(warning) = &warned {
        shown(warning);
    }
    (Outcome { events, end, refused, text, warned }, builder)
}

/// What a script should come to.
struct Script {
    /// The frames that were written.
    events: usize,
    /// The text of each block.
    texts: BTreeMap<u8, String>,
    /// Whether there are only texts and what belongs to no block.
    is_plain: bool,
    may_fail: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self { events: 0, texts: BTreeMap::new(), is_plain: true, may_fail: false }
    }
}

impl Script {
    /// Appends the frame of the next event.
    fn add(&mut self, input: &mut Input<'_>, body: &mut Vec<u8>) {
        let (kind, block, len) = (input.byte(), input.byte() % 4, input.byte());
        let text = input.text(usize::from(len % 32));
        let delta =
            |delta: Value| ("contentBlockDelta", json!({ "contentBlockIndex": block, "delta": delta }));
        let start =
            |start: Value| ("contentBlockStart", json!({ "contentBlockIndex": block, "start": start }));
        let (event_type, payload) = match kind % 24 {
            0 => ("messageStart", json!({ "role": "assistant" })),
            1..=3 => {
                self.texts.entry(block).or_default().push_str(text);
                delta(json!({ "text": text }))
            }
            4 => ("contentBlockStop", json!({ "contentBlockIndex": block })),
            5 => ("messageStop", json!({ "stopReason": text })),
            6 => (
                "metadata",
                json!({ "usage": { "inputTokens": block, "outputTokens": 1, "totalTokens": len } }),
            ),
            7 => ("metadata", json!({ "metrics": { "latencyMs": len } })),
            8 => ("eventOfTomorrow", json!({ "text": text })),
            kind => {
                self.is_plain = false;
                // A member with a random name may happen to be a known one, and then its value does not fit.
                self.may_fail |= matches!(kind, 19 | 20);
                match kind {
                    9 => start(json!({ "toolUse": { "toolUseId": text, "name": text } })),
                    10 => delta(json!({ "toolUse": { "input": text } })),
                    11 => delta(json!({ "reasoningContent": { "text": text } })),
                    12 => delta(json!({ "reasoningContent": { "signature": text } })),
                    13 => delta(json!({ "reasoningContent": { "redactedContent": "AAEC" } })),
                    14 => start(json!({ "image": { "format": text } })),
                    15 => delta(json!({ "image": { "source": { "bytes": "AAEC" } } })),
                    16 => start(json!({ "toolResult": { "toolUseId": text } })),
                    17 => delta(json!({ "toolResult": [{ "text": text }, { "json": { "a": [text] } }] })),
                    18 => {
                        delta(json!({ "citation": { "title": text, "sourceContent": [{ "text": text }] } }))
                    }
                    19 => start(json!({ text: text })),
                    20 => delta(json!({ text: text })),
                    kind => return self.add_fault(kind, block, text, body),
                }
            }
        };
        self.events += 1;
        body.extend_from_slice(
            frame("event", ":event-type", event_type, payload.to_string().into()).as_bytes(),
        );
    }

    /// Appends a frame that is not an event that can be read, most likely.
    fn add_fault(&mut self, kind: u8, block: u8, text: &str, body: &mut Vec<u8>) {
        self.may_fail = true;
        self.events += 1;
        let frame = match (kind, block) {
            (21, 0) => frame("exception", ":exception-type", "throttlingException", text.into()),
            (21, _) => {
                let payload = json!({ "message": text, "originalStatusCode": 500, "originalMessage": text });
                frame("exception", ":exception-type", "modelStreamErrorException", payload.to_string().into())
            }
            (22, 0) => frame("error", ":error-code", text, Vec::new()),
            (22, 1) => frame(text, ":event-type", "messageStop", Vec::new()),
            (22, 2) => frame("event", "other", "messageStop", Vec::new()),
            (22, _) => frame("exception", "other", text, Vec::new()),
            (_, 0) => {
                let start = body.len();
                body.extend_from_slice(frame("event", ":event-type", "messageStop", text.into()).as_bytes());
                let at = start + text.len() % (body.len() - start);
                body[at] ^= 1;
                return;
            }
            _ => frame("event", ":event-type", EVENT_TYPES[usize::from(block)], text.into()),
        };
        body.extend_from_slice(frame.as_bytes());
    }
}

fn frame(message_type: &str, name: &str, value: &str, payload: Vec<u8>) -> Frame {
    let builder = Frame::builder()
        .header(":message-type", HeaderValue::String(message_type))
        .header(name, HeaderValue::String(value));
    builder.payload(payload).build().expect("a short frame")
}
