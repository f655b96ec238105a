//! Recorded streams decoded to the events that the AWS SDK for Python reads from them, and recorded errors mapped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bedrill::ConverseResponse;
use bedrill::converse::{ContentBlock, ConverseStreamEvent, EventDecoder, EventError, MessageBuilder};
use bedrill::operation::{self, Reason, ServiceError};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::support::conformance;
use crate::support::conformance::list;
use crate::support::json::same;
use crate::support::pieces::cuts;

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn recorded_streams_become_the_recorded_events() {
    const SUITE: &str = "captures-events";
    let folder = conformance::folder("captures");
    let (mut count, mut failures) = (0, Vec::new());
    for case in conformance::entries(&folder) {
        let described = case.join("events.json");
        if !described.is_file() {
            continue;
        }
        count += 1;
        let expected = conformance::json(&described);
        let expected = expected.as_array().expect("events.json is a list");
        if let Err(problem) = check_stream(&case, expected) {
            failures.push(format!("{}: {problem}", case.display()));
        }
    }
    assert!(failures.is_empty(), "{} of {count} streams failed:\n{}", failures.len(), failures.join("\n"));
    conformance::report(SUITE, count);
}

fn check_stream(case: &Path, expected: &[Value]) -> Result<(), String> {
    let bytes = std::fs::read(case.join("response.bin")).map_err(|error| error.to_string())?;
    let events = decode([&bytes[..]]).map_err(|error| error.to_string())?;
    // The recorded events are those of the API model: events of other types are not among them.
    let known: Vec<_> =
        events.iter().filter(|event| !matches!(event, ConverseStreamEvent::Unknown { .. })).collect();
    if known.len() != expected.len() {
        return Err(format!("{} events instead of {}", known.len(), expected.len()));
    }
    for (index, (event, expected)) in known.iter().zip(expected).enumerate() {
        let unknown = event.unknown_members().into_iter().collect();
        agree(expected, &event.to_json(), "", &unknown)
            .map_err(|path| format!("event {index} at {path:?}"))?;
    }
    for (cut, pieces) in cuts(&bytes) {
        if decode(pieces).as_ref() != Ok(&events) {
            return Err(format!("other events in {cut}"));
        }
    }
    let mut message = MessageBuilder::new();
    for event in &events {
        message.apply(event).map_err(|error| error.to_string())?;
    }
    check_message(&message.finish().map_err(|error| error.to_string())?, expected)
}

/// All events of a stream that comes in `pieces`, when it ends as it should.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<ConverseStreamEvent>, EventError> {
    let mut decoder = EventDecoder::new();
    let mut events = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        while let Some(event) = decoder.next_event()? {
            events.push(event);
        }
    }
    decoder.finish()?;
    Ok(events)
}

/// Whether `actual` says what `expected` says, and nothing more than the members in `unknown`, which the model that
/// made `expected` did not have; otherwise the path where they differ.
fn agree(expected: &Value, actual: &Value, path: &str, unknown: &BTreeSet<String>) -> Result<(), String> {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (expected, actual) {
        (Value::Object(blob), Value::String(base64)) if blob.contains_key("$base64") => {
            if blob["$base64"] == *base64 { Ok(()) } else { Err(path.to_owned()) }
        }
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, expected) in expected {
                // botocore's word for a union member that it does not know.
                if name == "SDK_UNKNOWN_MEMBER" {
                    let name = expected["name"].as_str().unwrap_or_default();
                    actual.get(name).ok_or_else(|| at(name))?;
                    continue;
                }
                let actual = actual.get(name).ok_or_else(|| at(name))?;
                agree(expected, actual, &at(name), unknown)?;
            }
            let surplus = |name: &&String| !expected.contains_key(*name) && !unknown.contains(&at(name));
            match actual.keys().find(surplus) {
                Some(name) if !expected.contains_key("SDK_UNKNOWN_MEMBER") => Err(at(name)),
                _ => Ok(()),
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            expected.iter().zip(actual).enumerate().try_for_each(|(index, (expected, actual))| {
                agree(expected, actual, &format!("{path}[{index}]"), unknown)
            })
        }
        _ if same(expected, actual) => Ok(()),
        _ => Err(path.to_owned()),
    }
}

/// Compares the assembled message with what the recorded events add up to.
fn check_message(output: &ConverseResponse, events: &[Value]) -> Result<(), String> {
    let (mut texts, mut inputs) = (BTreeMap::<u64, String>::new(), BTreeMap::<u64, String>::new());
    for event in events {
        let index = |event: &Value| event["contentBlockIndex"].as_u64().expect("an index");
        if let Some(start) =
            event.get("contentBlockStart").filter(|start| start["start"]["toolUse"].is_object())
        {
            inputs.entry(index(start)).or_default();
        }
        if let Some(delta) = event.get("contentBlockDelta") {
            if let Some(text) = delta["delta"]["text"].as_str() {
                texts.entry(index(delta)).or_default().push_str(text);
            }
            if let Some(input) = delta["delta"]["toolUse"]["input"].as_str() {
                inputs.entry(index(delta)).or_default().push_str(input);
            }
        }
    }
    let text: String = texts.into_values().collect();
    if output.text() != text {
        return Err(format!("the text is {:?} instead of {text:?}", output.text()));
    }
    let tools: Vec<&Value> = output
        .message()
        .map(|message| message.content.iter())
        .into_iter()
        .flatten()
        .filter_map(|block| match block {
            ContentBlock::ToolUse(tool) => Some(&tool.input),
            _ => None,
        })
        .collect();
    if tools.len() != inputs.len() {
        return Err(format!("{} tool calls instead of {}", tools.len(), inputs.len()));
    }
    for (tool, input) in tools.iter().zip(inputs.values()) {
        let input = if input.is_empty() { "{}" } else { input };
        let parsed: Value = serde_json::from_str(input).map_err(|error| format!("{input}: {error}"))?;
        if **tool != parsed {
            return Err(format!("the tool's input is {tool} instead of {parsed}"));
        }
    }
    let recorded = |event: &str, member: &str| {
        events.iter().find_map(|found| found.get(event)?.get(member)).cloned().unwrap_or_default()
    };
    let written = output.to_json();
    if written["stopReason"] != recorded("messageStop", "stopReason") {
        return Err(format!("stopped for {}", written["stopReason"]));
    }
    let total = |usage: &Value| usage["totalTokens"].clone();
    if total(&written["usage"]) != total(&recorded("metadata", "usage")) {
        return Err(format!("used {}", written["usage"]));
    }
    Ok(())
}

#[test]
#[ignore = "needs BEDRILL_CONFORMANCE"]
fn recorded_errors_are_named_or_at_least_useful() {
    const SUITE: &str = "captures-errors";
    let (captures, transcribed) = (conformance::folder("captures"), conformance::folder("transcribed"));
    let mut count = 0;
    for case in conformance::entries(&captures).into_iter().chain(conformance::entries(&transcribed)) {
        if !case.join("response.json").is_file() {
            continue;
        }
        let response = conformance::json(&case.join("response.json"));
        let status =
            response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
        if status == 200 {
            continue;
        }
        count += 1;
        let body = ["response.body.json", "response.bin"].map(|name| std::fs::read(case.join(name)));
        let body = body.into_iter().find_map(Result::ok).unwrap_or_default();
        let headers = headers(&response);
        let code = StatusCode::from_u16(status).expect("a status");
        let error = operation::parse_error(code, &headers, &body);
        let known = error.code().is_some() || !error.message().is_empty();
        assert!(!known || error.reason() != Reason::Other, "{}: {error}", case.display());
        check_error(&case.display().to_string(), &headers, &body, status, &error);
    }
    conformance::report(SUITE, count);
}

fn headers(response: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for pair in list(response, "headers") {
        let text = |index: usize| pair[index].as_str().expect("a header is a pair of texts");
        let name = HeaderName::from_bytes(text(0).as_bytes()).expect("a header's name");
        headers.append(name, HeaderValue::from_str(text(1)).expect("a header's value"));
    }
    headers
}

fn check_error(case: &str, headers: &HeaderMap, body: &[u8], status: u16, error: &ServiceError) {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| document[name].as_str();
    let named = headers.get("x-amzn-errortype").map(|value| value.to_str().expect("ASCII"));
    let name = named.or_else(|| text("code")).or_else(|| text("__type"));
    let code =
        name.map(|name| name.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default());
    assert_eq!(error.code(), code, "{case}");
    let shown = error.to_string();
    assert!(shown.contains(&format!("HTTP {status}")), "{case}: {shown}");
    if let Some(message) = text("message").or_else(|| text("Message")).or_else(|| text("errorMessage")) {
        assert_eq!(error.message(), message, "{case}");
        // Nothing in the recordings needs escaping but line ends.
        assert!(shown.contains(&message.replace('\n', "\\n")), "{case}: {shown}");
    } else {
        assert_eq!(error.message().is_empty(), body.trim_ascii().is_empty(), "{case}: {shown}");
    }
    if let Some(id) = headers.get("x-amzn-requestid") {
        assert_eq!(error.request_id().map(str::as_bytes), Some(id.as_bytes()), "{case}");
    }
}
